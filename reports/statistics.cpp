#include "reports/statistics.hpp"

#include "reports/analysis.hpp"
#include "reports/statistics/student.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::reports {

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
  return mean_interval(values, usual_confidence);
}

interval paired_difference(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  std::vector<double> differences;
  differences.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(b[i] - a[i]);
  return tested_difference(differences, usual_confidence).range;
}

}  // namespace hassle::reports
