#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>

namespace hassle::reports {

/// How many of a series of instants lie in one span of time, at most.
class sliding_window {
 public:
  explicit sliding_window(std::chrono::nanoseconds length) : length_(length) {}

  /// Instants come in order. The answer: how many lie in the span that ends now, it included.
  std::size_t add(std::chrono::nanoseconds at) {
    while (!within_.empty() && at - within_.front() >= length_) within_.pop_front();
    within_.push_back(at);
    peak_ = std::max(peak_, within_.size());
    return within_.size();
  }
  /// Forgets the instants, not the peak.
  void clear() { within_.clear(); }

  [[nodiscard]] std::size_t peak() const noexcept { return peak_; }

 private:
  std::chrono::nanoseconds length_;
  std::deque<std::chrono::nanoseconds> within_;
  std::size_t peak_ = 0;
};

}  // namespace hassle::reports
