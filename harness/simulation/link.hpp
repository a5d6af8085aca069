#pragma once

#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/net/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hassle::harness {

/// Which way a segment travels, seen from the connection: the one who dialed is the client.
enum class direction : std::uint8_t { to_server, to_client };
[[nodiscard]] constexpr direction opposite(direction d) noexcept {
  return d == direction::to_server ? direction::to_client : direction::to_server;
}

/// A network fault that is in force.
struct active_fault {
  std::uint32_t number = 0;  ///< Of the occurrence in the plan.
  std::string name;
  scenario::fault_parameters what;
  net::duration amount{};
};

/// The faults in force, in the order of their beginning.
///
/// Each answers for one segment at a time; the first that objects wins. They see which way it goes,
/// never the program at either end.
class active_faults {
 public:
  void begin(active_fault fault) { list_.push_back(std::move(fault)); }
  void end(std::uint32_t number);

  /// The fault that swallows a segment, if any.
  [[nodiscard]] const active_fault* blocks(direction d) const noexcept;
  /// The fault that swallows a SYN, if any: those of `blocks`, and black holes.
  [[nodiscard]] const active_fault* blocks_connect() const noexcept;
  [[nodiscard]] const std::vector<active_fault>& all() const noexcept { return list_; }

 private:
  std::vector<active_fault> list_;
};

/// A generator of eight bytes for Boost.Random's distributions (splitmix64): each direction of each
/// connection has its own, so that traffic on one never changes the jitter of another.
class jitter_random {
 public:
  using result_type = std::uint64_t;
  explicit jitter_random(std::uint64_t seed = 0) noexcept : state_(seed) {}
  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return ~result_type{0}; }
  result_type operator()() noexcept;

 private:
  std::uint64_t state_;
};

/// The path between two hosts: how long a segment travels.
///
/// Bandwidth is shared by all connections between the two, in each direction by itself.
class link {
 public:
  /// A link within one host (`loopback`) has no latency, and no fault reaches it.
  link(const scenario::network& path, const active_faults& faults, bool loopback);

  struct passage {
    net::time_point departs;  ///< The last byte has left the sender.
    net::time_point arrives;
  };
  /// Sends `bytes` at `now`. `transmits` tells the two ends' directions on the wire apart: it is
  /// the number of the sending host among the two.
  passage transmit(std::size_t bytes, std::size_t sender, net::time_point now,
                   jitter_random& random);

  /// The longest time there and back of an empty segment.
  [[nodiscard]] net::duration round_trip() const noexcept;
  [[nodiscard]] net::duration one_way() const noexcept;  ///< Without jitter.

  [[nodiscard]] const active_fault* blocks(direction d) const noexcept {
    return loopback_ ? nullptr : faults_->blocks(d);
  }
  [[nodiscard]] const active_fault* blocks_connect() const noexcept {
    return loopback_ ? nullptr : faults_->blocks_connect();
  }
  /// The faults that slow a segment down now.
  template <class Visitor>
  void for_each_delay(Visitor&& visit) const {
    if (loopback_) return;
    for (const auto& fault : faults_->all()) {
      if (std::holds_alternative<scenario::latency_fault>(fault.what)) visit(fault);
    }
  }

  [[nodiscard]] bool loopback() const noexcept { return loopback_; }

 private:
  scenario::network path_;
  const active_faults* faults_;
  bool loopback_;
  std::array<net::time_point, 2> free_{};  // When the wire has taken what was sent so far.
};

}  // namespace hassle::harness
