#pragma once

#include "reports/analysis.hpp"

#include <optional>
#include <span>

namespace hassle::reports {

/// How the mean of one sample differs from that of another.
struct mean_change {
  double before = 0;
  double after = 0;
  interval difference;            ///< after - before
  std::optional<interval> ratio;  ///< after / before. Nothing where `before` is not above zero.
  /// How likely a difference like this is, or a greater one, if there is nothing but chance.
  double p = 1;
};

// Without any spread Student's t would be certain after two values. What is certain is how they
// were drawn: p is never below the share of all ways to label as many values that part them as
// clearly. REQUIRES, of both: no sample is empty; confidence in (0, 1). A single pair, and a sample
// of one value, has intervals without width and p = 1.

/// Of pairs: values that have all in common but what is asked about.
[[nodiscard]] mean_change paired_change(std::span<const double> before,
                                        std::span<const double> after, double confidence);
/// Of values that have nothing in common: Welch's t, which lets the spreads differ.
[[nodiscard]] mean_change unpaired_change(std::span<const double> before,
                                          std::span<const double> after, double confidence);

}  // namespace hassle::reports
