#pragma once

#include "reports/analysis.hpp"

#include <cstddef>
#include <span>

namespace hassle::reports {

// Differences that are all the same. Student's t takes them for a quantity without any spread and
// is certain after two of them, which is not what is known: two seeds may agree by chance. What
// holds whatever the distribution is: if nothing but chance is at work, each has the sign that it
// has with one half, and all of n have the same one with 2·2⁻ⁿ.

/// No two of them differ by more than rounding does. True for less than two.
[[nodiscard]] bool without_spread(std::span<const double> values);

/// The sign test's p-value for n differences of the same sign: 2·2⁻ⁿ, 1 for less than two.
[[nodiscard]] double p_of_equal_signs(std::size_t n);

/// What can be said of a mean `value` that had no spread: its range, which is a point, where `p` is
/// below what the confidence leaves; otherwise it reaches to zero, and as far to the other side.
[[nodiscard]] interval interval_without_spread(double value, double p, double confidence);

}  // namespace hassle::reports
