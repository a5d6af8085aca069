#include "reports/statistics/proportion.hpp"

#include "reports/statistics/quiet_math.hpp"
#include "reports/statistics/student.hpp"

#include <boost/math/distributions/beta.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hassle::reports {

interval wilson_interval(std::uint64_t hits, std::uint64_t n, double confidence) {
  assert(n > 0 && hits <= n);
  const auto trials = static_cast<double>(n);
  const double share = static_cast<double>(hits) / trials;
  const double z = normal_z(confidence);
  const double weight = z * z / trials;
  const double centre = (share + weight / 2) / (1 + weight);
  const double half =
      z / (1 + weight) * std::sqrt(share * (1 - share) / trials + weight / (4 * trials));
  return {.mean = share,
          .low = hits == 0 ? 0 : std::max(centre - half, 0.0),
          .high = hits == n ? 1 : std::min(centre + half, 1.0)};
}

interval clopper_pearson_interval(std::uint64_t hits, std::uint64_t n, double confidence) {
  assert(n > 0 && hits <= n);
  using beta = boost::math::beta_distribution<double, quiet_math>;
  const auto k = static_cast<double>(hits);
  const auto trials = static_cast<double>(n);
  const double tail = (1 - confidence) / 2;
  interval i{.mean = k / trials, .low = 0, .high = 1};
  if (hits > 0) i.low = boost::math::quantile(beta(k, trials - k + 1), tail);
  if (hits < n) {
    i.high = boost::math::quantile(boost::math::complement(beta(k + 1, trials - k), tail));
  }
  return i;
}

double bound_of_none(std::uint64_t n, double confidence) {
  assert(n > 0);
  // Three is what everybody knows; -ln(0.05) is 2.996.
  const double expected = confidence == usual_confidence ? 3.0 : -std::log(1 - confidence);
  return std::min(expected / static_cast<double>(n), 1.0);
}

interval guaranteed_share(std::uint64_t hits, std::uint64_t n, double confidence) {
  if (hits == 0) return {.mean = 0, .low = 0, .high = bound_of_none(n, confidence)};
  return clopper_pearson_interval(hits, n, confidence);
}

}  // namespace hassle::reports
