#pragma once

#include <hassle/net/time.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace hassle::harness {

/// How TCP keeps trying, as Linux does it unless told otherwise.
struct tcp_settings {
  std::size_t send_buffer = 256U << 10U;  ///< Bytes in flight and unread, for each direction. > 0.
  net::duration rto_min = std::chrono::milliseconds(200);  ///< First retransmission; 2 RTT if more.
  net::duration rto_max = std::chrono::seconds(120);
  /// Without an acknowledgement for so long, a sender reports ETIMEDOUT (tcp_retries2 = 15).
  net::duration give_up = std::chrono::milliseconds(924'600);
  /// The same for a closed socket, which tells nobody (tcp_orphan_retries = 8).
  net::duration orphan_give_up = std::chrono::seconds(100);
  std::size_t backlog = 4096;  ///< Connections that wait for accept; further SYNs are dropped. > 0.
};

/// When SYNs are sent again, after the first; tcp_syn_retries = 6.
inline constexpr std::array<std::chrono::seconds, 6> syn_retransmissions{
    std::chrono::seconds(1),  std::chrono::seconds(3),  std::chrono::seconds(7),
    std::chrono::seconds(15), std::chrono::seconds(31), std::chrono::seconds(63)};
inline constexpr std::chrono::seconds syn_give_up{127};

/// The schedule of one unacknowledged segment: again after rto, 2 rto, 4 rto... up to `rto_max`
/// each. Pure; starts over (a new object) after any progress.
class retransmission {
 public:
  retransmission(const tcp_settings& settings, net::time_point sent, net::duration round_trip)
      : rto_(std::max(settings.rto_min, 2 * round_trip)),
        rto_max_(std::max(settings.rto_max, rto_)),
        since_(sent),
        due_(sent + rto_) {}

  /// When to send next.
  [[nodiscard]] net::time_point due() const noexcept { return due_; }

  /// It is sent (at `now`, not before `due`) and waits for the next time.
  void sent(net::time_point now) noexcept {
    rto_ = std::min(2 * rto_, rto_max_);
    due_ = now + rto_;
  }

  /// True at an instant at which a sender with that much patience gives up instead.
  [[nodiscard]] bool exhausted(net::time_point now, net::duration give_up) const noexcept {
    return now - since_ >= give_up;
  }

 private:
  net::duration rto_;
  net::duration rto_max_;
  net::time_point since_;
  net::time_point due_;
};

}  // namespace hassle::harness
