// The shell of a session over a socket that is not there.
#include "mockha/connection.hpp"

#include "manual_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What a connection does to its socket.
struct wire {
  std::vector<std::string> frames;
  std::optional<std::uint16_t> closed;
  bool reset = false;
  std::size_t room = std::numeric_limits<std::size_t>::max();  // Frames that it still takes.
  net::websocket_events* events = nullptr;
};

class fake_socket final : public net::websocket {
 public:
  explicit fake_socket(wire& w) : wire_(w) {}

  void start(net::websocket_events& events) override { wire_.events = &events; }
  bool send(std::string message) override {
    if (wire_.room == 0) return false;
    --wire_.room;
    wire_.frames.push_back(std::move(message));
    return true;
  }
  void ping(std::string_view) override {}
  void close(std::uint16_t code) override { wire_.closed = code; }
  void abort(bool reset) override { wire_.reset = wire_.reset || reset; }
  void pause_reading() override {}
  void resume_reading() override {}
  void ignore_pings(bool) override {}
  void fragment(std::size_t) override {}
  void trickle(std::size_t, net::duration) override {}
  void mute(bool) override {}
  [[nodiscard]] std::size_t queued() const noexcept override { return 0; }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return 7; }

 private:
  wire& wire_;
};

/// A server that does as its one connection wishes.
class fake_owner final : public connection_owner {
 public:
  void on_send(connection& from, send_text message) override { from.transmit(std::move(message)); }
  void on_sent(connection&, const send_text& message) override {
    if (message.answers != 0) sent.push_back(message.answers);
  }
  void on_unsent(connection&, const send_text& message) override {
    if (message.answers != 0) unsent.push_back(message.answers);
  }
  void on_end_wish(connection& from, end_session wish) override {
    from.end(connection::style::close, 1000, std::move(wish.why));
  }
  void on_service(connection&, const run_service&) override {}
  void on_lost_answer(connection&, std::uint64_t) override {}
  void on_fire(connection& from, publish_event wanted) override {
    from.perform(from.core().on_event(wanted.event));
  }
  void on_revoked(connection& from, const revoked_token&) override {
    from.end(connection::style::close, 1000, "token revoked");
  }
  void on_login(connection&, bool) override {}
  void on_note(connection&, note n) override { notes.push_back(std::move(n.text)); }
  void on_bytes(connection&) override {}
  void on_watch_changed() override {}
  void on_ended(connection&) override {}
  [[nodiscard]] bool stalled() const override { return is_stalled; }
  [[nodiscard]] wall_time wall_now() const override { return {}; }

  std::vector<std::uint64_t> sent;
  std::vector<std::uint64_t> unsent;
  std::vector<std::string> notes;
  bool is_stalled = false;
};

class ConnectionTest : public testing::Test {
 protected:
  void begin(outbox_limits limits = {}) {
    tokens.add_user({});
    tokens.add_static("secret", user{}.id);
    around.settings.trace = false;
    around.settings.limits.outbox = limits;
    made.emplace(1, world.time(), owner, around, std::make_unique<fake_socket>(on_wire));
    made->begin();
    says(R"({"type":"auth","access_token":"secret"})");
    for (int message = 0; message < 2; ++message) drained();
    on_wire.frames.clear();
  }
  void begin_coalescing(outbox_limits limits = {}) {
    begin(limits);
    says(R"({"id":1,"type":"supported_features","features":{"coalesce_messages":1}})");
    turn_ends();
    drained();
    on_wire.frames.clear();
    owner.sent.clear();
  }
  void says(std::string_view text) { on_wire.events->on_text(text); }
  void turn_ends() { world.advance(0s); }
  void drained() { on_wire.events->on_drained(); }

  net::manual_world world;
  const wall_time wall{};
  home house{*find_home("small"), context_source(net::random_stream(1)), wall};
  registries registry{*find_home("small"), wall};
  token_store tokens{net::random_stream(2)};
  surroundings around{.settings = {}, .house = house, .registry = registry, .tokens = tokens};
  fake_owner owner;
  wire on_wire;
  std::optional<connection> made;
};

outbox_limits tiny() {
  outbox_limits limits;
  limits.messages_max = 4;
  limits.peak = 2;
  limits.front_messages_max = 1;
  return limits;
}

// --- frames ---

// A stream that has lost something cannot go on behind the hole: no client could know of it.
TEST_F(ConnectionTest, WhoWasSilentAndHadSomethingToSayIsReset) {
  begin();
  made->apply({.mute = true});
  made->apply({});
  EXPECT_FALSE(on_wire.reset) << "nothing is missing";
  made->apply({.mute = true});
  says(R"({"id":1,"type":"ping"})");
  made->apply({});
  EXPECT_TRUE(on_wire.reset);
  EXPECT_THAT(owner.notes, testing::Contains("half-open"));
}

TEST_F(ConnectionTest, WithoutCoalescingEveryMessageIsAFrame) {
  begin();
  says(R"([{"id":1,"type":"ping"},{"id":2,"type":"ping"}])");
  EXPECT_THAT(on_wire.frames,
              ElementsAre(R"({"id":1,"type":"pong"})", R"({"id":2,"type":"pong"})"));
  EXPECT_THAT(owner.sent, ElementsAre(1, 2));
}

TEST_F(ConnectionTest, WithCoalescingOneTurnIsOneFrame) {
  begin_coalescing();
  says(R"({"id":2,"type":"ping"})");
  says(R"({"id":3,"type":"ping"})");
  EXPECT_THAT(on_wire.frames, IsEmpty());
  turn_ends();
  EXPECT_THAT(on_wire.frames, ElementsAre(R"([{"id":2,"type":"pong"},{"id":3,"type":"pong"}])"));
  EXPECT_THAT(owner.sent, ElementsAre(2, 3));
}

TEST_F(ConnectionTest, OneMessageAloneIsNoArray) {
  begin_coalescing();
  says(R"({"id":2,"type":"ping"})");
  turn_ends();
  says(R"({"id":3,"type":"ping"})");
  turn_ends();
  EXPECT_THAT(on_wire.frames,
              ElementsAre(R"({"id":2,"type":"pong"})", R"({"id":3,"type":"pong"})"));
}

TEST_F(ConnectionTest, EventsAreJoinedWithTheResultBehindThem) {
  begin_coalescing();
  says(R"({"id":2,"type":"subscribe_events","event_type":"x"})");
  turn_ends();
  on_wire.frames.clear();
  says(R"({"id":3,"type":"fire_event","event_type":"x"})");
  turn_ends();
  ASSERT_EQ(on_wire.frames.size(), 1U);
  EXPECT_THAT(on_wire.frames[0],
              testing::StartsWith(R"([{"type":"event","event":{"event_type":"x")"));
  EXPECT_THAT(on_wire.frames[0], HasSubstr(R"("id":2},{"id":3,"type":"result","success":true)"));
}

// --- clients that do not read ---

TEST_F(ConnectionTest, WhatTheSocketCannotTakeWaitsUntilItIsDrained) {
  begin(tiny());
  says(R"([{"id":1,"type":"ping"},{"id":2,"type":"ping"},{"id":3,"type":"ping"}])");
  EXPECT_EQ(on_wire.frames.size(), 1U);
  EXPECT_THAT(owner.sent, ElementsAre(1));
  drained();
  EXPECT_THAT(owner.sent, ElementsAre(1, 2));
  drained();
  drained();
  EXPECT_THAT(owner.sent, ElementsAre(1, 2, 3));
  EXPECT_THAT(on_wire.frames.back(), HasSubstr("\"id\":3"));
}

TEST_F(ConnectionTest, WithCoalescingItIsOneFrameThen) {
  begin_coalescing(tiny());
  says(R"({"id":2,"type":"ping"})");
  turn_ends();
  says(R"({"id":3,"type":"ping"})");
  says(R"({"id":4,"type":"ping"})");
  turn_ends();
  EXPECT_EQ(on_wire.frames.size(), 1U) << "the socket still has the first";
  drained();
  EXPECT_THAT(on_wire.frames.back(), R"([{"id":3,"type":"pong"},{"id":4,"type":"pong"}])");
}

TEST_F(ConnectionTest, TooManyWaitingMessagesAreDroppedAndTheConnectionClosed) {
  begin(tiny());
  says(
      R"([{"id":1,"type":"ping"},{"id":2,"type":"ping"},{"id":3,"type":"ping"},{"id":4,"type":"ping"},{"id":5,"type":"ping"},{"id":6,"type":"ping"}])");
  EXPECT_EQ(on_wire.closed, 1000);
  EXPECT_THAT(owner.sent, ElementsAre(1));
  EXPECT_THAT(owner.unsent, testing::IsSupersetOf({2U, 3U, 4U, 5U}));
  EXPECT_THAT(owner.notes, ElementsAre("pending messages"));
  drained();
  EXPECT_EQ(on_wire.frames.size(), 1U) << "nothing more goes out";
}

TEST_F(ConnectionTest, LongQueueIsSparedForTenSecondsOnly) {
  begin(tiny());
  says(
      R"([{"id":1,"type":"ping"},{"id":2,"type":"ping"},{"id":3,"type":"ping"},{"id":4,"type":"ping"}])");
  world.advance(9s);
  EXPECT_EQ(on_wire.closed, std::nullopt);
  world.advance(1s);
  EXPECT_EQ(on_wire.closed, 1000);
}

TEST_F(ConnectionTest, SocketThatTakesNothingEndsIt) {
  begin();
  on_wire.room = 0;
  says(R"({"id":1,"type":"ping"})");
  EXPECT_THAT(owner.unsent, ElementsAre(1));
  EXPECT_EQ(on_wire.closed, 1000);
}

TEST_F(ConnectionTest, ServerThatStandsStillSendsNothing) {
  begin_coalescing();
  says(R"({"id":2,"type":"ping"})");
  owner.is_stalled = true;
  turn_ends();
  says(R"({"id":3,"type":"ping"})");
  drained();
  EXPECT_THAT(on_wire.frames, IsEmpty());
  owner.is_stalled = false;
  made->resume(5s);
  turn_ends();
  EXPECT_THAT(owner.sent, ElementsAre(2, 3));
}

// --- endings ---

TEST_F(ConnectionTest, TakingBackTheOwnLoginIsAnsweredBeforeTheClose) {
  begin_coalescing();
  const std::string id = made->core().caller().refresh_token_id;
  says(R"([{"id":2,"type":"auth/delete_refresh_token","refresh_token_id":")" + id +
       R"("},{"id":3,"type":"ping"}])");
  EXPECT_THAT(on_wire.frames,
              ElementsAre(R"({"id":2,"type":"result","success":true,"result":{}})"));
  EXPECT_EQ(on_wire.closed, 1000);
  EXPECT_FALSE(tokens.check("secret", wall).has_value());
}

TEST_F(ConnectionTest, EmptyBinaryMessageClosesAndOthersAreIgnored) {
  begin();
  on_wire.events->on_binary("\x01voice");
  EXPECT_EQ(on_wire.closed, std::nullopt);
  on_wire.events->on_binary("");
  EXPECT_EQ(on_wire.closed, 1000);
}

TEST_F(ConnectionTest, BinaryFirstMessageCloses) {
  made.emplace(1, world.time(), owner, around, std::make_unique<fake_socket>(on_wire));
  made->begin();
  on_wire.events->on_binary("\x01");
  EXPECT_EQ(on_wire.closed, 1000);
}

}  // namespace
}  // namespace hassle::mockha
