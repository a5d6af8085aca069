#include "reports/statistics/quantile.hpp"

#include "reports/statistics.hpp"
#include "reports/statistics/quiet_math.hpp"
#include "reports/statistics/student.hpp"

#include <boost/math/distributions/binomial.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;
using groups_of_times = std::span<const std::span<const nanoseconds>>;

// P(X <= k), where X of n are below the quantile.
double at_most(std::size_t k, std::size_t n, double share) {
  if (k >= n) return 1;
  const boost::math::binomial_distribution<double, quiet_math> binomial(static_cast<double>(n),
                                                                        share);
  return boost::math::cdf(binomial, static_cast<double>(k));
}

// The smallest k in [0, n] with P(X <= k) >= probability.
std::size_t smallest_with(std::size_t n, double share, double probability) {
  std::size_t low = 0;
  std::size_t high = n;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (at_most(middle, n, share) >= probability) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// How many independent values would say as much.
std::size_t effective_size(groups_of_times groups, std::size_t n, nanoseconds value,
                           double confidence) {
  std::vector<double> below;
  std::vector<double> sizes;
  below.reserve(groups.size());
  sizes.reserve(groups.size());
  for (const auto& group : groups) {
    if (group.empty()) continue;
    const auto is_below = [&](nanoseconds each) { return each <= value; };
    below.push_back(static_cast<double>(std::ranges::count_if(group, is_below)));
    sizes.push_back(static_cast<double>(group.size()));
  }
  if (below.size() < 2) return n;
  const interval share = ratio_interval(below, sizes, confidence);
  const double half = share.high - share.mean;
  // Half of the interval is z * sqrt(p (1 - p) / n) with so many values that have nothing in
  // common.
  const double z = normal_z(confidence);
  if (!(half > 0)) return n;
  const double worth = z * z * share.mean * (1 - share.mean) / (half * half);
  return static_cast<std::size_t>(std::clamp(worth, 1.0, static_cast<double>(n)));
}

}  // namespace

rank_interval quantile_ranks(std::size_t n, double share, double confidence) {
  assert(share > 0 && share < 1);
  if (n == 0) return {};
  const double tail = (1 - confidence) / 2;
  rank_interval ranks;
  // The l-th value is above the quantile if fewer than l are below it.
  const std::size_t first = smallest_with(n, share, tail);
  std::size_t low = first;
  while (low < n && at_most(low, n, share) <= tail) ++low;  // Where both are equal.
  if (low > 0) ranks.low = low;
  const std::size_t high = smallest_with(n, share, 1 - tail) + 1;
  if (high <= n) ranks.high = high;
  return ranks;
}

std::optional<time_quantile> pooled_quantile(groups_of_times groups, unsigned percent,
                                             double confidence) {
  assert(percent >= 1 && percent <= 99);
  std::vector<nanoseconds> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  if (all.empty()) return std::nullopt;
  std::ranges::sort(all);
  time_quantile result{.value = nearest_rank(all, percent), .low = {}, .high = {}};
  const double share = percent / 100.0;
  const std::size_t worth = effective_size(groups, all.size(), result.value, confidence);
  const rank_interval ranks = quantile_ranks(worth, share, confidence);
  // A rank among those few, as one among all; outwards where there is none.
  const auto scaled = [&](std::size_t rank, std::size_t round_up) {
    const std::size_t position = (rank * all.size() + round_up) / worth;
    return std::clamp(position, std::size_t{1}, all.size());
  };
  if (ranks.low) result.low = std::min(all[scaled(*ranks.low, 0) - 1], result.value);
  if (ranks.high) result.high = std::max(all[scaled(*ranks.high, worth - 1) - 1], result.value);
  return result;
}

}  // namespace hassle::reports
