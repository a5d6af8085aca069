// The way of a command, layer by layer.
#include "engine_fixture.hpp"

namespace hassle::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class CallerTest : public EngineFixture {
 protected:
  /// Answers all but these; they are counted.
  void swallow(std::string type) {
    world.on_command = [type](fake_connection& on, const json::object& what) {
      if (what.at("type").as_string() != type) scripted_world::answer_well(on, what);
    };
  }
  void answer_everything() { world.on_command = scripted_world::answer_well; }
};

TEST_F(CallerTest, ACommandIsAnsweredAndTellsWhereItsAnswerComesFrom) {
  start();
  send(service("turn_on"));
  ASSERT_TRUE(fresh(0));
  EXPECT_EQ(outcomes[0]->source, outcome_source::home_assistant);
  EXPECT_EQ(outcomes[0]->attempts, 1U);
  EXPECT_EQ(outcomes[0]->context_id, "01KDVDNA2TFJ5ZTDNSEJ7TT7JV");
}

TEST_F(CallerTest, TheFirstNeedConnects) {
  make();
  EXPECT_EQ(client->status().phase, client_phase::idle);
  send(service("turn_on"));
  EXPECT_TRUE(fresh(0));
  EXPECT_EQ(client->status().phase, client_phase::ready);
}

// ---- deadline

TEST_F(CallerTest, TheAnswerComesBeforeTheLimitWhateverHappens) {
  world.on_dial = [](std::size_t) { return scripted_world::dial_plan{.hangs = true}; };
  make();
  send(service("turn_on"), 8s);
  world.advance(7499ms);
  EXPECT_EQ(detail(0), "(waits)");
  world.advance(1ms);
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::connection);
  EXPECT_EQ(detail(0), detail_code::not_connected);
  EXPECT_EQ(outcomes[0]->attempts, 0U);
  EXPECT_EQ(outcomes[0]->stages.connecting, 7500ms);
}

TEST_F(CallerTest, ACommandWhoseTimeIsOverIsNotSent) {
  start();
  send(service("turn_on"), 50ms);
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::timeout);
  EXPECT_TRUE(world.sent("call_service").empty());
}

// Field failure caller-deadline-shorter: it would be carried out, and nobody would hear of it.
TEST_F(CallerTest, ACommandThatCouldOnlyBeSentAtTheLastMomentIsNotSent) {
  bool up = false;
  world.on_dial = [&](std::size_t) {
    scripted_world::dial_plan plan;
    plan.hangs = !up;
    return plan;
  };
  make();
  send(service("toggle"), 8s);
  world.advance(1s);
  EXPECT_TRUE(world.connections.empty());
  stop();
  client.reset();
  stopped = false;
  outcomes.clear();
  up = true;
  world.on_dial = [&](std::size_t) {
    scripted_world::dial_plan plan;
    plan.takes = 7400ms;
    return plan;
  };
  make();
  send(service("toggle"), 8s);
  world.advance(8s);
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::timeout);
  EXPECT_EQ(detail(0), detail_code::too_late);
  EXPECT_TRUE(world.sent("call_service").empty());
}

TEST_F(CallerTest, WithoutALimitACommandWaitsForItsConnectionAsLongAsItTakes) {
  bool up = false;
  world.on_dial = [&](std::size_t) {
    scripted_world::dial_plan plan;
    if (!up) plan.error.emplace().text = "tcp: Connection refused";
    return plan;
  };
  make();
  send(service("turn_on"), no_limit);
  world.advance(1h);
  EXPECT_EQ(detail(0), "(waits)");
  EXPECT_EQ(client->status().last_error, "tcp: Connection refused");
  up = true;
  world.advance(2min);
  EXPECT_TRUE(fresh(0));
}

// ---- retry and idempotency

TEST_F(CallerTest, AnIdempotentCommandThatWasLostIsSentAgainOnAFreshConnection) {
  swallow("call_service");
  start();
  send(service("turn_on"));
  answer_everything();
  last().end();
  world.advance(1s);
  ASSERT_TRUE(fresh(0));
  EXPECT_EQ(outcomes[0]->attempts, 2U);
  EXPECT_EQ(world.connections.size(), 2U);
  EXPECT_EQ(seen.count(client_event_kind::retry_began), 1);
}

TEST_F(CallerTest, AToggleThatWasLostIsNeverSentTwice) {
  swallow("call_service");
  start();
  send(service("toggle"));
  answer_everything();
  last().end();
  world.advance(10s);
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::connection);
  EXPECT_EQ(detail(0), detail_code::unknown_outcome);
  EXPECT_EQ(outcomes[0]->attempts, 1U);
  EXPECT_EQ(world.sent("call_service").size(), 1U);
  EXPECT_THAT(seen.texts(client_event_kind::retry_refused), ElementsAre("not_idempotent"));
}

TEST_F(CallerTest, WithoutIdempotencyItIsSentAgainBlindlyAndOnlyOnce) {
  settings.idempotency.reset();
  swallow("call_service");
  start();
  send(service("toggle"));
  for (int i = 0; i < 4; ++i) {
    last().end();
    world.advance(1s);
  }
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::connection);
  EXPECT_EQ(world.sent("call_service").size(), 2U);
}

TEST_F(CallerTest, ACommandThatWasNeverSentIsSentWhateverItDoes) {
  start();
  last().refuses = true;  // The connection is ending, and nobody knows yet.
  send(service("toggle"));
  world.advance(1s);
  ASSERT_TRUE(fresh(0));
  EXPECT_EQ(outcomes[0]->attempts, 1U);
  EXPECT_EQ(world.sent("call_service").size(), 1U);
}

TEST_F(CallerTest, RetriesEndWithTheAttemptsAndWithTheBudget) {
  settings.admission->retry_burst = 1;
  settings.admission->retry_percent = 0;
  settings.admission->retries_per_second = 0;
  swallow("call_service");
  start();
  send(service("turn_on"), 60s);
  for (int i = 0; i < 3; ++i) {
    last().end();
    world.advance(3s);
  }
  world.advance(60s);
  EXPECT_EQ(world.sent("call_service").size(), 2U);
  EXPECT_THAT(seen.texts(client_event_kind::retry_refused), Contains("budget"));
}

TEST_F(CallerTest, ALateAnswerOfTheFirstTryIsAsGoodAsOneOfTheSecond) {
  swallow("get_states");
  start();
  send(read());
  world.advance(5s);
  EXPECT_EQ(world.sent("get_states").size(), 2U) << "asked again after the answer limit";
  const std::int64_t first = world.sent("get_states").front().at("id").as_int64();
  scripted_world::answer(last(), first, json::array());
  world.settle();
  EXPECT_TRUE(fresh(0));
}

TEST_F(CallerTest, ASlowServiceOnALivingConnectionIsWaitedForAndNotRepeated) {
  swallow("call_service");
  start();
  send(service("toggle"), 20s);
  world.advance(12s);
  EXPECT_EQ(detail(0), "(waits)");
  const std::int64_t id = world.sent("call_service").front().at("id").as_int64();
  scripted_world::answer(last(), id, {{"context", {{"id", "X"}}}});
  world.settle();
  EXPECT_TRUE(fresh(0));
  EXPECT_EQ(world.sent("call_service").size(), 1U);
}

// ---- probe

TEST_F(CallerTest, AConnectionThatDiedSilentlyIsReplacedBeforeItIsUsed) {
  start();
  world.advance(6s);
  last().mute = true;
  send(service("toggle"));
  EXPECT_TRUE(world.sent("call_service").empty());
  world.advance(4s);
  ASSERT_TRUE(fresh(0));
  EXPECT_EQ(outcomes[0]->stages.probing, 2s);
  EXPECT_EQ(outcomes[0]->attempts, 1U);
}

TEST_F(CallerTest, AllSuspectConnectionsAreTestedTogetherAndTheFirstThatLivesIsUsed) {
  settings.pool->size = 3;
  start();
  world.advance(6s);
  world.connections[0]->mute = true;
  world.connections[1]->mute = true;
  send(service("toggle"));
  EXPECT_TRUE(fresh(0)) << "the third one lives";
  world.connections[2]->mute = true;
  world.on_dial = [](std::size_t) { return scripted_world::dial_plan{.hangs = true}; };
  world.advance(6s);
  send(service("toggle"));
  world.advance(2s);
  EXPECT_EQ(world.open_connections(), 0U) << "all are given up at the same time";
}

TEST_F(CallerTest, WithoutProbeAnIdleConnectionIsUsedUntested) {
  settings.probe.reset();
  start();
  world.advance(6s);
  last().mute = true;
  send(service("toggle"));
  EXPECT_EQ(world.sent("call_service").size(), 1U);
}

TEST_F(CallerTest, AfterASuspendTheConnectionIsTestedWithoutAnyTimer) {
  start();
  world.advance(1s);
  last().mute = true;
  world.suspend(10min);
  send(service("toggle"));
  EXPECT_EQ(seen.count(client_event_kind::thawed), 1);
  world.advance(3s);
  EXPECT_TRUE(fresh(0));
  EXPECT_EQ(world.sent("call_service").size(), 1U);
}

// ---- breaker and admission

TEST_F(CallerTest, ACircuitOpensAfterFailuresAndTriesAgainWithANewConnection) {
  settings.idempotency.reset();
  settings.reconnect->answer_limit = 1s;
  settings.breaker->failures_to_open = 2;
  swallow("call_service");
  start();
  send(service("turn_on"), 3s);
  world.advance(3s);
  send(service("turn_on"));
  EXPECT_EQ(outcomes[1]->kind, outcome_kind::other);
  EXPECT_EQ(detail(1), detail_code::breaker_open);
  EXPECT_EQ(client->status().breaker, "open");
  answer_everything();
  last().end();
  world.advance(2s);
  send(service("turn_on"));
  EXPECT_TRUE(fresh(2));
  EXPECT_EQ(client->status().breaker, "closed");
}

TEST_F(CallerTest, WhileATrialIsOutOthersWaitForItsOutcome) {
  settings.breaker->failures_to_open = 1;
  settings.reconnect->answer_limit = 1s;
  settings.idempotency->attempts_max = 1;
  swallow("call_service");
  start();
  send(service("turn_on"), 2s);
  world.advance(2s);
  last().end();
  world.advance(2s);
  send(service("turn_on"));
  send(service("turn_on"));
  EXPECT_EQ(world.sent("call_service").size(), 2U) << "one trial";
  answer_everything();
  const std::int64_t id = world.sent("call_service").back().at("id").as_int64();
  scripted_world::answer(last(), id, nullptr);
  world.settle();
  EXPECT_TRUE(fresh(1));
  EXPECT_TRUE(fresh(2));
}

TEST_F(CallerTest, CallsBeyondTheLimitWaitForTheirTurnAndTheRestIsTurnedAway) {
  settings.admission->calls_max = 1;
  settings.admission->queue_max = 1;
  swallow("call_service");
  start();
  send(service("turn_on"));
  send(service("turn_off"));
  send(service("turn_on"));
  EXPECT_EQ(detail(2), detail_code::queue_full);
  EXPECT_EQ(world.sent("call_service").size(), 1U);
  answer_everything();
  const std::int64_t id = world.sent("call_service").back().at("id").as_int64();
  scripted_world::answer(last(), id, nullptr);
  world.settle();
  EXPECT_TRUE(fresh(0));
  EXPECT_TRUE(fresh(1));
}

TEST_F(CallerTest, WhoWaitsTooLongMakesRoomUnderExpire) {
  settings.admission->calls_max = 1;
  settings.admission->queue_max = 1;
  settings.admission->when_full = queue_policy::expire;
  settings.admission->queue_limit = 2s;
  swallow("call_service");
  start();
  send(service("turn_on"));
  send(service("turn_off"));
  world.advance(2s);
  EXPECT_EQ(detail(1), detail_code::queue_full);
}

TEST_F(CallerTest, WhileHomeAssistantStartsACommandWaitsOrFailsAsItIsTold) {
  bool running = false;
  world.on_command = [&](fake_connection& on, const json::object& what) {
    if (what.at("type") == "get_config" && !running) {
      scripted_world::answer(on, what.at("id").as_int64(), {{"state", "STARTING"}});
    } else {
      scripted_world::answer_well(on, what);
    }
  };
  start();
  EXPECT_EQ(client->status().phase, client_phase::starting);
  send(service("turn_on"), 60s);
  send(service("turn_on"), no_limit);
  EXPECT_EQ(detail(1), detail_code::starting) << "nobody waits for ever";
  send(service("turn_on"), 1s);
  world.advance(1s);
  EXPECT_EQ(detail(2), detail_code::starting);
  running = true;
  const std::int64_t id = world.sent("subscribe_events").front().at("id").as_int64();
  last().give(R"({"id":)" + std::to_string(id) + R"(,"type":"event","event":{}})");
  world.settle();
  EXPECT_TRUE(fresh(0));
  EXPECT_EQ(outcomes[0]->stages.queued, 1s);
  EXPECT_EQ(seen.count(client_event_kind::home_running), 1);
}

TEST_F(CallerTest, WhileHomeAssistantStartsFailFastFailsFast) {
  settings.admission->while_starting = starting_policy::fail_fast;
  world.on_command = [&](fake_connection& on, const json::object& what) {
    scripted_world::answer(on, what.at("id").as_int64(), {{"state", "NOT_RUNNING"}});
  };
  start();
  send(service("turn_on"));
  EXPECT_EQ(detail(0), detail_code::starting);
}

// ---- pool

TEST_F(CallerTest, ASlowReadIsAskedOnASecondConnectionToo) {
  settings.pool->size = 2;
  settings.pool->hedge_after = 500ms;
  swallow("get_states");
  start();
  send(read());
  answer_everything();
  world.advance(500ms);
  EXPECT_TRUE(fresh(0));
  EXPECT_EQ(outcomes[0]->attempts, 2U);
  EXPECT_EQ(seen.count(client_event_kind::hedge_sent), 1);
}

TEST_F(CallerTest, WhatIsNoReadIsNeverAskedTwiceForSpeed) {
  settings.pool->size = 2;
  settings.pool->hedge_after = 500ms;
  swallow("call_service");
  start();
  send(service("turn_on"));
  world.advance(2s);
  EXPECT_EQ(world.sent("call_service").size(), 1U);
}

// ---- degradation

TEST_F(CallerTest, OnASlowPathAReadWaitsLongerForAConnection) {
  world.on_dial = [](std::size_t) { return scripted_world::dial_plan{.takes = 1s}; };
  start();
  world.advance(2s);
  send(read());
  ASSERT_TRUE(fresh(0));
  world.on_dial = [](std::size_t) { return scripted_world::dial_plan{.takes = 2500ms}; };
  last().end();
  send(read());
  world.advance(3s);
  EXPECT_TRUE(fresh(1));
}

// Nobody knew whether Home Assistant runs: the answer was lost, and then the connection, silently.
TEST_F(CallerTest, AReadWaitsUntilAThawedConnectionThatWasNotReadyIsKnownToBeDead) {
  start();
  send(read());
  ASSERT_TRUE(fresh(0));
  world.on_command = [](fake_connection&, const json::object&) {};
  last().end();
  world.advance(1s);
  ASSERT_EQ(world.connections.size(), 2U);
  last().mute = true;
  world.freeze(1min);
  world.on_command = [](fake_connection& on, const json::object& what) {
    scripted_world::answer_well(on, what);
  };
  world.on_dial = [](std::size_t) { return scripted_world::dial_plan{.takes = 1s}; };
  send(read());
  world.advance(4s);
  EXPECT_TRUE(fresh(1));
}

TEST_F(CallerTest, AReadThatFailsIsAnsweredFromTheMirrorOrTheCacheWithItsAge) {
  settings.mirror.reset();
  start();
  send(read());
  EXPECT_TRUE(fresh(0));
  world.on_dial = [](std::size_t) { return scripted_world::dial_plan{.hangs = true}; };
  last().end();
  send(read(), 3s);
  world.advance(3s);
  EXPECT_EQ(outcomes[1]->kind, outcome_kind::stale);
  EXPECT_EQ(outcomes[1]->source, outcome_source::cache);
  EXPECT_EQ(outcomes[1]->age, 2s) << "a long outage is not worth the whole wait";
  EXPECT_EQ(seen.count(client_event_kind::cache_used), 1);
}

TEST_F(CallerTest, AnErrorOfHomeAssistantIsAnAnswerAndNothingIsMadeUpInstead) {
  start();
  send(read());
  world.on_command = [](fake_connection& on, const json::object& what) {
    on.give(R"({"id":)" + std::to_string(what.at("id").as_int64()) +
            R"(,"type":"result","success":false,"error":{"code":"unauthorized"}})");
  };
  send(read());
  EXPECT_EQ(outcomes[1]->kind, outcome_kind::other);
  EXPECT_EQ(detail(1), "unauthorized");
  EXPECT_EQ(outcomes[1]->attempts, 1U);
}

}  // namespace
}  // namespace hassle::client
