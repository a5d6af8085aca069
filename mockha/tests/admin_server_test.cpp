// The admin API on its port: pages, streams, limits, and what is done to connections. Both sides
// are bytes in memory; no time passes but the test's.
#include "mockha/admin_server.hpp"

#include "mockha/admin_page.hpp"
#include "mockha/journal_hub.hpp"
#include "wired_server.hpp"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>

namespace hassle::mockha {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

class AdminServerTest : public testing::Test {
 protected:
  using wire_ptr = wired_world::wire_ptr;

  explicit AdminServerTest(std::string token = {})
      : admin_(web_, desk_, std::move(token), limits()) {
    EXPECT_TRUE(admin_.start({"127.0.0.1", 8124}).has_value());
    web_.settle();
  }
  void TearDown() override {
    bool ended = false;
    net::asio::co_spawn(web_.executor(), admin_.stop(), [&](const std::exception_ptr& error) {
      EXPECT_FALSE(error);
      ended = true;
    });
    web_.settle();
    EXPECT_TRUE(ended) << "the admin API does not stop";
  }
  static admin_limits limits() {
    admin_limits l;
    l.streams_max = 2;
    l.connections_max = 4;
    l.http.body_bytes_max = 1000;
    return l;
  }

  std::string says(const wire_ptr& to, std::string_view bytes) {
    to->give(bytes);
    web_.settle();
    mock_.world.settle();
    return to->take();
  }
  static std::string request(std::string_view method, std::string_view target,
                             std::string_view headers = "", std::string_view body = "") {
    std::string text = wired_server::request(method, target, headers, body);
    text.replace(text.find("Host: x"), 7, "Host: 127.0.0.1:8124");
    return text;
  }
  std::string ask(std::string_view method, std::string_view target, std::string_view headers = "",
                  std::string_view body = "") {
    const auto wire = web_.dial();
    std::string answer = says(wire, request(method, target, headers, body));
    wire->give_fin();
    web_.settle();
    return answer;
  }
  void happen(std::string text) {
    reports::event e;
    e.kind = reports::event_kind::server_received;
    e.text = std::move(text);
    feed_.add(std::move(e));
    web_.settle();
  }

  wired_server mock_;
  wired_world web_;
  journal_feed feed_{5};
  metrics metrics_;
  admin_desk desk_{.mock = mock_.it,
                   .time = mock_.world.time(),
                   .journal = feed_,
                   .counted = metrics_,
                   .facts = {}};
  admin_server admin_;
};

class GuardedAdminServerTest : public AdminServerTest {
 protected:
  GuardedAdminServerTest() : AdminServerTest("sesame-sesame") {}
};

constexpr std::string_view json_type = "Content-Type: application/json\r\n";

}  // namespace

// --- HTTP ---

TEST_F(AdminServerTest, AnswersOneRequestAfterTheOther) {
  const auto wire = web_.dial();
  for (int n = 0; n < 3; ++n) {
    EXPECT_THAT(says(wire, request("GET", "/status")),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\"phase\":\"running\""),
                      HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n")));
  }
  EXPECT_FALSE(wire->shut);
  EXPECT_THAT(says(wire, request("GET", "/status", "Connection: close\r\n")),
              HasSubstr("Connection: close"));
  EXPECT_TRUE(wire->shut);
}

TEST_F(AdminServerTest, HeadIsGetWithoutABody) {
  EXPECT_THAT(ask("HEAD", "/status"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("\r\n\r\n")));
  EXPECT_THAT(ask("HEAD", "/journal"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("\r\n\r\n")));
}

TEST_F(AdminServerTest, WhatIsTooLargeOrNoRequestIsRefused) {
  EXPECT_THAT(ask("POST", "/events/x", json_type, std::string(1001, ' ')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(says(web_.dial(), "nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(says(web_.dial(), "GET /" + std::string(20'000, 'x')), StartsWith("HTTP/1.1 431 "));
}

TEST_F(AdminServerTest, WhoeverSaysNothingIsCutAndTooManyAreReset) {
  const auto silent = web_.dial();
  std::vector<wire_ptr> others;
  others.reserve(3);
  for (int n = 0; n < 3; ++n) others.push_back(web_.dial());
  EXPECT_TRUE(web_.dial()->reset);
  web_.advance(60s);
  EXPECT_TRUE(silent->closed);
  EXPECT_THAT(ask("GET", "/status"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(AdminServerTest, RequestsFromElsewhereAreRefused) {
  EXPECT_THAT(says(web_.dial(), "GET /status HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(says(web_.dial(), "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(ask("POST", "/restart", "Origin: http://evil.example\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_EQ(mock_.it.phase(), restart_phase::running);
}

// --- the page ---

TEST_F(AdminServerTest, ThePageMayDoNothingButTalkToItsServer) {
  const std::string page = ask("GET", "/");
  EXPECT_THAT(page, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("text/html"),
                          HasSubstr("Content-Security-Policy: default-src 'none'"),
                          HasSubstr("frame-ancestors 'none'"), HasSubstr("<title>mockha</title>")));
}

// What a file of the page asks for is there, and is of this server.
TEST_F(AdminServerTest, ThePageIsWhole) {
  std::size_t references = 0;
  for (const auto& file : embedded_pages()) {
    EXPECT_THAT(file.text, Not(HasSubstr("https://"))) << file.path;
    for (const std::string_view before : {"src=\"", "from \"./", "rel=\"stylesheet\" href=\""}) {
      for (auto at = file.text.find(before); at != std::string_view::npos;
           at = file.text.find(before, at + 1)) {
        std::string name(file.text.substr(at + before.size()));
        name.resize(name.find('"'));
        const std::string target = name.starts_with('/') ? name : "/page/" + name;
        EXPECT_THAT(ask("GET", target), StartsWith("HTTP/1.1 200 ")) << target;
        ++references;
      }
    }
  }
  EXPECT_GE(references, 8U);
  EXPECT_THAT(ask("GET", "/page/nothing.js"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(GuardedAdminServerTest, OnlyThePageItselfIsOpen) {
  EXPECT_THAT(ask("GET", "/"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("GET", "/page/page.js"), StartsWith("HTTP/1.1 200 "));
  for (const auto* route : admin_routes()) {
    const std::string answer = ask(route->method, route->pattern);
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 401 "), Not(HasSubstr("sesame"))))
        << route->pattern;
  }
  EXPECT_THAT(ask("GET", "/status", "Authorization: Bearer sesame-sesame\r\n"),
              StartsWith("HTTP/1.1 200 "));
}

// --- the journal ---

TEST_F(AdminServerTest, TheJournalComesAsItHappens) {
  happen("before");
  const auto wire = web_.dial();
  EXPECT_THAT(says(wire, request("GET", "/journal")),
              AllOf(HasSubstr("application/x-ndjson"), HasSubstr("Transfer-Encoding: chunked"),
                    HasSubstr("{\"i\":1,"), HasSubstr("\"x\":\"before\"}\n")));
  happen("after");
  EXPECT_THAT(wire->take(), AllOf(HasSubstr("{\"i\":2,"), HasSubstr("\"x\":\"after\"}\n")));
  web_.advance(15s);
  EXPECT_THAT(wire->take(), HasSubstr("\r\n\n\r\n")) << "a sign of life";
  EXPECT_FALSE(wire->shut);
}

TEST_F(AdminServerTest, TheJournalEndsWhereNobodyWantsToFollow) {
  happen("a");
  const auto wire = web_.dial();
  EXPECT_THAT(says(wire, request("GET", "/journal?follow=false")), EndsWith("\r\n0\r\n\r\n"));
  EXPECT_THAT(says(wire, request("GET", "/status")), StartsWith("HTTP/1.1 200 ")) << "kept alive";
}

TEST_F(AdminServerTest, ABrowserGetsServerSentEventsAndGoesOnWhereItWas) {
  happen("a");
  happen("b");
  const auto wire = web_.dial();
  EXPECT_THAT(
      says(wire, request("GET", "/journal", "Accept: text/event-stream\r\nLast-Event-ID: 1\r\n")),
      AllOf(HasSubstr("text/event-stream"), HasSubstr("id: 2\ndata: {"),
            Not(HasSubstr("id: 1\n"))));
}

// Its place in the queue is gone: it is told so, and has to begin anew.
TEST_F(AdminServerTest, AListenerThatIsTooSlowIsCutOff) {
  const auto wire = web_.dial();
  (void)says(wire, request("GET", "/journal"));
  wire->bytes_per_write = 1;  // The stream takes every byte on its own …
  for (int n = 0; n < 20; ++n) {
    reports::event e;
    e.text = "x";
    feed_.add(std::move(e));  // … and all this happens before it comes to its turn.
  }
  web_.settle();
  EXPECT_THAT(wire->take(), HasSubstr("{\"missed\":{\"from\":1,\"to\":15}}"));
  EXPECT_TRUE(wire->closed);
}

TEST_F(AdminServerTest, AListenerThatTakesNothingIsCutOff) {
  const auto wire = web_.dial();
  (void)says(wire, request("GET", "/journal"));
  wire->stuck = true;
  happen("a");
  web_.advance(10s);
  EXPECT_TRUE(wire->closed);
}

TEST_F(AdminServerTest, TheJournalHasSoManyListenersAndNoMore) {
  const auto first = web_.dial();
  const auto second = web_.dial();
  (void)says(first, request("GET", "/journal"));
  (void)says(second, request("GET", "/journal"));
  EXPECT_THAT(ask("GET", "/journal"), StartsWith("HTTP/1.1 503 "));
}

// --- connections ---

TEST_F(AdminServerTest, ConnectionsAreListedWithoutSecrets) {
  const auto client = mock_.log_in();
  const std::string answer = ask("GET", "/connections");
  EXPECT_THAT(answer, AllOf(HasSubstr("\"peer\":\"10.0.0.7\""), HasSubstr("\"user\":\"Owner\""),
                            HasSubstr("\"phase\":\"command\""), HasSubstr("\"received\":1,"),
                            Not(HasSubstr("mockha-access-token"))));
}

TEST_F(AdminServerTest, AConnectionIsClosedResetOrCut) {
  const auto closed = mock_.log_in();
  EXPECT_THAT(ask("DELETE", "/connections/1?how=close&code=1012"), StartsWith("HTTP/1.1 204 "));
  EXPECT_EQ(closed->take(), std::string("\x88\x02\x03\xf4", 4));
  const auto reset = mock_.log_in();
  EXPECT_THAT(ask("DELETE", "/connections/2?how=reset"), StartsWith("HTTP/1.1 204 "));
  EXPECT_TRUE(reset->reset);
  const auto cut = mock_.log_in();
  EXPECT_THAT(ask("DELETE", "/connections/3?how=fin"), StartsWith("HTTP/1.1 204 "));
  EXPECT_TRUE(cut->closed);
  EXPECT_THAT(cut->take(), IsEmpty()) << "no Close";
}

TEST_F(AdminServerTest, AStalledConnectionStaysAndSaysNothingUntilItIsEnded) {
  const auto stalled = mock_.log_in();
  const auto other = mock_.log_in();
  EXPECT_THAT(ask("POST", "/connections/1/stall"), StartsWith("HTTP/1.1 204 "));
  const std::string ping = wired_server::frame(R"({"id":1,"type":"ping"})");
  EXPECT_THAT(mock_.says(stalled, ping), IsEmpty());
  EXPECT_THAT(mock_.says(other, ping), HasSubstr("pong"));
  mock_.world.advance(1h);  // Neither heartbeat nor limit ends it.
  EXPECT_FALSE(stalled->shut);
  EXPECT_THAT(ask("GET", "/connections"), HasSubstr("\"stalled\":true"));
  EXPECT_THAT(ask("DELETE", "/connections/1?how=reset"), StartsWith("HTTP/1.1 204 "));
  EXPECT_TRUE(stalled->reset);
}

// --- the home, as clients see it ---

TEST_F(AdminServerTest, WhatIsWrittenAndFiredReachesSubscribers) {
  const auto client = mock_.log_in();
  (void)mock_.says(client, wired_server::frame(R"({"id":1,"type":"subscribe_events"})"));
  (void)ask("POST", "/states/light.desk", json_type, R"({"state":"on"})");
  mock_.world.settle();
  EXPECT_THAT(client->take(), AllOf(HasSubstr("state_changed"), HasSubstr("light.desk")));
  (void)ask("POST", "/events/doorbell", json_type, R"({"door":"front"})");
  mock_.world.settle();
  EXPECT_THAT(client->take(), AllOf(HasSubstr("doorbell"), HasSubstr("\"door\":\"front\"")));
  (void)ask("DELETE", "/states/light.desk");
  mock_.world.settle();
  EXPECT_THAT(client->take(), HasSubstr("\"new_state\":null"));
}

}  // namespace hassle::mockha
