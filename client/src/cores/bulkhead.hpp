#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace hassle::client {

/// At most calls_max calls at once, at most queue_max waiting for their turn, in the order of their
/// arrival. The shell keeps what waits under the ticket's number.
///
///   arrives -- room --> running            arrives -- no room --> waiting, or refused
///   waiting -- its turn (on_done) --> running
///   waiting -- dropped, expired, gave up --> out
///
/// Pure. A call that finds room costs no allocation. `now` must not go backwards.
class bulkhead {
 public:
  using ticket = std::uint64_t;

  explicit bulkhead(const admission_config& settings);

  enum class verdict : std::uint8_t { run, wait, refused };
  struct arrival {
    verdict what{};
    ticket number = 0;              ///< Of `run` and `wait`.
    std::optional<ticket> dropped;  ///< This one lost its place: it ends as "queue_full".
  };
  [[nodiscard]] arrival on_arrival(net::time_point now);

  /// A running call ended: whose turn it is now, if anybody waits. That one is running from now on.
  [[nodiscard]] std::optional<ticket> on_done();

  /// A waiting call gave up (its limit, a cancel). No effect on one that does not wait.
  void on_gave_up(ticket number) noexcept;

  /// Under `expire`: those that have waited for queue_limit; they are out. Empty otherwise.
  [[nodiscard]] std::vector<ticket> take_expired(net::time_point now);
  /// When take_expired has something to give; `never` if nothing waits or nothing expires.
  [[nodiscard]] net::time_point next() const noexcept;

  [[nodiscard]] std::size_t running() const noexcept { return running_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return queue_.size(); }

 private:
  struct entry {
    ticket number;
    net::time_point since;
  };
  std::size_t calls_max_;
  std::size_t queue_max_;
  queue_policy policy_;
  duration queue_limit_;
  std::size_t running_ = 0;
  ticket last_ = 0;
  std::deque<entry> queue_;  ///< Oldest first.
};

}  // namespace hassle::client
