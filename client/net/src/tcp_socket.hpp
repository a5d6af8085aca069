#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>

namespace hassle::net {

/// A connected socket as a byte stream.
[[nodiscard]] std::unique_ptr<byte_stream> make_tcp_stream(asio::ip::tcp::socket socket,
                                                           std::uint32_t connection_id);

/// A listening socket; its streams take the peer's port for their number.
[[nodiscard]] std::unique_ptr<acceptor> make_tcp_acceptor(asio::ip::tcp::acceptor socket);

}  // namespace hassle::net
