#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <expected>
#include <functional>
#include <utility>

namespace hassle::net {

namespace asio = boost::asio;

/// Takes the answer of one operation, once, on the world's executor. For implementers of `world`.
template <class Result>
using completion = std::move_only_function<void(Result)>;

/// Waits for the answer to `start`, which must not give it inline.
///
/// `cancel` is called when the caller is cancelled while it waits; the operation must then still
/// answer, and may be over already. Both may refer to the caller's frame: the slot is emptied
/// before the caller goes on. A caller that is cancelled from the beginning gets
/// `operation_aborted`.
template <class Result, class Start, class Cancel>
asio::awaitable<Result> wait_for(Start start, Cancel cancel) {
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    co_return std::unexpected(typename Result::error_type(asio::error::operation_aborted));
  }
  auto initiate = [&start, &cancel]<class Handler>(Handler handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) slot.assign([&cancel](asio::cancellation_type) { cancel(); });
    start([slot, handler = std::move(handler)](Result answer) mutable {
      slot.clear();
      auto last = std::move(handler);
      std::move(last)(std::move(answer));
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result)>(
      std::move(initiate), asio::use_awaitable);
}

}  // namespace hassle::net
