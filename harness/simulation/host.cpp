#include "harness/simulation/host.hpp"

#include "scenarios/distribution.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

host::host(simulated_world& in, lan& of, std::size_t index, std::string name)
    : world_(&in), network_(&of), index_(index), name_(std::move(name)) {}

void host::thaw() {
  if (!std::exchange(frozen_, false)) return;
  drain();
  network_->on_thaw(*this);
}

/// One action at a time, so that each may still cancel the ones behind it.
void host::drain() {
  if (draining_ || frozen_ || due_.empty()) return;
  draining_ = true;
  const auto next = [this] {
    draining_ = false;
    if (frozen_ || due_.empty()) return;
    small_action action = std::move(due_.front().action);
    if (due_.front().timer != 0) --timers_;
    due_.pop_front();
    drain();
    wake();
    action();
  };
  if (step_ > net::duration::zero()) {
    world_->at(world_->now() + step_, next);
  } else {
    world_->post(next);
  }
}

void host::deliver(small_action completion) {
  if (frozen_ || !due_.empty() || step_ > net::duration::zero()) {
    due_.push_back({0, std::move(completion)});
    drain();
  } else {
    wake();
    world_->post(std::move(completion));
  }
}

void host::abandon() noexcept {
  draining_ = false;
  const auto late = std::exchange(postponed_, {});
  while (!due_.empty()) {
    const small_action forgotten = std::move(due_.front().action);  // May cancel others.
    due_.pop_front();
  }
}

std::chrono::system_clock::time_point host::wall_now() const {
  return epoch + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                     world_->now().time_since_epoch() + wall_offset_);
}

net::time_source::timer_id host::call_at(net::time_point at,
                                         std::move_only_function<void()> action) {
  // The event needs its own id, which exists only once it is pushed.
  const event_id id = world_->next_event_id();
  [[maybe_unused]] const event_id same = arm(id, at, std::move(action));
  assert(same == id);
  ++timers_;
  return id;
}

event_id host::arm(timer_id timer, net::time_point at, std::move_only_function<void()> action) {
  const net::time_point when = at > net::never - clock_behind_ ? net::never : at + clock_behind_;
  return world_->at(when, [this, timer, at, action = std::move(action)]() mutable {
    fire(timer, at, std::move(action));
  });
}

void host::fire(timer_id timer, net::time_point at, std::move_only_function<void()> action) {
  if (!armed_again_.empty()) armed_again_.erase(timer);
  if (at > now()) {  // The clock stands still, or did.
    if (clock_stopped_at_) {
      postponed_.push_back({timer, at, std::move(action)});
    } else {
      armed_again_[timer] = arm(timer, at, std::move(action));
    }
  } else if (frozen_ || !due_.empty() || step_ > net::duration::zero()) {
    due_.push_back({timer, std::move(action)});
    drain();
  } else {
    --timers_;
    wake();
    action();
  }
}

void host::cancel(timer_id timer) noexcept {
  if (timer == 0) return;
  if (world_->cancel(timer)) {
    --timers_;
    return;
  }
  if (const auto again = armed_again_.extract(timer)) {
    world_->cancel(again.mapped());
    --timers_;
    return;
  }
  const auto late = std::ranges::find(postponed_, timer, &postponed_timer::timer);
  if (late != postponed_.end()) {
    const auto forgotten = std::move(late->action);
    postponed_.erase(late);
    --timers_;
    return;
  }
  const auto due = std::ranges::find(due_, timer, &due_action::timer);
  if (due == due_.end()) return;
  const small_action forgotten = std::move(due->action);
  due_.erase(due);
  --timers_;
}

void host::stop_clock() noexcept {
  if (!clock_stopped_at_) clock_stopped_at_ = now();
}

void host::start_clock() {
  if (!clock_stopped_at_) return;
  clock_behind_ = world_->now() - *std::exchange(clock_stopped_at_, std::nullopt);
  for (postponed_timer& each : std::exchange(postponed_, {})) {
    armed_again_[each.timer] = arm(each.timer, each.at, std::move(each.action));
  }
}

void host::take_for_each_step(net::duration step) {
  assert(step >= net::duration::zero());
  step_ = step;
}

asio::awaitable<net::result<std::vector<net::endpoint>>> host::resolve(net::endpoint name) {
  return network_->resolve(*this, std::move(name));
}

asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> host::connect(
    net::endpoint address) {
  return network_->connect(*this, std::move(address));
}

net::result<std::unique_ptr<net::acceptor>> host::listen(net::endpoint local) {
  return network_->listen(*this, std::move(local));
}

net::random_stream host::random(std::string_view name) {
  return net::random_stream(scenario::stream_seed(world_->seed(), name_ + "/" + std::string(name)));
}

}  // namespace hassle::harness
