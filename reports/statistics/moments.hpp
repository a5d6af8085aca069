#pragma once

#include <span>

namespace hassle::reports {

/// REQUIRES: at least one value.
[[nodiscard]] double mean_of(std::span<const double> values);

struct moments {
  double mean = 0;
  double variance = 0;  ///< Of the values, not of their mean. 0 for less than two.
};
/// All zero for no values.
[[nodiscard]] moments moments_of(std::span<const double> values);

/// What one independent source adds to the variance of an estimate.
struct variance_part {
  double variance = 0;
  double degrees = 0;  ///< Of freedom; 0 adds nothing.
};
/// What the mean of these values has. Nothing for less than two.
[[nodiscard]] variance_part part_of_mean(std::span<const double> values);

/// Satterthwaite's degrees of freedom of a sum of variances. REQUIRES: one is not zero.
[[nodiscard]] double satterthwaite(const variance_part& a, const variance_part& b);

}  // namespace hassle::reports
