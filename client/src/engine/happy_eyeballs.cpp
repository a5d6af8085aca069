#include "happy_eyeballs.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/task_group.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <cassert>
#include <utility>

namespace hassle::client {

namespace {

/// One race. It lives in the frame that waits for its tasks.
class race {
 public:
  race(net::world& world, std::vector<net::endpoint> addresses, net::duration delay)
      : world_(world),
        addresses_(std::move(addresses)),
        errors_(addresses_.size()),
        delay_(delay),
        tasks_(world.executor()) {}

  /// Ends when somebody has won, all have failed, or the caller was cancelled.
  asio::awaitable<void> run() {
    for (;;) {
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none || first_.stream) co_return;
      if (start_next()) continue;  // It may be over already.
      if (running_ == 0) co_return;
      net::gate bell;
      bell_ = &bell;
      const net::time_point next = next_ < addresses_.size() ? next_start_ : net::never;
      const net::wait_end how = co_await bell.wait(world_.time(), next);
      bell_ = nullptr;
      if (how == net::wait_end::cancelled) co_return;
    }
  }

  asio::awaitable<void> end() {
    tasks_.stop();
    co_await tasks_.join();
  }

  net::result<first_connection> take() {
    if (first_.stream) return std::move(first_);
    const bool all_failed = next_ == addresses_.size() && running_ == 0;
    return std::unexpected(all_failed ? errors_.front()
                                      : net::error_code(asio::error::operation_aborted));
  }

 private:
  /// False if nothing is to be started now.
  bool start_next() {
    const net::time_point now = world_.time().now();
    if (next_ == addresses_.size() || (running_ > 0 && now < next_start_)) return false;
    next_start_ = now + delay_;
    ++running_;
    tasks_.spawn(attempt(*this, next_++));
    return true;
  }

  static asio::awaitable<void> attempt(race& of, std::size_t which) {
    auto stream = co_await of.world_.connect(of.addresses_[which]);
    if (of.tasks_.stopping()) co_return;  // And with it goes a stream that came too late.
    --of.running_;
    if (!stream) {
      of.errors_[which] = stream.error();
      of.next_start_ = of.world_.time().now();
    } else if (!of.first_.stream) {
      of.first_.stream = std::move(*stream);
      of.first_.address = which;
    }
    if (of.bell_ != nullptr) of.bell_->open();
  }

  net::world& world_;
  std::vector<net::endpoint> addresses_;
  std::vector<net::error_code> errors_;
  net::duration delay_;
  net::task_group tasks_;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  net::time_point next_start_{};
  first_connection first_;
  net::gate* bell_ = nullptr;  ///< Of the wait that goes on.
};

}  // namespace

asio::awaitable<net::result<first_connection>> connect_first(net::world& world,
                                                             std::vector<net::endpoint> addresses,
                                                             net::duration delay) {
  assert(!addresses.empty());
  race going_on(world, std::move(addresses), delay);
  // The tasks must be waited for even by a caller that is cancelled, which could wait no more.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await going_on.run();
  co_await going_on.end();
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return going_on.take();
}

}  // namespace hassle::client
