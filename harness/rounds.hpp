#pragma once

#include "harness/runner.hpp"
#include "reports/effort.hpp"

namespace hassle::harness {

/// Runs every entry with its seeds, and all entries of a scenario with more of them, until the goal
/// is reached for each of them or out of reach: see `reports::seeds_more`. As if all had been run
/// at once, whatever the number of threads. REQUIRES: entries of a scenario stand side by side and
/// have as many seeds as the goal begins with.
[[nodiscard]] std::expected<batch_result, scenario::input_error> run_until(
    const std::vector<entry>& entries, const batch_options& options,
    const reports::effort_goal& goal);

}  // namespace hassle::harness
