#include "harness/simulation/host.hpp"

#include "harness/simulation/network.hpp"
#include "scenarios/distribution.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

host::host(simulated_world& in, network& of, std::size_t index, std::string name,
           std::string address)
    : world_(&in),
      network_(&of),
      index_(index),
      name_(std::move(name)),
      address_(std::move(address)) {}

void host::thaw() {
  if (!std::exchange(frozen_, false)) return;
  drain();
  network_->on_thaw(*this);
}

/// One action at a time, so that each may still cancel the ones behind it.
void host::drain() {
  if (draining_ || frozen_ || due_.empty()) return;
  draining_ = true;
  world_->post([this] {
    draining_ = false;
    if (frozen_ || due_.empty()) return;
    small_action action = std::move(due_.front().action);
    due_.pop_front();
    drain();
    action();
  });
}

void host::deliver(small_action completion) {
  if (frozen_ || !due_.empty()) {
    due_.push_back({0, std::move(completion)});
  } else {
    world_->post(std::move(completion));
  }
}

void host::abandon() noexcept {
  draining_ = false;
  while (!due_.empty()) {
    const small_action forgotten = std::move(due_.front().action);  // May cancel others.
    due_.pop_front();
  }
}

std::chrono::system_clock::time_point host::wall_now() const {
  return epoch + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                     now().time_since_epoch() + wall_offset_);
}

net::time_source::timer_id host::call_at(net::time_point at,
                                         std::move_only_function<void()> action) {
  // The event needs its own id, which exists only once it is pushed.
  const event_id id = world_->next_event_id();
  [[maybe_unused]] const event_id same = world_->at(
      at, [this, id, action = std::move(action)]() mutable { fire(id, std::move(action)); });
  assert(same == id);
  return id;
}

void host::fire(timer_id timer, std::move_only_function<void()> action) {
  if (frozen_ || !due_.empty()) {
    due_.push_back({timer, std::move(action)});
  } else {
    action();
  }
}

void host::cancel(timer_id timer) noexcept {
  if (timer == 0 || world_->cancel(timer)) return;
  const auto due = std::ranges::find(due_, timer, &due_action::timer);
  if (due == due_.end()) return;
  const small_action forgotten = std::move(due->action);
  due_.erase(due);
}

asio::awaitable<net::result<std::vector<net::endpoint>>> host::resolve(net::endpoint name) {
  using answer = net::result<std::vector<net::endpoint>>;
  answer found = std::unexpected(error_code(asio::error::host_not_found));
  if (auto address = network_->address_of(name.host)) {
    found = std::vector{net::endpoint{std::move(*address), name.port}};
  }
  co_return co_await net::wait_for<answer>(
      [&](net::completion<answer> done) {
        deliver([once = std::move(done), answered = std::move(found)]() mutable {
          once(std::move(answered));
        });
      },
      [] {});
}

asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> host::connect(
    net::endpoint address) {
  using answer = net::result<std::unique_ptr<net::byte_stream>>;
  std::uint32_t dial = 0;
  co_return co_await net::wait_for<answer>(
      [&](net::completion<answer> done) {
        dial = network_->dial(*this, std::move(address), std::move(done));
      },
      [this, &dial] { network_->cancel_dial(dial); });
}

net::result<std::unique_ptr<net::acceptor>> host::listen(net::endpoint local) {
  return network_->listen(*this, std::move(local));
}

net::random_stream host::random(std::string_view name) {
  return net::random_stream(scenario::stream_seed(world_->seed(), name_ + "/" + std::string(name)));
}

}  // namespace hassle::harness
