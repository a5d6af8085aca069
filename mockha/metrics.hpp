#pragma once

#include "mockha/server.hpp"

#include "reports/journal.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace hassle::mockha {

/// What was counted of a journal, and what there is now, as Prometheus reads it (text format
/// 0.0.4). Labels come from closed sets: what a client invents cannot make time series.
/// Thread-safety: single-threaded.
class metrics {
 public:
  void on_event(const reports::event& e);

  /// `now` is the server's time.
  [[nodiscard]] std::string text(const server& of, net::time_point now) const;

 private:
  std::array<std::uint64_t, reports::event_kind_count> kinds_{};
  std::map<std::string, std::uint64_t, std::less<>> commands_;  // By type.
  std::uint64_t refused_logins_ = 0;
  std::uint64_t failed_answers_ = 0;
  std::uint64_t closed_by_peer_ = 0;
};

}  // namespace hassle::mockha
