#pragma once

#include "mockha/program_options.hpp"
#include "mockha/server.hpp"

#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace hassle::mockha {

/// What the command line and the files that it names come to.
struct program_setup {
  server_config config;
  std::optional<scenario::scenario> script;
  /// What the server does of it, in its order; numbers are those of the whole plan.
  std::vector<scenario::planned_fault> faults;
  /// What a scenario holds that is not a server's business: "fault nat-1 (cut)".
  std::vector<std::string> left_out;
};

/// Reads what has to be read. The error is one line or several, for people.
[[nodiscard]] std::expected<program_setup, std::string> prepare(const program_options& options);

}  // namespace hassle::mockha
