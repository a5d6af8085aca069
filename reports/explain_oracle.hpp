#pragma once

#include "reports/investigation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// The oracles that a run violated, those that the client promises first.
[[nodiscard]] std::vector<oracle_result> violated_oracles(const run_context& context,
                                                          const journal& j);

/// A table of violations, a line each.
[[nodiscard]] std::string list_violations(const std::vector<oracle_result>& violated,
                                          bool coloured);

/// What led to the first violation of an oracle that is not about a command, the fault that is
/// responsible named at the end.
[[nodiscard]] std::string tell_violation(const run_context& context, const investigation& run,
                                         const oracle_result& violated, bool coloured);

/// A sentence about what was broken at an instant, or last before it.
[[nodiscard]] std::string name_responsible(const run_context& context, const investigation& run,
                                           std::chrono::nanoseconds at);

}  // namespace hassle::reports
