#pragma once

#include "reports/journal.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>

namespace hassle::mockha {

namespace asio = boost::asio;

/// The newest events of a journal, for any number of listeners, each of which reads on from where
/// it is. Costs the same however many there are: one that is slower than the events loses its
/// place.
///
/// Events are numbered from 1. Long texts are cut: peers choose some of them.
/// Thread-safety: single-threaded. Must outlive its waiters.
class journal_feed {
 public:
  explicit journal_feed(std::size_t kept_max) : kept_max_(kept_max) {}  ///< kept_max > 0

  void add(reports::event e);

  /// The number of the oldest event that is still here; `next()` if there is none.
  [[nodiscard]] std::uint64_t first() const noexcept { return next_ - kept_.size(); }
  /// The number that the next event will have.
  [[nodiscard]] std::uint64_t next() const noexcept { return next_; }
  /// REQUIRES: first() <= number < next()
  [[nodiscard]] const reports::event& at(std::uint64_t number) const;
  /// Numbers go on.
  void forget() { kept_.clear(); }

  /// Waits until there is an event with this number, `until` has come, or the caller is cancelled.
  [[nodiscard]] asio::awaitable<net::wait_end> wait(net::time_source& time, std::uint64_t number,
                                                    net::time_point until);

  static constexpr std::size_t text_bytes_max = 500;

 private:
  const std::size_t kept_max_;
  std::deque<reports::event> kept_;
  std::uint64_t next_ = 1;
  std::list<net::gate> waiting_;
};

}  // namespace hassle::mockha
