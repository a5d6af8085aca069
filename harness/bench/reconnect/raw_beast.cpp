#include "harness/bench/reconnect/raw_beast.hpp"

#include <hassle/net/real_world.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <openssl/ssl.h>

#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hassle::harness::bench {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);
using plain = tcp::socket;
using secure = beast::ssl_stream<tcp::socket>;

/// What TLS needs besides sockets; empty for plain TCP.
class tls_part {
 public:
  explicit tls_part(const std::string& authority) {
    context_.set_verify_mode(asio::ssl::verify_peer);
    context_.add_certificate_authority(asio::buffer(authority));
    SSL_CTX_set_session_cache_mode(context_.native_handle(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_set_ex_data(context_.native_handle(), index(), this);
    SSL_CTX_sess_set_new_cb(context_.native_handle(), [](SSL* of, SSL_SESSION* made) {
      auto* self = static_cast<tls_part*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(of), index()));
      self->session_.reset(made);
      return 1;
    });
  }
  tls_part(const tls_part&) = delete;
  tls_part& operator=(const tls_part&) = delete;
  ~tls_part() = default;

  [[nodiscard]] asio::ssl::context& context() noexcept { return context_; }
  void resume(SSL* on) {
    if (session_) SSL_set_session(on, session_.get());
  }

 private:
  /// Asio keeps something of its own where an application's data would be.
  static int index() {
    static const int ours = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return ours;
  }

  struct freer {
    void operator()(SSL_SESSION* which) const { SSL_SESSION_free(which); }
  };
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::unique_ptr<SSL_SESSION, freer> session_;
};

template <class Layer>
class raw_beast final : public contender {
 public:
  raw_beast(asio::io_context& context, std::uint16_t port, std::string token,
            const std::string& authority)
      : context_(&context), to_(asio::ip::address_v4::loopback(), port), token_(std::move(token)) {
    if (!authority.empty()) tls_.emplace(authority);
  }

  asio::awaitable<std::optional<net::duration>> cold() override {
    const net::time_point began = net::machine_now();
    const bool answered = co_await connect_and_ask();
    if (!answered) co_return std::nullopt;
    co_return net::machine_now() - began;
  }

  asio::awaitable<std::optional<net::time_point>> answer_after_loss() override {
    for (;;) {
      buffer_.clear();
      const auto [ec, size] = co_await stream_->async_read(buffer_, use_result);
      if (ec) break;
    }
    const bool answered = co_await connect_and_ask();
    if (!answered) co_return std::nullopt;
    co_return net::machine_now();
  }

  void insist() override {}  // Nobody asks what a floor does about it.

  asio::awaitable<void> end() override {
    stream_.reset();
    co_return;
  }

 private:
  asio::awaitable<bool> connect_and_ask() {
    if constexpr (std::is_same_v<Layer, plain>) {
      stream_.emplace(*context_);
    } else {
      stream_.emplace(*context_, tls_->context());
    }
    stream_->set_option(
        ws::stream_base::timeout{ws::stream_base::none(), ws::stream_base::none(), false});
    auto& socket = beast::get_lowest_layer(*stream_);
    const auto [connected] = co_await socket.async_connect(to_, use_result);
    if (connected) co_return false;
    socket.set_option(tcp::no_delay(true));
    if constexpr (!std::is_same_v<Layer, plain>) {
      tls_->resume(stream_->next_layer().native_handle());
      const auto [secured] = co_await stream_->next_layer().async_handshake(
          asio::ssl::stream_base::client, use_result);
      if (secured) co_return false;
    }
    const auto [upgraded] =
        co_await stream_->async_handshake("127.0.0.1", "/api/websocket", use_result);
    if (upgraded) co_return false;
    const bool greeted = co_await hear("auth_required");
    if (!greeted) co_return false;
    const bool asked = co_await say(R"({"type":"auth","access_token":")" + token_ + "\"}");
    if (!asked) co_return false;
    const bool welcome = co_await hear("auth_ok");
    if (!welcome) co_return false;
    const bool pinged = co_await say(R"({"id":1,"type":"ping"})");
    if (!pinged) co_return false;
    const bool answered = co_await hear("pong");
    co_return answered;
  }

  asio::awaitable<bool> say(std::string text) {
    const auto [ec, size] = co_await stream_->async_write(asio::buffer(text), use_result);
    co_return !ec;
  }
  /// Whether the next message has it in it.
  asio::awaitable<bool> hear(std::string_view what) {
    buffer_.clear();
    const auto [ec, size] = co_await stream_->async_read(buffer_, use_result);
    if (ec) co_return false;
    const auto data = buffer_.cdata();
    const std::string_view text(static_cast<const char*>(data.data()), data.size());
    co_return text.find(what) != std::string_view::npos;
  }

  asio::io_context* context_;
  tcp::endpoint to_;
  std::string token_;
  std::optional<tls_part> tls_;
  std::optional<ws::stream<Layer>> stream_;
  beast::flat_buffer buffer_;
};

}  // namespace

std::unique_ptr<contender> make_raw_beast(asio::io_context& context, std::uint16_t port,
                                          std::string token, const std::string& authority) {
  if (authority.empty()) {
    return std::make_unique<raw_beast<plain>>(context, port, std::move(token), authority);
  }
  return std::make_unique<raw_beast<secure>>(context, port, std::move(token), authority);
}

}  // namespace hassle::harness::bench
