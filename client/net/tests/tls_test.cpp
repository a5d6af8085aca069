#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/tls.hpp>

#include <gmock/gmock.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <optional>
#include <string>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using tcp = asio::ip::tcp;
using openssl_client = asio::ssl::stream<tcp::socket>;

struct exchange_result {
  std::string answer;
  error_code end;
};

constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

std::chrono::system_clock::time_point day_of_the_certificate() {
  asio::io_context context;
  return real_world(context, 1).time().wall_now();
}

/// A TLS server of ours, and OpenSSL's own client, over loopback.
struct TlsFixture : ::testing::Test {
  asio::io_context context{1};
  real_world world{context, 1};
  task_group tasks{world.executor()};
  tls_identity identity = *make_self_signed({"ha.test", "127.0.0.1"}, day_of_the_certificate());
  std::unique_ptr<tls_server> server = *make_tls_server(identity);
  asio::ssl::context trusting{asio::ssl::context::tls_client};
  // What the two do with each other. Coroutines that capture nothing: what they share is here.
  asio::awaitable<void> (*serve)(TlsFixture&, byte_stream&) = nullptr;
  asio::awaitable<void> (*use)(TlsFixture&, openssl_client&) = nullptr;
  std::string sent;
  std::string heard;
  exchange_result got;
  error_code end;
  bool ended_inline = false;
  std::unique_ptr<byte_stream> served;
  error_code accept_error;
  error_code client_error;

  TlsFixture() {
    trusting.add_certificate_authority(asio::buffer(identity.certificate_chain));
    trusting.set_verify_mode(asio::ssl::verify_peer);
  }

  static asio::awaitable<void> accept(TlsFixture& f, std::unique_ptr<acceptor> from) {
    auto stream = co_await from->accept();
    auto accepted = co_await f.server->accept(std::move(*stream));
    if (!accepted) {
      f.accept_error = accepted.error();
      co_return;
    }
    f.served = std::move(*accepted);
    if (f.serve) co_await f.serve(f, *f.served);
  }

  static asio::awaitable<void> dial(TlsFixture& f, std::uint16_t port) {
    openssl_client stream(f.context, f.trusting);
    stream.set_verify_callback(asio::ssl::host_name_verification("ha.test"));
    const tcp::endpoint to(asio::ip::address_v4::loopback(), port);
    co_await stream.lowest_layer().async_connect(to, use_result);
    auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, use_result);
    f.client_error = ec;
    if (!ec && f.use) co_await f.use(f, stream);
  }

  [[nodiscard]] std::uint16_t listen() {
    auto listening = world.listen({"127.0.0.1", 0});
    const std::uint16_t port = (*listening)->local_endpoint().port;
    tasks.spawn(accept(*this, std::move(*listening)));
    return port;
  }
  void run() {
    tasks.spawn(dial(*this, listen()));
    context.run();
  }
};

struct read_answer {
  error_code ec;
  std::size_t size = 0;
};

asio::awaitable<read_answer> read_from(byte_stream& stream, asio::mutable_buffer into) {
  auto start = [&stream, into](auto handler) {
    stream.read_some(into, [handler = std::move(handler)](error_code ec, std::size_t n) mutable {
      std::move(handler)(read_answer{ec, n});
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(read_answer)>(
      std::move(start), asio::use_awaitable);
}

asio::awaitable<error_code> write_to(byte_stream& stream, std::string_view text) {
  while (!text.empty()) {
    auto start = [&stream, text](auto handler) {
      const asio::const_buffer all(text.data(), text.size());
      stream.write_some({&all, 1},
                        [handler = std::move(handler)](error_code ec, std::size_t n) mutable {
                          std::move(handler)(read_answer{ec, n});
                        });
    };
    const auto answer =
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void(read_answer)>(
            std::move(start), asio::use_awaitable);
    if (answer.ec) co_return answer.ec;
    text.remove_prefix(answer.size);
  }
  co_return error_code{};
}

/// Sends back what it gets until the end.
asio::awaitable<void> echo(byte_stream& stream) {
  std::string buffer(40'000, ' ');
  for (;;) {
    const auto got = co_await read_from(stream, asio::buffer(buffer));
    if (got.ec) co_return;
    const auto ec = co_await write_to(stream, std::string_view(buffer).substr(0, got.size));
    if (ec) co_return;
  }
}

asio::awaitable<void> send_all(openssl_client& stream, const std::string& text) {
  co_await asio::async_write(stream, asio::buffer(text), use_result);
}

asio::awaitable<void> read_to_the_end(openssl_client& stream, exchange_result& into,
                                      std::size_t enough) {
  std::string buffer(50'000, ' ');
  while (into.answer.size() < enough) {
    auto [ec, size] = co_await stream.async_read_some(asio::buffer(buffer), use_result);
    into.answer.append(buffer, 0, size);
    into.end = ec;
    if (ec) co_return;
  }
}

TEST_F(TlsFixture, CarriesBytesInBothDirectionsAtOnce) {
  sent.assign(1'000'000, ' ');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
  serve = [](TlsFixture&, byte_stream& stream) { return echo(stream); };
  use = [](TlsFixture& f, openssl_client& stream) -> asio::awaitable<void> {
    task_group sending(f.world.executor());
    sending.spawn(send_all(stream, f.sent));
    co_await read_to_the_end(stream, f.got, f.sent.size());
    co_await sending.join();
    error_code ignored;
    stream.lowest_layer().close(ignored);
  };
  run();
  EXPECT_FALSE(client_error) << client_error.message();
  EXPECT_EQ(got.answer, sent);
}

TEST_F(TlsFixture, SpeaksTheNewestVersion) {
  serve = [](TlsFixture&, byte_stream& stream) { return echo(stream); };
  use = [](TlsFixture& f, openssl_client& stream) -> asio::awaitable<void> {
    f.heard = SSL_get_version(stream.native_handle());
    co_return;
  };
  run();
  EXPECT_EQ(heard, "TLSv1.3");
}

TEST_F(TlsFixture, AlsoSpeaksTheOneBefore) {
  SSL_CTX_set_max_proto_version(trusting.native_handle(), TLS1_2_VERSION);
  serve = [](TlsFixture&, byte_stream& stream) { return echo(stream); };
  run();
  EXPECT_FALSE(client_error) << client_error.message();
}

TEST_F(TlsFixture, RefusesOldVersions) {
  SSL_CTX_set_min_proto_version(trusting.native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(trusting.native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_security_level(trusting.native_handle(), 0);
  run();
  EXPECT_TRUE(client_error);
  EXPECT_TRUE(accept_error);
}

TEST_F(TlsFixture, CloseSaysGoodbyeBeforeTheEnd) {
  serve = [](TlsFixture&, byte_stream& stream) -> asio::awaitable<void> {
    co_await write_to(stream, "last words");
    stream.close();
  };
  use = [](TlsFixture& f, openssl_client& stream) { return read_to_the_end(stream, f.got, 1000); };
  run();
  EXPECT_EQ(got.answer, "last words");
  EXPECT_EQ(got.end, asio::error::eof) << got.end.message();
}

TEST_F(TlsFixture, ShutdownSendEndsOneDirectionOnly) {
  heard.assign(5, ' ');
  serve = [](TlsFixture& f, byte_stream& stream) -> asio::awaitable<void> {
    co_await write_to(stream, "that is all");
    stream.shutdown_send();
    co_await read_from(stream, asio::buffer(f.heard));
  };
  use = [](TlsFixture& f, openssl_client& stream) -> asio::awaitable<void> {
    co_await read_to_the_end(stream, f.got, 1000);
    co_await send_all(stream, "still");
  };
  run();
  EXPECT_EQ(got.answer, "that is all");
  EXPECT_EQ(got.end, asio::error::eof);
  EXPECT_EQ(heard, "still");
}

TEST_F(TlsFixture, ResetIsSeenAsAReset) {
  serve = [](TlsFixture&, byte_stream& stream) -> asio::awaitable<void> {
    std::string one(1, ' ');
    co_await read_from(stream, asio::buffer(one));
    stream.reset();
  };
  use = [](TlsFixture& f, openssl_client& stream) -> asio::awaitable<void> {
    co_await send_all(stream, "x");
    co_await read_to_the_end(stream, f.got, 1000);
  };
  run();
  EXPECT_EQ(got.end, asio::error::connection_reset) << got.end.message();
}

TEST_F(TlsFixture, ThePeersEndIsTheEndWithOrWithoutAGoodbye) {
  serve = [](TlsFixture& f, byte_stream& stream) -> asio::awaitable<void> {
    std::string some(100, ' ');
    const auto found = co_await read_from(stream, asio::buffer(some));
    f.end = found.ec;
  };
  use = [](TlsFixture&, openssl_client& stream) -> asio::awaitable<void> {
    error_code ignored;
    stream.lowest_layer().shutdown(tcp::socket::shutdown_send, ignored);
    co_return;
  };
  run();
  EXPECT_EQ(end, asio::error::eof);
}

TEST_F(TlsFixture, AClientThatDistrustsTheCertificateEndsTheHandshake) {
  trusting = asio::ssl::context(asio::ssl::context::tls_client);
  trusting.set_verify_mode(asio::ssl::verify_peer);
  run();
  EXPECT_THAT(client_error.message(), HasSubstr("certificate verify failed"));
}

TEST_F(TlsFixture, ClosingEndsWhatIsOutstanding) {
  serve = [](TlsFixture& f, byte_stream& stream) -> asio::awaitable<void> {
    f.heard.assign(10, ' ');
    stream.read_some(asio::buffer(f.heard), [&f](error_code ec, std::size_t) { f.end = ec; });
    stream.close();
    f.ended_inline = static_cast<bool>(f.end);
    co_return;
  };
  run();
  EXPECT_EQ(end, asio::error::operation_aborted);
  EXPECT_FALSE(ended_inline);
}

/// A server, and bytes that no TLS client sends.
struct TlsGarbageFixture : ::testing::Test {
  manual_world world;
  std::shared_ptr<wire> peer = std::make_shared<wire>(world.executor());
  std::unique_ptr<tls_server> server = *make_tls_server(
      *make_self_signed({"ha.test"}, std::chrono::system_clock::time_point(365 * 24h)));
  task_group tasks{world.executor()};
  std::optional<error_code> error;

  static asio::awaitable<void> accept(TlsGarbageFixture& f) {
    auto accepted = co_await f.server->accept(std::make_unique<memory_stream>(f.peer));
    f.error = accepted ? error_code{} : accepted.error();
  }
  void start() {
    tasks.spawn(accept(*this));
    world.settle();
  }
};

TEST_F(TlsGarbageFixture, WhatIsNoHandshakeIsAnErrorAndTheEnd) {
  peer->give("GET /api/websocket HTTP/1.1\r\nHost: ha\r\n\r\n");
  start();
  ASSERT_TRUE(error);
  EXPECT_TRUE(*error);
  EXPECT_TRUE(peer->closed);
}

TEST_F(TlsGarbageFixture, APeerThatLeavesEndsTheHandshake) {
  peer->give(std::string("\x16\x03\x01\x02", 4));
  peer->give_fin();
  start();
  EXPECT_EQ(error, error_code(asio::error::eof));
  EXPECT_TRUE(peer->closed);
}

TEST_F(TlsGarbageFixture, AHandshakeCanBeCancelled) {
  start();
  EXPECT_FALSE(error);
  tasks.stop();
  world.settle();
  EXPECT_EQ(error, error_code(asio::error::operation_aborted));
  EXPECT_TRUE(peer->closed);
}

TEST(TlsIdentity, NamesAndAddressesAreBothPossible) {
  const auto identity = make_self_signed({"ha.test", "*.ha.test", "127.0.0.1", "::1"},
                                         std::chrono::system_clock::time_point(1h));
  ASSERT_TRUE(identity) << identity.error();
  EXPECT_THAT(identity->certificate_chain, StartsWith("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_THAT(identity->private_key, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_TRUE(make_tls_server(*identity));
}

TEST(TlsIdentity, WhatIsNoNameIsRefused) {
  EXPECT_FALSE(make_self_signed({}, {}));
  EXPECT_FALSE(make_self_signed({""}, {}));
  EXPECT_FALSE(make_self_signed({"ha.test,DNS:bank.example"}, {}));
}

TEST(TlsIdentity, WhatIsWrongIsNamed) {
  const auto good = *make_self_signed({"a"}, std::chrono::system_clock::time_point(1h));
  const auto other = *make_self_signed({"a"}, std::chrono::system_clock::time_point(1h));
  const auto no_certificate = make_tls_server({"nonsense", good.private_key});
  ASSERT_FALSE(no_certificate);
  EXPECT_THAT(no_certificate.error(), StartsWith("certificate: "));
  const auto no_key = make_tls_server({good.certificate_chain, "nonsense"});
  ASSERT_FALSE(no_key);
  EXPECT_THAT(no_key.error(), StartsWith("private key: "));
  EXPECT_FALSE(make_tls_server({good.certificate_chain, other.private_key}));
}

}  // namespace
}  // namespace hassle::net
