#include <hassle/net/gate.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <utility>

namespace hassle::net {

gate::~gate() { assert(waiters_.empty() && "a gate outlives its waiters"); }

void gate::open() {
  open_ = true;
  while (!waiters_.empty()) finish(waiters_.begin(), wait_end::opened);
}

void gate::finish(std::list<waiter>::iterator which, wait_end how) {
  auto resume = std::move(which->resume);
  waiters_.erase(which);
  resume(how);
}

asio::awaitable<wait_end> gate::wait(time_source& time, time_point until) {
  if (open_) co_return wait_end::opened;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(wait_end)>(
      [this, &time, until, executor](auto handler) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        const auto which = waiters_.emplace(waiters_.end(), time);
        which->resume = [slot, executor, handler = std::move(handler)](wait_end how) mutable {
          slot.clear();
          asio::post(executor,
                     [handler = std::move(handler), how]() mutable { std::move(handler)(how); });
        };
        if (until != never) {
          which->limit.call_at(until, [this, which] { finish(which, wait_end::timed_out); });
        }
        if (slot.is_connected()) {
          slot.assign(
              [this, which](asio::cancellation_type) { finish(which, wait_end::cancelled); });
        }
      },
      asio::use_awaitable);
}

}  // namespace hassle::net
