// The admin API as its users have it, without a network: requests in, answers out.
#include "mockha/tests/admin_fixture.hpp"

#include "mockha/admin_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include <set>
#include <string>

namespace hassle::mockha::tests {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class AdminApiTest : public admin_fixture {};

// --- the router ---

TEST_F(AdminApiTest, EveryRouteIsDescribed) {
  const auto description = json::parse(openapi_description("1.2.3")).as_object();
  EXPECT_EQ(description.at("openapi"), "3.1.0");
  const auto& paths = description.at("paths").as_object();
  std::size_t described = 0;
  for (const auto& [path, methods] : paths) described += methods.as_object().size();
  EXPECT_EQ(described, admin_routes().size());
  std::set<std::string_view> names;
  for (const auto* route : admin_routes()) {
    std::string method(route->method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    const auto& operation = paths.at(route->pattern).at(method).as_object();
    EXPECT_EQ(operation.at("operationId").as_string(), route->name);
    EXPECT_TRUE(operation.at("responses").as_object().contains(std::to_string(route->status)));
    EXPECT_EQ(operation.contains("requestBody"), route->takes != admin_route::body::none);
    EXPECT_TRUE(names.insert(route->name).second) << route->name;
  }
}

// And what is described is there: no path of the description is unknown to the router.
TEST_F(AdminApiTest, EveryDescribedPathIsRouted) {
  const auto description = json::parse(openapi_description("1.2.3")).as_object();
  for (const auto& [path, methods] : description.at("paths").as_object()) {
    std::string target(path);
    for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
      target.replace(open, target.find('}') - open + 1, "1");
    }
    EXPECT_EQ(status_of("BREW", target), 405) << target;
  }
}

TEST_F(AdminApiTest, WhatIsNotThereIsA404WithTheNearestPath) {
  const auto answer = ask("GET", "/conections");
  EXPECT_EQ(answer.response.status, 404);
  EXPECT_THAT(answer.response.body, HasSubstr("did you mean '/connections'?"));
  EXPECT_EQ(status_of("GET", "/status/x"), 404);
  EXPECT_EQ(status_of("GET", "/states/"), 404);
  EXPECT_EQ(status_of("GET", "//"), 404);
  EXPECT_EQ(status_of("GET", "no path"), 400);
}

TEST_F(AdminApiTest, AnotherMethodIsA405ThatNamesTheRightOnes) {
  const auto answer = ask("POST", "/status");
  EXPECT_EQ(answer.response.status, 405);
  bool allowed = false;
  for (const auto& header : answer.response.headers) {
    allowed = allowed || (header.name == "Allow" && header.value == "GET");
  }
  EXPECT_TRUE(allowed);
}

TEST_F(AdminApiTest, ABodyThatIsNotJsonIsA415) {
  net::http_request request;
  request.method = "POST";
  request.target = "/states/light.desk";
  request.body = R"({"state":"on"})";
  for (const std::string type : {"", "text/plain", "application/x-www-form-urlencoded"}) {
    if (!type.empty()) request.headers = {{"content-type", type}};
    EXPECT_EQ(answer_admin(desk_, request).response.status, 415) << type;
  }
  request.headers = {{"content-type", "Application/JSON; charset=utf-8"}};
  EXPECT_EQ(answer_admin(desk_, request).response.status, 200);
}

TEST_F(AdminApiTest, WhatIsWrongWithABodyIsToldWithItsPlace) {
  const auto broken = json_of("POST", "/states/light.desk", "{\"state\":\n  \"on\",}");
  EXPECT_EQ(broken.at("line"), 2);
  EXPECT_EQ(broken.at("column"), 8);

  const auto mistyped = json_of("POST", "/states/light.desk", R"({"stat": "on"})");
  EXPECT_EQ(mistyped.at("error"), "unknown key 'stat'");
  EXPECT_EQ(mistyped.at("hint"), "did you mean 'state'?");
  EXPECT_EQ(mistyped.at("column"), 2);
  EXPECT_EQ(mistyped.at("errors").as_array().size(), 2U);

  const auto wrong = json_of("POST", "/restart", R"({"refused": "1x"})");
  EXPECT_THAT(std::string(wrong.at("error").as_string()), HasSubstr("unknown unit"));
  EXPECT_EQ(json_of("POST", "/restart", "[1]").at("error"), "not a JSON object");
  EXPECT_EQ(status_of("POST", "/restart", "{} {}"), 400);
  EXPECT_EQ(status_of("POST", "/timeline/pause", "{}"), 400);
}

TEST_F(AdminApiTest, AParameterThatIsNotKnownIsA400WithTheNearest) {
  EXPECT_EQ(json_of("DELETE", "/connections/1?hwo=reset").at("hint"), "did you mean 'how'?");
  EXPECT_EQ(json_of("DELETE", "/connections/1?how=rset").at("hint"), "did you mean 'reset'?");
  EXPECT_EQ(status_of("DELETE", "/connections/1?code=999"), 400);
  EXPECT_EQ(status_of("GET", "/status?x=1"), 400);
}

// --- what the server is ---

TEST_F(AdminApiTest, TheTokenIsNeverShownWhole) {
  EXPECT_EQ(json_of("GET", "/status").at("token"), "a-ve…");
  for (const auto* route : admin_routes()) {
    if (route->method != "GET") continue;
    EXPECT_THAT(ask("GET", std::string(route->pattern)).response.body,
                Not(HasSubstr(std::string(token))));
  }
  EXPECT_EQ(masked("abc"), "a…");
  EXPECT_EQ(masked(""), "…");
}

TEST_F(AdminApiTest, StatusSaysWhereItStands) {
  world_.advance(1500ms);
  const auto status = json_of("GET", "/status");
  EXPECT_EQ(status.at("phase"), "running");
  EXPECT_EQ(status.at("time"), 1.5);
  EXPECT_EQ(status.at("home"), "small");
  EXPECT_EQ(status.at("entities"), mock_.house().size());
  EXPECT_TRUE(status.at("scenario").is_null());
}

TEST_F(AdminApiTest, ARestartGoesThroughItsPhases) {
  const auto begun = json_of(
      "POST", "/restart", R"({"stopping":"0s","refused":"1s","not_running":"1s","starting":"1s"})");
  EXPECT_EQ(begun.at("phase"), "refused");
  EXPECT_EQ(begun.at("lasts"), "3s");
  EXPECT_EQ(json_of("GET", "/states"), json::array{});
  world_.advance(2500ms);
  EXPECT_EQ(json_of("GET", "/states/light.desk").at("state"), "unavailable");
  world_.advance(500ms);
  EXPECT_EQ(json_of("GET", "/status").at("phase"), "running");
  EXPECT_EQ(status_of("POST", "/restart"), 202) << "without a body";
}

// --- connections: there are none here; see the program's tests for those that are ---

TEST_F(AdminApiTest, AConnectionThatIsNotThereIsA404) {
  EXPECT_EQ(json_of("GET", "/connections"), json::array{});
  EXPECT_EQ(status_of("DELETE", "/connections/7"), 404);
  EXPECT_EQ(status_of("DELETE", "/connections/x?how=fin"), 404);
  EXPECT_EQ(status_of("POST", "/connections/7/stall"), 404);
}

// --- the home ---

TEST_F(AdminApiTest, AStateIsWrittenAndItsAttributesStay) {
  const auto before = json_of("GET", "/states/light.desk");
  const auto after = json_of("POST", "/states/light.desk", R"({"state":"on"})");
  EXPECT_EQ(after.at("state"), "on");
  EXPECT_EQ(after.at("attributes"), before.at("attributes"));
  const auto replaced =
      json_of("PUT", "/states/light.desk", R"({"state":"off","attributes":{"a":1}})");
  EXPECT_EQ(replaced.at("attributes"), json::value({{"a", 1}}));
  EXPECT_EQ(json_of("GET", "/states/light.desk"), replaced);
}

TEST_F(AdminApiTest, EntitiesComeAndGo) {
  EXPECT_EQ(status_of("POST", "/states/sensor.new", R"({"state":"7"})"), 201);
  EXPECT_EQ(json_of("GET", "/states/sensor.new").at("state"), "7");
  EXPECT_EQ(status_of("DELETE", "/states/sensor.new"), 204);
  EXPECT_EQ(status_of("DELETE", "/states/sensor.new"), 404);
  EXPECT_EQ(json_of("GET", "/states/light.dsk").at("hint"), "did you mean 'light.desk'?");
  for (const std::string id :
       {"light", "light.", ".desk", "light.a.b", "Light.desk", "light.%20"}) {
    EXPECT_EQ(status_of("POST", "/states/" + id, R"({"state":"on"})"), 400) << id;
  }
  EXPECT_EQ(
      status_of("POST", "/states/light.desk", R"({"state":")" + std::string(256, 'x') + "\"}"),
      400);
}

TEST_F(AdminApiTest, AnEventIsFired) {
  EXPECT_EQ(status_of("POST", "/events/doorbell", R"({"door":"front"})"), 204);
  EXPECT_EQ(status_of("POST", "/events/doorbell"), 204);
  EXPECT_EQ(status_of("POST", "/events/" + std::string(65, 'x')), 400);
}

// --- faults ---

TEST_F(AdminApiTest, AFaultBeginsIsListedAndLifted) {
  const auto begun = json_of("POST", "/faults", R"({"kind":"stall"})");
  EXPECT_EQ(begun.at("stage"), "in_force");
  EXPECT_EQ(begun.at("kind"), "stall");
  const std::string path = "/faults/" + json::serialize(begun.at("number"));
  EXPECT_EQ(json_of("GET", "/faults").as_array().size(), 1U);
  EXPECT_EQ(json_of("GET", path), begun);
  EXPECT_EQ(json_of("GET", "/status").at("faults_in_force"), 1);
  EXPECT_EQ(status_of("DELETE", path), 204);
  EXPECT_EQ(status_of("DELETE", path), 404);
  EXPECT_EQ(json_of("GET", path).at("stage"), "ended");
}

TEST_F(AdminApiTest, AFaultThatWaitsIsArmed) {
  const auto armed =
      json_of("POST", "/faults", R"({"kind":"drop","after":{"command":"subscribe_*","count":3}})");
  EXPECT_EQ(armed.at("stage"), "armed");
  EXPECT_TRUE(armed.at("began").is_null());
}

TEST_F(AdminApiTest, AFaultThatIsNoneIsToldWithItsPlace) {
  const auto wrong = json_of("POST", "/faults", "{\n  \"kind\": \"stal\"}");
  EXPECT_EQ(wrong.at("line"), 2);
  EXPECT_THAT(json::serialize(wrong), HasSubstr("stall"));
  EXPECT_EQ(status_of("POST", "/faults", R"({"kind":"partition","for":"1s"})"), 400);
  EXPECT_EQ(status_of("POST", "/faults"), 400);
}

TEST_F(AdminApiTest, TheKindsAreThoseThatCanBeBegunByHand) {
  const auto kinds = json_of("GET", "/faults/kinds").as_array();
  EXPECT_GT(kinds.size(), 20U);
  for (const auto& kind : kinds) {
    EXPECT_NE(kind.at("kind"), "partition");
    json::object fault{{"kind", kind.at("kind")}, {"name", "mine"}};
    for (const auto& key : kind.at("keys").as_array()) {
      EXPECT_NE(key.at("name"), "at");
      if (key.at("required") != true) continue;
      const bool lasts = key.at("type").as_string().starts_with("duration");
      fault[key.at("name").as_string()] = lasts ? "5s" : "light.x";
    }
    // What is required is an entity, a version, a duration or a number; nothing else is wrong.
    const auto parsed = scenario::parse_fault_json(json::serialize(fault));
    if (!parsed) {
      EXPECT_EQ(parsed.error().size(), 1U) << json::serialize(fault);
      EXPECT_THAT(parsed.error().front().message, HasSubstr("expected"));
    }
  }
}

// --- the timeline ---

TEST_F(AdminApiTest, WithoutAScenarioThereIsNoTimeline) {
  EXPECT_TRUE(json_of("GET", "/timeline").is_null());
  for (const std::string button : {"pause", "resume", "step", "restart"}) {
    EXPECT_EQ(status_of("POST", "/timeline/" + button), 409);
  }
}

TEST_F(AdminApiTest, TheTimelineIsPausedSteppedAndWoundBack) {
  play_script();
  world_.advance(4s);
  EXPECT_EQ(json_of("POST", "/timeline/pause").at("state"), "paused");
  world_.advance(1min);
  EXPECT_EQ(json_of("GET", "/timeline").at("position"), 4.0);
  const auto stepped = json_of("POST", "/timeline/step");
  EXPECT_EQ(stepped.at("position"), 10.0);
  EXPECT_EQ(stepped.at("steps").at(0).at("done"), true);
  EXPECT_EQ(json_of("GET", "/status").at("faults_in_force"), 1);
  EXPECT_EQ(json_of("POST", "/timeline/restart").at("state"), "running");
  EXPECT_EQ(json_of("GET", "/status").at("faults_in_force"), 0);
  world_.advance(16s);
  EXPECT_EQ(json_of("POST", "/timeline/resume").at("state"), "finished");
}

// --- starting over ---

TEST_F(AdminApiTest, AResetBringsBackTheBeginning) {
  play_script();
  world_.advance(11s);
  (void)ask("POST", "/faults", R"({"kind":"refuse"})");
  (void)ask("POST", "/states/light.desk", R"({"state":"on"})");
  (void)ask("POST", "/states/sensor.new", R"({"state":"7"})");
  (void)ask("DELETE", "/states/light.kitchen");
  (void)ask("POST", "/restart");
  EXPECT_EQ(status_of("POST", "/reset"), 204);
  EXPECT_EQ(json_of("GET", "/status").at("phase"), "running");
  EXPECT_EQ(json_of("GET", "/status").at("faults_in_force"), 0);
  EXPECT_EQ(json_of("GET", "/states/light.desk").at("state"), "off");
  EXPECT_EQ(status_of("GET", "/states/light.kitchen"), 200);
  EXPECT_EQ(status_of("GET", "/states/sensor.new"), 404);
  EXPECT_EQ(json_of("GET", "/timeline").at("position"), 0.0);
  EXPECT_EQ(json_of("GET", "/faults"), json::array{});
}

}  // namespace hassle::mockha::tests
