#include "reports/statistics/bootstrap.hpp"

#include "reports/statistics/dice.hpp"
#include "reports/statistics/moments.hpp"
#include "reports/statistics/quiet_math.hpp"

#include <boost/math/distributions/normal.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace hassle::reports {
namespace {

using normal = boost::math::normal_distribution<double, quiet_math>;

// Any constant will do; it must stay what it is, for reports are compared.
constexpr std::uint64_t resampling_seed = 0x686173736c65;

std::vector<double> resampled(std::span<const double> values, const statistic& of) {
  counted_dice dice(resampling_seed);
  std::vector<double> drawn(values.size());
  std::vector<double> results;
  results.reserve(bootstrap_resamples);
  for (std::size_t b = 0; b < bootstrap_resamples; ++b) {
    for (double& each : drawn) each = values[dice.below(values.size())];
    results.push_back(of(drawn));
  }
  std::ranges::sort(results);
  return results;
}

// How far the middle of what was drawn is off, in standard deviations. Equal values count half.
double bias_of(std::span<const double> sorted, double estimate) {
  const auto [first, last] = std::ranges::equal_range(sorted, estimate);
  const auto less = static_cast<double>(first - sorted.begin());
  const auto equal = static_cast<double>(last - first);
  const auto all = static_cast<double>(sorted.size());
  const double share = std::clamp((less + equal / 2) / all, 0.5 / all, 1 - 0.5 / all);
  return boost::math::quantile(normal(), share);
}

// How much the spread changes with the value, from leaving out each value in turn.
double acceleration_of(std::span<const double> values, const statistic& of) {
  std::vector<double> left(values.begin() + 1, values.end());
  std::vector<double> estimates;
  estimates.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    estimates.push_back(of(left));
    if (i < left.size()) left[i] = values[i];
  }
  double mean = 0;
  for (const double each : estimates) mean += each;
  mean /= static_cast<double>(estimates.size());
  double squares = 0;
  double cubes = 0;
  for (const double each : estimates) {
    squares += (mean - each) * (mean - each);
    cubes += (mean - each) * (mean - each) * (mean - each);
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

// Between two neighbours, linearly.
double quantile_of(std::span<const double> sorted, double share) {
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

interval bca_interval(std::span<const double> values, const statistic& of, double confidence) {
  assert(values.size() >= 2);
  const double estimate = of(values);
  const std::vector<double> drawn = resampled(values, of);
  if (drawn.front() == drawn.back()) return {estimate, drawn.front(), drawn.back()};
  const double bias = bias_of(drawn, estimate);
  const double acceleration = acceleration_of(values, of);
  const auto corrected = [&](double tail) {
    const double z = bias + boost::math::quantile(normal(), tail);
    return boost::math::cdf(normal(), bias + z / (1 - acceleration * z));
  };
  const double tail = (1 - confidence) / 2;
  return {estimate, quantile_of(drawn, corrected(tail)), quantile_of(drawn, corrected(1 - tail))};
}

interval bca_mean_interval(std::span<const double> values, double confidence) {
  return bca_interval(values, mean_of, confidence);
}

}  // namespace hassle::reports
