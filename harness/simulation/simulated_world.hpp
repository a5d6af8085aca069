#pragma once

#include "harness/simulation/event_queue.hpp"
#include "harness/simulation/small_action.hpp"

#include <hassle/net/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace hassle::harness {

namespace asio = boost::asio;
using net::error_code;

/// Why a world stopped running.
enum class run_end : std::uint8_t {
  reached_end,  ///< The clock stands at the end that was asked for.
  finished,     ///< Somebody called `finish`.
  interrupted,  ///< The stop flag was set.
  busy_loop,    ///< Too much happened in one instant: something spins without waiting.
};

class simulated_world;

/// What makes time pass in a world that does not jump from one event to the next.
class pacer {
 public:
  /// Called when nothing is ready. Lets others run, who may post and schedule, until something has
  /// happened or it is `next`. Keeps the world's clock up to date by `catch_up`.
  virtual void wait_until(simulated_world& world, net::time_point next) = 0;

 protected:
  ~pacer() = default;
};

/// Limits of a simulated world.
struct world_limits {
  /// Events and completions at one instant of virtual time. > 0. High enough for thousands of
  /// clients that wake together, low enough to end a spinning program within a second.
  std::size_t per_instant_max = 2'000'000;
};

/// Virtual time: what is ready runs, then the clock jumps to the next event. One thread.
///
/// Completions go through a ready queue of our own rather than through `io_context::poll`, which
/// asks the kernel for socket events at every instant (1.6 times slower, measured) and cannot be
/// bounded. The io_context only lends its services to Asio and Beast objects; nothing ever runs it,
/// so a timer of Asio's own would never fire here. Shares nothing with other worlds. Thread-safety:
/// single-threaded; only the stop flag may be set from elsewhere.
class simulated_world {
 public:
  class executor_type;

  explicit simulated_world(std::uint64_t seed, world_limits limits = {});
  simulated_world(const simulated_world&) = delete;
  simulated_world& operator=(const simulated_world&) = delete;
  ~simulated_world();

  [[nodiscard]] executor_type get_executor() noexcept;
  [[nodiscard]] asio::any_io_executor executor();
  [[nodiscard]] net::time_point now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

  /// Runs `action` at `at`, or still at this instant if that has passed; never inline.
  event_id at(net::time_point at, small_action action);
  /// The id that the next call of `at` will return, for actions that must know their own.
  [[nodiscard]] event_id next_event_id() const noexcept { return events_.next_id(); }
  bool cancel(event_id which) noexcept { return events_.cancel(which); }

  /// Runs `action` at this instant, behind what is ready already.
  void post(small_action action) { ready_.push_back(std::move(action)); }

  /// Runs until `end` (inclusive; `net::never`: until nothing is left to happen).
  /// Exceptions of actions pass through; running may be continued after them.
  run_end run_until(net::time_point end, const std::atomic<bool>* interrupted = nullptr);

  /// Time passes from now on as the pacer, which outlives the world's running, says.
  void pace_with(pacer& by) noexcept { pacer_ = &by; }
  /// For the pacer: it is at least so late.
  void catch_up(net::time_point now) noexcept;

  /// Makes `run_until` return before the next event; completions that are ready still run.
  void finish() noexcept { finish_ = true; }

  /// Destroys all that is pending without running it, for a world that ends with programs
  /// suspended.
  void abandon() noexcept;

  [[nodiscard]] bool running() const noexcept { return running_; }
  [[nodiscard]] std::size_t pending_events() const noexcept { return events_.size(); }
  [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }  ///< Things that happened.

 private:
  bool run_ready();
  bool has_come(net::time_point next);
  bool step() noexcept;
  run_end run_loop(net::time_point end, const std::atomic<bool>* interrupted);

  asio::io_context context_;  // First: what is pending may hold objects with services in it.
  std::uint64_t seed_;
  world_limits limits_;
  net::time_point now_{};
  pacer* pacer_ = nullptr;
  event_queue events_;
  std::vector<small_action> ready_;
  std::vector<small_action> current_;  // What runs now, from `next_` on.
  std::size_t next_ = 0;
  std::size_t at_this_instant_ = 0;
  std::uint64_t steps_ = 0;
  bool running_ = false;
  bool finish_ = false;
};

/// The executor of a simulated world: `post` queues, `dispatch` from inside runs at once.
class simulated_world::executor_type {
 public:
  explicit executor_type(simulated_world& world) noexcept : world_(&world) {}

  [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept {
    return world_->context_;
  }
  [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
    if (never_blocking_) return asio::execution::blocking.never;
    return asio::execution::blocking.possibly;
  }
  [[nodiscard]] executor_type require(asio::execution::blocking_t::never_t) const noexcept {
    return with(true);
  }
  [[nodiscard]] executor_type require(asio::execution::blocking_t::possibly_t) const noexcept {
    return with(false);
  }

  template <class Function>
  void execute(Function&& function) const {
    if (!never_blocking_ && world_->running()) {
      std::decay_t<Function> now(std::forward<Function>(function));
      now();
    } else {
      world_->post(std::forward<Function>(function));
    }
  }

  friend bool operator==(const executor_type& a, const executor_type& b) noexcept {
    return a.world_ == b.world_ && a.never_blocking_ == b.never_blocking_;
  }
  friend bool operator!=(const executor_type& a, const executor_type& b) noexcept {
    return !(a == b);
  }

 private:
  [[nodiscard]] executor_type with(bool never_blocking) const noexcept {
    executor_type changed = *this;
    changed.never_blocking_ = never_blocking;
    return changed;
  }

  simulated_world* world_;
  bool never_blocking_ = false;
};

}  // namespace hassle::harness
