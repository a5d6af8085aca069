// A server with TLS, asked by OpenSSL's own client over loopback.
#include "mockha/server.hpp"

#include <hassle/net/real_world.hpp>
#include <hassle/net/tls.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <exception>
#include <string>
#include <string_view>

namespace hassle::mockha {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using tcp = asio::ip::tcp;
using tls_stream = asio::ssl::stream<tcp::socket>;

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

struct ServerTlsTest : testing::Test {
  asio::io_context io{1};
  net::real_world world{io, 1};
  net::tls_identity identity =
      net::make_self_signed({"127.0.0.1"}, world.time().wall_now()).value();
  server it{world, config(), {}};
  asio::ssl::context trusting{asio::ssl::context::tls_client};

  ServerTlsTest() {
    trusting.add_certificate_authority(asio::buffer(identity.certificate_chain));
    trusting.set_verify_mode(asio::ssl::verify_peer);
  }
  [[nodiscard]] server_config config() const {
    server_config c;
    c.tls = net::make_tls_server(identity).value();
    return c;
  }

  /// Everything that comes until `end` has been seen, or the connection is over.
  template <class Stream>
  static asio::awaitable<std::string> ask(Stream* stream, std::string text, std::string end) {
    co_await asio::async_write(*stream, asio::buffer(text), use_result);
    std::string all;
    std::array<char, 4096> piece{};
    while (all.find(end) == std::string::npos) {
      auto [ec, size] = co_await stream->async_read_some(asio::buffer(piece), use_result);
      all.append(piece.data(), size);
      if (ec) break;
    }
    co_return all;
  }
  template <class Story>
  void play(Story story) {
    const auto at = it.start({"127.0.0.1", 0});
    ASSERT_TRUE(at.has_value());
    const tcp::endpoint to(asio::ip::address_v4::loopback(), at->port);
    auto whole = [&]() -> asio::awaitable<void> {
      co_await story(to);
      co_await it.stop();
    };
    asio::co_spawn(io, whole(), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io.run();
  }
};

TEST_F(ServerTlsTest, ServesRequestsAndWebSockets) {
  auto story = [this](tcp::endpoint to) -> asio::awaitable<void> {
    tls_stream stream(io, trusting);
    co_await stream.lowest_layer().async_connect(to, use_result);
    auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, use_result);
    EXPECT_FALSE(ec) << ec.message();
    const std::string asked = "GET /api/ HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string answer = co_await ask(&stream, asked, "401: Unauthorized");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
    const std::string upgrade =
        "GET /api/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const std::string hello = co_await ask(&stream, upgrade, "}");
    EXPECT_THAT(hello, HasSubstr("auth_required"));
    EXPECT_EQ(it.connections(), 1U);
  };
  play(story);
}

TEST_F(ServerTlsTest, WhoDoesNotSpeakItIsTurnedAway) {
  auto story = [this](tcp::endpoint to) -> asio::awaitable<void> {
    tcp::socket plain(io);
    co_await plain.async_connect(to, use_result);
    const std::string asked = "GET /api/ HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string answer = co_await ask(&plain, asked, "never");
    EXPECT_THAT(answer, testing::Not(HasSubstr("HTTP/1.1")));
  };
  play(story);
}

}  // namespace
}  // namespace hassle::mockha
