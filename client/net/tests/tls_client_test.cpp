// Our TLS client and our TLS server, with each other in memory. The server with OpenSSL's own
// client: tls_test.cpp; with other programs: harness.
#include <hassle/net/tls.hpp>
#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::StrEq;
using connected = std::expected<std::unique_ptr<byte_stream>, tls_failure>;

// 2026-01-01T00:00:00Z
constexpr system_clock::time_point today{std::chrono::seconds(1'767'225'600)};

certificate_wish wish_for(const std::string& name) {
  certificate_wish wish;
  wish.names = {name};
  wish.valid_from = today - 24h;
  wish.valid_until = today + 24h;
  return wish;
}

struct TlsClientFixture : ::testing::Test {
  manual_world world;
  task_group tasks{world.executor()};
  tls_identity identity = *make_certificate(wish_for("ha.test"));
  std::unique_ptr<tls_server> server;
  std::unique_ptr<tls_client> client;
  system_clock::time_point now = today;
  tls_trust trust;
  std::string name = "ha.test";
  std::shared_ptr<wire> ours;
  std::shared_ptr<wire> theirs;
  std::optional<connected> got;
  std::optional<result<std::unique_ptr<byte_stream>>> served;
  bool gagged = false;  ///< The server says nothing.

  TlsClientFixture() { trust = {.what = tls_trust::kind::authorities}; }
  ~TlsClientFixture() override {
    tasks.stop();
    got.reset();
    served.reset();
    world.settle();
  }
  static asio::awaitable<void> accept(TlsClientFixture& f) {
    auto done = co_await f.server->accept(std::make_unique<memory_stream>(f.theirs));
    f.served.emplace(std::move(done));
  }
  static asio::awaitable<void> connect_to(TlsClientFixture& f) {
    auto done = co_await f.client->connect(std::make_unique<memory_stream>(f.ours), f.name, f.now);
    f.got.emplace(std::move(done));
  }
  void trust_in(const std::string& authorities) {
    trust.authorities = authorities;
    client = *make_tls_client(trust);
  }
  void pin(const std::string& hex) {
    trust = {.what = tls_trust::kind::pinned, .authorities = {}, .pinned_sha256 = hex};
    client = *make_tls_client(trust);
  }
  void connect() {
    got.reset();
    served.reset();
    if (!client) trust_in(identity.certificate_chain);
    if (!server) server = *make_tls_server(identity);
    ours = std::make_shared<wire>(world.executor());
    theirs = std::make_shared<wire>(world.executor());
    ours->feed(*theirs);
    if (!gagged) theirs->feed(*ours);
    tasks.spawn(accept(*this));
    tasks.spawn(connect_to(*this));
    world.settle();
  }
  std::string say(byte_stream& from, byte_stream& to, const std::string& text) {
    const asio::const_buffer all = asio::buffer(text);
    from.write_some({&all, 1}, [](error_code, std::size_t) {});
    std::string buffer(1000, '\0');
    std::string heard;
    to.read_some(asio::buffer(buffer), [&](error_code ec, std::size_t size) {
      heard = ec ? ec.message() : buffer.substr(0, size);
    });
    world.settle();
    return heard;
  }
  [[nodiscard]] const tls_failure& failure() const { return got.value().error(); }
  void expect_refused(const ::testing::Matcher<std::string>& text) {
    ASSERT_TRUE(got);
    ASSERT_FALSE(*got);
    EXPECT_TRUE(failure().certificate);
    EXPECT_THAT(failure().text, text);
    EXPECT_TRUE(ours->closed);
    // Nothing but alerts has gone out: the server did not get through either.
    ASSERT_TRUE(served);
    EXPECT_FALSE(*served);
  }
};

TEST_F(TlsClientFixture, CarriesBytesBothWays) {
  connect();
  ASSERT_TRUE(got && *got) << failure().text;
  ASSERT_TRUE(served && *served);
  EXPECT_EQ(say(***got, ***served, "hello"), "hello");
  EXPECT_EQ(say(***served, ***got, "and hello"), "and hello");
  EXPECT_THAT(ours->written, IsEmpty());
}

TEST_F(TlsClientFixture, TrustsWhatItsAuthoritySigned) {
  certificate_wish root_wish = wish_for("root.test");
  root_wish.authority = true;
  const tls_identity root = *make_certificate(root_wish);
  certificate_wish wish = wish_for("ha.test");
  wish.signer = &root;
  identity = *make_certificate(wish);
  trust_in(root.certificate_chain);
  connect();
  EXPECT_TRUE(*got) << failure().text;

  trust_in(make_certificate(root_wish)->certificate_chain);
  connect();
  expect_refused(StartsWith("certificate is not trusted"));
}

TEST_F(TlsClientFixture, TheSystemDoesNotKnowASelfSignedOne) {
  trust = {};
  client = *make_tls_client(trust);
  connect();
  expect_refused(StrEq("certificate is not trusted: it is self-signed"));
}

TEST_F(TlsClientFixture, LooksAtDates) {
  now = today + 25h;
  connect();
  expect_refused(StrEq("certificate has expired"));
  now = today - 25h;
  connect();
  expect_refused(StrEq("certificate is not yet valid"));
}

TEST_F(TlsClientFixture, LooksForTheName) {
  name = "other.test";
  connect();
  expect_refused(StrEq("certificate is for another name: ha.test"));
}

TEST_F(TlsClientFixture, TheNameOfAWildcardIsOneLabel) {
  identity = *make_certificate(wish_for("*.ha.test"));
  name = "kitchen.ha.test";
  connect();
  EXPECT_TRUE(*got) << failure().text;
  name = "a.kitchen.ha.test";
  connect();
  expect_refused(StrEq("certificate is for another name: *.ha.test"));
}

TEST_F(TlsClientFixture, AnAddressMustBeNamedAsOne) {
  identity = *make_certificate(wish_for("10.0.0.7"));
  name = "10.0.0.7";
  connect();
  EXPECT_TRUE(*got) << failure().text;
  name = "10.0.0.8";
  connect();
  expect_refused(StrEq("certificate is for another name: 10.0.0.7"));
  identity = *make_certificate(wish_for("fe80::1"));
  server.reset();
  client.reset();
  name = "fe80::1%eth0";
  connect();
  EXPECT_TRUE(*got) << failure().text;
}

TEST_F(TlsClientFixture, NamesAreSentAheadAndAddressesAreNot) {
  const auto first_words = [this] {
    got.reset();
    trust_in(identity.certificate_chain);
    ours = std::make_shared<wire>(world.executor());
    tasks.spawn(connect_to(*this));
    world.settle();
    const std::string sent = ours->take();
    ours->give_fin();
    world.settle();
    return sent;
  };
  EXPECT_THAT(first_words(), HasSubstr("ha.test"));
  name = "10.0.0.7";
  EXPECT_THAT(first_words(), AllOf(Not(IsEmpty()), Not(HasSubstr("10.0.0.7"))));
}

TEST_F(TlsClientFixture, SpeaksNothingOlderThanOnePointTwo) {
  // A ServerHello of TLS 1.1, which is no answer to what we offered.
  gagged = true;
  connect();
  const std::string hello("\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02", 11);
  ours->give(hello + std::string(32, 'r') + std::string("\x00\xc0\x13\x00", 4));
  world.settle();
  ASSERT_TRUE(got && !*got);
  EXPECT_THAT(failure().text, HasSubstr("unsupported protocol"));
}

TEST_F(TlsClientFixture, ADotAtTheEndOfANameIsNoPartOfIt) {
  name = "ha.test.";
  connect();
  EXPECT_TRUE(*got) << failure().text;
}

TEST_F(TlsClientFixture, NamesMayGoUncheckedWithAuthoritiesOfOnesOwnOnly) {
  trust.verify_name = false;
  name = "other.test";
  connect();
  EXPECT_TRUE(*got) << failure().text;
  EXPECT_FALSE(make_tls_client({.verify_name = false}));
  EXPECT_FALSE(make_tls_client({.what = tls_trust::kind::pinned,
                                .pinned_sha256 = std::string(64, 'a'),
                                .verify_name = false}));
}

TEST_F(TlsClientFixture, APinIsAllThatCounts) {
  pin(certificate_sha256(identity.certificate_chain));
  name = "other.test";
  now = today + 24h * 365;
  connect();
  EXPECT_TRUE(*got) << failure().text;
}

TEST_F(TlsClientFixture, AnotherThanThePinnedIsRefused) {
  pin(certificate_sha256(make_certificate(wish_for("ha.test"))->certificate_chain));
  connect();
  expect_refused(StrEq("certificate is not the pinned one"));
}

TEST_F(TlsClientFixture, TrustThatIsNoneIsAnError) {
  EXPECT_FALSE(make_tls_client({.what = tls_trust::kind::authorities}));
  EXPECT_FALSE(make_tls_client({.what = tls_trust::kind::authorities, .authorities = "no PEM"}));
  EXPECT_FALSE(make_tls_client({.what = tls_trust::kind::pinned}));
  EXPECT_FALSE(
      make_tls_client({.what = tls_trust::kind::pinned, .pinned_sha256 = std::string(64, 'g')}));
}

TEST_F(TlsClientFixture, WithoutANameThereIsNoTls) {
  name = "";
  connect();
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
  EXPECT_TRUE(ours->closed);
}

TEST_F(TlsClientFixture, AServerThatSpeaksPlainHttpIsNamed) {
  gagged = true;
  connect();
  ours->give("HTTP/1.1 400 Bad Request\r\n\r\n");
  world.settle();
  ASSERT_TRUE(got && !*got);
  EXPECT_FALSE(failure().certificate);
  EXPECT_THAT(failure().text, StartsWith("no TLS is spoken there"));
}

TEST_F(TlsClientFixture, AnEndInTheMiddleIsNoFaultOfTheCertificate) {
  gagged = true;
  connect();
  ours->give_fin();
  world.settle();
  ASSERT_TRUE(got && !*got);
  EXPECT_FALSE(failure().certificate);
  EXPECT_EQ(failure().ec, asio::error::eof);
}

TEST_F(TlsClientFixture, ACancelledHandshakeDropsTheStream) {
  gagged = true;
  connect();
  EXPECT_FALSE(got);
  tasks.stop();
  world.settle();
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(failure().ec, asio::error::operation_aborted);
  EXPECT_FALSE(failure().certificate);
  EXPECT_TRUE(ours->closed);
}

/// Bytes that the server sends during a handshake: the certificate is not sent when resuming.
TEST_F(TlsClientFixture, ResumesWhileTheCertificateIsValid) {
  const auto handshake_bytes = [this] {
    gagged = true;
    connect();
    std::size_t bytes = 0;
    for (int i = 0; i < 10; ++i) {
      const std::string some = theirs->take();
      bytes += some.size();
      ours->give(some);
      world.settle();
    }
    EXPECT_TRUE(got && *got) << (got ? failure().text : "nothing");
    // Tickets come behind the handshake, and are seen by who reads.
    std::string buffer(10, '\0');
    (**got)->read_some(asio::buffer(buffer), [](error_code, std::size_t) {});
    world.settle();
    return bytes;
  };
  const std::size_t first = handshake_bytes();
  const std::size_t second = handshake_bytes();
  EXPECT_LT(second + 300, first);
  name = "other.test";
  connect();
  theirs->feed(*ours);
  name = "ha.test";
  handshake_bytes();
  now = today + 25h;
  gagged = false;
  connect();
  expect_refused(StrEq("certificate has expired"));
}

TEST(CertificateSha256, IsThatOfOpenssl) {
  EXPECT_EQ(certificate_sha256("no PEM"), "");
  const auto made = make_certificate(wish_for("ha.test"));
  EXPECT_EQ(certificate_sha256(made->certificate_chain).size(), 64U);
  EXPECT_EQ(certificate_sha256(made->certificate_chain),
            certificate_sha256(made->certificate_chain));
}

}  // namespace
}  // namespace hassle::net
