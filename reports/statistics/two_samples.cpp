#include "reports/statistics/two_samples.hpp"

#include "reports/statistics/equal_values.hpp"
#include "reports/statistics/moments.hpp"
#include "reports/statistics/student.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <vector>

namespace hassle::reports {
namespace {

interval around(double mean, double variance, double degrees, double confidence) {
  if (!(variance > 0)) return {mean, mean, mean};
  const double half = student_t(degrees, confidence) * std::sqrt(variance);
  return {mean, mean - half, mean + half};
}

// Of all values shuffled, the smaller ones all come first, or all last.
double p_of_parted(std::size_t a, std::size_t b) {
  double ways = 1;
  for (std::size_t i = 1; i <= std::min(a, b); ++i) {
    ways = ways * static_cast<double>(std::max(a, b) + i) / static_cast<double>(i);
  }
  return std::min(1.0, 2 / ways);
}

// Where the ratio seems to have no width (its mean is none, or nothing spreads) it has that of the
// difference.
void widen_ratio(mean_change& change) {
  if (!change.ratio || change.ratio->low < change.ratio->high) return;
  change.ratio->low = std::max(0.0, 1 + change.difference.low / change.before);
  change.ratio->high = std::max(0.0, 1 + change.difference.high / change.before);
}

}  // namespace

mean_change paired_change(std::span<const double> before, std::span<const double> after,
                          double confidence) {
  assert(!before.empty() && before.size() == after.size());
  std::vector<double> differences;
  differences.reserve(before.size());
  for (std::size_t i = 0; i < before.size(); ++i) differences.push_back(after[i] - before[i]);
  const tested_mean found = tested_difference(differences, confidence);
  mean_change change{.before = mean_of(before),
                     .after = mean_of(after),
                     .difference = found.range,
                     .ratio = {},
                     .p = found.p};
  if (change.before > 0) change.ratio = ratio_interval(after, before, confidence);
  widen_ratio(change);
  return change;
}

mean_change unpaired_change(std::span<const double> before, std::span<const double> after,
                            double confidence) {
  assert(!before.empty() && !after.empty());
  const double from = mean_of(before);
  const double to = mean_of(after);
  const variance_part a = part_of_mean(before);
  const variance_part b = part_of_mean(after);
  const double difference = to - from;
  mean_change change{
      .before = from, .after = to, .difference = {difference, difference, difference}, .ratio = {}};
  const bool tested = before.size() > 1 && after.size() > 1;
  const double variance = a.variance + b.variance;
  if (tested && variance > 0) {
    const double degrees = satterthwaite(a, b);
    change.difference = around(difference, variance, degrees, confidence);
    change.p = p_of_zero(difference, std::sqrt(variance), degrees);
  } else if (tested && difference != 0) {
    change.p = p_of_parted(before.size(), after.size());
    change.difference = interval_without_spread(difference, change.p, confidence);
  }
  if (!(from > 0)) return change;
  // The delta method: what moves the one mean and what moves the other move their ratio.
  const double ratio = to / from;
  const double from_before = ratio * ratio * a.variance / (from * from);
  const double from_after = b.variance / (from * from);
  change.ratio = interval{ratio, ratio, ratio};
  if (tested && from_before + from_after > 0) {
    const double degrees = satterthwaite({from_before, a.degrees}, {from_after, b.degrees});
    change.ratio = around(ratio, from_before + from_after, degrees, confidence);
  }
  widen_ratio(change);
  return change;
}

}  // namespace hassle::reports
