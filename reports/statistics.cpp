#include "reports/statistics.hpp"

#include "reports/analysis.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hassle::reports {

double student_t_975(std::size_t degrees_of_freedom) {
  assert(degrees_of_freedom > 0);
  // Without promotion to long double, whose size depends on the platform: reports are compared.
  using policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  const boost::math::students_t_distribution<double, policy> t(
      static_cast<double>(degrees_of_freedom));
  return boost::math::quantile(boost::math::complement(t, 0.025));
}

std::chrono::nanoseconds nearest_rank(std::span<const std::chrono::nanoseconds> sorted,
                                      unsigned percent) {
  assert(percent >= 1 && percent <= 100);
  if (sorted.empty()) return {};
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[rank - 1];
}

std::vector<std::pair<std::string, std::uint64_t>> most_first(
    const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return sorted;
}

interval mean_interval(std::span<const double> values) {
  if (values.empty()) return {};
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  if (values.size() == 1) return {mean, mean, mean};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double standard_error = std::sqrt(squares / (n - 1) / n);
  const double half = student_t_975(values.size() - 1) * standard_error;
  return {mean, mean - half, mean + half};
}

interval paired_difference(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  std::vector<double> differences;
  differences.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  return mean_interval(differences);
}

}  // namespace hassle::reports
