#pragma once

#include <hassle/net/time.hpp>

#include <algorithm>
#include <cassert>

namespace hassle::client {

/// Delays between connection attempts: base, twice base, four times base… up to the cap. No jitter,
/// as in the field report (LEE §1). Pure.
class backoff {
 public:
  /// 0 < base <= cap.
  backoff(net::duration base, net::duration cap) noexcept : base_(base), cap_(cap), next_(base) {
    assert(net::duration::zero() < base && base <= cap);
  }

  /// The delay after one more failed attempt.
  [[nodiscard]] net::duration next() noexcept {
    const net::duration delay = next_;
    // Compared by halves: doubling first could overflow.
    next_ = next_ > cap_ / 2 ? cap_ : std::min(next_ * 2, cap_);
    return delay;
  }

  /// Starts over.
  void reset() noexcept { next_ = base_; }

 private:
  net::duration base_;
  net::duration cap_;
  net::duration next_;
};

}  // namespace hassle::client
