#include "http_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::mockha {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> upgrade(const std::vector<std::string>& with = {}) {
  std::vector<std::string> headers = {"Host: x", "upgrade: WebSocket", "connection: Upgrade",
                                      "Sec-WebSocket-Version: 13",
                                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="};
  for (const auto& line : with) {
    const std::string name = line.substr(0, line.find(':'));
    std::erase_if(headers, [&](const std::string& h) {
      return h.size() > name.size() && h[name.size()] == ':' &&
             strncasecmp(h.data(), name.data(), name.size()) == 0;
    });
    if (!line.ends_with(": ")) headers.push_back(line);
  }
  return headers;
}

TEST(HttpUpgrade, AGoodOneIsWelcome) {
  http_story s;
  const auto outcome = s.asks("GET", "/api/websocket?x=1", upgrade({"User-Agent: a\xc3\xbc"}));
  const auto* wanted = std::get_if<upgrade_wanted>(&outcome);
  ASSERT_NE(wanted, nullptr);
  EXPECT_EQ(wanted->address, "10.0.0.7");
  EXPECT_EQ(wanted->user_agent, "a??");
  for (const auto* version : {"8", "7"}) {
    EXPECT_EQ(s.get("/api/websocket", upgrade({std::string("Sec-WebSocket-Version: ") + version})),
              "101");
  }
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Connection: keep-alive, Upgrade"})), "101");
}

TEST(HttpUpgrade, WhatIsMissingIsNamedWithItsValue) {
  http_story s;
  EXPECT_EQ(s.get("/api/websocket"),
            "400 No WebSocket UPGRADE hdr: None\n Can \"Upgrade\" only to \"WebSocket\".");
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Upgrade: h2c"})),
            "400 No WebSocket UPGRADE hdr: h2c\n Can \"Upgrade\" only to \"WebSocket\".");
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Connection: keep-alive"})),
            "400 No CONNECTION upgrade hdr: keep-alive");
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Connection: "})),
            "400 No CONNECTION upgrade hdr: None");
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Sec-WebSocket-Version: 12"})),
            "400 Unsupported version: 12");
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Sec-WebSocket-Key: "})), "400 Handshake error: None");
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Sec-WebSocket-Key: it's"})),
            "400 Handshake error: \"it's\"");
  EXPECT_EQ(s.get("/api/websocket", upgrade({"Sec-WebSocket-Key: dG9vIHNob3J0"})),
            "400 Handshake error: 'dG9vIHNob3J0'");
}

TEST(HttpUpgrade, NeedsNoTokenAndMindsNoOrigin) {
  http_story s;
  EXPECT_EQ(s.get("/api/websocket",
                  upgrade({"Authorization: Bearer wrong", "Origin: https://evil.example"})),
            "101");
  EXPECT_TRUE(s.bans.list().empty());
}

TEST(HttpUpgrade, OtherMethodsAndASlashAreRefused) {
  http_story s;
  const auto outcome = s.asks("POST", "/api/websocket", upgrade());
  EXPECT_EQ(http_story::shown(outcome), "405 405: Method Not Allowed");
  EXPECT_EQ(http_story::header(outcome, "Allow"), "GET");
  EXPECT_EQ(s.get("/api/websocket/", upgrade()), "404 404: Not Found");
  EXPECT_EQ(s.get("/api", upgrade()), "404 404: Not Found");
}

TEST(HttpGates, AnswersOfViewsCarryTheHeadersOfHomeAssistant) {
  http_story s;
  for (const auto* target : {"/api/", "/nowhere", "/api/websocket", "/auth/token"}) {
    const auto outcome = s.asks("GET", target);
    EXPECT_EQ(http_story::header(outcome, "Referrer-Policy"), "no-referrer") << target;
    EXPECT_EQ(http_story::header(outcome, "X-Content-Type-Options"), "nosniff") << target;
    EXPECT_EQ(http_story::header(outcome, "X-Frame-Options"), "SAMEORIGIN") << target;
    EXPECT_EQ(http_story::header(outcome, "Server"), "") << target;
  }
}

TEST(HttpGates, ABannedAddressGetsNothingButThat) {
  http_story s;
  s.bans.ban("10.0.0.7");
  for (const auto* target : {"/api/websocket", "/api/", "/nowhere", "/auth/token"}) {
    const auto outcome = s.asks("GET", target, upgrade({"Authorization: Bearer secret"}));
    EXPECT_EQ(http_story::shown(outcome), "403 403: Forbidden") << target;
    EXPECT_EQ(http_story::header(outcome, "Referrer-Policy"), "(none)");
  }
  s.peer = "10.0.0.8";
  EXPECT_EQ(s.get("/api/websocket", upgrade()), "101");
}

TEST(HttpGates, AForwardedAddressIsBelievedOnlyFromAProxyThatIsTrusted) {
  http_story s({}, {.trusted_proxies = {"10.0.0.1", "10.0.0.2"}});
  const auto from = [&](std::string line) {
    return s.asks("GET", "/api/websocket", upgrade({"X-Forwarded-For: " + line}));
  };
  EXPECT_EQ(http_story::shown(from("1.2.3.4")), "400 400: Bad Request");
  s.peer = "10.0.0.1";
  EXPECT_EQ(std::get<upgrade_wanted>(from("6.6.6.6, 1.2.3.4, 10.0.0.2")).address, "1.2.3.4");
  EXPECT_EQ(std::get<upgrade_wanted>(from("10.0.0.2")).address, "10.0.0.2");
  EXPECT_EQ(http_story::shown(from("1.2.3.4,")), "400 400: Bad Request");
  EXPECT_EQ(http_story::shown(from("nonsense")), "400 400: Bad Request");
  s.bans.ban("1.2.3.4");
  EXPECT_EQ(http_story::shown(from("1.2.3.4")), "403 403: Forbidden");
}

TEST(HttpGates, BadAddressesAreRefused) {
  http_story s;
  for (const auto* target : {"/api/%00", "/api/a%0Ab", "/../etc", "/api/..", "/api/%2e%2e/x",
                             "/api/..%5cx", "/api/<script>", "api", "", "*"}) {
    EXPECT_EQ(s.get(target), "400 400: Bad Request") << target;
  }
}

TEST(HttpGates, EveryViewIsOutOfServiceWhileStopping) {
  http_story s;
  s.stopping = true;
  const auto outcome = s.asks("GET", "/api/websocket", upgrade());
  EXPECT_EQ(http_story::shown(outcome), "503 ");
  EXPECT_EQ(http_story::header(outcome, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(s.get("/api/"), "503 ");
  EXPECT_EQ(s.posts_form("/auth/token", ""), "503 ");
  EXPECT_EQ(s.get("/nowhere"), "404 404: Not Found");
  s.peer = "10.0.0.9";
  s.bans.ban("10.0.0.9");
  EXPECT_EQ(s.get("/api/"), "403 403: Forbidden");
}

TEST(HttpGates, AMissingOrBadTokenCountsAsAFailedLogin) {
  http_story s({.enabled = true, .login_attempts_threshold = 4});
  EXPECT_EQ(s.get("/api/"), "401 401: Unauthorized");
  EXPECT_EQ(s.get("/api/", {"Authorization: Bearer wrong"}), "401 401: Unauthorized");
  EXPECT_EQ(s.get("/api/", {"Authorization: bearer secret"}), "401 401: Unauthorized");
  EXPECT_EQ(s.authorized("GET", "/api/"), R"(200 {"message":"API running."})");
  EXPECT_EQ(s.get("/nowhere"), "404 404: Not Found");  // Counts as nothing, like the others.
  EXPECT_EQ(s.get("/api/", {"Authorization: Basic secret"}), "401 401: Unauthorized");
  EXPECT_EQ(s.authorized("GET", "/api/"), "403 403: Forbidden");
}

TEST(HttpApi, TellsOfItselfAndOfItsStates) {
  http_story s;
  EXPECT_EQ(s.authorized("GET", "/api/core/state"),
            R"(200 {"state":"RUNNING","recorder_state":{"migration_in_progress":false,)"
            R"("migration_is_live":false}})");
  EXPECT_THAT(s.authorized("GET", "/api/config"),
              AllOf(StartsWith("200 {"), HasSubstr(R"("version":"2026.6.0")")));
  EXPECT_EQ(s.authorized("GET", "/api/states"), "200 " + s.house.states_json());
  const auto& first = s.house.entities().front();
  EXPECT_EQ(s.authorized("GET", "/api/states/" + first.id()), "200 " + first.full_json());
  EXPECT_EQ(s.authorized("GET", "/api/states/light.nowhere"),
            R"(404 {"message":"Entity not found."})");
  EXPECT_THAT(s.authorized("GET", "/api/services"),
              AllOf(StartsWith(R"(200 [{"domain":")"),
                    HasSubstr(R"({"domain":"light","services":{)"), EndsWith("}]")));
  EXPECT_THAT(s.authorized("GET", "/api/events"), HasSubstr("state_changed"));
  const auto answer = s.asks("GET", "/api/config", {"Authorization: Bearer secret"});
  EXPECT_EQ(http_story::header(answer, "Content-Type"), "application/json");
}

TEST(HttpApi, StatesCanBeWrittenAndRemoved) {
  http_story s;
  EXPECT_THAT(
      s.authorized("POST", "/api/states/sensor.mine", R"({"state":"5","attributes":{"unit":"m"}})"),
      AllOf(StartsWith(R"(201 {"entity_id":"sensor.mine","state":"5")"),
            HasSubstr(R"("unit":"m")")));
  EXPECT_THAT(s.authorized("POST", "/api/states/sensor.mine", R"({"state":6})"),
              StartsWith(R"(200 {"entity_id":"sensor.mine","state":"6","attributes":{})"));
  EXPECT_EQ(s.authorized("DELETE", "/api/states/sensor.mine"),
            R"(200 {"message":"Entity removed."})");
  EXPECT_EQ(s.authorized("DELETE", "/api/states/sensor.mine"),
            R"(404 {"message":"Entity not found."})");
}

TEST(HttpApi, StatesThatAreNoneAreRefused) {
  http_story s;
  const auto write = [&](std::string id, std::string body) {
    return s.authorized("POST", "/api/states/" + id, std::move(body));
  };
  EXPECT_EQ(write("sensor.x", "{"), R"(400 {"message":"Invalid JSON specified."})");
  EXPECT_EQ(write("sensor.x", "[]"), R"(400 {"message":"Invalid JSON specified."})");
  EXPECT_EQ(write("sensor.x", R"({"state":"a","attributes":5})"),
            R"(400 {"message":"Invalid JSON specified."})");
  EXPECT_EQ(write("sensor.x", ""), R"(400 {"message":"No state specified."})");
  EXPECT_EQ(write("Sensor", R"({"state":"a"})"),
            R"(400 {"message":"Invalid entity ID specified."})");
  EXPECT_EQ(write("sensor.x%22", R"({"state":"a"})"),
            R"(400 {"message":"Invalid entity ID specified."})");
  EXPECT_EQ(write("sensor.x", R"({"state":")" + std::string(256, 'a') + "\"}"),
            R"(400 {"message":"Invalid state specified."})");
}

TEST(HttpApi, AServiceCallAnswersWithTheStatesThatItChanged) {
  http_story s;
  const auto changed = s.authorized("POST", "/api/services/light/turn_on",
                                    R"({"entity_id":"light.kitchen","brightness":20})");
  EXPECT_THAT(changed, AllOf(StartsWith(R"(200 [{"entity_id":"light.kitchen","state":"on")"),
                             HasSubstr(R"("brightness":20)"), HasSubstr(user{}.id), EndsWith("]")));
  EXPECT_EQ(s.authorized("POST", "/api/services/light/turn_on", R"({"entity_id":"light.none"})"),
            "200 []");
}

TEST(HttpApi, AServiceCallThatIsNoneIsRefused) {
  http_story s;
  EXPECT_EQ(s.authorized("POST", "/api/services/light/fly", "{}"), "400 400: Bad Request");
  EXPECT_EQ(s.authorized("POST", "/api/services/light/turn_on",
                         R"({"entity_id":"light.kitchen","brightness":"much"})"),
            "400 400: Bad Request");
  EXPECT_EQ(s.authorized("POST", "/api/services/light/turn_on", "{"),
            R"(400 {"message":"Data should be valid JSON."})");
  EXPECT_EQ(s.authorized("POST", "/api/services/light/turn_on", "[]"), "400 400: Bad Request");
  EXPECT_EQ(s.authorized("POST", "/api/services/light/turn_on?return_response",
                         R"({"entity_id":"light.kitchen"})"),
            R"(400 {"message":"Service does not support responses. Remove return_response from )"
            R"(request."})");
}

TEST(HttpApi, EventsAreFiredInTheNameOfTheCaller) {
  http_story s;
  EXPECT_EQ(s.authorized("POST", "/api/events/mine", R"({"a":1})"),
            R"(200 {"message":"Event mine fired."})");
  EXPECT_EQ(s.authorized("POST", "/api/events/mine"), R"(200 {"message":"Event mine fired."})");
  EXPECT_THAT(s.authorized("POST", "/api/events/mine", "[1]"), StartsWith("400 "));
  EXPECT_THAT(s.authorized("POST", "/api/events/mine", "{"), StartsWith("400 "));
  EXPECT_THAT(s.authorized("POST", "/api/events/" + std::string(65, 'e')), StartsWith("400 "));
  EXPECT_THAT(s.authorized("POST", "/api/events/%ff"), StartsWith("400 "));
  EXPECT_THAT(s.told,
              ElementsAre(R"(fire mine {"a":1} )" + user{}.id, "fire mine {} " + user{}.id));
}

TEST(HttpApi, TemplatesAreRendered) {
  http_story s;
  const auto render = [&](const std::string& body) {
    return s.authorized("POST", "/api/template", body);
  };
  EXPECT_EQ(render(R"({"template":"It is {{ states('light.kitchen') }}."})"), "200 It is off.");
  EXPECT_EQ(render(R"({"template":"{{ 1 + x }}","variables":{"x":2}})"), "200 3");
  EXPECT_EQ(render(R"({"template":"{{ 1 == 1 }}"})"), "200 True");
  EXPECT_THAT(render(R"({"template":"{{ 1 +"})"),
              StartsWith(R"(400 {"message":"Error rendering template: TemplateSyntaxError)"));
  EXPECT_THAT(render("{}"), StartsWith("400 "));
  EXPECT_THAT(render("[]"), StartsWith("400 "));
}

TEST(HttpApi, WhoIsNoAdministratorMayRead) {
  http_story s;
  user guest;
  guest.id = "guest";
  guest.is_admin = false;
  s.tokens.add_user(guest);
  s.tokens.add_static("guest-token", "guest");
  const std::vector<std::string> as_guest = {"Authorization: Bearer guest-token"};
  EXPECT_THAT(s.get("/api/states", as_guest), StartsWith("200 "));
  EXPECT_EQ(http_story::shown(s.asks("POST", "/api/events/mine", as_guest)),
            "401 401: Unauthorized");
  EXPECT_EQ(http_story::shown(s.asks("POST", "/api/states/a.b", as_guest, R"({"state":"x"})")),
            "401 401: Unauthorized");
  EXPECT_EQ(http_story::shown(s.asks("DELETE", "/api/states/light.kitchen", as_guest)),
            "401 401: Unauthorized");
  EXPECT_TRUE(s.told.empty());
}

}  // namespace
}  // namespace hassle::mockha
