#pragma once

#include <hassle/net/byte_stream.hpp>
#include <hassle/net/world.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>

namespace hassle::net {

// The real world is an io_context, mostly: sockets that know it need not ask what their executor
// is.
using context_executor = asio::io_context::executor_type;
using connected_socket = asio::basic_stream_socket<asio::ip::tcp, context_executor>;
using listening_socket = asio::basic_socket_acceptor<asio::ip::tcp, context_executor>;

/// A connected socket as a byte stream.
[[nodiscard]] std::unique_ptr<byte_stream> make_tcp_stream(connected_socket socket,
                                                           std::uint32_t connection_id);
[[nodiscard]] std::unique_ptr<byte_stream> make_tcp_stream(asio::ip::tcp::socket socket,
                                                           std::uint32_t connection_id);

/// A listening socket; its streams take the peer's port for their number.
[[nodiscard]] std::unique_ptr<acceptor> make_tcp_acceptor(listening_socket socket);
[[nodiscard]] std::unique_ptr<acceptor> make_tcp_acceptor(asio::ip::tcp::acceptor socket);

}  // namespace hassle::net
