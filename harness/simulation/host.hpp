#pragma once

#include "harness/simulation/simulated_world.hpp"

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::harness {

class network;

/// A machine in a simulated world, on which programs run. Made by `network::add_host`.
///
/// While it is frozen its timers do not fire and nothing from the network reaches its programs; at
/// thaw all that has become due happens at once, in the order in which it became due. To kill the
/// programs of a frozen host: stop them, `network::reset_host`, then thaw, so that what they waited
/// for ends. Thread-safety: single-threaded.
class host final : public net::world, private net::time_source {
 public:
  /// Wall-clock time at the beginning of every world: 2026-01-01T00:00:00Z, so that runs are equal.
  static constexpr std::chrono::sys_days epoch{std::chrono::year{2026} / 1 / 1};

  host(simulated_world& in, network& of, std::size_t index, std::string name, std::string address);
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }

  [[nodiscard]] std::size_t index() const noexcept { return index_; }  ///< Order of being added.

  void freeze() noexcept { frozen_ = true; }
  void thaw();
  [[nodiscard]] bool frozen() const noexcept { return frozen_; }

  /// Moves the wall clock, as NTP or a user would. Adds to earlier jumps.
  void jump_wall_clock(net::duration by) noexcept { wall_offset_ += by; }

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
  [[nodiscard]] net::time_point now() const override { return world_->now(); }
  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override;
  timer_id call_at(net::time_point at, std::move_only_function<void()> action) override;
  void cancel(timer_id timer) noexcept override;

  struct due_action {
    timer_id timer;  // 0 for completions
    small_action action;
  };

  void fire(timer_id timer, std::move_only_function<void()> action);
  void drain();

  simulated_world* world_;
  network* network_;
  std::size_t index_;
  std::string name_;
  std::string address_;
  bool frozen_ = false;
  bool draining_ = false;
  net::duration wall_offset_{};
  std::deque<due_action> due_;
};

}  // namespace hassle::harness
