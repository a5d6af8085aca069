#include "reports/statistics/student.hpp"

#include "reports/statistics/equal_values.hpp"
#include "reports/statistics/moments.hpp"
#include "reports/statistics/quiet_math.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace hassle::reports {
namespace {

interval around(double mean, double half) { return {mean, mean - half, mean + half}; }

// Of n that are all the same.
tested_mean equal_differences(double value, std::size_t n, double confidence) {
  const double p = value == 0 ? 1 : p_of_equal_signs(n);
  return {.range = interval_without_spread(value, p, confidence), .p = p};
}

// No more certain than either of the two.
tested_mean less_certain(const tested_mean& a, const tested_mean& b) {
  return {.range = {.mean = a.range.mean,
                    .low = std::min(a.range.low, b.range.low),
                    .high = std::max(a.range.high, b.range.high)},
          .p = std::max(a.p, b.p)};
}

}  // namespace

double student_t(double degrees, double confidence) {
  assert(degrees > 0);
  const boost::math::students_t_distribution<double, quiet_math> t(degrees);
  return boost::math::quantile(boost::math::complement(t, (1 - confidence) / 2));
}

double normal_z(double confidence) {
  const boost::math::normal_distribution<double, quiet_math> z;
  return boost::math::quantile(boost::math::complement(z, (1 - confidence) / 2));
}

double p_of_zero(double estimate, double standard_error, double degrees) {
  const boost::math::students_t_distribution<double, quiet_math> t(degrees);
  return 2 * boost::math::cdf(boost::math::complement(t, std::abs(estimate / standard_error)));
}

interval mean_interval(std::span<const double> values, double confidence) {
  const moments m = moments_of(values);
  if (values.size() < 2) return around(m.mean, 0);
  const auto n = static_cast<double>(values.size());
  return around(m.mean, student_t(n - 1, confidence) * std::sqrt(m.variance / n));
}

tested_mean tested_difference(std::span<const double> differences, double confidence) {
  const moments m = moments_of(differences);
  if (differences.size() < 2) return {.range = around(m.mean, 0)};
  if (without_spread(differences)) return equal_differences(m.mean, differences.size(), confidence);
  const auto n = static_cast<double>(differences.size());
  const double error = std::sqrt(m.variance / n);
  return {.range = around(m.mean, student_t(n - 1, confidence) * error),
          .p = p_of_zero(m.mean, error, n - 1)};
}

tested_mean crossed_mean(std::span<const std::vector<double>> rows, double confidence) {
  if (rows.empty() || rows.front().empty()) return {};
  std::vector<double> row_means;
  row_means.reserve(rows.size());
  std::vector<double> column_means(rows.front().size());
  for (const std::vector<double>& row : rows) {
    assert(row.size() == column_means.size());
    row_means.push_back(moments_of(row).mean);
    for (std::size_t j = 0; j < row.size(); ++j) column_means[j] += row[j];
  }
  for (double& mean : column_means) mean /= static_cast<double>(rows.size());
  const double mean = moments_of(row_means).mean;
  const variance_part by_row = part_of_mean(row_means);
  const variance_part by_column = part_of_mean(column_means);
  if (rows.size() < 2) return {.range = around(mean, 0)};  // A single seed says nothing of others.
  const tested_mean by_seed = tested_difference(row_means, confidence);
  if (column_means.size() < 2 || without_spread(column_means)) return by_seed;
  const double error = std::sqrt(by_row.variance + by_column.variance);
  const double degrees = satterthwaite(by_row, by_column);
  const tested_mean both{.range = around(mean, student_t(degrees, confidence) * error),
                         .p = p_of_zero(mean, error, degrees)};
  return without_spread(row_means) ? less_certain(both, by_seed) : both;
}

interval ratio_interval(std::span<const double> above, std::span<const double> below,
                        double confidence) {
  assert(above.size() == below.size());
  double numerator = 0;
  double denominator = 0;
  for (std::size_t i = 0; i < above.size(); ++i) {
    numerator += above[i];
    denominator += below[i];
  }
  assert(denominator > 0);
  const double ratio = numerator / denominator;
  const auto n = static_cast<double>(above.size());
  std::vector<double> residuals;
  residuals.reserve(above.size());
  for (std::size_t i = 0; i < above.size(); ++i) {
    residuals.push_back((above[i] - ratio * below[i]) * n / denominator);
  }
  const interval of_residuals = mean_interval(residuals, confidence);
  return around(ratio, of_residuals.high - of_residuals.mean);
}

}  // namespace hassle::reports
