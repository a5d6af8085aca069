#include "engine/dialler.hpp"
#include "way_world.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/tls.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using conduct = way_world::conduct;

class stage_recorder final : public observer {
 public:
  void on_event(const client_event& event) override {
    ASSERT_EQ(event.kind, client_event_kind::attempt_stage);
    stages.emplace_back(event.text);
  }
  std::vector<std::string> stages;
};

/// A dialler, and servers that upgrade or answer what the test says.
struct DiallerFixture : ::testing::Test {
  way_world world;
  config settings;
  stage_recorder heard;
  net::task_group clients{world.executor()};
  net::task_group servers{world.executor()};
  std::unique_ptr<engine_context> shared;
  std::unique_ptr<dialler> ways;
  std::vector<std::expected<dialled, dial_error>> results;
  std::vector<std::unique_ptr<net::websocket>> served;
  std::string answer;  ///< Of the servers; empty = they upgrade.
  std::size_t ends_served = 0;
  bool plays_proxy = false;
  std::vector<std::string> asked_proxy;
  std::unique_ptr<net::tls_server> tls;

  DiallerFixture() {
    settings.style = engine_style::best;
    settings.server = {"ha.test", 8123};
    settings.reconnect.emplace();
    settings.deadline.emplace();
    settings.jitter.emplace();
    settings.failover.emplace();
    world.names["ha.test"] = {"10.0.0.1"};
  }
  ~DiallerFixture() override {
    clients.stop();
    servers.stop();
    results.clear();
    served.clear();
    world.settle();
    ways.reset();
  }

  static asio::awaitable<void> dial(DiallerFixture& f, std::size_t endpoint,
                                    std::uint32_t attempt) {
    auto done = co_await f.ways->dial(endpoint, attempt);
    f.results.push_back(std::move(done));
  }
  /// A proxy, TLS and Home Assistant in one, as far as they are there.
  static asio::awaitable<void> upgrade(DiallerFixture& f, std::unique_ptr<net::byte_stream> on) {
    if (f.plays_proxy) {
      const auto http = net::make_http_connection(std::move(on));
      auto asked = co_await http->read();
      if (!asked) co_return;
      f.asked_proxy.push_back(asked->method + " " + asked->target);
      const auto* const login = asked->find("proxy-authorization");
      if (login != nullptr) f.asked_proxy.push_back(*login);
      net::http_response welcome;
      auto answering = http->write(std::move(welcome));
      const auto ec = co_await std::move(answering);
      if (ec) co_return;
      std::string early;
      on = http->release(early);
    }
    if (f.tls) {
      auto secured = co_await f.tls->accept(std::move(on));
      if (!secured) co_return;
      on = std::move(*secured);
    }
    net::websocket_limits limits;
    auto accepted = co_await net::websocket_accept(f.world.time(), std::move(on), {}, limits);
    if (accepted) f.served.push_back(std::move(*accepted));
  }

  dialler& make() {
    if (!ways) {
      shared = std::make_unique<engine_context>(world, settings, &heard);
      ways = std::make_unique<dialler>(*shared);
    }
    return *ways;
  }
  void start(std::size_t endpoint = 0) {
    make();
    clients.spawn(dial(*this, endpoint, ++shared->attempts));
    world.settle();
  }
  /// The servers see to the connections that have come about.
  void serve() {
    for (; ends_served < world.ends.size(); ++ends_served) {
      const auto& end = world.ends[ends_served];
      if (answer.empty()) {
        servers.spawn(upgrade(*this, end.stream()));
      } else {
        end.ours->give(answer);
      }
    }
    world.settle();
  }
  /// What the n-th server was sent and nobody has read.
  [[nodiscard]] std::string request(std::size_t n) const {
    std::string text(20'000, '\0');
    std::string got;
    const auto stream = world.ends[n].stream();
    stream->read_some(asio::buffer(text),
                      [&](net::error_code, std::size_t size) { got = text.substr(0, size); });
    const_cast<way_world&>(world).settle();
    return got;
  }
  [[nodiscard]] const dial_error& error(std::size_t n = 0) const { return results.at(n).error(); }
};

TEST_F(DiallerFixture, GoesStageByStage) {
  start();
  serve();
  ASSERT_THAT(results, SizeIs(1));
  ASSERT_TRUE(results[0]) << error().text;
  EXPECT_THAT(heard.stages, ElementsAre("resolved", "tcp", "upgraded"));
  EXPECT_EQ(world.open(), 1U);
  results.clear();
  world.settle();
  EXPECT_EQ(world.open(), 0U);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST_F(DiallerFixture, SaysWhomItWantsAndWhoItIs) {
  settings.target = "/prefix/api/websocket";
  start();
  const std::string sent = request(0);
  EXPECT_THAT(sent, HasSubstr("GET /prefix/api/websocket HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\nHost: ha.test:8123\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\nUser-Agent: hassle/"));
  EXPECT_THAT(sent, Not(HasSubstr("Sec-WebSocket-Extensions")));
}

TEST_F(DiallerFixture, OffersDeflateWhereItIsWanted) {
  settings.deflate = true;
  start();
  EXPECT_THAT(request(0), HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate"));
}

// Field failure compression-rsv-1002.
TEST_F(DiallerFixture, DeflateIsNotOfferedAgainWhereItLedToMessagesThatNobodyUnderstands) {
  settings.deflate = true;
  start();
  serve();
  EXPECT_TRUE(make().give_up_deflate(0));
  EXPECT_FALSE(make().give_up_deflate(0)) << "once";
  start();
  EXPECT_THAT(request(1), Not(HasSubstr("permessage-deflate")));
}

TEST_F(DiallerFixture, TellsWhatTheUpgradeWasAnsweredWith) {
  answer = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Length: 1000000\r\n\r\nno";
  start();
  serve();
  ASSERT_FALSE(results.at(0));
  EXPECT_EQ(error().stage, dial_stage::upgrade);
  EXPECT_EQ(error().http_status, 429U);
  EXPECT_EQ(error().retry_after, 17s);
  EXPECT_EQ(error().why, dial_failure::overloaded);
  EXPECT_EQ(error().text, "upgrade: HTTP 429");
  EXPECT_EQ(error().connection, 7U);
  EXPECT_EQ(world.open(), 0U);
}

TEST_F(DiallerFixture, EveryStageHasItsLimit) {
  world.resolver_silent = true;
  start();
  world.advance(settings.deadline->resolve_limit);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error(0).text, "resolve: Connection timed out");
  world.resolver_silent = false;

  world.addresses["10.0.0.1"] = {.what = conduct::silent};
  start();
  world.advance(settings.deadline->tcp_limit);
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(error(1).text, "tcp: Connection timed out");
  EXPECT_EQ(world.dialling, 0U);
  world.addresses.clear();

  start();
  world.advance(settings.deadline->upgrade_limit);
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_EQ(error(2).text, "upgrade: Connection timed out");
  EXPECT_EQ(world.open(), 0U);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST_F(DiallerFixture, WithoutDeadlineAllStagesShareTheConnectLimit) {
  settings.deadline.reset();
  settings.reconnect->connect_limit = 10s;
  world.addresses["10.0.0.1"] = {.what = conduct::accept, .after = 6s};
  start();
  world.advance(6s);
  EXPECT_EQ(world.open(), 1U);
  EXPECT_THAT(results, IsEmpty());
  world.advance(4s);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().text, "upgrade: Connection timed out");
  EXPECT_EQ(world.open(), 0U);
}

TEST_F(DiallerFixture, DialsOfOneEndpointGoOneAfterTheOther) {
  settings.failover->others.emplace_back().server = {"10.0.0.9", 80};
  start();
  start();
  start(1);
  EXPECT_THAT(world.dialled, ElementsAre("10.0.0.1", "10.0.0.9"));
  serve();
  EXPECT_THAT(world.dialled, ElementsAre("10.0.0.1", "10.0.0.9", "10.0.0.1"));
  serve();
  EXPECT_THAT(results, SizeIs(3));
}

TEST_F(DiallerFixture, WithoutJitterEverybodyDialsAtOnce) {
  settings.jitter.reset();
  start();
  start();
  EXPECT_THAT(world.dialled, ElementsAre("10.0.0.1", "10.0.0.1"));
}

TEST_F(DiallerFixture, ACancelledDialLeavesNothingAtAnyStage) {
  settings.jitter.reset();
  world.resolver_silent = true;
  start();
  world.resolver_silent = false;
  world.addresses["10.0.0.1"] = {.what = conduct::silent};
  start();
  world.addresses.clear();
  start();
  EXPECT_THAT(world.ends, SizeIs(1));
  clients.stop();
  world.settle();
  ASSERT_THAT(results, SizeIs(3));
  for (const auto& each : results) {
    EXPECT_EQ(each.error().ec, asio::error::operation_aborted) << each.error().text;
  }
  EXPECT_EQ(world.open(), 0U);
  EXPECT_EQ(world.dialling, 0U);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST_F(DiallerFixture, WhoIsCancelledBeforehandDialsNobody) {
  const auto of_a_cancelled = [](DiallerFixture& f) -> asio::awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    (void)co_await net::sleep_until(f.world.time(), net::never);
    co_await dial(f, 0, 1);
  };
  make();
  clients.spawn(of_a_cancelled(*this));
  world.settle();
  clients.stop();
  world.settle();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().ec, asio::error::operation_aborted);
  EXPECT_THAT(world.resolved, IsEmpty());
}

TEST_F(DiallerFixture, WhoIsCancelledInTheQueueMakesRoom) {
  start();
  start();
  EXPECT_THAT(world.dialled, SizeIs(1));
  clients.stop();
  world.settle();
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(error(0).ec, asio::error::operation_aborted);
  EXPECT_EQ(error(1).ec, asio::error::operation_aborted);
  EXPECT_EQ(world.dialled.size(), 1U);
}

// ---- Addresses ----------------------------------------------------------------------------------

TEST_F(DiallerFixture, AddressesOfBothFamiliesAreTriedInTurnUntilOneAnswers) {
  world.names["ha.test"] = {"fd00::1", "fd00::2", "10.0.0.1", "10.0.0.2"};
  for (const auto& each : world.names["ha.test"]) {
    world.addresses[each] = {.what = conduct::silent};
  }
  world.addresses["fd00::2"] = {.what = conduct::accept, .after = 100ms};
  start();
  EXPECT_THAT(world.dialled, ElementsAre("fd00::1"));
  world.advance(249ms);
  EXPECT_THAT(world.dialled, SizeIs(1));
  world.advance(1ms);
  EXPECT_THAT(world.dialled, ElementsAre("fd00::1", "10.0.0.1"));
  world.advance(350ms);
  EXPECT_THAT(world.dialled, ElementsAre("fd00::1", "10.0.0.1", "fd00::2"));
  EXPECT_EQ(world.dialling, 0U) << "The others are cancelled.";
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0]);
  EXPECT_THAT(heard.stages, ElementsAre("resolved", "tcp", "upgraded"));
}

TEST_F(DiallerFixture, AnAddressThatFailsMakesRoomAtOnce) {
  world.names["ha.test"] = {"fd00::1", "10.0.0.1"};
  world.addresses["fd00::1"] = {.what = conduct::refuse};
  start();
  EXPECT_THAT(world.dialled, ElementsAre("fd00::1", "10.0.0.1"));
  EXPECT_EQ(world.dialled_at.back(), net::time_point{});
}

TEST_F(DiallerFixture, TheFamilyThatWorkedIsFirstNextTime) {
  world.names["ha.test"] = {"fd00::1", "10.0.0.1"};
  world.addresses["fd00::1"] = {.what = conduct::refuse};
  start();
  serve();
  world.dialled.clear();
  start();
  EXPECT_THAT(world.dialled, ElementsAre("10.0.0.1"));
}

// Field failure ipv6-no-fallback, the variant that connects and then stalls.
TEST_F(DiallerFixture, AFamilyThatConnectsAndGoesNoFurtherIsNotFirstNextTime) {
  world.names["ha.test"] = {"fd00::1", "10.0.0.1"};
  start();
  world.advance(1min);  // Nobody serves it.
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_FALSE(results[0]);
  start();
  EXPECT_THAT(world.dialled, ElementsAre("fd00::1", "10.0.0.1"));
}

TEST_F(DiallerFixture, IfAllFailTheFirstOneSaysWhy) {
  world.names["ha.test"] = {"10.0.0.1", "fd00::1"};
  world.addresses["10.0.0.1"] = {.what = conduct::refuse, .after = 1s};
  world.addresses["fd00::1"] = {.what = conduct::refuse};
  start();
  world.advance(1s);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().text, "tcp: Connection refused");
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST_F(DiallerFixture, TwoThatConnectAtOnceLeaveOne) {
  world.names["ha.test"] = {"10.0.0.1", "fd00::1"};
  world.addresses["10.0.0.1"] = {.what = conduct::accept, .after = 250ms};
  start();
  world.advance(250ms);
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0]);
  EXPECT_EQ(world.open(), 1U);
}

TEST_F(DiallerFixture, WithoutFailoverThereIsOneAddress) {
  settings.failover.reset();
  world.names["ha.test"] = {"10.0.0.1", "fd00::1"};
  world.addresses["10.0.0.1"] = {.what = conduct::refuse};
  start();
  EXPECT_THAT(world.dialled, ElementsAre("10.0.0.1"));
  EXPECT_THAT(results, SizeIs(1));
}

TEST_F(DiallerFixture, TheTimeLimitEndsTheWholeRace) {
  world.names["ha.test"] = {"10.0.0.1", "fd00::1"};
  world.addresses["10.0.0.1"] = {.what = conduct::silent};
  world.addresses["fd00::1"] = {.what = conduct::silent};
  start();
  world.advance(settings.deadline->tcp_limit);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().text, "tcp: Connection timed out");
  EXPECT_EQ(world.dialling, 0U);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST_F(DiallerFixture, ACancelledRaceLeavesNothing) {
  world.names["ha.test"] = {"10.0.0.1", "fd00::1"};
  world.addresses["10.0.0.1"] = {.what = conduct::silent};
  world.addresses["fd00::1"] = {.what = conduct::silent};
  start();
  world.advance(300ms);
  EXPECT_EQ(world.dialling, 2U);
  clients.stop();
  world.settle();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().ec, asio::error::operation_aborted);
  EXPECT_EQ(world.dialling, 0U);
  EXPECT_EQ(world.armed_timers(), 0U);
}

// ---- The proxy ----------------------------------------------------------------------------------

TEST_F(DiallerFixture, AProxyIsAskedAndResolvesTheName) {
  settings.proxy.emplace().server = {"10.0.0.5", 3128};
  settings.proxy->user = "me";
  settings.proxy->password = "hunter2";
  plays_proxy = true;
  start();
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0]) << error().text;
  EXPECT_THAT(world.resolved, ElementsAre("10.0.0.5"));
  EXPECT_EQ(world.ends[0].port, 3128);
  EXPECT_THAT(asked_proxy, ElementsAre("CONNECT ha.test:8123", "Basic bWU6aHVudGVyMg=="));
  EXPECT_THAT(heard.stages, ElementsAre("resolved", "tcp", "proxied", "upgraded"));
}

TEST_F(DiallerFixture, WhatBypassesTheProxyIsDialledDirectly) {
  settings.proxy.emplace().server = {"10.0.0.5", 3128};
  settings.proxy->bypass = {"ha.test"};
  start();
  EXPECT_THAT(world.dialled, ElementsAre("10.0.0.1"));
}

TEST_F(DiallerFixture, AProxyMayRefuse) {
  settings.proxy.emplace().server = {"10.0.0.5", 3128};
  settings.proxy->user = "me";
  settings.proxy->password = "hunter2";
  answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
  start();
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().stage, dial_stage::proxy);
  EXPECT_EQ(error().http_status, 407U);
  EXPECT_EQ(error().why, dial_failure::unwelcome);
  EXPECT_EQ(error().text, "proxy: HTTP 407");
  EXPECT_EQ(world.open(), 0U);
}

TEST_F(DiallerFixture, ASilentProxyHasItsLimitAndMayBeCancelled) {
  settings.jitter.reset();
  settings.proxy.emplace().server = {"10.0.0.5", 3128};
  start();
  world.advance(settings.deadline->proxy_limit);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().text, "proxy: Connection timed out");
  start();
  clients.stop();
  world.settle();
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(error(1).ec, asio::error::operation_aborted);
  EXPECT_EQ(world.open(), 0U);
  EXPECT_EQ(world.armed_timers(), 0U);
}

// ---- TLS ----------------------------------------------------------------------------------------

struct SecureDiallerFixture : DiallerFixture {
  net::tls_identity identity;
  SecureDiallerFixture() {
    world.wall = std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 50));
    identity = *net::make_self_signed({"ha.test"}, world.wall);
    tls = *net::make_tls_server(identity);
    auto& trust = settings.tls.emplace();
    trust.trust = tls_config::trust_kind::pinned;
    trust.pinned_sha256 = net::certificate_sha256(identity.certificate_chain);
  }
  void trust_file(const std::string& name, const std::string& text) {
    settings.tls->trust = tls_config::trust_kind::ca_file;
    settings.tls->pinned_sha256.clear();
    settings.tls->ca_file = ::testing::TempDir() + name;
    std::ofstream(settings.tls->ca_file) << text;
  }
};

TEST_F(SecureDiallerFixture, TlsLiesBelowTheUpgrade) {
  start();
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0]) << error().text;
  EXPECT_THAT(heard.stages, ElementsAre("resolved", "tcp", "tls", "upgraded"));
}

TEST_F(SecureDiallerFixture, AndAboveTheProxy) {
  settings.proxy.emplace().server = {"10.0.0.5", 3128};
  plays_proxy = true;
  start();
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0]) << error().text;
  EXPECT_THAT(heard.stages, ElementsAre("resolved", "tcp", "proxied", "tls", "upgraded"));
}

TEST_F(SecureDiallerFixture, TheSystemsTrustIsTheDefault) {
  *settings.tls = {};
  start();
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().stage, dial_stage::tls);
  EXPECT_EQ(error().why, dial_failure::unwelcome);
  EXPECT_EQ(error().text, "tls: certificate is not trusted: it is self-signed");
  EXPECT_EQ(world.open(), 0U);
}

TEST_F(SecureDiallerFixture, AuthoritiesComeFromAFile) {
  trust_file("hassle_dialler_ca.pem", identity.certificate_chain);
  start();
  serve();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_TRUE(results[0]) << error().text;
}

TEST_F(SecureDiallerFixture, AFileThatIsMendedIsReadAgain) {
  const auto other = *net::make_self_signed({"ha.test"}, world.wall);
  trust_file("hassle_dialler_mended.pem", other.certificate_chain);
  start();
  serve();
  EXPECT_FALSE(results.at(0));
  trust_file("hassle_dialler_mended.pem", identity.certificate_chain);
  start();
  serve();
  EXPECT_TRUE(results.at(1)) << error(1).text;
}

TEST_F(SecureDiallerFixture, WithoutAuthoritiesNobodyIsDialled) {
  settings.tls->trust = tls_config::trust_kind::ca_file;
  settings.tls->ca_file = "/nowhere/at/all.pem";
  start();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().text, "tls: the file of authorities (tls.ca_file) cannot be read");
  EXPECT_EQ(error().why, dial_failure::unwelcome);
  EXPECT_THAT(world.dialled, IsEmpty());
}

TEST_F(SecureDiallerFixture, TheNameMayBeAnother) {
  trust_file("hassle_dialler_name.pem", identity.certificate_chain);
  settings.server.host = "10.0.0.1";
  start();
  serve();
  EXPECT_EQ(error(0).text, "tls: certificate is for another name: ha.test");
  settings.tls->server_name = "ha.test";
  ways.reset();
  start();
  serve();
  EXPECT_TRUE(results.at(1)) << error(1).text;
}

TEST_F(SecureDiallerFixture, ASilentHandshakeHasItsLimitAndMayBeCancelled) {
  settings.jitter.reset();
  start();
  world.advance(settings.deadline->tls_limit);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(error().text, "tls: Connection timed out");
  EXPECT_EQ(error().why, dial_failure::network);
  start();
  clients.stop();
  world.settle();
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(error(1).ec, asio::error::operation_aborted);
  EXPECT_EQ(world.open(), 0U);
  EXPECT_EQ(world.armed_timers(), 0U);
}

}  // namespace
}  // namespace hassle::client
