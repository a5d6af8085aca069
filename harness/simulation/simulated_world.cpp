#include "harness/simulation/simulated_world.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::harness {

simulated_world::simulated_world(std::uint64_t seed, world_limits limits)
    : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE), seed_(seed), limits_(limits) {
  assert(limits_.per_instant_max > 0);
}

simulated_world::~simulated_world() { abandon(); }

simulated_world::executor_type simulated_world::get_executor() noexcept {
  return executor_type(*this);
}

asio::any_io_executor simulated_world::executor() { return get_executor(); }

event_id simulated_world::at(net::time_point at, small_action action) {
  return events_.push(std::max(at, now_), std::move(action));
}

run_end simulated_world::run_until(net::time_point end, const std::atomic<bool>* interrupted) {
  assert(!running_ && end >= now_);
  struct guard {
    bool& running;
    explicit guard(bool& r) : running(r) { running = true; }
    ~guard() { running = false; }
  } guard(running_);
  finish_ = false;
  at_this_instant_ = 0;  // After a busy loop, whoever cleans up gets a fair chance.
  return run_loop(end, interrupted);
}

run_end simulated_world::run_loop(net::time_point end, const std::atomic<bool>* interrupted) {
  constexpr std::uint64_t check_mask =
      0xff;  // Reading the flag at each event would cost more than it is worth.
  for (std::uint64_t round = 0;; ++round) {
    if (!run_ready()) return run_end::busy_loop;
    if (finish_) return run_end::finished;
    if (interrupted != nullptr && (pacer_ != nullptr || (round & check_mask) == 0) &&
        interrupted->load(std::memory_order_relaxed)) {
      return run_end::interrupted;
    }
    const auto next = events_.next_time();
    if (pacer_ != nullptr && !has_come(std::min(next.value_or(end), end))) continue;
    if (!next || *next > end) {
      if (end != net::never) catch_up(end);
      return run_end::reached_end;
    }
    catch_up(*next);
    if (!step()) return run_end::busy_loop;
    auto event = events_.pop();
    event.action();
  }
}

void simulated_world::catch_up(net::time_point now) noexcept {
  if (now <= now_) return;
  now_ = now;
  at_this_instant_ = 0;
}

/// False if something happened meanwhile, which may be ready now or have changed what is next.
bool simulated_world::has_come(net::time_point next) {
  const std::uint64_t before = events_.next_id();
  const std::size_t pending = events_.size();
  pacer_->wait_until(*this, next);
  return ready_.empty() && now_ >= next && events_.next_id() == before && events_.size() == pending;
}

bool simulated_world::run_ready() {
  for (;;) {
    while (next_ < current_.size()) {
      if (!step()) return false;
      // Moved out first: the action may end in an exception and must not run again.
      small_action action = std::move(current_[next_++]);
      action();
    }
    current_.clear();
    next_ = 0;
    if (ready_.empty()) return true;
    std::swap(current_, ready_);
  }
}

bool simulated_world::step() noexcept {
  ++steps_;
  return ++at_this_instant_ <= limits_.per_instant_max;
}

void simulated_world::abandon() noexcept {
  // Destructors may cancel timers, close streams and post: everything is valid and emptied in turn.
  while (!events_.empty() || !ready_.empty() || !current_.empty()) {
    const auto ready = std::exchange(ready_, {});
    const auto current = std::exchange(current_, {});
    next_ = 0;
    if (!events_.empty()) const auto forgotten = events_.pop();
  }
}

}  // namespace hassle::harness
