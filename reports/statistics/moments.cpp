#include "reports/statistics/moments.hpp"

#include <cassert>

namespace hassle::reports {

double mean_of(std::span<const double> values) {
  assert(!values.empty());
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

moments moments_of(std::span<const double> values) {
  if (values.empty()) return {};
  const double mean = mean_of(values);
  if (values.size() == 1) return {.mean = mean};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {.mean = mean, .variance = squares / (static_cast<double>(values.size()) - 1)};
}

variance_part part_of_mean(std::span<const double> values) {
  if (values.size() < 2) return {};
  const auto n = static_cast<double>(values.size());
  return {.variance = moments_of(values).variance / n, .degrees = n - 1};
}

double satterthwaite(const variance_part& a, const variance_part& b) {
  const auto part = [](const variance_part& p) {
    return p.degrees > 0 ? p.variance * p.variance / p.degrees : 0;
  };
  const double sum = a.variance + b.variance;
  return sum * sum / (part(a) + part(b));
}

}  // namespace hassle::reports
