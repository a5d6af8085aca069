#pragma once

#include <hassle/net/within.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <expected>
#include <utility>

namespace hassle::client {

namespace asio = boost::asio;

/// What an operation gave until its limit. A caller that is cancelled, before or meanwhile, gets
/// nothing else than `operation_aborted`: its next wait would throw, or never end, so it has to
/// return.
template <class T, class Error>
[[nodiscard]] asio::awaitable<std::expected<T, Error>> bounded(
    net::time_source& time, net::time_point until, asio::awaitable<std::expected<T, Error>> what) {
  const auto before = co_await asio::this_coro::cancellation_state;
  if (before.cancelled() != asio::cancellation_type::none) {
    co_return std::unexpected(Error(net::error_code(asio::error::operation_aborted)));
  }
  auto done = co_await net::within(time, until, std::move(what));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    co_return std::unexpected(Error(net::error_code(asio::error::operation_aborted)));
  }
  co_return done;
}

}  // namespace hassle::client
