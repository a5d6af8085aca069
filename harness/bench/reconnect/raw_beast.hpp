#pragma once

#include "harness/bench/reconnect/contender.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace hassle::harness::bench {

/// The floor: plain Boost.Beast on Asio's sockets in one coroutine, without timeouts, that knows
/// nothing but to do it all again on an error. Reads no JSON. Over TLS (if `authority`, a PEM
/// text, is not empty) it resumes its last session.
[[nodiscard]] std::unique_ptr<contender> make_raw_beast(boost::asio::io_context& context,
                                                        std::uint16_t port, std::string token,
                                                        const std::string& authority);

}  // namespace hassle::harness::bench
