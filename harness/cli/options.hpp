#pragma once

#include "harness/cli/exit_status.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hassle::harness::cli {

/// Which clients `run` takes.
enum class client_choice : std::uint8_t { of_scenario, named, ladder, leave_one_out };

struct report_target {
  std::string format;  ///< "console" or "json"
  std::string path;    ///< "-" = standard output
};

struct run_options {
  std::vector<std::string> scenarios;
  client_choice clients = client_choice::of_scenario;
  std::vector<std::string> named_clients;
  std::optional<std::uint32_t> seeds;
  std::uint64_t first_seed = 1;
  std::optional<std::string> duration;
  unsigned jobs = 1;
  std::vector<report_target> reports;
  std::optional<std::filesystem::path> journals;
  bool errors = false;  ///< Show the most frequent errors of each client.
  bool progress = true;
};
struct list_options {};
struct show_options {
  std::string scenario;
  std::uint64_t seed = 1;
  bool toml = false;  ///< The plan as a scenario with explicit times.
};
struct validate_options {
  std::vector<std::string> files;
};
struct explain_options {
  std::string journal;
  std::optional<std::uint32_t> command;
};

struct lint_options {
  std::string settings;    ///< A path, or the name of known settings.
  bool toml = false;       ///< The settings themselves, as a file.
  bool reference = false;  ///< All settings there are, as Markdown.
};

using options = std::variant<run_options, list_options, show_options, validate_options,
                             explain_options, lint_options>;

/// Reads the command line. Help, version and errors are printed here; then the exit status is all
/// that is left to do.
[[nodiscard]] std::expected<options, exit_status> read_options(int argc, char** argv);

}  // namespace hassle::harness::cli
