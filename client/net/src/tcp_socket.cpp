#include "tcp_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::net {

namespace {

using asio::ip::tcp;

/// After our own close, an operation is refused because there is no socket any more; for its caller
/// that is the same as having been aborted.
error_code aborted_if_closed(error_code ec) {
  return ec == asio::error::bad_descriptor ? error_code(asio::error::operation_aborted) : ec;
}

/// A copy of a gather list: the caller's own list may be gone when the socket becomes writable.
class few_buffers {
 public:
  explicit few_buffers(std::span<const asio::const_buffer> from)
      : size_(std::min(from.size(), buffers_.size())) {
    std::copy_n(from.begin(), size_, buffers_.begin());
  }
  [[nodiscard]] const asio::const_buffer* begin() const noexcept { return buffers_.data(); }
  [[nodiscard]] const asio::const_buffer* end() const noexcept { return buffers_.data() + size_; }

 private:
  std::array<asio::const_buffer, 8> buffers_;  // What lies beyond goes with the next write.
  std::size_t size_;
};

template <class Socket>
class tcp_stream final : public byte_stream {
 public:
  tcp_stream(Socket socket, std::uint32_t connection_id)
      : socket_(std::move(socket)), connection_id_(connection_id) {
    error_code ignored;  // A connection that is dead already says so at the first read.
    socket_.set_option(tcp::no_delay(true), ignored);
    const auto remote = socket_.remote_endpoint(ignored);
    if (!ignored) peer_ = remote.address();
  }

  [[nodiscard]] asio::any_io_executor get_executor() override { return socket_.get_executor(); }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return connection_id_; }
  [[nodiscard]] std::string peer_address() const override {
    return peer_.is_unspecified() ? std::string() : peer_.to_string();
  }

  void read_some(asio::mutable_buffer into, handler done) override {
    socket_.async_read_some(into, [done = std::move(done)](error_code ec, std::size_t n) mutable {
      done(aborted_if_closed(ec), n);
    });
  }

  void write_some(std::span<const asio::const_buffer> from, handler done) override {
    socket_.async_write_some(few_buffers(from),
                             [done = std::move(done)](error_code ec, std::size_t n) mutable {
                               done(aborted_if_closed(ec), n);
                             });
  }

  void shutdown_send() noexcept override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() noexcept override {
    error_code ignored;
    socket_.close(ignored);
  }

  void reset() noexcept override {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  std::uint32_t connection_id_;
  asio::ip::address peer_;  // Unspecified where the connection was dead from the beginning.
};

template <class Acceptor>
class tcp_acceptor final : public acceptor {
 public:
  explicit tcp_acceptor(Acceptor socket) : socket_(std::move(socket)) {
    error_code ec;
    const auto local = socket_.local_endpoint(ec);
    if (!ec) local_ = {local.address().to_string(), local.port()};
  }

  asio::awaitable<result<std::unique_ptr<byte_stream>>> accept() override {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      co_return std::unexpected(error_code(asio::error::operation_aborted));
    }
    auto [ec, socket] = co_await socket_.async_accept(asio::as_tuple(asio::use_awaitable));
    if (ec) co_return std::unexpected(aborted_if_closed(ec));
    const auto remote = socket.remote_endpoint(ec);
    co_return make_tcp_stream(std::move(socket), ec ? 0 : remote.port());
  }

  void close() noexcept override {
    error_code ignored;
    socket_.close(ignored);
  }

  [[nodiscard]] endpoint local_endpoint() const override { return local_; }

 private:
  Acceptor socket_;
  endpoint local_;
};

}  // namespace

std::unique_ptr<byte_stream> make_tcp_stream(connected_socket socket, std::uint32_t connection_id) {
  return std::make_unique<tcp_stream<connected_socket>>(std::move(socket), connection_id);
}

std::unique_ptr<byte_stream> make_tcp_stream(tcp::socket socket, std::uint32_t connection_id) {
  return std::make_unique<tcp_stream<tcp::socket>>(std::move(socket), connection_id);
}

std::unique_ptr<acceptor> make_tcp_acceptor(listening_socket socket) {
  return std::make_unique<tcp_acceptor<listening_socket>>(std::move(socket));
}

std::unique_ptr<acceptor> make_tcp_acceptor(tcp::acceptor socket) {
  return std::make_unique<tcp_acceptor<tcp::acceptor>>(std::move(socket));
}

}  // namespace hassle::net
