// What several clients of one server notice of each other, and of the server's own doings; byte by
// byte and second by second.
#include "wired_server.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <string_view>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string close_1000{"\x88\x02\x03\xe8", 4};
const std::string ping_frame{"\x89\x00", 2};

class ServerProtocolTest : public testing::Test {
 protected:
  std::string says(const wired_server::wire_ptr& who, std::string_view text) {
    return s.says(who, wired_server::frame(text));
  }
  /// What has come in meanwhile.
  std::string hears(const wired_server::wire_ptr& who) {
    s.world.settle();
    return who->take();
  }
  static std::string text_between(const std::string& text, std::string_view before) {
    const auto begin = text.rfind(before) + before.size();
    return text.substr(begin, text.find('"', begin) - begin);
  }

  wired_server s;
};

// --- restart and stop ---

constexpr std::string_view restart =
    R"({"id":1,"type":"call_service","domain":"homeassistant","service":"restart"})";

TEST_F(ServerProtocolTest, RestartThatIsAskedForIsAnsweredBeforeTheClose) {
  auto wire = s.log_in();
  EXPECT_THAT(says(wire, restart), HasSubstr(R"({"id":1,"type":"result","success":true)"));
  EXPECT_EQ(s.it.phase(), restart_phase::running);
  s.world.advance(10ms);
  EXPECT_EQ(hears(wire), close_1000);
  EXPECT_EQ(s.it.phase(), restart_phase::stopping);
  s.world.advance(60s);
  EXPECT_EQ(s.it.phase(), restart_phase::running) << "and comes back by itself";
}

TEST_F(ServerProtocolTest, SecondRestartDuringTheFirstIsIgnored) {
  auto wire = s.log_in();
  says(wire, restart);
  says(wire, R"({"id":2,"type":"call_service","domain":"homeassistant","service":"restart"})");
  s.world.advance(60s);
  EXPECT_EQ(s.it.phase(), restart_phase::running);
}

TEST_F(ServerProtocolTest, StopIsAskedOfWhoeverHasTheServer) {
  int asked = 0;
  s.it.when_asked_to_stop([&] { ++asked; });
  auto wire = s.log_in();
  EXPECT_THAT(
      says(wire, R"({"id":1,"type":"call_service","domain":"homeassistant","service":"stop"})"),
      HasSubstr(R"("success":true)"));
  EXPECT_EQ(asked, 0);
  s.world.advance(10ms);
  EXPECT_EQ(asked, 1);
}

// --- logins that are taken back ---

TEST_F(ServerProtocolTest, WhoseLoginIsTakenBackIsThrownOut) {
  auto owner = s.log_in();
  const std::string made = says(
      owner, R"({"id":1,"type":"auth/long_lived_access_token","lifespan":1,"client_name":"x"})");
  const std::string token = text_between(made, R"("result":")");
  auto guest = s.log_in(token);
  const std::string tokens = says(owner, R"({"id":2,"type":"auth/refresh_tokens"})");
  const std::string id = text_between(tokens, R"("id":")");
  EXPECT_THAT(says(owner, R"({"id":3,"type":"auth/delete_refresh_token","refresh_token_id":")" +
                              id + "\"}"),
              HasSubstr(R"({"id":3,"type":"result","success":true,"result":{}})"));
  EXPECT_EQ(hears(guest), close_1000);
  EXPECT_THAT(says(owner, R"({"id":4,"type":"ping"})"), HasSubstr("pong")) << "the others stay";

  auto again = s.world.dial();
  s.asks(again, "GET", "/api/websocket", wired_server::upgrade);
  EXPECT_THAT(s.auth(again, token), HasSubstr("auth_invalid"));
}

TEST_F(ServerProtocolTest, OwnLoginIsSparedForTwoSecondsWithAllOthers) {
  auto wire = s.log_in();
  EXPECT_THAT(says(wire, R"({"id":1,"type":"auth/delete_all_refresh_tokens"})"),
              HasSubstr(R"("result":{})"));
  EXPECT_THAT(says(wire, R"({"id":2,"type":"ping"})"), HasSubstr("pong"));
  s.world.advance(1999ms);
  EXPECT_THAT(hears(wire), IsEmpty());
  s.world.advance(1ms);
  EXPECT_EQ(hears(wire), close_1000);
}

// --- what others do ---

TEST_F(ServerProtocolTest, EventsOfOneTurnAreOneFrameForWhoWantsThat) {
  auto lamp = s.log_in();
  auto plain = s.log_in();
  auto joined = s.log_in();
  says(plain, R"({"id":1,"type":"subscribe_entities"})");
  says(joined, R"({"id":1,"type":"supported_features","features":{"coalesce_messages":1}})");
  says(joined, R"({"id":2,"type":"subscribe_entities"})");
  s.world.advance(0s);
  hears(joined);
  says(
      lamp,
      R"({"id":1,"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":["light.desk","light.porch"]}})");
  s.world.advance(0s);
  EXPECT_THAT(hears(plain),
              AllOf(HasSubstr("light.desk"), HasSubstr("light.porch"), Not(HasSubstr("[{"))));
  const std::string frame = hears(joined);
  EXPECT_THAT(frame.substr(4),
              AllOf(StartsWith(R"([{"type":"event")"), HasSubstr("light.desk"),
                    HasSubstr(R"("id":2},{"type":"event")"), HasSubstr("light.porch")));
}

TEST_F(ServerProtocolTest, EventsByHandReachEverybody) {
  auto one = s.log_in();
  auto other = s.log_in();
  says(other, R"({"id":1,"type":"subscribe_events","event_type":"mine"})");
  says(one, R"({"id":1,"type":"fire_event","event_type":"mine","event_data":{"n":1}})");
  EXPECT_THAT(hears(other), HasSubstr(R"("event_type":"mine","data":{"n":1})"));
}

TEST_F(ServerProtocolTest, DataOfAFrontendIsToldToItsOtherSessions) {
  auto one = s.log_in();
  auto other = s.log_in();
  says(other, R"({"id":1,"type":"frontend/subscribe_user_data","key":"core"})");
  says(one, R"({"id":1,"type":"frontend/set_user_data","key":"core","value":7})");
  EXPECT_THAT(hears(other), HasSubstr(R"({"id":1,"type":"event","event":{"value":7}})"));
}

// --- life and death ---

TEST_F(ServerProtocolTest, DeadPeerIsFoundWithin84Seconds) {
  auto wire = s.log_in();
  s.world.advance(54s);
  EXPECT_THAT(hears(wire), IsEmpty());
  s.world.advance(1s);
  EXPECT_EQ(hears(wire), ping_frame);
  s.world.advance(29s);
  EXPECT_THAT(hears(wire), IsEmpty()) << "no Close frame";
  EXPECT_EQ(s.it.connections(), 0U);
}

TEST_F(ServerProtocolTest, WhoDoesNotLogInIsClosedAfterTenSeconds) {
  auto wire = s.world.dial();
  s.asks(wire, "GET", "/api/websocket", wired_server::upgrade);
  s.world.advance(9999ms);
  EXPECT_THAT(hears(wire), IsEmpty());
  s.world.advance(1ms);
  EXPECT_EQ(hears(wire), close_1000);
}

}  // namespace
}  // namespace hassle::mockha
