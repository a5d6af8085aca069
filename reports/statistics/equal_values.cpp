#include "reports/statistics/equal_values.hpp"

#include <algorithm>
#include <cmath>

namespace hassle::reports {
namespace {

// 0.3 - 0.2 and 0.2 - 0.1 are the same difference.
constexpr double rounding = 1e-9;

}  // namespace

bool without_spread(std::span<const double> values) {
  if (values.size() < 2) return true;
  const auto [low, high] = std::ranges::minmax(values);
  return high - low <= rounding * std::max(std::abs(low), std::abs(high));
}

double p_of_equal_signs(std::size_t n) {
  return n < 2 ? 1 : std::pow(2.0, 1 - static_cast<double>(n));
}

interval interval_without_spread(double value, double p, double confidence) {
  if (p < 1 - confidence) return {value, value, value};
  return {value, std::min(0.0, 2 * value), std::max(0.0, 2 * value)};
}

}  // namespace hassle::reports
