#pragma once

#include "reports/journal.hpp"

#include <hassle/net/time.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace hassle::mockha {

/// Gives every event its time and hands it to all who want it, in the order in which they came.
/// The clock must outlive it. Thread-safety: single-threaded.
class journal_hub {
 public:
  using listener = std::function<void(const reports::event&)>;

  explicit journal_hub(const net::time_source& clock) : clock_(clock) {}

  void listen(listener who) { listeners_.push_back(std::move(who)); }
  void add(reports::event e) {
    e.at = clock_.now().time_since_epoch();
    for (const auto& each : listeners_) each(e);
  }

 private:
  const net::time_source& clock_;
  std::vector<listener> listeners_;
};

}  // namespace hassle::mockha
