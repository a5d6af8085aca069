#pragma once

#include "client_core.hpp"

#include <hassle/client/command.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace hassle::client {

[[nodiscard]] inline bool is_cancellation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

template <class Result, class Handler, class Body>
void ha_client::core::begin(Handler handler, Body body) {
  ++outstanding;
  const std::uint64_t number = ++numbers_;
  pending<Result> done(std::move(handler), executor);
  done.on_cancel([weak = weak_from_this(), number] {
    const auto self = weak.lock();
    if (!self) return;
    asio::post(self->executor, [self, number] { self->cancel(number); });
  });
  // Posted, never run at once: a handler must not be called before its operation has begun.
  asio::post(executor, [self = shared_from_this(), number, done = std::move(done),
                        body = std::move(body)]() mutable {
    self->used = true;
    self->run<Result>(number, body(*self), std::move(done));
  });
}

template <class Result>
void ha_client::core::run(std::uint64_t number, asio::awaitable<Result> body,
                          pending<Result> done) {
  operation& mine = running_[number];
  // The coroutine's frame is gone when this handler is called: the client may die in it.
  asio::co_spawn(
      executor, std::move(body),
      asio::bind_cancellation_slot(mine.cancel.slot(),
                                   [self = shared_from_this(), number, done = std::move(done)](
                                       const std::exception_ptr& error, Result result) mutable {
                                     self->ended(number, error, std::move(result), std::move(done));
                                   }));
}

template <class Result>
void ha_client::core::ended(std::uint64_t number, const std::exception_ptr& error, Result result,
                            pending<Result> done) {
  running_.erase(number);
  if (stopped) signal_change();
  if (error && !is_cancellation(error)) std::rethrow_exception(error);
  if constexpr (std::is_same_v<Result, outcome>) {
    if (error) {
      result.kind = outcome_kind::other;
      result.detail = detail_code::cancelled;
    }
  }
  --outstanding;
  std::move(done).complete(std::move(result));
}

}  // namespace hassle::client
