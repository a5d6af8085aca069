#include "engine/dialler.hpp"
#include "scripted_world.hpp"

#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using conduct = scripted_world::conduct;

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
  scripted_world world;
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
  static asio::awaitable<void> upgrade(DiallerFixture& f, std::unique_ptr<net::byte_stream> on) {
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
    const_cast<scripted_world&>(world).settle();
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

}  // namespace
}  // namespace hassle::client
