#pragma once

#include "reports/analysis.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::reports {

/// True if the journal holds the story of this command.
[[nodiscard]] bool has_command(const journal& j, std::uint32_t command);

/// What went wrong in a run, for a person to read.
///
/// Without a command: the commands that failed, each with its cause in a line; those that were
/// answered late or from memory; the oracles that were violated, and the story of the first of
/// those that the client promises. With a command: its story, whatever its outcome, event by event,
/// from the connections it met to its outcome and what came after, and at the end why. A command
/// that the journal does not have is said to be missing.
[[nodiscard]] std::string explain(const run_context& context, const journal& j,
                                  std::optional<std::uint32_t> command, bool colour);

/// The story of the first violation of an oracle (see `oracles`), with the fault that is
/// responsible at its end. One that was not violated is said to be so.
[[nodiscard]] std::string explain_oracle(const run_context& context, const journal& j,
                                         std::string_view oracle, bool colour);

}  // namespace hassle::reports
