#include "engine/tokens.hpp"
#include "way_world.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using kind = client_event_kind;

class event_recorder final : public observer {
 public:
  void on_event(const client_event& event) override {
    kinds.push_back(event.kind);
    texts.emplace_back(event.text);
  }
  [[nodiscard]] std::size_t count(kind which) const {
    return static_cast<std::size_t>(std::ranges::count(kinds, which));
  }
  std::vector<kind> kinds;
  std::vector<std::string> texts;
};

std::string json_answer(unsigned status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Tokens over a dialler, and a token service that answers when the test says so.
struct TokensFixture : ::testing::Test {
  way_world world;
  config settings;
  event_recorder heard;
  net::task_group callers{world.executor()};
  std::unique_ptr<engine_context> shared;
  std::unique_ptr<dialler> ways;
  std::unique_ptr<tokens> keeper;
  using got = std::expected<tokens::access, tokens::failure>;
  std::vector<got> results;
  std::size_t answered = 0;
  bool stopped = false;

  TokensFixture() {
    settings.style = engine_style::best;
    settings.server = {"10.0.0.1", 8123};
    settings.reconnect.emplace();
    settings.deadline.emplace();
    settings.access_token = "SECRET-first";
    settings.token.emplace();
    settings.token->refresh_token = "SECRET-refresh";
  }
  ~TokensFixture() override {
    callers.stop();
    if (keeper && !stopped) stop();
    world.settle();
    EXPECT_EQ(world.armed_timers(), 0U);
    EXPECT_EQ(world.open(), 0U);
    for (const auto& text : heard.texts) EXPECT_THAT(text, Not(HasSubstr("SECRET")));
  }

  static asio::awaitable<void> ask(TokensFixture& f, std::size_t endpoint, net::time_point until) {
    auto done = co_await f.keeper->get(endpoint, until);
    f.results.push_back(std::move(done));
  }
  static asio::awaitable<void> end(TokensFixture& f) {
    co_await f.keeper->stop();
    f.stopped = true;
  }
  tokens& make() {
    if (!keeper) {
      shared = std::make_unique<engine_context>(world, settings, &heard);
      ways = std::make_unique<dialler>(*shared);
      keeper = std::make_unique<tokens>(*shared, *ways);
    }
    return *keeper;
  }
  void get(net::duration limit = 60s, std::size_t endpoint = 0) {
    make();
    callers.spawn(ask(*this, endpoint, world.now() + limit));
    world.settle();
  }
  void stop() {
    net::task_group stopping(world.executor());
    stopping.spawn(end(*this));
    world.settle();
    EXPECT_TRUE(stopped);
  }
  /// The token service answers the next connection.
  void answer(const std::string& bytes) {
    ASSERT_LT(answered, world.ends.size());
    world.ends[answered++].ours->give(bytes);
    world.settle();
  }
  /// Time goes by until the service is asked again.
  void wait_for_request() {
    for (int i = 0; i < 10'000 && world.ends.size() == answered; ++i) world.advance(100ms);
  }
  void grant(const std::string& token, int expires_in = 1800) {
    answer(json_answer(200, R"({"access_token":")" + token + R"(","token_type":"Bearer",)" +
                                R"("expires_in":)" + std::to_string(expires_in) + "}"));
  }
  /// What the n-th connection was asked.
  std::string request(std::size_t n) {
    std::string text(20'000, '\0');
    std::string asked;
    const auto stream = world.ends.at(n).stream();
    stream->read_some(asio::buffer(text),
                      [&](net::error_code, std::size_t size) { asked = text.substr(0, size); });
    world.settle();
    return asked;
  }
};

TEST_F(TokensFixture, WithoutTheLayerThereIsOneToken) {
  settings.token.reset();
  get();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0]->text, "SECRET-first");
  EXPECT_TRUE(keeper->on_auth_invalid(results[0]->number));
  EXPECT_FALSE(keeper->refused());
  get();
  EXPECT_EQ(results[1]->text, "SECRET-first");
  EXPECT_THAT(world.dialled, IsEmpty());
}

TEST_F(TokensFixture, AGoodTokenIsUsedAsItIs) {
  settings.token->expires_in = 1800s;
  get();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0]->text, "SECRET-first");
  EXPECT_EQ(results[0]->number, 1U);
  EXPECT_THAT(world.dialled, IsEmpty());
}

TEST_F(TokensFixture, WithoutATokenOneIsFetchedOnceForAllWhoAsk) {
  settings.access_token.clear();
  get();
  get();
  get();
  EXPECT_THAT(results, IsEmpty());
  EXPECT_THAT(world.ends, SizeIs(1));
  grant("SECRET-new");
  ASSERT_THAT(results, SizeIs(3));
  for (const auto& each : results) EXPECT_EQ(each->text, "SECRET-new");
  EXPECT_EQ(heard.count(kind::token_refreshed), 1U);
  EXPECT_EQ(heard.count(kind::attempt_stage), 0U);
}

TEST_F(TokensFixture, TheRequestIsAForm) {
  settings.access_token.clear();
  settings.target = "/x/api/websocket";
  settings.token->client_id = "https://app.test/";
  get();
  EXPECT_THAT(request(0),
              AllOf(HasSubstr("POST /x/auth/token HTTP/1.1\r\nHost: 10.0.0.1:8123\r\n"),
                    HasSubstr("User-Agent: hassle/"),
                    HasSubstr("\r\n\r\ngrant_type=refresh_token&refresh_token=SECRET-refresh"
                              "&client_id=https%3A%2F%2Fapp.test%2F")));
  world.advance(1min);  // The service is gone with the test's end of the connection.
}

TEST_F(TokensFixture, EachWaiterHasItsOwnLimit) {
  settings.access_token.clear();
  get(3s);
  get(5s);
  world.advance(3s);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0].error(), tokens::failure::timed_out);
  grant("SECRET-new");
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[1]->text, "SECRET-new");
}

TEST_F(TokensFixture, ACancelledWaiterLeavesTheRefreshToTheOthers) {
  settings.access_token.clear();
  get();
  callers.stop();
  world.settle();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0].error(), tokens::failure::cancelled);
  grant("SECRET-new");
  EXPECT_EQ(heard.count(kind::token_refreshed), 1U);
}

TEST_F(TokensFixture, IsRefreshedEarlyInTheBackground) {
  settings.token->expires_in = 1800s;
  get();
  world.advance(1439s);
  EXPECT_THAT(world.ends, IsEmpty());
  world.advance(1s);
  ASSERT_THAT(world.ends, SizeIs(1));
  // While that goes on the old one is used.
  get();
  EXPECT_EQ(results.back()->text, "SECRET-first");
  grant("SECRET-second", 1000);
  get();
  EXPECT_EQ(results.back()->text, "SECRET-second");
  EXPECT_EQ(results.back()->number, 2U);
  world.advance(800s);
  ASSERT_THAT(world.ends, SizeIs(2));
  grant("SECRET-third");
}

TEST_F(TokensFixture, NobodyWhoNeverAskedIsRefreshedFor) {
  settings.token->expires_in = 1800s;
  make();
  world.advance(1h);
  EXPECT_THAT(world.dialled, IsEmpty());
}

TEST_F(TokensFixture, ARefusedTokenIsReplacedOnce) {
  get();
  EXPECT_TRUE(keeper->on_auth_invalid(1));
  world.settle();
  EXPECT_THAT(world.ends, SizeIs(1));
  get();
  grant("SECRET-second");
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[1]->number, 2U);
  EXPECT_FALSE(keeper->on_auth_invalid(2));
  EXPECT_TRUE(keeper->refused());
  get();
  EXPECT_EQ(results[2].error(), tokens::failure::refused);
  EXPECT_THAT(world.ends, SizeIs(1));
}

TEST_F(TokensFixture, ATokenThatWasAcceptedMayBeRefusedLater) {
  get();
  (void)keeper->on_auth_invalid(1);
  world.settle();
  grant("SECRET-second");
  keeper->on_auth_ok(2, 0);
  EXPECT_TRUE(keeper->on_auth_invalid(2));
  world.settle();
  grant("SECRET-third");
  get();
  EXPECT_EQ(results.back()->text, "SECRET-third");
}

TEST_F(TokensFixture, APermanentRefusalEndsItForAllUntilRetry) {
  settings.access_token.clear();
  get();
  get();
  answer(json_answer(400, R"({"error":"invalid_grant"})"));
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[0].error(), tokens::failure::refused);
  EXPECT_EQ(results[1].error(), tokens::failure::refused);
  EXPECT_THAT(heard.texts, ElementsAre("HTTP 400 (invalid_grant)", "HTTP 400 (invalid_grant)"));
  EXPECT_THAT(heard.kinds, ElementsAre(kind::token_refresh_failed, kind::auth_refused));
  world.advance(24h);
  EXPECT_THAT(world.ends, SizeIs(1));

  keeper->retry("SECRET-typed");
  EXPECT_FALSE(keeper->refused());
  get();
  EXPECT_EQ(results.back()->text, "SECRET-typed");
}

TEST_F(TokensFixture, WhoWaitsHearsOfARetry) {
  settings.access_token.clear();
  get();
  answer("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n");
  keeper->retry("SECRET-typed");
  world.settle();
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0]->text, "SECRET-typed");
}

TEST_F(TokensFixture, PassingFailuresAreTriedAgain) {
  settings.access_token.clear();
  world.addresses["10.0.0.1"] = {.what = way_world::conduct::refuse};
  get(1h);
  EXPECT_EQ(world.dialled.size(), 1U);
  world.advance(1s);
  EXPECT_GE(world.dialled.size(), 2U);
  world.addresses.clear();
  wait_for_request();
  answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  wait_for_request();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
  wait_for_request();
  answer("not HTTP at all\r\n\r\n");
  wait_for_request();
  EXPECT_THAT(results, IsEmpty());
  grant("SECRET-late");
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0]->text, "SECRET-late");
  EXPECT_THAT(heard.texts, ::testing::Contains("tcp: Connection refused"));
  EXPECT_THAT(heard.texts, ::testing::Contains("HTTP 502"));
  EXPECT_EQ(heard.count(kind::auth_refused), 0U);
}

TEST_F(TokensFixture, ASilentServiceIsGivenUpAfterItsLimit) {
  settings.access_token.clear();
  get(settings.token->refresh_limit);
  world.advance(settings.token->refresh_limit);
  ASSERT_THAT(results, SizeIs(1));
  EXPECT_EQ(results[0].error(), tokens::failure::timed_out);
  EXPECT_THAT(heard.texts, ElementsAre(net::error_code(asio::error::timed_out).message()));
  EXPECT_EQ(world.open(), 0U);
}

TEST_F(TokensFixture, AfterAThawTheTokenIsRefreshedBeforeItsNextUse) {
  settings.token->expires_in = 1800s;
  get();
  keeper->on_thaw();
  get();
  EXPECT_THAT(results, SizeIs(1));
  grant("SECRET-second");
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[1]->text, "SECRET-second");
}

TEST_F(TokensFixture, ARefreshThatWasFrozenInTheMiddleIsMadeAgainAtOnce) {
  settings.access_token.clear();
  settings.token->retry_base = 1h;
  settings.token->retry_cap = 1h;
  get();
  ASSERT_EQ(world.dialled.size(), 1U);
  world.advance(settings.token->refresh_limit - 1s);
  keeper->on_thaw();
  world.advance(1s);
  ASSERT_EQ(world.ends.size(), 2U);
  answered = 1;  // The first was given up.
  grant("SECRET-second");
  EXPECT_THAT(results, SizeIs(1));
}

TEST_F(TokensFixture, TheNextRefreshIsNotWaitedForAfterAThaw) {
  settings.access_token.clear();
  settings.token->retry_base = 1h;
  settings.token->retry_cap = 1h;
  world.addresses["10.0.0.1"] = {.what = way_world::conduct::refuse};
  get();
  ASSERT_EQ(world.dialled.size(), 1U);
  world.addresses.clear();
  keeper->on_thaw();
  world.settle();
  grant("SECRET-second");
  EXPECT_THAT(results, SizeIs(1));
}

TEST_F(TokensFixture, TheEndpointInUseIsAsked) {
  settings.failover.emplace();
  settings.failover->others.emplace_back().server = {"10.0.0.2", 80};
  settings.token->expires_in = 1800s;
  get(60s, 0);
  keeper->on_auth_ok(1, 1);
  world.advance(1440s);
  EXPECT_THAT(world.dialled, ElementsAre("10.0.0.2"));
  grant("SECRET-second");
}

TEST_F(TokensFixture, StoppingEndsEverybodyAndTheRefresh) {
  settings.access_token.clear();
  get();
  get();
  stop();
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[0].error(), tokens::failure::cancelled);
  EXPECT_EQ(results[1].error(), tokens::failure::cancelled);
  EXPECT_EQ(world.open(), 0U);
  EXPECT_FALSE(keeper->refused());
  (void)keeper->on_auth_invalid(1);
  get();
  EXPECT_EQ(results.back().error(), tokens::failure::cancelled);
}

}  // namespace
}  // namespace hassle::client
