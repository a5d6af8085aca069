#pragma once

#include "reports/analysis.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace hassle::reports {

/// What an interval is good for unless something else is said.
inline constexpr double usual_confidence = 0.95;

/// Half of a two-sided interval of Student's t, in standard errors.
/// REQUIRES: degrees > 0 (they need not be whole), confidence in (0, 1).
[[nodiscard]] double student_t(double degrees, double confidence);
/// The same of the normal distribution.
[[nodiscard]] double normal_z(double confidence);

/// Of an estimate at least as far from zero, if it is zero in truth: Student's t, two-sided.
/// REQUIRES: standard_error > 0, degrees > 0.
[[nodiscard]] double p_of_zero(double estimate, double standard_error, double degrees);

/// The mean with its interval. One value has no width, none at all is zero.
[[nodiscard]] interval mean_interval(std::span<const double> values, double confidence);

/// A mean with its interval, and how likely one is that is at least as far from zero by chance.
struct tested_mean {
  interval range;
  double p = 1;
};

/// Of the differences of pairs: the paired t-test. Where they are all the same, what `equal_values`
/// says of them. One has no width and p = 1, none at all is zero. The interval leaves out zero
/// where p is below what the confidence leaves, and only there.
[[nodiscard]] tested_mean tested_difference(std::span<const double> differences, double confidence);

/// A mean whose values are drawn in two ways at once: value[i][j] is of seed i and permutation j.
/// The variances of the means of rows and of columns are added, which counts what both have in
/// common twice: a little too wide, never too narrow. Degrees of freedom after Satterthwaite.
/// With one column it is that of `tested_difference`; where all seeds say the same they are no more
/// certain than there. REQUIRES: rows of equal length.
[[nodiscard]] tested_mean crossed_mean(std::span<const std::vector<double>> rows,
                                       double confidence);

/// Of sum(above) / sum(below), with the spread over the pairs: a share of all commands, say, when
/// runs have different numbers of them. Linearised (Cochran, Sampling Techniques, 6.3); the same as
/// `mean_interval` where all of `below` are equal. REQUIRES: same size, sum(below) > 0.
[[nodiscard]] interval ratio_interval(std::span<const double> above, std::span<const double> below,
                                      double confidence);

}  // namespace hassle::reports
