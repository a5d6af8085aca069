#pragma once

#include <hassle/net/byte_stream.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>

namespace hassle::mockha {

/// Reads what comes and forgets it, for who hears and never answers. Ends with the stream, or with
/// whoever closes it: returns why. Cancelling it closes the stream, which must outlive it.
[[nodiscard]] boost::asio::awaitable<net::error_code> swallow(net::byte_stream* stream);

/// Writes all of it.
[[nodiscard]] boost::asio::awaitable<net::error_code> say(net::byte_stream* stream,
                                                          std::string text);

}  // namespace hassle::mockha
