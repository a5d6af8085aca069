#pragma once

#include "harness/simulation/simulated_world.hpp"

#include <hassle/net/time.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace hassle::harness {

struct pace_settings {
  double time_scale = 1;  ///< Seconds of the scenario in a second of the machine's. > 0.
  /// Jump over what is left of a wait once the sockets have been silent for so long.
  bool skip = true;
  net::duration settle = std::chrono::microseconds(60);  ///< Of the machine's time. > 0.
  /// Jumps of the scenario's time up to `brief` need only so much silence: what was overlooked
  /// would be late by no more than that, and most jumps are the way of a segment over the path.
  net::duration settle_briefly = std::chrono::microseconds(15);  ///< Of the machine's time. > 0.
  net::duration brief = std::chrono::milliseconds(100);          ///< >= 0
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

/// Somebody in another process, for whom time passes too.
class bystander {
 public:
  /// Whether time has to stand still: it is doing what takes no time of the scenario's.
  [[nodiscard]] virtual bool holds_time() const = 0;
  /// Whether it can be asked how long it waits, and be moved on. Else nothing is skipped.
  [[nodiscard]] virtual bool skips() const = 0;
  /// Asks what it waits for; the answer comes by `pacer`'s polling, once.
  virtual void ask() = 0;
  struct answer {
    bool quiet = false;                 ///< Nothing but the network and its timers wake it.
    net::time_point next = net::never;  ///< When the next of them does, of the scenario's clock.
  };
  /// The answer to the last question, once it has come.
  [[nodiscard]] virtual std::optional<answer> take_answer() = 0;
  /// Time has just been moved on by so much.
  virtual void jump(net::duration by) = 0;

 protected:
  ~bystander() = default;
};

/// Time for a world with real sockets in it: the machine's, so many times as fast.
///
/// Everything that has a socket runs on one thread, and bytes on loopback are with their receiver
/// when the call that sends them returns. What has been silent for a moment therefore stays silent
/// until the next timer: the clock may jump there, and an hour in which little happens takes
/// seconds. Where somebody is in another process, that is asked first. The context outlives it.
/// Thread-safety: single-threaded.
class socket_pacer final : public pacer {
 public:
  socket_pacer(asio::io_context& sockets, const pace_settings& settings);

  void wait_until(simulated_world& world, net::time_point next) override;

  /// From here on somebody else is there, who outlives the waiting. Time begins to pass now.
  void wait_for(bystander& whom);

  [[nodiscard]] const lateness& late() const noexcept { return late_; }
  [[nodiscard]] net::duration skipped() const noexcept { return skipped_; }

 private:
  [[nodiscard]] net::time_point now(net::time_point machine) const noexcept;
  [[nodiscard]] net::duration on_machine(net::duration scenario) const noexcept;
  [[nodiscard]] net::duration silence_before(net::duration jump) const noexcept;
  void jump(net::time_point to, net::time_point machine) noexcept;
  bool poll_sockets(net::duration at_most);
  void hold();
  void skip(simulated_world& world, net::time_point next, net::time_point machine);
  void skip_with_bystander(simulated_world& world, net::time_point next, net::time_point machine);

  asio::io_context& sockets_;
  asio::executor_work_guard<asio::io_context::executor_type> open_;
  pace_settings settings_;
  // The scenario's clock stood at the one when the machine's stood at the other.
  net::time_point mark_{};
  net::time_point machine_mark_;
  lateness late_;
  net::duration skipped_{};
  bystander* other_ = nullptr;
  bool asked_ = false;             // It has not answered yet.
  std::uint64_t asked_after_ = 0;  // So many things had happened in the world.
};

}  // namespace hassle::harness
