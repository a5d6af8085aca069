#pragma once

#include <hassle/net/world.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace hassle::client {

namespace asio = boost::asio;

/// The connection that came about first.
struct first_connection {
  std::unique_ptr<net::byte_stream> stream;
  std::size_t address = 0;  ///< Which one of them.
};

/// Dials a host's addresses in their order (RFC 8305 §5): the next one `delay` after the one
/// before, or at once when one fails. The first that connects wins; the others are cancelled, and
/// closed if they connect all the same. If all fail, the error is the first address's. Not limited
/// in time. `addresses` is not empty; `world` outlives the operation.
[[nodiscard]] asio::awaitable<net::result<first_connection>> connect_first(
    net::world& world, std::vector<net::endpoint> addresses, net::duration delay);

}  // namespace hassle::client
