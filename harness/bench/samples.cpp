#include "harness/bench/samples.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace hassle::harness::bench {

std::optional<double> samples::quantile(double part) const {
  assert(part > 0 && part <= 1);
  if (values_.empty()) return std::nullopt;
  std::vector<double> sorted = values_;
  const auto rank =
      static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size()) - 1e-9));
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(sorted, at);
  return *at;
}

}  // namespace hassle::harness::bench
