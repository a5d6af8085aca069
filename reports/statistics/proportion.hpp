#pragma once

#include "reports/analysis.hpp"

#include <cstdint>

namespace hassle::reports {

// A single proportion: so many of n, each for itself. `interval::mean` is the share that was seen.
// REQUIRES, of all: n > 0, hits <= n, confidence in (0, 1).

/// Wilson's score interval, without a correction for continuity. On average it covers what it says,
/// also near 0 and 1, where the usual ± does not.
[[nodiscard]] interval wilson_interval(std::uint64_t hits, std::uint64_t n, double confidence);

/// Clopper and Pearson's: it covers at least what it says, whatever the true share is, and is wider
/// for that.
[[nodiscard]] interval clopper_pearson_interval(std::uint64_t hits, std::uint64_t n,
                                                double confidence);

/// The share that cannot be excluded though nothing was seen in n trials: 3/n for 95 %.
[[nodiscard]] double bound_of_none(std::uint64_t n, double confidence);

/// Of so few the spread over runs says little: most have none, and where all have one each there is
/// no spread at all.
inline constexpr std::uint64_t few_hits = 10;
/// What is said of so few: nothing seen is `bound_of_none`, otherwise Clopper and Pearson's.
[[nodiscard]] interval guaranteed_share(std::uint64_t hits, std::uint64_t n, double confidence);

}  // namespace hassle::reports
