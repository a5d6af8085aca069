#pragma once

#include "reports/analysis.hpp"

#include <span>
#include <vector>

namespace hassle::reports {

/// The most connection attempts that any 60 seconds of a run may hold.
inline constexpr std::size_t attempts_per_minute_max = 60;

/// One result for each of `oracles()`, in that order.
[[nodiscard]] std::vector<oracle_result> ask_oracles(const run_context& context, const journal& j,
                                                     std::span<const command_story> stories);

}  // namespace hassle::reports
