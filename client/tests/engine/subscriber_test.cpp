#include "client/src/engine/subscriber.hpp"

#include "client/net/tests/manual_world.hpp"
#include "recording_listener.hpp"
#include "scripted_channel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

subscription_request events(std::string_view type = "subscribe_events") {
  return {.body = {{"type", type}}};
}

class SubscriberFixture : public ::testing::Test {
 protected:
  ~SubscriberFixture() override {
    subscriptions_.stop();
    EXPECT_EQ(world_.armed_timers(), 0U);
  }

  std::shared_ptr<scripted_channel> connect(bool running = true) {
    auto channel = std::make_shared<scripted_channel>(++connections_, clock_);
    subscriptions_.on_session_ready(channel, running);
    return channel;
  }
  void lose(const std::shared_ptr<scripted_channel>& channel) {
    subscriptions_.on_session_lost(channel);
  }
  void advance(duration by) {
    world_.advance(by);
    clock_ = world_.time().now();
  }
  std::shared_ptr<recording_listener> listener() {
    return std::make_shared<recording_listener>(heard_);
  }
  std::vector<std::string> take_heard() { return std::exchange(heard_, {}); }

  net::manual_world world_;
  config settings_{.reconnect = reconnect_config{}, .mirror = mirror_config{}};
  recording_observer observer_;
  engine_context shared_{.world = world_, .settings = settings_, .telemetry = &observer_};
  net::time_point clock_ = world_.time().now();
  std::uint32_t connections_ = 0;
  std::vector<std::string> heard_;
  subscriber subscriptions_{shared_};
};

TEST_F(SubscriberFixture, WantedBeforeThereIsAConnectionItIsSentOnTheFirst) {
  const auto handle = subscriptions_.add(events(), listener());
  ASSERT_TRUE(handle);
  const auto session = connect();
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events"));
  session->accept(1);
  session->tell(1, R"({"n":1})");
  EXPECT_THAT(take_heard(), ElementsAre("live", R"(event {"n":1})"));
  EXPECT_TRUE(subscriptions_.all_live());
  EXPECT_THAT(observer_.take(), ElementsAre("sent 1 ", "live 1 "));
}

TEST_F(SubscriberFixture, AnEventQuickerThanItsResultIsDeliveredOnce) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->tell(1, "7");
  session->accept(1);
  session->tell(1, "8");
  EXPECT_THAT(take_heard(), ElementsAre("live", "event 7", "event 8"));
}

TEST_F(SubscriberFixture, AfterALossItIsMadeAgainAndTheGapIsToldBeforeTheFirstEvent) {
  (void)subscriptions_.add(events(), listener());
  const auto first = connect();
  first->accept(1);
  advance(10s);
  first->tell(1, "1");
  advance(30s);
  lose(first);
  EXPECT_FALSE(subscriptions_.all_live());
  advance(5s);
  const auto second = connect();
  second->accept(1);
  second->tell(1, "2");
  EXPECT_THAT(take_heard(), ElementsAre("live", "event 1", "lost", "live", "gap 35 s", "event 2"));
  EXPECT_THAT(observer_.take(), Contains("gap 1 35000000000"));
  EXPECT_EQ(first->open(), 0U) << "the old connection's events must reach nobody";
}

TEST_F(SubscriberFixture, RemovedItIsEndedAtHomeAssistantAndNotHeardOfAgain) {
  const auto handle = subscriptions_.add(events(), listener());
  const auto session = connect();
  session->accept(1);
  subscriptions_.remove(*handle);
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events", "-1"));
  session->tell(1, "1");
  EXPECT_THAT(take_heard(), ElementsAre("live"));
  subscriptions_.remove(*handle);
}

// Field failure resubscribe-rejected.
TEST_F(SubscriberFixture, ARejectedOneIsTriedAgainWhileTheOthersLive) {
  (void)subscriptions_.add(events(), listener());
  (void)subscriptions_.add(events("subscribe_trigger"), listener());
  const auto session = connect();
  session->reject(2, "unknown_command");
  EXPECT_FALSE(session->knows(2)) << "nothing may come for it any more";
  session->reject(2, "unknown_command");
  session->accept(1);
  (void)session->take_sent();
  advance(1s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+3 subscribe_trigger"));
  session->accept(3);
  EXPECT_TRUE(subscriptions_.all_live());
  EXPECT_THAT(take_heard(), ElementsAre("live", "live"));
}

TEST_F(SubscriberFixture, ARefusalForGoodIsToldAndAskedAgainMinutesLater) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->reject(1, "unauthorized");
  EXPECT_THAT(take_heard(), ElementsAre("refused unauthorized"));
  advance(4min);
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events"));
  lose(session);
  const auto next = connect();
  EXPECT_THAT(next->take_sent(), ElementsAre("+1 subscribe_events"));
  next->reject(1, "unauthorized");
  advance(5min);
  EXPECT_THAT(next->take_sent(), ElementsAre("+2 subscribe_events"));
  next->accept(2);
  EXPECT_THAT(take_heard(), ElementsAre("refused unauthorized", "live"));
}

// Field failure startup-dead-subscription.
TEST_F(SubscriberFixture, AcceptedBeforeRunningItIsReplacedWithoutAHoleWhenRunning) {
  auto what = events("subscribe_trigger");
  what.needs_running = true;
  (void)subscriptions_.add(what, listener());
  const auto session = connect(false);
  session->accept(1);
  subscriptions_.on_session_running(session);
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_trigger", "+2 subscribe_trigger"));
  session->tell(1, "1");
  session->accept(2);
  EXPECT_THAT(session->take_sent(), ElementsAre("-1"));
  session->tell(1, "1");
  session->tell(2, "2");
  EXPECT_THAT(take_heard(), ElementsAre("live", "event 1", "live", "event 2"));
}

TEST_F(SubscriberFixture, RefusedWhileStartingItIsTriedAgainWhenRunning) {
  auto what = events("subscribe_trigger");
  what.needs_running = true;
  (void)subscriptions_.add(what, listener());
  const auto session = connect(false);
  session->reject(1, "invalid_format");
  (void)session->take_sent();
  subscriptions_.on_session_running(session);
  EXPECT_THAT(session->take_sent(), ElementsAre("+2 subscribe_trigger"));
}

TEST_F(SubscriberFixture, AQuietOneIsMadeAnewAndOneThatMayBeQuietIsNot) {
  auto busy = events("render_template");
  busy.may_be_quiet = false;
  (void)subscriptions_.add(busy, listener());
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->accept(1);
  session->accept(2);
  (void)session->take_sent();
  advance(9min);
  session->tell(1, "1");
  advance(9min);
  EXPECT_THAT(session->take_sent(), IsEmpty());
  advance(1min);
  EXPECT_THAT(session->take_sent(), ElementsAre("+3 render_template"));
  session->accept(3);
  EXPECT_THAT(session->take_sent(), ElementsAre("-1"));
  EXPECT_EQ(session->open(), 2U);
}

TEST_F(SubscriberFixture, WithoutAnAnswerItIsEndedAndAskedAgain) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  advance(5s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events", "-1"));
  EXPECT_THAT(observer_.take(), ElementsAre("sent 1 ", "rejected 1 timeout"));
  advance(1s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+2 subscribe_events"));
  session->accept(2);
  EXPECT_EQ(session->open(), 1U);
}

TEST_F(SubscriberFixture, WithoutItsSnapshotItDoesNotLiveThoughItWasAccepted) {
  auto entities = events("subscribe_entities");
  entities.snapshot_first = true;
  (void)subscriptions_.add(entities, listener());
  const auto session = connect();
  session->accept(1);
  session->tell(1, R"({"c":{"light.a":{"+":{"s":"on"}}}})");
  EXPECT_THAT(take_heard(), IsEmpty()) << "a change of what nobody told";
  EXPECT_FALSE(subscriptions_.all_live());
  advance(5s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_entities", "-1"));
  advance(1s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+2 subscribe_entities"));
  session->tell(2, R"({"a":{}})");
  session->accept(2);
  EXPECT_TRUE(subscriptions_.all_live());
  EXPECT_THAT(take_heard(), ElementsAre("live", R"(event {"a":{}})"));
  advance(1min);
  EXPECT_THAT(session->take_sent(), IsEmpty());
}

TEST_F(SubscriberFixture, AnAcceptedOneWhoseSnapshotFailsIsUnsubscribedAndAskedAgain) {
  auto entities = events("subscribe_entities");
  entities.snapshot_first = true;
  (void)subscriptions_.add(entities, listener());
  const auto session = connect();
  session->accept(1);
  session->reject(1, "unknown_error");
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_entities", "-1"));
  EXPECT_EQ(session->open(), 0U);
  advance(1s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+2 subscribe_entities"));
}

// Behind a snapshot of megabytes on a slow link; but not for ever.
TEST_F(SubscriberFixture, WhileBytesComeItsAnswerMayTakeLonger) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  for (int i = 0; i < 14; ++i) {
    advance(4s);
    session->hear();
  }
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events"));
  advance(4s);
  EXPECT_THAT(session->take_sent(), ElementsAre("-1"));
}

TEST_F(SubscriberFixture, OneThatCannotBeSentIsSentLater) {
  (void)subscriptions_.add(events(), listener());
  auto session = std::make_shared<scripted_channel>(1, clock_);
  session->full = true;
  subscriptions_.on_session_ready(session, true);
  EXPECT_THAT(session->take_sent(), IsEmpty());
  session->full = false;
  advance(2s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events"));
}

TEST_F(SubscriberFixture, OfSeveralConnectionsOneIsUsedAndARunningOneNext) {
  (void)subscriptions_.add(events(), listener());
  const auto first = connect();
  const auto second = connect(false);
  const auto third = connect();
  first->accept(1);
  EXPECT_EQ(second->open() + third->open(), 0U);
  lose(second);
  lose(first);
  EXPECT_EQ(third->open(), 1U);
  third->accept(1);
  EXPECT_THAT(take_heard(), ElementsAre("live", "lost", "live", "gap 0 s"));
}

TEST_F(SubscriberFixture, AListenerMayTakeItselfAwayFromInsideACall) {
  for (const std::string when : {"live", "event 1", "gap 0 s"}) {
    const auto hears = listener();
    const auto handle = subscriptions_.add(events(), hears);
    hears->then = [&](const std::string& what) {
      if (what == when) subscriptions_.remove(*handle);
    };
    auto session = connect();
    session->tell(session->last_id(), "1");
    if (when.starts_with("gap")) {
      lose(session);
      session = connect();
      session->tell(1, "1");
    }
    session->tell(session->last_id(), "2");
    EXPECT_EQ(heard_.back(), when);
    EXPECT_EQ(session->open(), 0U) << when;
    lose(session);
  }
}

TEST_F(SubscriberFixture, AListenerMayWantMoreAndReplaceItselfFromInsideACall) {
  const auto hears = listener();
  auto handle = subscriptions_.add(events(), hears);
  hears->then = [&](const std::string& what) {
    if (what != "event 1") return;
    subscriptions_.remove(*handle);
    handle = subscriptions_.add(events("subscribe_trigger"), hears);
  };
  const auto session = connect();
  session->accept(1);
  session->tell(1, "1");
  EXPECT_THAT(session->take_sent(),
              ElementsAre("+1 subscribe_events", "-1", "+2 subscribe_trigger"));
  session->accept(2);
  session->tell(2, "2");
  EXPECT_THAT(take_heard(), ElementsAre("live", "event 1", "live", "event 2"));
}

// Reference §3.3: an event that could not be serialised comes as a failed result.
TEST_F(SubscriberFixture, AFailureOfALiveOneIsAGapAndMakesItAnew) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->accept(1);
  session->reject(1, "unknown_error");
  EXPECT_THAT(take_heard(), ElementsAre("live", "gap 0 s"));
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events", "+2 subscribe_events"));
  session->tell(1, "1");
  EXPECT_THAT(take_heard(), ElementsAre("event 1"));
}

// It was made anew at once each time: a subscription a round trip, for as long as that lasted.
TEST_F(SubscriberFixture, OneWhoseNextEventFailsAsWellWaitsBeforeItIsMadeAnew) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->accept(1);
  session->reject(1, "unknown_error");
  session->accept(2);
  EXPECT_THAT(session->take_sent(),
              ElementsAre("+1 subscribe_events", "+2 subscribe_events", "-1"));
  session->reject(2, "unknown_error");
  EXPECT_THAT(session->take_sent(), IsEmpty());
  advance(1s);
  EXPECT_THAT(session->take_sent(), ElementsAre("+3 subscribe_events"));
}

TEST_F(SubscriberFixture, WhatCannotBeReadIsAGapAndASnapshotIsAskedFor) {
  auto entities = events("subscribe_entities");
  entities.snapshot_first = true;
  (void)subscriptions_.add(entities, listener());
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->tell(1, R"({"a":{}})");
  session->accept(2);
  (void)session->take_sent();
  (void)take_heard();
  advance(30s);
  const net::time_point good = clock_;
  advance(3s);
  (void)subscriptions_.add(events("subscribe_trigger"), listener());
  session->garble(good);
  EXPECT_THAT(take_heard(), ElementsAre("gap 3 s", "gap 3 s")) << "not to what is not alive yet";
  EXPECT_THAT(observer_.take(), Contains("gap 2 3000000000"));
  EXPECT_THAT(session->take_sent(), Contains("+4 subscribe_entities"));
}

TEST_F(SubscriberFixture, OneThatSpokeAndIsRejectedIsLostAndTellsItsGap) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->tell(1, "1");
  session->reject(1, "template_error");
  EXPECT_THAT(take_heard(), ElementsAre("live", "event 1", "lost"));
  advance(1s);
  session->accept(2);
  EXPECT_THAT(take_heard(), ElementsAre("live", ::testing::StartsWith("gap")));
}

TEST_F(SubscriberFixture, StoppedItIsSilent) {
  (void)subscriptions_.add(events(), listener());
  const auto session = connect();
  session->accept(1);
  (void)session->take_sent();
  subscriptions_.stop();
  EXPECT_EQ(session->open(), 0U);
  EXPECT_EQ(subscriptions_.add(events(), listener()), std::nullopt);
  lose(session);
  (void)connect();
  advance(1h);
  EXPECT_THAT(session->take_sent(), IsEmpty());
  EXPECT_THAT(take_heard(), ElementsAre("live"));
}

TEST_F(SubscriberFixture, ThereIsRoomForSoManyAndNoMore) {
  settings_.mirror->subscriptions_max = 2;
  subscriber few(shared_);
  EXPECT_TRUE(few.add(events(), listener()));
  const auto second = few.add(events(), listener());
  EXPECT_FALSE(few.add(events(), listener()));
  few.remove(*second);
  EXPECT_TRUE(few.add(events(), listener()));
}

// Without `mirror`: the simplest honest way.
TEST_F(SubscriberFixture, WithoutTheLayerARejectionIsFinalForTheConnection) {
  settings_.mirror.reset();
  subscriber simple(shared_);
  (void)simple.add(events(), listener());
  auto session = std::make_shared<scripted_channel>(1, clock_);
  simple.on_session_ready(session, true);
  session->reject(1, "unknown_command");
  advance(1h);
  EXPECT_THAT(session->take_sent(), ElementsAre("+1 subscribe_events"));
  EXPECT_THAT(take_heard(), ElementsAre("refused unknown_command"));

  session->full = true;
  (void)simple.add(events(), listener());
  EXPECT_THAT(take_heard(), IsEmpty()) << "nobody is called from inside of add";
  advance(0s);
  EXPECT_THAT(take_heard(), ElementsAre("refused send_queue_full"));
}

}  // namespace
}  // namespace hassle::client
