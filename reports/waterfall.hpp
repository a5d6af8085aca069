#pragma once

#include "reports/analysis.hpp"
#include "reports/recovery_stages.hpp"

#include <span>
#include <vector>

namespace hassle::reports {

/// Every one of the run's `recoveries`, in their order, split in its stages. Each sums up exactly
/// to that recovery. README.md says how an instant is told to be of one stage.
[[nodiscard]] std::vector<staged_recovery> waterfall(const run_context& context, const journal& j,
                                                     std::span<const command_story> stories);

/// Those of all runs pooled: all kinds of faults together first, then each kind, by name. Empty if
/// nothing recovered.
[[nodiscard]] std::vector<recovery_waterfall> pooled_waterfall(std::span<const run_figures> runs);

}  // namespace hassle::reports
