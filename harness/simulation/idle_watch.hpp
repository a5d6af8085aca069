#pragma once

#include <hassle/net/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace hassle::harness {

/// Counts how often the programs of a host wake up while nothing asks for it. A minute counts if
/// nothing was the matter in the minute before it, nor in it; instants at which several things
/// happen count once.
class idle_watch {
 public:
  static constexpr net::duration minute = std::chrono::minutes(1);

  /// Something is the matter at this instant; waking up is no wonder for a while.
  void disturb(net::time_point now) noexcept { calm_since_ = now; }
  /// Something is the matter from now on, or not any more. Counted: as many ends as begins.
  void begin(net::time_point now) noexcept {
    ++matters_;
    disturb(now);
  }
  void end(net::time_point now) noexcept {
    if (matters_ > 0) --matters_;
    disturb(now);
  }

  void on_wake(net::time_point now) noexcept {
    if (now == last_wake_ || matters_ > 0) return;
    last_wake_ = now;
    const auto minutes = (now - calm_since_) / minute;
    if (minutes < 1) return;
    const net::time_point begin = calm_since_ + minutes * minute;
    if (begin != window_) woken_ = 0;
    window_ = begin;
    peak_ = std::max(peak_.value_or(0), ++woken_);
  }

  /// The most wake-ups in such a minute; empty if the host slept through all of them.
  [[nodiscard]] std::optional<std::int64_t> peak() const noexcept { return peak_; }

 private:
  net::time_point calm_since_{};
  net::time_point last_wake_ = net::time_point::min();
  net::time_point window_ = net::time_point::min();
  std::int64_t woken_ = 0;
  std::int64_t matters_ = 0;
  std::optional<std::int64_t> peak_;
};

}  // namespace hassle::harness
