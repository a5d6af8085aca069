#pragma once

#include "harness/bench/reconnect/contender.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hassle::harness::bench {

/// A client in a process of its own, of any language: `command` is run by the shell with URL and
/// token as its last two arguments, and does what it reads on its standard input, a word a line:
///
///     cold    connect, log in, ask; then write "cold NS", the nanoseconds that it took. After each
///             loss of the connection: ask as soon as the library is back, and write "answer NS",
///             the monotonic clock (CLOCK_MONOTONIC) at the answer
///     insist  want answers, whatever happens
///     end     close the connection; then write "ended"
///
/// It ends with its standard input. Errors go to standard error.
[[nodiscard]] std::unique_ptr<contender> make_peer(boost::asio::io_context& context,
                                                   const std::string& command, std::uint16_t port,
                                                   const std::string& token);

}  // namespace hassle::harness::bench
