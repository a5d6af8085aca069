#pragma once

#include "harness/cli/options.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// NOLINTBEGIN(readability-identifier-naming): not our names.
namespace CLI {
class App;
class Option;
}  // namespace CLI
// NOLINTEND(readability-identifier-naming)

namespace hassle::harness::cli {

/// A verb of the command line: where its options are declared, and what they come to once the line
/// has been read. To add one: a function that declares it, named in `verbs`.
struct verb {
  CLI::App* app;
  std::function<options()> asked;
};

// Verbs whose options are declared in files of their own.
[[nodiscard]] verb add_compare(CLI::App& app);
[[nodiscard]] verb add_merge(CLI::App& app);
[[nodiscard]] verb add_diverge(CLI::App& app);
[[nodiscard]] verb add_bench(CLI::App& app);
[[nodiscard]] verb add_proxy(CLI::App& app);
[[nodiscard]] verb add_grade(CLI::App& app);

/// The option --report. Both must outlive what is parsed; `targets_of` says what was asked for.
void add_reports(CLI::App& app, std::vector<std::string>& into);
/// The option --report-dir.
void add_report_directory(CLI::App& app, std::optional<std::filesystem::path>& into);
/// The option --client-cmd. Both must outlive what is parsed.
CLI::Option* add_client_commands(CLI::App& app, std::vector<std::string>& into);
/// "NAME=COMMAND", or a command alone.
[[nodiscard]] std::vector<client_command> commands_of(const std::vector<std::string>& texts);
[[nodiscard]] std::vector<report_target> targets_of(const std::vector<std::string>& texts);
/// "  json   for programs", a line for each format.
[[nodiscard]] std::string list_of_formats();

}  // namespace hassle::harness::cli
