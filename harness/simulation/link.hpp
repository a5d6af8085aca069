#pragma once

#include "harness/simulation/active_faults.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hassle::harness {

/// The path between two hosts: how long a segment travels.
///
/// Bandwidth is shared by all connections on it, in each direction by itself.
class link {
 public:
  /// A link within one host (`loopback`) has no latency, and no fault reaches it.
  link(const scenario::network& path, const active_faults& faults, bool loopback);

  struct passage {
    net::time_point departs;  ///< The last byte has left the sender.
    net::time_point arrives;
  };
  /// Who sends: the number of the sending host among the two, which tells the directions on the
  /// wire apart; for which connection and in which of its directions.
  struct sender {
    std::size_t end;
    const route& who;
    direction way;
  };
  /// Sends `bytes` at `now`.
  passage transmit(std::size_t bytes, const sender& from, net::time_point now,
                   jitter_random& random);
  /// The same without jitter, for what waited for the wire when it became faster.
  passage transmit_again(std::size_t bytes, const sender& from, net::time_point now);

  /// A fault is over. True if it throttled: what waits for the wire is to be sent again.
  bool unthrottle(std::uint32_t fault, net::time_point now);

  /// The longest time there and back of an empty segment.
  [[nodiscard]] net::duration round_trip(const route& r) const noexcept;
  [[nodiscard]] net::duration one_way(const route& r) const noexcept;  ///< Without jitter.

  /// The faults in force on it; null if there are none.
  [[nodiscard]] const active_faults* faults() const noexcept {
    return loopback_ || faults_->empty() ? nullptr : faults_;
  }

  [[nodiscard]] bool loopback() const noexcept { return loopback_; }

 private:
  using wire = std::array<net::time_point, 2>;  // When each end has sent what it has to send.
  struct narrow_wire {
    std::uint32_t fault;
    wire free{};
  };
  net::time_point departure(std::size_t bytes, const sender& from, net::time_point now);

  scenario::network path_;
  const active_faults* faults_;
  bool loopback_;
  wire free_{};
  std::vector<narrow_wire> throttles_;
};

}  // namespace hassle::harness
