#pragma once

#include "harness/simulation/simulated_world.hpp"

#include <hassle/net/time.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace hassle::harness {

struct pace_settings {
  double time_scale = 1;  ///< Seconds of the scenario in a second of the machine's. > 0.
  /// Jump over what is left of a wait once the sockets have been silent for so long.
  bool skip = true;
  net::duration settle = std::chrono::microseconds(60);  ///< Of the machine's time. > 0.
};

/// How late what was due has happened, in the scenario's time.
class lateness {
 public:
  void add(net::duration late) noexcept;
  [[nodiscard]] net::duration max() const noexcept { return max_; }
  /// An upper bound, to a factor of two, of what a share (0 to 1) of them stayed below.
  [[nodiscard]] net::duration quantile(double share) const noexcept;

 private:
  std::array<std::uint64_t, 64> buckets_{};  // By the number of bits of the nanoseconds.
  std::uint64_t count_ = 0;
  net::duration max_{};
};

/// Time for a world with real sockets in it: the machine's, so many times as fast.
///
/// Everything that has a socket runs on one thread, and bytes on loopback are with their receiver
/// when the call that sends them returns. What has been silent for a moment therefore stays silent
/// until the next timer: the clock may jump there, and an hour in which little happens takes
/// seconds. The context outlives it. Thread-safety: single-threaded.
class socket_pacer final : public pacer {
 public:
  socket_pacer(asio::io_context& sockets, const pace_settings& settings);

  void wait_until(simulated_world& world, net::time_point next) override;

  [[nodiscard]] const lateness& late() const noexcept { return late_; }
  [[nodiscard]] net::duration skipped() const noexcept { return skipped_; }

 private:
  [[nodiscard]] net::time_point now(net::time_point machine) const noexcept;
  [[nodiscard]] net::duration on_machine(net::duration scenario) const noexcept;
  void jump(net::time_point to, net::time_point machine) noexcept;
  bool poll_sockets(net::duration at_most);

  asio::io_context& sockets_;
  asio::executor_work_guard<asio::io_context::executor_type> open_;
  pace_settings settings_;
  // The scenario's clock stood at the one when the machine's stood at the other.
  net::time_point mark_{};
  net::time_point machine_mark_;
  lateness late_;
  net::duration skipped_{};
};

}  // namespace hassle::harness
