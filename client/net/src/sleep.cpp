#include <hassle/net/time.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <memory>
#include <optional>
#include <utility>

namespace hassle::net {

void timer::call_at(time_point at, std::move_only_function<void()> action) {
  cancel();
  if (at == never) return;
  // The action lives here rather than in the source, so that the source's callback stays small
  // enough not to be allocated.
  action_ = std::move(action);
  id_ = source_->call_at(at, [this] {
    id_ = 0;
    auto fired = std::exchange(action_, nullptr);  // It may arm or destroy this very timer.
    fired();
  });
}

void timer::cancel() noexcept {
  if (id_ == 0) return;
  source_->cancel(std::exchange(id_, 0));
  auto forgotten = std::exchange(action_, nullptr);  // Its destructor may arm this timer again.
}

namespace {

/// A caller that waits. Owned by the timer's action (or by the cancellation slot if there is no
/// timer), so that a world that ends with sleepers frees them.
template <class Handler>
class sleeper {
 public:
  sleeper(time_source& time, Handler handler) : time_(&time), handler_(std::move(handler)) {}

  auto executor() const { return asio::get_associated_executor(*handler_); }

  static void arm(const std::shared_ptr<sleeper>& self, time_point at) {
    if (at == never) return;
    self->timer_ = self->time_->call_at(at, [self] { self->wake(); });
  }

  void wake() {
    timer_ = 0;
    const auto where = executor();  // Before the handler is gone: arguments have no order.
    asio::dispatch(where, [handler = take()]() mutable { std::move(handler)(error_code{}); });
  }

  void abort() {
    if (!handler_) return;  // Cancelled twice, or woken at this instant.
    const auto timer = std::exchange(timer_, 0);
    const auto where = executor();
    asio::post(where, [handler = take()]() mutable {
      std::move(handler)(error_code(asio::error::operation_aborted));
    });
    if (timer != 0) time_->cancel(timer);
  }

 private:
  Handler take() {
    Handler handler = std::move(*handler_);
    handler_.reset();
    return handler;
  }

  time_source* time_;
  std::optional<Handler> handler_;
  time_source::timer_id timer_ = 0;
};

/// What the cancellation slot holds: never the only owner of a sleeper that has a timer.
template <class Handler>
struct canceller {
  std::weak_ptr<sleeper<Handler>> which;
  std::shared_ptr<sleeper<Handler>> owned;

  void operator()(asio::cancellation_type) const {
    if (auto alive = which.lock()) alive->abort();
  }
};

struct start_sleeping {
  time_source& time;
  time_point at;

  template <class Handler>
  void operator()(Handler handler) const {
    auto slot = asio::get_associated_cancellation_slot(handler);
    assert((at != never || slot.is_connected()) && "nothing could ever wake this caller");
    auto self = std::make_shared<sleeper<Handler>>(time, std::move(handler));
    if (slot.is_connected()) slot.assign(canceller<Handler>{self, at == never ? self : nullptr});
    sleeper<Handler>::arm(self, at);
  }
};

}  // namespace

asio::awaitable<error_code> sleep_until(time_source& time, time_point at) {
  // Asked first, because waiting in a cancelled coroutine would throw where the caller wants a
  // value.
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    co_return asio::error::operation_aborted;
  }
  constexpr auto use_result = asio::as_tuple(asio::use_awaitable);
  const auto [ec] = co_await asio::async_initiate<decltype(use_result), void(error_code)>(
      start_sleeping{time, at}, use_result);
  co_return ec;
}

}  // namespace hassle::net
