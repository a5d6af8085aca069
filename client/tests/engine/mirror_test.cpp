#include "mirror_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>

#include <string>

namespace hassle::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view two = R"({"a":{"light.a":{"s":"on","a":{"x":1},"c":"1","lc":5},
                                          "light.b":{"s":"off","a":{},"c":"2","lc":6}}})";

command get_states() { return {.body = {{"type", "get_states"}}, .tag = 7}; }

class MirrorFixture : public ::testing::Test {
 protected:
  MirrorFixture() { here_.states.hear(&heard_); }

  std::shared_ptr<scripted_channel> snapshot() {
    auto session = here_.connect();
    session->accept(1);
    session->tell(1, two);
    return session;
  }
  [[nodiscard]] std::optional<outcome> ask() const {
    return here_.states.answer(get_states(), here_.clock);
  }

  mirror_world here_;
  recording_mirror_listener heard_;
};

TEST_F(MirrorFixture, ItTellsWhatIsDifferent) {
  const auto session = snapshot();
  EXPECT_THAT(heard_.take(), ElementsAre("snapshot 2", "+light.a", "+light.b"));
  session->tell(1, R"({"c":{"light.a":{"+":{"s":"off"}}}})");
  session->tell(1, R"({"r":["light.b"]})");
  EXPECT_THAT(heard_.take(), ElementsAre("light.a on>off", "-light.b"));
  EXPECT_THAT(here_.observed.take(), Contains("replaced 2 "));
}

// Field failures stale-store-after-reconnect and events-lost-in-gap.
TEST_F(MirrorFixture, AfterALossASnapshotReplacesItAndGhostsAreGone) {
  const auto first = snapshot();
  (void)heard_.take();
  here_.lose(first);
  EXPECT_THAT(heard_.take(), ElementsAre("stale"));
  EXPECT_FALSE(here_.states.states().live());
  EXPECT_NE(here_.states.states().find("light.b"), nullptr) << "readable, with its age";
  const auto second = here_.connect();
  second->accept(1);
  second->tell(1, R"({"a":{"light.a":{"s":"off","a":{"x":1},"c":"3","lc":9}}})");
  EXPECT_THAT(heard_.take(), ElementsAre("snapshot 2", "light.a on>off", "-light.b"));
  EXPECT_TRUE(here_.states.states().live());
}

// An event that Home Assistant could not put into words (reference §3.3) may be any change.
TEST_F(MirrorFixture, AfterAnEventThatIsMissingItIsStaleUntilTheNextSnapshot) {
  const auto session = snapshot();
  (void)heard_.take();
  session->reject(1, "unknown_error");
  EXPECT_THAT(heard_.take(), ElementsAre("stale"));
  EXPECT_FALSE(here_.states.states().live());
  session->accept(2);
  session->reject(2, "unknown_error");  // The snapshot itself.
  session->tell(1, R"({"a":{"light.c":{"s":"on"}}})");
  EXPECT_THAT(heard_.take(), ElementsAre("+light.c")) << "an entity more is no snapshot";
  EXPECT_FALSE(here_.states.states().live());
  here_.advance(1s);
  session->accept(3);
  session->tell(3, two);
  EXPECT_THAT(heard_.take(), ElementsAre("snapshot 1", "-light.c"));
  EXPECT_TRUE(here_.states.states().live());
}

TEST_F(MirrorFixture, ASnapshotThatBringsNothingNewIsTold) {
  here_.lose(snapshot());
  (void)heard_.take();
  (void)snapshot();
  EXPECT_THAT(heard_.take(), ElementsAre("snapshot 0"));
}

TEST_F(MirrorFixture, TheSnapshotMayComeBeforeItsResult) {
  const auto session = here_.connect();
  session->tell(1, two);
  session->accept(1);
  session->tell(1, R"({"a":{"light.c":{"s":"on"}}})");
  EXPECT_THAT(heard_.take(), ElementsAre("snapshot 2", "+light.a", "+light.b", "+light.c"));
}

// "Connected", pings answered, and no event for minutes.
TEST_F(MirrorFixture, AQuietOneIsReplacedWithoutBeingStale) {
  const auto session = snapshot();
  (void)heard_.take();
  here_.advance(10min);
  session->accept(2);
  EXPECT_TRUE(here_.states.states().live());
  session->tell(2, R"({"a":{"light.a":{"s":"dim","a":{"x":1},"c":"9","lc":50}}})");
  EXPECT_THAT(heard_.take(), ElementsAre("snapshot 2", "light.a on>dim", "-light.b"));
  EXPECT_EQ(session->open(), 1U);
}

TEST_F(MirrorFixture, AChangeThatDoesNotFitAsksForASnapshotButNotForOneEachTime) {
  const auto session = snapshot();
  (void)session->take_sent();
  session->tell(1, R"({"c":{"light.ghost":{"+":{"s":"off"}}}})");
  EXPECT_THAT(session->take_sent(), ElementsAre("+2 subscribe_entities"));
  session->accept(2);
  session->tell(2, two);
  session->tell(2, R"({"c":{"light.ghost":{"+":{"s":"off"}}}})");
  EXPECT_THAT(session->take_sent(), ElementsAre("-1"));
}

TEST_F(MirrorFixture, ChangesBeforeRunningAreMarked) {
  here_.states.on_home(false, false);
  const auto session = here_.connect(false);
  session->accept(1);
  session->tell(1, two);
  EXPECT_THAT(heard_.take(), ElementsAre("snapshot 2", "?+light.a", "?+light.b"));
  here_.states.on_home(true, false);
  here_.subscriptions.on_session_running(session);
  session->tell(1, R"({"r":["light.a"]})");
  EXPECT_THAT(heard_.take(), ElementsAre("-light.a"));
  EXPECT_EQ(session->last_id(), 1) << "events tell what is added: no second snapshot";
}

// Field failure recovery-mode-empty: a home of ten is not a home of one a moment later.
class ShrunkenMirrorTest : public MirrorFixture {
 protected:
  static std::string states_of(int count) {
    std::string all;
    for (int i = 0; i < count; ++i) {
      all +=
          fmt::format(R"({}"light.{}":{{"s":"on","a":{{}},"c":"x","lc":1}})", i == 0 ? "" : ",", i);
    }
    return R"({"a":{)" + all + "}}";
  }
  std::shared_ptr<scripted_channel> connect_to_home_of(int count, bool running = true) {
    auto channel = here_.connect(running);
    channel->accept(1);
    channel->tell(1, states_of(count));
    return channel;
  }
};

TEST_F(ShrunkenMirrorTest, ASnapshotThatLostNearlyEverythingIsNotBelieved) {
  here_.lose(connect_to_home_of(10));
  here_.advance(1min);
  (void)heard_.take();
  const auto second = connect_to_home_of(1);
  EXPECT_THAT(heard_.take(), IsEmpty()) << "nobody hears of nine removals";
  EXPECT_EQ(here_.states.states().size(), 10U);
  EXPECT_FALSE(here_.states.states().live());
  const auto read = here_.states.answer(get_states(), here_.clock);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->age, 1min);
  second->tell(1, R"({"c":{"light.0":{"+":{"s":"off"}}}})");
  EXPECT_EQ(here_.states.states().find("light.0")->state, "on") << "half a truth is none";
  // It goes on looking.
  (void)second->take_sent();
  here_.advance(61s);
  EXPECT_THAT(second->take_sent(), ElementsAre("+2 subscribe_entities"));
  second->accept(2);
  second->tell(2, states_of(10));
  EXPECT_TRUE(here_.states.states().live());
}

TEST_F(ShrunkenMirrorTest, WhatStaysSoIsBelievedInTheEnd) {
  here_.lose(connect_to_home_of(10));
  const auto second = connect_to_home_of(1);
  for (std::int64_t round = 2; round <= 11; ++round) {
    EXPECT_FALSE(here_.states.states().live());
    here_.advance(1min);
    second->accept(round);
    second->tell(round, states_of(1));
  }
  EXPECT_TRUE(here_.states.states().live());
  EXPECT_EQ(here_.states.states().size(), 1U);
}

TEST_F(ShrunkenMirrorTest, InRecoveryModeItIsNotHoweverLongItLasts) {
  here_.lose(connect_to_home_of(10));
  here_.states.on_home(true, true);
  const auto second = connect_to_home_of(8);
  for (std::int64_t round = 2; round <= 21; ++round) {
    here_.advance(1min);
    second->accept(round);
    second->tell(round, states_of(8));
  }
  EXPECT_FALSE(here_.states.states().live());
  EXPECT_EQ(here_.states.states().size(), 10U);
}

TEST_F(ShrunkenMirrorTest, AStartingHomeIsAskedAgainWhenItIsRunning) {
  here_.lose(connect_to_home_of(10));
  here_.states.on_home(false, false);
  const auto second = connect_to_home_of(0, false);
  EXPECT_EQ(here_.states.states().size(), 10U);
  (void)second->take_sent();
  here_.subscriptions.on_session_running(second);
  here_.states.on_home(true, false);
  EXPECT_THAT(second->take_sent(), ElementsAre("+2 subscribe_entities"));
  second->accept(2);
  second->tell(2, states_of(10));
  EXPECT_TRUE(here_.states.states().live());
}

TEST_F(MirrorFixture, GetStatesIsAnsweredWithTheAgeThatIsTrue) {
  EXPECT_EQ(ask(), std::nullopt) << "nothing is known";
  const auto session = snapshot();
  here_.advance(7s);
  const auto answer = ask();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, outcome_kind::stale);
  EXPECT_EQ(answer->source, outcome_source::mirror);
  EXPECT_EQ(answer->age, 7s) << "nothing was heard for so long, though nobody has noticed a loss";
  EXPECT_EQ(*answer->result, boost::json::parse(R"([
    {"entity_id":"light.a","state":"on","attributes":{"x":1},
     "last_changed":"1970-01-01T00:00:05+00:00","last_reported":"1970-01-01T00:00:05+00:00",
     "last_updated":"1970-01-01T00:00:05+00:00",
     "context":{"id":"1","parent_id":null,"user_id":null}},
    {"entity_id":"light.b","state":"off","attributes":{},
     "last_changed":"1970-01-01T00:00:06+00:00","last_reported":"1970-01-01T00:00:06+00:00",
     "last_updated":"1970-01-01T00:00:06+00:00",
     "context":{"id":"2","parent_id":null,"user_id":null}}])"));
  here_.lose(session);
  here_.advance(1min);
  EXPECT_EQ(ask()->age, 67s);
  here_.advance(24h);
  EXPECT_EQ(ask(), std::nullopt) << "older than age_max";
  EXPECT_THAT(here_.observed.take(), Contains("used 7000000000 "));
}

TEST_F(MirrorFixture, RepeatedReadsShareOneAnswerUntilTheNextChange) {
  const auto session = snapshot();
  const auto first = ask();
  EXPECT_EQ(first->result, ask()->result);
  session->tell(1, R"({"r":["light.b"]})");
  EXPECT_NE(first->result, ask()->result);
  EXPECT_EQ(first->result->as_array().size(), 2U) << "what is held does not change";
  EXPECT_EQ(ask()->result->as_array().size(), 1U);
}

TEST_F(MirrorFixture, OnlyWhatItKnowsCompletelyIsAnswered) {
  (void)snapshot();
  for (const auto* body : {R"({"type":"get_states","x":1})", R"({"type":"get_config"})", "{}",
                           R"({"type":7})", R"({"type":"call_service"})"}) {
    const command other{.body = boost::json::parse(body).as_object()};
    EXPECT_EQ(here_.states.answer(other, here_.clock), std::nullopt) << body;
  }
  for (const auto& like :
       {mirror_config{.entity_ids = {"light.a"}}, mirror_config{.entities_max = 1}}) {
    mirror_world some(like);
    const auto session = some.connect();
    session->accept(1);
    session->tell(1, two);
    EXPECT_EQ(some.states.answer(get_states(), some.clock), std::nullopt);
  }
}

TEST_F(MirrorFixture, SomeEntitiesAreSubscribedByTheirNames) {
  mirror_world some({.entity_ids = {"light.a", "light.b"}});
  const auto session = some.connect();
  EXPECT_EQ(
      session->last_body(),
      boost::json::parse(R"({"type":"subscribe_entities","entity_ids":["light.a","light.b"]})"));
}

TEST_F(MirrorFixture, WhoWaitsForAChangeIsWokenByOneAndByALoss) {
  std::vector<net::wait_end> ends;
  const auto wait = [&] {
    auto task = [](mirror& states, net::time_point until) -> asio::awaitable<net::wait_end> {
      co_return co_await states.changed(until);
    };
    asio::co_spawn(here_.world.executor(), task(here_.states, here_.clock + 1min),
                   [&](const std::exception_ptr&, net::wait_end how) { ends.push_back(how); });
    here_.world.settle();
  };
  wait();
  const auto session = snapshot();
  here_.world.settle();
  EXPECT_THAT(ends, ElementsAre(net::wait_end::opened));
  wait();
  wait();
  here_.lose(session);
  here_.world.settle();
  EXPECT_EQ(ends.size(), 3U);
  wait();
  here_.advance(1min);
  EXPECT_EQ(ends.back(), net::wait_end::timed_out);
}

TEST_F(MirrorFixture, ItsSubscriptionEndsWithIt) {
  config settings{.mirror = mirror_config{}};
  engine_context shared{.world = here_.world, .settings = settings};
  subscriber subscriptions(shared);
  auto session = std::make_shared<scripted_channel>(1, here_.clock);
  subscriptions.on_session_ready(session, true);
  {
    const mirror states(shared, subscriptions);
    EXPECT_EQ(session->open(), 1U);
  }
  EXPECT_EQ(session->open(), 0U);
}

}  // namespace
}  // namespace hassle::client
