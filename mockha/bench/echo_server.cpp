#include "mockha/bench/echo_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <string>
#include <utility>

namespace hassle::mockha {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, std::size_t answer_bytes)
      : stream_(std::move(socket)), answer_(answer_bytes, 'x') {
    stream_.set_option(
        ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
    stream_.auto_fragment(false);
    stream_.text(true);
  }

  void run() {
    stream_.next_layer().set_option(tcp::no_delay(true));
    stream_.async_accept([self = shared_from_this()](error_code ec) {
      if (!ec) self->read();
    });
  }

 private:
  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (!ec) self->write();
    });
  }
  void write() {
    buffer_.consume(buffer_.size());
    stream_.async_write(asio::buffer(answer_),
                        [self = shared_from_this()](error_code ec, std::size_t) {
                          if (!ec) self->read();
                        });
  }

  ws::stream<tcp::socket> stream_;
  beast::flat_buffer buffer_;
  const std::string answer_;
};

}  // namespace

class echo_server::listener {
 public:
  listener(asio::io_context& context, std::size_t answer_bytes)
      : acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        answer_bytes_(answer_bytes) {
    acceptor_.listen(asio::socket_base::max_listen_connections);
    accept();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void stop() { acceptor_.close(); }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
      if (ec) return;
      std::make_shared<session>(std::move(socket), answer_bytes_)->run();
      accept();
    });
  }

  tcp::acceptor acceptor_;
  std::size_t answer_bytes_;
};

echo_server::echo_server(asio::io_context& context, std::size_t answer_bytes)
    : listener_(std::make_unique<listener>(context, answer_bytes)) {}

echo_server::~echo_server() = default;

std::uint16_t echo_server::port() const { return listener_->port(); }

void echo_server::stop() { listener_->stop(); }

echo_thread::~echo_thread() {
  asio::post(thread_.context, [this] { server_.stop(); });
  thread_.join();
}

}  // namespace hassle::mockha
