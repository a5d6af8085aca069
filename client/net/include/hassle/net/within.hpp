#pragma once

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <expected>
#include <utility>

namespace hassle::net {

/// Runs an operation for at most until `until`, then cancels it: the result is `timed_out`.
/// Cancelling the caller cancels the operation. Errors may be anything made of an error_code.
template <class T, class Error>
[[nodiscard]] asio::awaitable<std::expected<T, Error>> within(
    time_source& time, time_point until, asio::awaitable<std::expected<T, Error>> operation) {
  using namespace asio::experimental::awaitable_operators;
  if (until == never) co_return co_await std::move(operation);
  auto first = co_await (std::move(operation) || sleep_until(time, until));
  if (first.index() == 0) co_return std::move(std::get<0>(first));
  co_return std::unexpected(Error(error_code(asio::error::timed_out)));
}

}  // namespace hassle::net
