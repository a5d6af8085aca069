#pragma once

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <cassert>

namespace hassle::client {

/// A duration between two, both included.
[[nodiscard]] inline net::duration draw_between(net::duration least, net::duration most,
                                                net::random_stream& random) {
  assert(least <= most);
  return net::duration(boost::random::uniform_int_distribution<net::duration::rep>(
      least.count(), most.count())(random));
}

/// base doubled `times` times, but not above `cap`; 0 < base <= cap.
[[nodiscard]] inline net::duration doubled(net::duration base, unsigned times,
                                           net::duration cap) noexcept {
  assert(net::duration::zero() < base && base <= cap);
  net::duration result = base;
  // Compared by halves: doubling first could overflow. Ends after at most 63 steps.
  for (unsigned i = 0; i < times && result < cap; ++i) {
    result = result > cap / 2 ? cap : result * 2;
  }
  return result;
}

}  // namespace hassle::client
