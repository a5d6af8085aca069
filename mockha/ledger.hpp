#pragma once

#include <hassle/net/time.hpp>

#include <cstdint>
#include <deque>
#include <string>

namespace hassle::mockha {

/// A service call that ran: the truth about what happened to the home.
struct execution {
  net::time_point at{};
  std::uint32_t connection = 0;
  std::uint64_t message_id = 0;
  std::string what;        ///< "light.turn_on light.kitchen"
  bool effective = false;  ///< False: no entity was there to act on, or the service refused.
};

/// What was executed, in order. Keeps the newest `entries_max`, counts all.
class ledger {
 public:
  explicit ledger(std::size_t entries_max) : entries_max_(entries_max) {}

  void add(execution e) {
    ++total_;
    entries_.push_back(std::move(e));
    if (entries_.size() > entries_max_) entries_.pop_front();
  }

  void clear() {
    entries_.clear();
    total_ = 0;
  }

  [[nodiscard]] const std::deque<execution>& entries() const noexcept { return entries_; }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  std::deque<execution> entries_;
  std::size_t entries_max_;
  std::uint64_t total_ = 0;
};

}  // namespace hassle::mockha
