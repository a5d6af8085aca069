#pragma once

#include "reports/analysis.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hassle::reports {

/// True if the journal holds the story of this command.
[[nodiscard]] bool has_command(const journal& j, std::uint32_t command);

/// What went wrong in a run, for a person to read.
///
/// Without a command: the commands that failed, each with its cause in a line. With one: its story,
/// event by event, from the connections it met to its outcome and what came after, and at the end
/// why. A command that the journal does not have is said to be missing.
[[nodiscard]] std::string explain(const run_context& context, const journal& j,
                                  std::optional<std::uint32_t> command, bool colour);

}  // namespace hassle::reports
