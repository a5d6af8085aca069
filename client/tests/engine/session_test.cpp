#include "engine/session.hpp"

#include "scripted_world.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct events_seen final : observer {
  void on_event(const client_event& event) override {
    kinds.push_back(event.kind);
    texts.emplace_back(event.text);
  }
  [[nodiscard]] std::ptrdiff_t count(client_event_kind kind) const {
    return std::ranges::count(kinds, kind);
  }
  std::vector<client_event_kind> kinds;
  std::vector<std::string> texts;
};

struct sink_seen final : session_sink {
  void on_result(const protocol::server_message& message) override {
    results.push_back(message.success ? "ok" : message.error_code);
  }
  void on_event(const protocol::server_message& message) override {
    events.push_back(json::serialize(*message.payload));
  }
  void on_unreadable(net::time_point /*since*/) override { ++unreadable; }
  std::vector<std::string> results;
  std::vector<std::string> events;
  int unreadable = 0;
};

/// One session over a connection that the test plays.
class SessionFixture : public ::testing::Test {
 public:
  SessionFixture() {
    settings.correlation.emplace();
    world.on_command = [](fake_connection&, const json::object&) {};
  }
  ~SessionFixture() override {
    if (which) which->drop("done");
    world.settle();
    EXPECT_EQ(tasks.size(), 0U) << "somebody still waits for an ended session";
    room.stop();
  }

  /// What the session sees after `authenticate` was called.
  void open(net::time_point until = net::never) {
    which = std::make_shared<session>(shared, room, world.make_socket(0), 0, 1);
    tasks.spawn([](SessionFixture& self, net::time_point limit) -> asio::awaitable<void> {
      self.auth = co_await self.which->authenticate("secret", limit);
    }(*this, until));
    world.settle();
  }
  void call(std::string_view type, net::time_point until = net::never) {
    outcomes.emplace_back();
    tasks.spawn([](SessionFixture& self, std::string text, net::time_point limit,
                   std::size_t n) -> asio::awaitable<void> {
      command what;
      what.body = {{"type", text}};
      self.outcomes[n] = co_await self.which->call(what, limit);
    }(*this, std::string(type), until, outcomes.size() - 1));
    world.settle();
  }
  fake_connection& wire() { return *world.connections.front(); }
  void give(std::string_view text) {
    wire().give(text);
    world.settle();
  }

  scripted_world world;
  config settings;
  events_seen seen;
  engine_context shared{.world = world, .settings = settings, .telemetry = &seen};
  waiting_room room{world.time()};
  net::task_group tasks{world.executor()};
  std::shared_ptr<session> which;
  std::optional<session::auth_end> auth;
  std::vector<std::optional<outcome>> outcomes;
};

// ---- Authentication

TEST_F(SessionFixture, TheTokenIsSentOnceAndAuthOkMakesItReady) {
  open();
  EXPECT_EQ(auth, session::auth_end::ok);
  EXPECT_TRUE(which->is_ready());
  EXPECT_EQ(which->ha_version(), "2026.6.0");
  give(R"({"type":"auth_required"})");
  EXPECT_THAT(wire().texts, ElementsAre(R"({"type":"auth","access_token":"secret"})"));
  for (const std::string& text : seen.texts) EXPECT_EQ(text.find("secret"), std::string::npos);
}

TEST_F(SessionFixture, AuthInvalidIsARefusalInHomeAssistantsWords) {
  world.on_auth = [](fake_connection& on, std::string_view) {
    on.give(R"({"type":"auth_invalid","message":"Invalid password"})");
    on.end(asio::error::eof);
  };
  open();
  EXPECT_EQ(auth, session::auth_end::invalid);
  EXPECT_EQ(which->refusal(), "Invalid password");
  EXPECT_TRUE(which->over().is_open());
}

TEST_F(SessionFixture, AServerThatDoesNotAnswerTheTokenIsGivenUpInTime) {
  world.on_auth = [](fake_connection&, std::string_view) {};
  open(net::time_point(10s));
  world.advance(9s);
  EXPECT_FALSE(auth);
  world.advance(1s);
  EXPECT_EQ(auth, session::auth_end::failed);
  EXPECT_EQ(which->end_reason(), "no answer in time");
  EXPECT_TRUE(wire().dropped);
}

TEST_F(SessionFixture, ACancelledAuthenticationDropsTheConnection) {
  world.on_auth = [](fake_connection&, std::string_view) {};
  open();
  tasks.stop();
  world.settle();
  EXPECT_EQ(auth, session::auth_end::cancelled);
  EXPECT_TRUE(wire().dropped);
}

// ---- Answers

TEST_F(SessionFixture, AnswersFindTheirCommandsInAnyOrder) {
  open();
  call("one");
  call("two");
  give(R"({"id":2,"type":"result","success":true,"result":"second"})");
  EXPECT_FALSE(outcomes[0]);
  EXPECT_EQ(*outcomes[1]->result, "second");
  give(R"({"id":1,"type":"result","success":false,"error":{"code":"not_found","message":"No."}})");
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::other);
  EXPECT_EQ(outcomes[0]->detail, "not_found");
  EXPECT_EQ(outcomes[0]->message, "No.");
}

TEST_F(SessionFixture, AnEventThatIsQuickerThanTheResultIsNoAnswer) {
  open();
  call("render_template");
  give(R"({"id":1,"type":"event","event":{"result":"x"}})");
  EXPECT_FALSE(outcomes[0]);
  give(R"({"id":1,"type":"result","success":true,"result":null})");
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::fresh);
}

TEST_F(SessionFixture, SeveralMessagesInOneFrameAreSeveralMessages) {
  open();
  call("one");
  call("two");
  give(R"([{"id":1,"type":"result","success":true,"result":1},{"id":2,"type":"pong"}])");
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::fresh);
  EXPECT_EQ(outcomes[1]->kind, outcome_kind::fresh);
  EXPECT_TRUE(outcomes[1]->result->is_null());
}

TEST_F(SessionFixture, WithoutCorrelationTheNextMessageIsTheAnswerEvenIfItCameBefore) {
  settings.correlation.reset();
  open();
  give(R"({"id":77,"type":"result","success":true,"result":"early"})");
  call("one");
  ASSERT_TRUE(outcomes[0]);
  EXPECT_EQ(*outcomes[0]->result, "early");
  call("two");
  give("what");
  EXPECT_EQ(outcomes[1]->detail, detail_code::bad_json);
}

TEST_F(SessionFixture, TheContextOfAServiceCallIsTold) {
  open();
  call("call_service");
  give(R"({"id":1,"type":"result","success":true,"result":{"context":{"id":"01ABC"}}})");
  EXPECT_EQ(outcomes[0]->context_id, "01ABC");
}

TEST_F(SessionFixture, ACommandThatNobodyWaitsForAnyMoreIsForgotten) {
  open();
  call("one", net::time_point(5s));
  world.advance(5s);
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::timeout);
  EXPECT_EQ(which->in_flight(), 0U);
  give(R"({"id":1,"type":"result","success":true,"result":null})");
  EXPECT_EQ(seen.count(client_event_kind::answer_discarded), 1);
  EXPECT_TRUE(which->is_ready());
}

TEST_F(SessionFixture, ACancelledCallLeavesNothingBehind) {
  open();
  call("one");
  tasks.stop();
  world.settle();
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::connection);
  EXPECT_EQ(outcomes[0]->detail, detail_code::cancelled);
  EXPECT_EQ(which->in_flight(), 0U);
  EXPECT_TRUE(which->is_ready());
}

TEST_F(SessionFixture, TheEndEndsEveryCallWithItsReason) {
  open();
  call("one");
  call("two");
  wire().end();
  world.settle();
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::connection);
  EXPECT_EQ(outcomes[1]->detail, which->end_reason());
  call("three");
  EXPECT_EQ(outcomes[2]->kind, outcome_kind::connection);
}

TEST_F(SessionFixture, NoMoreCommandsAreOutThanTheLimitSays) {
  settings.correlation->in_flight_max = 1;
  open();
  call("one");
  call("two");
  EXPECT_EQ(outcomes[1]->detail, detail_code::too_many_in_flight);
  give(R"({"id":1,"type":"result","success":true,"result":null})");
  call("three");
  EXPECT_FALSE(outcomes[2]);
}

TEST_F(SessionFixture, AFullQueueIsNoEndButAConnectionThatTakesNothingIs) {
  open();
  wire().refuses = true;
  wire().queued = 8192;
  call("one");
  EXPECT_EQ(outcomes[0]->detail, detail_code::send_queue_full);
  EXPECT_TRUE(which->is_ready());
  wire().queued = 1;  // The message that was being written.
  call("two");
  EXPECT_EQ(outcomes[1]->kind, outcome_kind::connection);
  EXPECT_TRUE(which->ended());
}

// ---- Subscriptions

TEST_F(SessionFixture, WhatCarriesASubscriptionsIdGoesToItUntilItIsForgotten) {
  open();
  sink_seen sink;
  const auto id = which->subscribe({{"type", "subscribe_events"}}, sink);
  ASSERT_EQ(id, 1);
  give(R"({"id":1,"type":"event","event":1})");
  give(R"({"id":1,"type":"result","success":true,"result":null})");
  EXPECT_THAT(sink.events, ElementsAre("1"));
  EXPECT_THAT(sink.results, ElementsAre("ok"));
  which->unsubscribe(*id);
  give(R"({"id":1,"type":"event","event":2})");
  EXPECT_THAT(sink.events, ElementsAre("1"));
  EXPECT_EQ(seen.count(client_event_kind::answer_discarded), 1);
  give(R"({"id":2,"type":"result","success":true,"result":null})");
  EXPECT_EQ(seen.count(client_event_kind::answer_discarded), 1) << "that one was expected";
}

// ---- A hostile server

TEST_F(SessionFixture, AServerThatSendsNoMessagesIsLeft) {
  open();
  for (int i = 0; i < 7; ++i) give("<html>");
  EXPECT_TRUE(which->is_ready());
  give(std::string(10'000, '['));
  EXPECT_EQ(which->end_reason(), "what the server sends is no message");
}

// It may have been an event of any of them.
TEST_F(SessionFixture, WhatIsNoMessageIsToldToEachSubscription) {
  open();
  sink_seen first;
  sink_seen second;
  (void)which->subscribe({{"type", "subscribe_events"}}, first);
  const auto id = which->subscribe({{"type", "subscribe_events"}}, second);
  give(R"({"id":1,"type":"event","event":NaN})");
  EXPECT_EQ(first.unreadable, 1);
  EXPECT_EQ(second.unreadable, 1);
  which->unsubscribe(*id);
  give("{");
  EXPECT_EQ(first.unreadable, 2);
  EXPECT_EQ(second.unreadable, 1);
}

TEST_F(SessionFixture, AServerThatSendsForNobodyIsLeftAfterAWhile) {
  open();
  for (int i = 0; i <= 10'000; ++i) {
    wire().give(R"({"id":4711,"type":"result","success":true,"result":null})");
  }
  world.settle();
  EXPECT_EQ(which->end_reason(), "too many messages that nobody asked for");
}

TEST_F(SessionFixture, IdsThatAreNoneAreForNobody) {
  open();
  call("one");
  give(R"({"id":-1,"type":"result","success":true})");
  give(R"({"id":1.0,"type":"result","success":true})");
  give(R"({"id":"1","type":"result","success":true})");
  give(R"({"id":9223372036854775808,"type":"result","success":true})");
  give(R"({"type":"result","success":true})");
  EXPECT_FALSE(outcomes[0]);
  EXPECT_EQ(seen.count(client_event_kind::answer_discarded), 5);
}

TEST_F(SessionFixture, AMessageThatNeverEndsIsNoLife) {
  settings.health.emplace();
  open();
  for (int i = 0; i < 400 && which->is_ready(); ++i) {
    world.advance(1s);
    wire().give_bytes();
  }
  EXPECT_EQ(which->end_reason(), "a message that does not end");
}

// ---- Life

TEST_F(SessionFixture, SilenceIsPingedAndSilenceAfterThatIsTheEnd) {
  settings.health.emplace();
  world.answers_pings = false;
  open();
  world.advance(29s);
  EXPECT_EQ(wire().pings, 0U);
  world.advance(1s);
  EXPECT_EQ(wire().pings, 1U);
  wire().give_bytes();  // No pong, but a sign of life.
  world.advance(39s);
  EXPECT_TRUE(which->is_ready());
  EXPECT_EQ(wire().pings, 2U);
  world.advance(1s);
  EXPECT_EQ(which->end_reason(), "no sign of life");
  EXPECT_EQ(seen.count(client_event_kind::ping_failed), 1);
}

TEST_F(SessionFixture, AConnectionThatIsIdleIsProbedOnceForAllWhoWait) {
  settings.probe.emplace();
  world.answers_pings = false;
  open();
  world.advance(5s);
  EXPECT_TRUE(which->suspect(world.now()));
  std::vector<net::wait_end> ends;
  const auto probe = [](SessionFixture& self,
                        std::vector<net::wait_end>& into) -> asio::awaitable<void> {
    waiter mine;
    const session::life_wait asks(self.which, mine);
    into.push_back(co_await self.room.wait(mine, net::never));
  };
  tasks.spawn(probe(*this, ends));
  tasks.spawn(probe(*this, ends));
  world.settle();
  EXPECT_EQ(wire().pings, 1U);
  EXPECT_THAT(ends, IsEmpty());
  wire().pong();
  world.settle();
  EXPECT_EQ(ends.size(), 2U);
  EXPECT_FALSE(which->suspect(world.now()));
  world.advance(5s);
  tasks.spawn(probe(*this, ends));
  world.advance(2s);
  EXPECT_EQ(ends.size(), 3U);
  EXPECT_TRUE(which->ended());
  EXPECT_EQ(seen.count(client_event_kind::probe_failed), 1);
}

TEST_F(SessionFixture, AfterAThawItIsTestedAtOnce) {
  settings.probe.emplace();
  open();
  which->on_thaw();
  EXPECT_EQ(wire().pings, 1U);
  EXPECT_TRUE(which->suspect(world.now()));
  world.settle();
  EXPECT_FALSE(which->suspect(world.now()));
}

// The server had answered in time, but the process was frozen, and closed long since.
TEST_F(SessionFixture, ThePongToAPingBeforeTheFreezeProvesNothing) {
  settings.health.emplace();
  settings.probe.emplace();
  world.answers_pings = false;
  open();
  world.advance(settings.health->interval);
  ASSERT_EQ(wire().pings, 1U);
  const std::string earlier = wire().pinged;
  which->on_thaw();
  ASSERT_EQ(wire().pings, 2U);
  wire().pong(earlier);
  EXPECT_TRUE(which->suspect(world.now()));
  wire().pong();
  EXPECT_FALSE(which->suspect(world.now()));
}

// Bytes alone prove nothing after a thaw, until the time for the pong is over.
TEST_F(SessionFixture, WhoWaitsForASignOfLifeHearsWhenBytesWereEnough) {
  settings.probe.emplace();
  world.answers_pings = false;
  open();
  which->on_thaw();
  std::vector<net::wait_end> ends;
  const auto probe = [](SessionFixture& self,
                        std::vector<net::wait_end>& into) -> asio::awaitable<void> {
    waiter mine;
    const session::life_wait asks(self.which, mine);
    into.push_back(co_await self.room.wait(mine, net::never));
  };
  tasks.spawn(probe(*this, ends));
  world.advance(500ms);
  wire().give_bytes();
  world.advance(1s);
  EXPECT_THAT(ends, IsEmpty());
  world.advance(500ms);
  EXPECT_EQ(ends.size(), 1U);
  EXPECT_TRUE(which->is_ready());
}

TEST_F(SessionFixture, ACommandWithoutAnAnswerMakesASilentConnectionSuspect) {
  settings.probe.emplace();
  world.answers_pings = false;
  open();
  const net::time_point sent = world.now();
  world.advance(1s);
  wire().give_bytes();
  which->distrust(sent);
  EXPECT_FALSE(which->suspect(world.now())) << "it lives, Home Assistant is slow";
  which->distrust(world.now());
  EXPECT_TRUE(which->suspect(world.now()));
  world.advance(2s);
  EXPECT_TRUE(which->ended());
}

TEST_F(SessionFixture, NoTimerOutlivesTheEnd) {
  settings.health.emplace();
  settings.probe.emplace();
  open();
  EXPECT_GT(world.armed_timers(), 0U);
  wire().end();
  world.settle();
  EXPECT_EQ(world.armed_timers(), 0U);
}

}  // namespace
}  // namespace hassle::client
