#pragma once

#include "harness/simulation/idle_watch.hpp"
#include "harness/simulation/lan.hpp"
#include "harness/simulation/simulated_world.hpp"

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

/// A machine in a simulated world, on which programs run. Made by `lan::add_host`.
///
/// While it is frozen its timers do not fire and nothing from the network reaches its programs; at
/// thaw all that has become due happens at once, in the order in which it became due. To kill the
/// programs of a frozen host: stop them, `lan::reset_host`, then thaw, so that what they waited
/// for ends. Thread-safety: single-threaded.
class host final : public net::world, private net::time_source {
 public:
  /// Wall-clock time at the beginning of every world: 2026-01-01T00:00:00Z, so that runs are equal.
  static constexpr std::chrono::sys_days epoch{std::chrono::year{2026} / 1 / 1};

  host(simulated_world& in, lan& of, std::size_t index, std::string name);
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Of IPv4, on its first way. Changes where a fault moves the host.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  void move_to(std::string address) { address_ = std::move(address); }  ///< For the network.

  [[nodiscard]] std::size_t index() const noexcept { return index_; }  ///< Order of being added.

  void freeze() noexcept { frozen_ = true; }
  void thaw();
  /// The steady clock stands still until `start_clock`, and timers are late by as much: what a
  /// machine that is asleep does while it is frozen. No effect if it does already.
  void stop_clock() noexcept;
  void start_clock();
  /// Everything that its programs do takes so long from now on, one thing after the other; zero:
  /// no time at all.
  void take_for_each_step(net::duration step);
  [[nodiscard]] bool frozen() const noexcept { return frozen_; }

  /// Moves the wall clock, as NTP or a user would. Adds to earlier jumps.
  void jump_wall_clock(net::duration by) noexcept { wall_offset_ += by; }

  /// Told of every wake-up of the host's programs; null: nobody. It outlives the host.
  void show_wakeups_to(idle_watch* watch) noexcept { watch_ = watch; }
  /// Timers that the programs have set and that neither fired nor were cancelled.
  [[nodiscard]] std::size_t pending_timers() const noexcept { return timers_; }

  /// Hands a completion to the programs: posted, or kept until thaw. For the network.
  void deliver(small_action completion);

  /// Destroys what is due without running it. For the network, when the world ends.
  void abandon() noexcept;

  // net::world
  [[nodiscard]] asio::any_io_executor executor() override { return world_->executor(); }
  [[nodiscard]] net::time_source& time() override { return *this; }
  [[nodiscard]] asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(
      net::endpoint name) override;
  [[nodiscard]] asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(
      net::endpoint address) override;
  [[nodiscard]] net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint local) override;
  [[nodiscard]] net::random_stream random(std::string_view name) override;

 private:
  // net::time_source
  [[nodiscard]] net::time_point now() const override {
    return clock_stopped_at_.value_or(world_->now() - clock_behind_);
  }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override;
  timer_id call_at(net::time_point at, std::move_only_function<void()> action) override;
  void cancel(timer_id timer) noexcept override;

  struct due_action {
    timer_id timer;  // 0 for completions
    small_action action;
  };

  void fire(timer_id timer, net::time_point at, std::move_only_function<void()> action);
  event_id arm(timer_id timer, net::time_point at, std::move_only_function<void()> action);
  void drain();
  void wake() {
    if (watch_ != nullptr) watch_->on_wake(now());
  }

  simulated_world* world_;
  lan* network_;
  std::size_t index_;
  std::string name_;
  std::string address_;
  bool frozen_ = false;
  bool draining_ = false;
  net::duration wall_offset_{};
  std::deque<due_action> due_;

  // A clock that stood still. Timers that were set before are late: they are armed again, under
  // events of their own.
  struct postponed_timer {
    timer_id timer;
    net::time_point at;  // By the host's clock.
    std::move_only_function<void()> action;
  };
  net::duration clock_behind_{};
  std::optional<net::time_point> clock_stopped_at_;
  std::vector<postponed_timer> postponed_;
  std::map<timer_id, event_id> armed_again_;

  net::duration step_{};
  idle_watch* watch_ = nullptr;
  std::size_t timers_ = 0;
};

}  // namespace hassle::harness
