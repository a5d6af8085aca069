#pragma once

#include "harness/relay/relay_line.hpp"
#include "harness/simulation/active_faults.hpp"
#include "harness/simulation/link.hpp"

#include <hassle/net/time.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace hassle::harness {

using boost::system::error_code;

/// A connect over a path that the kernel does not have: when its SYNs travel, get lost and are sent
/// again, as Linux does it, and when the answer is back.
///
/// Pure. The line must outlive it.
class handshake {
 public:
  /// What those do to whom its segments come.
  struct peers {
    bool client_frozen = false;
    bool server_frozen = false;
    bool listening = true;
  };

  /// The first SYN is due at `now`. `jitter` seeds that of its segments.
  handshake(relay_line& line, std::uint64_t jitter, net::time_point now);

  /// When to ask again.
  [[nodiscard]] net::time_point due() const noexcept;
  /// A SYN is due, but the client stands still: ask again when it is awake.
  [[nodiscard]] bool parked() const noexcept { return parked_; }

  /// Does what is due. How it ended, once it has: no error, refused or timed out.
  [[nodiscard]] std::optional<error_code> advance(net::time_point now, const peers& are);

 private:
  struct answer {
    net::time_point arrives;
    bool welcome;
  };

  void send(net::time_point now);
  [[nodiscard]] bool lost(const active_fault* fault);
  [[nodiscard]] bool send_due(net::time_point now, const peers& are);
  void take_syn(net::time_point now, const peers& are);
  [[nodiscard]] net::time_point travel(direction way, net::time_point now);

  relay_line* line_;
  fault_dice dice_{1};  // Not the connection's own.
  jitter_random random_;
  net::time_point began_;
  net::time_point next_send_;
  std::size_t sent_ = 0;
  std::deque<net::time_point> syns_;  // When they arrive: at most one for each that was sent.
  std::deque<answer> answers_;
  bool parked_ = false;
};

}  // namespace hassle::harness
