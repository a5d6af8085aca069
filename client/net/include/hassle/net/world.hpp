#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/random/mersenne_twister.hpp>

#include <compare>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::net {

/// A stream of random numbers. Draw from it with Boost.Random's distributions only: theirs are the
/// same on every platform.
using random_stream = boost::random::mt19937_64;

/// Where to dial or listen. Before `resolve`, `host` may be a name; after it, an address.
///
/// Not an aggregate: g++ 12 destroys an aggregate twice that is made in the middle of a co_await
/// expression.
struct endpoint {
  endpoint() = default;
  endpoint(std::string host_name, std::uint16_t port_number)
      : host(std::move(host_name)), port(port_number) {}

  std::string host;
  std::uint16_t port = 0;

  auto operator<=>(const endpoint&) const = default;
};

template <class T>
using result = std::expected<T, error_code>;

/// A listening socket. Destroying it closes it.
class acceptor {
 public:
  virtual ~acceptor() = default;

  /// The next connection, or `operation_aborted` after `close` or cancellation.
  [[nodiscard]] virtual asio::awaitable<result<std::unique_ptr<byte_stream>>> accept() = 0;

  /// New connects are refused from now on.
  virtual void close() noexcept = 0;

  /// The port that was picked, where port 0 was asked for.
  [[nodiscard]] virtual endpoint local_endpoint() const = 0;
};

/// What a host offers to the programs that run on it: the seam between our code and either the real
/// machine or the simulated one. Everything that waits, dials, listens or draws goes through it.
///
/// All asynchronous operations complete on `executor()` and support terminal cancellation.
/// Thread-safety: single-threaded. Must outlive everything that it hands out.
class world {
 public:
  virtual ~world() = default;

  [[nodiscard]] virtual asio::any_io_executor executor() = 0;
  [[nodiscard]] virtual time_source& time() = 0;

  /// The addresses of a host name, best first; never empty on success.
  [[nodiscard]] virtual asio::awaitable<result<std::vector<endpoint>>> resolve(endpoint name) = 0;

  /// Connects to one address. Errors are those of connect(2): `connection_refused`, `timed_out`,
  /// `host_unreachable`; `operation_aborted` when cancelled.
  [[nodiscard]] virtual asio::awaitable<result<std::unique_ptr<byte_stream>>> connect(
      endpoint address) = 0;

  /// Port 0 picks a free one.
  [[nodiscard]] virtual result<std::unique_ptr<acceptor>> listen(endpoint local) = 0;

  /// A stream of its own for each name, derived from the world's seed and the name: drawing from
  /// one never shifts another.
  [[nodiscard]] virtual random_stream random(std::string_view name) = 0;
};

}  // namespace hassle::net
