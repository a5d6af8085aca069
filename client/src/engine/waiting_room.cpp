#include "waiting_room.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace hassle::client {

using net::wait_end;

asio::awaitable<wait_end> waiting_room::wait(waiter& mine, net::time_point until) {
  // No coroutine of its own: that would be one more frame for each call.
  return asio::async_initiate<const asio::use_awaitable_t<>, void(wait_end)>(
      [this, &mine, until](auto handler) { begin(mine, until, std::move(handler)); },
      asio::use_awaitable);
}

void waiting_room::begin(waiter& mine, net::time_point until, waiter::handler handler) {
  assert(!mine.handler_ && "a waiter waits once at a time");
  auto slot = asio::get_associated_cancellation_slot(handler);
  mine.room_ = this;
  mine.until_ = until;
  mine.handler_.emplace(std::move(handler));
  waiting_.push_back(mine);
  if (mine.woken_) return finish(mine, wait_end::opened);
  if (slot.is_connected()) {
    slot.assign(
        [&mine](asio::cancellation_type) { mine.room_->finish(mine, wait_end::cancelled); });
  }
  arm(until);
}

void waiting_room::finish(waiter& which, wait_end how) {
  waiting_.erase(waiting_.iterator_to(which));
  which.woken_ = false;
  which.room_ = nullptr;
  waiter::handler handler = std::move(*which.handler_);
  which.handler_.reset();
  asio::get_associated_cancellation_slot(handler).clear();
  const auto where = asio::get_associated_executor(handler);
  asio::post(where, [handler = std::move(handler), how]() mutable { std::move(handler)(how); });
}

void waiting_room::waiter::wake() {
  woken_ = true;
  if (room_ != nullptr) room_->finish(*this, wait_end::opened);
}

void waiting_room::arm(net::time_point at) {
  if (at >= armed_at_ && timer_.armed()) return;
  armed_at_ = at;
  timer_.call_at(at, [this] { on_timer(); });
}

void waiting_room::on_timer() {
  const net::time_point now = time_.now();
  net::time_point next = net::never;
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    waiter& one = *each++;
    if (one.until_ <= now) {
      finish(one, wait_end::timed_out);
    } else {
      next = std::min(next, one.until_);
    }
  }
  armed_at_ = net::never;
  arm(next);
}

}  // namespace hassle::client
