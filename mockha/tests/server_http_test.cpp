// How clients come to a server, byte by byte and second by second.
#include "wired_server.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string close_1000{"\x88\x02\x03\xe8", 4};

TEST(ServerHttp, AnswersOneRequestAfterTheOtherOnOneConnection) {
  wired_server s;
  auto wire = s.world.dial();
  for (int n = 0; n < 3; ++n) {
    EXPECT_THAT(s.asks(wire, "GET", "/api/", wired_server::token),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nServer: \r\n"),
                      HasSubstr("\r\nReferrer-Policy: no-referrer\r\n"),
                      EndsWith("\r\n\r\n{\"message\":\"API running.\"}")));
  }
  const std::string two =
      wired_server::request("GET", "/api/") + wired_server::request("GET", "/nowhere");
  EXPECT_THAT(s.says(wire, two), AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("HTTP/1.1 404 ")));
  EXPECT_FALSE(wire->shut);
}

TEST(ServerHttp, EndsWhereTheClientAsksForIt) {
  wired_server s;
  auto wire = s.world.dial();
  EXPECT_THAT(s.asks(wire, "GET", "/api/", "Connection: close\r\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_TRUE(wire->shut);
  EXPECT_THAT(s.told(1), ElementsAre("server_accepted 0 ", "server_closed 0 no upgrade"));
  s.world.advance(10s);  // The peer's end does not come.
  EXPECT_TRUE(wire->closed);
}

TEST(ServerHttp, WhatIsNoRequestIsRefusedAndEnds) {
  server_config config;
  config.limits.http.body_bytes_max = 10;
  config.limits.http.header_bytes_max = 200;
  wired_server s(config);
  EXPECT_THAT(s.says(s.world.dial(), "nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(s.asks(s.world.dial(), "POST", "/auth/token", "", std::string(11, 'x')),
              AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("413: Request Entity Too Large")));
  EXPECT_THAT(s.says(s.world.dial(), "GET /" + std::string(300, 'x')), StartsWith("HTTP/1.1 431 "));
}

TEST(ServerHttp, AConnectionMayTurnIntoAWebSocketLater) {
  wired_server s;
  auto wire = s.world.dial();
  EXPECT_THAT(s.asks(wire, "GET", "/api/websocket"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(s.asks(wire, "GET", "/api/websocket", wired_server::upgrade),
              AllOf(StartsWith("HTTP/1.1 101 "), Not(HasSubstr("Referrer-Policy")),
                    HasSubstr("auth_required")));
  EXPECT_THAT(s.auth(wire, "mockha-access-token"), HasSubstr("auth_ok"));
  EXPECT_EQ(s.it.connections(), 1U);
}

TEST(ServerHttp, FramesBehindTheUpgradeAreNotLost) {
  wired_server s;
  auto wire = s.world.dial();
  const std::string all =
      wired_server::request("GET", "/api/websocket", wired_server::upgrade) +
      wired_server::frame(R"({"type":"auth","access_token":"mockha-access-token"})") +
      wired_server::frame(R"({"id":1,"type":"ping"})");
  EXPECT_THAT(s.says(wire, all), AllOf(HasSubstr("101"), HasSubstr("auth_ok"),
                                       HasSubstr(R"({"id":1,"type":"pong"})")));
}

TEST(ServerHttp, OldVersionsOfWebSocketsAreServed) {
  wired_server s;
  std::string headers(wired_server::upgrade);
  headers.replace(headers.find("13"), 2, "8");
  EXPECT_THAT(s.asks(s.world.dial(), "GET", "/api/websocket", headers), HasSubstr("auth_required"));
}

TEST(ServerHttp, DeflateIsAcceptedWhereItIsOffered) {
  wired_server s;
  const std::string offer = std::string(wired_server::upgrade) +
                            "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                            "User-Agent: tester/1.0\r\n";
  EXPECT_THAT(s.asks(s.world.dial("10.0.0.9"), "GET", "/api/websocket", offer),
              HasSubstr("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  const auto list = s.it.connection_list();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].peer, "10.0.0.9");
  EXPECT_EQ(list[0].user_agent, "tester/1.0");
  EXPECT_TRUE(list[0].deflate);
  server_config plain;
  plain.deflate = false;
  wired_server other(plain);
  EXPECT_THAT(other.asks(other.world.dial(), "GET", "/api/websocket", offer),
              Not(HasSubstr("Sec-WebSocket-Extensions")));
}

// --- limits ---

TEST(ServerHttp, AStreamThatNeverAsksIsCut) {
  wired_server s;
  auto silent = s.world.dial();
  auto slow = s.world.dial();
  s.says(slow, "GET /api/ HTTP/1.1\r\nHost");
  s.world.advance(10s - 1ms);
  EXPECT_FALSE(silent->closed || slow->closed);
  s.world.advance(1ms);
  EXPECT_TRUE(silent->closed);
  EXPECT_TRUE(slow->closed);
  EXPECT_THAT(s.told(2), Contains("server_closed 0 no upgrade"));
}

TEST(ServerHttp, AConnectionIsKeptForSeventyFiveSecondsBetweenRequests) {
  wired_server s;
  auto wire = s.world.dial();
  s.asks(wire, "GET", "/api/");
  s.world.advance(75s - 1ms);
  EXPECT_THAT(s.asks(wire, "GET", "/api/"), StartsWith("HTTP/1.1 401 "));
  s.world.advance(75s - 1ms);
  EXPECT_FALSE(wire->closed);
  s.world.advance(1ms);
  EXPECT_TRUE(wire->closed);
}

TEST(ServerHttp, WhoDoesNotTakeItsAnswerIsCut) {
  wired_server s;
  auto wire = s.world.dial();
  wire->stuck = true;
  s.asks(wire, "GET", "/api/states", wired_server::token);
  s.world.advance(60s - 1ms);
  EXPECT_FALSE(wire->closed);
  s.world.advance(1ms);
  EXPECT_TRUE(wire->closed);
}

TEST(ServerHttp, TooManyConnectionsAreReset) {
  server_config config;
  config.limits.connections_max = 2;
  wired_server s(config);
  auto first = s.world.dial();
  auto second = s.log_in();
  EXPECT_TRUE(s.world.dial()->reset);
  first->give_fin();
  s.world.settle();
  EXPECT_FALSE(s.world.dial()->reset);
}

// --- Home Assistant's life ---

TEST(ServerHttp, OpenConnectionsAreOutOfServiceWhileItStops) {
  wired_server s;
  auto wire = s.world.dial();
  auto idle = s.world.dial();
  s.asks(wire, "GET", "/api/");
  const auto restart = wired_server::fault("restart", scenario::restart_fault{});
  auto occurrence = wired_server::planned(1);
  occurrence.phases = {.stopping = 20s, .refused = 5s, .not_running = {}, .starting = {}};
  ASSERT_TRUE(s.it.begin_fault(restart, occurrence));
  s.world.settle();
  EXPECT_EQ(s.world.dial(), nullptr);  // Refused at once.
  for (const auto* target : {"/api/", "/api/websocket", "/auth/providers"}) {
    EXPECT_THAT(s.asks(wire, "GET", target, wired_server::upgrade),
                AllOf(StartsWith("HTTP/1.1 503 Service Unavailable\r\n"), EndsWith("\r\n\r\n"),
                      HasSubstr("Referrer-Policy")))
        << target;
  }
  EXPECT_FALSE(wire->closed);
  s.world.advance(20s);  // The process ends.
  EXPECT_TRUE(wire->closed);
  EXPECT_TRUE(idle->closed);
  s.world.advance(5s);
  EXPECT_THAT(s.asks(s.world.dial(), "GET", "/api/", wired_server::token),
              StartsWith("HTTP/1.1 200 "));
}

TEST(ServerHttp, StopsWithConnectionsOpen) {
  wired_server s;
  auto idle = s.world.dial();
  s.asks(idle, "GET", "/api/");
  auto fresh = s.world.dial();
  auto session = s.log_in();
  s.stop();
  EXPECT_THAT(s.asks(idle, "GET", "/api/"), StartsWith("HTTP/1.1 503 "));
  EXPECT_FALSE(s.ended());  // It waits for the session's answer to its Close.
  s.world.advance(10s);
  EXPECT_TRUE(s.ended());
  EXPECT_TRUE(idle->closed);
  EXPECT_TRUE(fresh->closed);
}

TEST(ServerHttp, AStallHoldsRequestsToo) {
  wired_server s;
  auto wire = s.world.dial();
  auto upgrading = s.world.dial();
  const auto stall = wired_server::fault("stall", scenario::stall_fault{});
  ASSERT_TRUE(s.it.begin_fault(stall, wired_server::planned(1)));
  EXPECT_EQ(s.asks(wire, "GET", "/api/", wired_server::token), "");
  EXPECT_EQ(s.asks(upgrading, "GET", "/api/websocket", wired_server::upgrade), "");
  s.world.advance(1h);
  EXPECT_EQ(wire->take(), "");
  s.it.end_fault(wired_server::planned(1));
  s.world.settle();
  EXPECT_THAT(wire->take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(upgrading->take(), HasSubstr("auth_required"));
  EXPECT_THAT(s.told(1), Contains("fault_hit 1 stall"));
}

TEST(ServerHttp, ServiceCallsOfBothWaysAreTheSame) {
  server_config config;
  wired_server s(config);
  auto session = s.log_in();
  s.says(session, wired_server::frame(R"({"id":1,"type":"subscribe_events"})"));
  auto wire = s.world.dial();
  EXPECT_THAT(s.asks(wire, "POST", "/api/services/light/turn_on", wired_server::token,
                     R"({"entity_id":"light.kitchen","brightness":7})"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(R"("brightness":7)")));
  EXPECT_THAT(session->take(), AllOf(HasSubstr(R"("event_type":"call_service")"),
                                     HasSubstr(R"("event_type":"state_changed")")));
  ASSERT_EQ(s.it.executions().entries().size(), 1U);
  EXPECT_EQ(s.it.executions().entries()[0].what, "light.turn_on light.kitchen");
  EXPECT_EQ(s.it.executions().entries()[0].connection, 2U);
  EXPECT_THAT(s.told(2), Contains("server_executed 0 light.turn_on light.kitchen"));
}

TEST(ServerHttp, AServiceTakesItsTimeAndDiesWithTheProcess) {
  server_config config;
  config.service_time = {.a = 3s};
  wired_server s(config);
  auto wire = s.world.dial();
  const auto call = [&] {
    return s.asks(wire, "POST", "/api/services/light/turn_on", wired_server::token,
                  R"({"entity_id":"light.kitchen"})");
  };
  EXPECT_EQ(call(), "");
  s.world.advance(3s);
  EXPECT_THAT(wire->take(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(call(), "");
  auto occurrence = wired_server::planned(1);
  occurrence.phases = {.stopping = 60s, .refused = 1s, .not_running = {}, .starting = {}};
  const auto restart = wired_server::fault("restart", scenario::restart_fault{});
  ASSERT_TRUE(s.it.begin_fault(restart, occurrence));
  s.world.advance(3s);
  EXPECT_EQ(wire->take(), "");
  EXPECT_TRUE(wire->closed);
  EXPECT_THAT(s.told(1), Contains("answer_lost 0 connection ended"));
}

TEST(ServerHttp, StatesAndEventsReachSessions) {
  wired_server s;
  auto session = s.log_in();
  s.says(session, wired_server::frame(R"({"id":1,"type":"subscribe_events"})"));
  auto wire = s.world.dial();
  EXPECT_THAT(s.asks(wire, "POST", "/api/events/mine", wired_server::token, R"({"a":1})"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(session->take(), AllOf(HasSubstr(R"("event_type":"mine","data":{"a":1})"),
                                     HasSubstr(R"("user_id":")" + user{}.id)));
  EXPECT_THAT(
      s.asks(wire, "POST", "/api/states/sensor.mine", wired_server::token, R"({"state":"5"})"),
      StartsWith("HTTP/1.1 201 "));
  EXPECT_THAT(session->take(), HasSubstr(R"("entity_id":"sensor.mine","old_state":null)"));
  s.asks(wire, "DELETE", "/api/states/sensor.mine", wired_server::token);
  EXPECT_THAT(session->take(), HasSubstr(R"("new_state":null)"));
}

// --- logins ---

std::string between(const std::string& text, std::string_view before, std::string_view behind) {
  const auto from = text.find(before) + before.size();
  return text.substr(from, text.find(behind, from) - from);
}

TEST(ServerHttp, RevokingATokenClosesItsSessions) {
  wired_server s;
  const std::string client = "http://localhost/";
  const std::string code =
      s.it.tokens().make_code(client, user{}.id, to_wall_time(s.world.time().wall_now()));
  auto wire = s.world.dial();
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const std::string login =
      s.asks(wire, "POST", "/auth/token", form,
             "grant_type=authorization_code&client_id=" + client + "&code=" + code);
  const auto access = between(login, R"("access_token":")", "\"");
  const auto refresh = between(login, R"("refresh_token":")", "\"");
  auto mine = s.log_in(access);
  auto other = s.log_in();
  EXPECT_THAT(s.asks(wire, "POST", "/auth/revoke", form, "token=" + refresh),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(mine->take(), close_1000);
  EXPECT_EQ(other->take(), "");
  auto again = s.world.dial();
  s.asks(again, "GET", "/api/websocket", wired_server::upgrade);
  EXPECT_THAT(s.auth(again, access), HasSubstr("auth_invalid"));
}

TEST(ServerHttp, FailedLoginsBanTheirAddress) {
  server_config config;
  config.ban.login_attempts_threshold = 2;
  wired_server s(config);
  auto before = s.log_in();
  for (int n = 0; n < 2; ++n) {
    auto wire = s.world.dial();
    s.asks(wire, "GET", "/api/websocket", wired_server::upgrade);
    EXPECT_THAT(s.auth(wire, "wrong"), HasSubstr("auth_invalid"));
  }
  const auto banned = s.asks(s.world.dial(), "GET", "/api/websocket", wired_server::upgrade);
  EXPECT_THAT(banned, AllOf(StartsWith("HTTP/1.1 403 "), EndsWith("\r\n\r\n403: Forbidden"),
                            Not(HasSubstr("Referrer-Policy"))));
  EXPECT_THAT(s.says(before, wired_server::frame(R"({"id":1,"type":"ping"})")), HasSubstr("pong"));
  s.log_in("mockha-access-token", "10.0.0.8");

  auto occurrence = wired_server::planned(1);
  occurrence.phases = {.stopping = 1s, .refused = 1s, .not_running = {}, .starting = {}};
  s.it.begin_fault(wired_server::fault("restart", scenario::restart_fault{}), occurrence);
  s.world.advance(2s);
  EXPECT_THAT(s.asks(s.world.dial(), "GET", "/api/"), StartsWith("HTTP/1.1 403 "));
  EXPECT_TRUE(s.it.bans().lift("10.0.0.7"));
  s.log_in();
}

TEST(ServerHttp, AGoodLoginForgetsFailedOnes) {
  server_config config;
  config.ban.login_attempts_threshold = 2;
  wired_server s(config);
  for (int n = 0; n < 4; ++n) {
    auto wire = s.world.dial();
    s.asks(wire, "GET", "/api/websocket", wired_server::upgrade);
    EXPECT_THAT(s.auth(wire, "wrong"), HasSubstr("auth_invalid"));
    s.log_in();
  }
  // What is no login does not count.
  for (int n = 0; n < 4; ++n) {
    auto wire = s.world.dial();
    s.asks(wire, "GET", "/api/websocket", wired_server::upgrade);
    s.says(wire, wired_server::frame("{"));
    auto malformed = s.world.dial();
    s.asks(malformed, "GET", "/api/websocket", wired_server::upgrade);
    EXPECT_THAT(s.says(malformed, wired_server::frame(R"({"type":"ping"})")),
                HasSubstr("incorrectly formatted"));
    auto late = s.world.dial();
    s.asks(late, "GET", "/api/websocket", wired_server::upgrade);
    s.world.advance(10s);
  }
  EXPECT_THAT(s.it.bans().list(), IsEmpty());
}

TEST(ServerHttp, AUserOfTheLocalNetworkIsKeptOutFromAfar) {
  wired_server s;
  user local;
  local.local_only = true;
  s.it.tokens().add_user(local);
  s.log_in();
  auto far = s.world.dial("8.8.8.8");
  s.asks(far, "GET", "/api/websocket", wired_server::upgrade);
  EXPECT_THAT(s.auth(far, "mockha-access-token"), HasSubstr("User cannot authenticate remotely"));
}

// --- what faults can make of it ---

struct judge final : stage_judge {
  stage_verdict accepted = go_on{};
  stage_verdict requested = go_on{};
  stage_verdict upgraded = go_on{};
  std::vector<std::string> asked;

  stage_verdict on_accepted(std::uint32_t id) override {
    asked.push_back("accepted " + std::to_string(id));
    return accepted;
  }
  stage_verdict on_request(std::uint32_t id, const net::http_request& r) override {
    asked.push_back("request " + std::to_string(id) + " " + r.method + " " + r.target);
    return requested;
  }
  stage_verdict on_upgraded(std::uint32_t id) override {
    asked.push_back("upgraded " + std::to_string(id));
    return upgraded;
  }
};

struct ServerStagesTest : testing::Test {
  judge faults;
  wired_server s;
  ServerStagesTest() { s.it.show_arrivals_to(&faults); }
};

TEST_F(ServerStagesTest, AreShownInTheirOrder) {
  s.log_in();
  EXPECT_THAT(faults.asked,
              ElementsAre("accepted 1", "request 1 GET /api/websocket", "upgraded 1"));
}

TEST_F(ServerStagesTest, AStreamCanBeMetWithSilence) {
  faults.accepted = stay_silent{.reads = false, .at_most = 60s};
  auto deaf = s.world.dial();
  faults.accepted = stay_silent{.reads = true, .at_most = 60s};
  auto hearing = s.world.dial();
  faults.accepted = go_on{};
  EXPECT_EQ(s.asks(deaf, "GET", "/api/"), "");
  EXPECT_EQ(s.asks(hearing, "GET", "/api/"), "");
  s.world.advance(60s - 1ms);
  EXPECT_FALSE(deaf->reset || hearing->reset || deaf->closed || hearing->closed);
  s.world.advance(1ms);
  EXPECT_TRUE(deaf->reset);
  EXPECT_TRUE(hearing->reset);
}

TEST_F(ServerStagesTest, ASilentStreamThatReadsSeesThePeersEnd) {
  faults.accepted = stay_silent{.reads = true};
  auto wire = s.world.dial();
  s.says(wire, std::string(100'000, 'x'));
  EXPECT_FALSE(wire->closed);
  wire->give_fin();
  s.world.settle();
  EXPECT_TRUE(wire->closed);
}

TEST_F(ServerStagesTest, AStreamCanBeCutAtEveryStage) {
  faults.accepted = cut_off{.reset = true};
  EXPECT_TRUE(s.world.dial()->reset);
  faults.accepted = cut_off{};
  EXPECT_TRUE(s.world.dial()->closed);
  faults.accepted = go_on{};
  faults.requested = cut_off{.reset = true};
  auto wire = s.world.dial();
  EXPECT_EQ(s.asks(wire, "GET", "/api/"), "");
  EXPECT_TRUE(wire->reset);
  faults.requested = go_on{};
  faults.upgraded = cut_off{};
  auto upgraded = s.world.dial();
  EXPECT_THAT(s.asks(upgraded, "GET", "/api/websocket", wired_server::upgrade),
              AllOf(StartsWith("HTTP/1.1 101 "), Not(HasSubstr("auth_required"))));
  EXPECT_TRUE(upgraded->closed);
  EXPECT_EQ(s.it.connections(), 0U);
}

TEST_F(ServerStagesTest, ARequestCanBeAnsweredOtherwiseAndLater) {
  faults.requested = answer_with{
      .answer = {.status = 502, .headers = {}, .body = "<html>"}, .after = 5s, .close = false};
  auto wire = s.world.dial();
  EXPECT_EQ(s.asks(wire, "GET", "/api/websocket", wired_server::upgrade), "");
  s.world.advance(5s);
  EXPECT_THAT(wire->take(), AllOf(StartsWith("HTTP/1.1 502 "), EndsWith("<html>")));
  EXPECT_FALSE(wire->shut);
  faults.requested = answer_with{.answer = {.status = 500, .headers = {}, .body = {}}};
  EXPECT_THAT(s.asks(wire, "GET", "/"), StartsWith("HTTP/1.1 500 "));
  EXPECT_TRUE(wire->shut);
}

TEST_F(ServerStagesTest, ARequestCanStayUnanswered) {
  faults.requested = stay_silent{};
  auto wire = s.world.dial();
  EXPECT_EQ(s.asks(wire, "GET", "/api/"), "");
  s.world.advance(59min);
  EXPECT_FALSE(wire->closed || wire->reset);
  s.stop();
  EXPECT_TRUE(wire->closed);
}

TEST_F(ServerStagesTest, AnUpgradeCanBeFollowedBySilence) {
  faults.upgraded = stay_silent{.at_most = 60s};
  auto wire = s.world.dial();
  EXPECT_THAT(s.asks(wire, "GET", "/api/websocket", wired_server::upgrade),
              AllOf(StartsWith("HTTP/1.1 101 "), Not(HasSubstr("auth_required"))));
  EXPECT_EQ(s.auth(wire, "mockha-access-token"), "");
  EXPECT_EQ(s.it.connections(), 1U);
  s.world.advance(60s);
  EXPECT_TRUE(wire->reset);
  EXPECT_EQ(s.it.connections(), 0U);
}

TEST_F(ServerStagesTest, SilenceEndsWithTheProcess) {
  faults.accepted = stay_silent{};
  auto accepted = s.world.dial();
  faults.accepted = go_on{};
  faults.upgraded = stay_silent{};
  auto upgraded = s.world.dial();
  s.asks(upgraded, "GET", "/api/websocket", wired_server::upgrade);
  auto occurrence = wired_server::planned(1);
  occurrence.phases = {.stopping = 1s, .refused = 1s, .not_running = {}, .starting = {}};
  s.it.begin_fault(wired_server::fault("restart", scenario::restart_fault{}), occurrence);
  s.world.advance(1s);
  EXPECT_TRUE(accepted->closed);
  EXPECT_TRUE(upgraded->closed);
}

}  // namespace
}  // namespace hassle::mockha
