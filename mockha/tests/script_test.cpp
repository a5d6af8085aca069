#include "mockha/script.hpp"

#include "mockha/home.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>
#include <utility>

namespace hassle::mockha {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

std::string error_of(std::string_view sequence) {
  const auto s = script::read(json::parse(sequence));
  return s ? "" : s.error();
}

TEST(Script, WhatIsNoActionIsRefused) {
  EXPECT_EQ(error_of(R"({"non_existing":"x"})"), "Unable to determine action @ data[0]");
  EXPECT_EQ(error_of(R"([{"action":"light.turn_on"},{}])"), "Unable to determine action @ data[1]");
  EXPECT_EQ(error_of("[1]"), "expected a dictionary @ data[0]");
  EXPECT_EQ(error_of(R"({"delay":"soon"})"), "expected a duration @ data[0]");
  EXPECT_EQ(error_of(R"({"condition":"fancy"})"),
            "Invalid condition \"fancy\" specified {'condition': 'fancy'} @ data[0]");
  EXPECT_EQ(error_of(R"({"repeat":{}})"), "'repeat' actions are not known to this mock @ data[0]");
  EXPECT_EQ(error_of(R"({"service":"light"})"),
            "Service light does not match format <domain>.<name> for dictionary value @ data[0]");
  EXPECT_EQ(error_of(R"([{"action":"a.b","data":1}])"), "expected a dictionary @ data[0]");
  EXPECT_EQ(error_of(R"([{"service":"a.b"},{"event":"x"},{"delay":5},{"variables":{"x":1}},
                         {"stop":""},{"condition":"template","value_template":"{{ 1 }}"}])"),
            "");
}

class ScriptTest : public testing::Test {
 protected:
  home::outcome sequence(std::string_view text, json::object variables = {}) {
    service_call call{.domain = "script", .service = "sequence"};
    call.data["sequence"] = json::parse(text);
    call.data["variables"] = std::move(variables);
    return house.execute(sequence_service(), call, "user", now, both, true);
  }
  home::outcome run(std::string_view name, std::vector<std::string> entities = {},
                    json::object data = {}, bool response = false) {
    const auto dot = name.find('.');
    service_call call{.domain = std::string(name.substr(0, dot)),
                      .service = std::string(name.substr(dot + 1)),
                      .entities = std::move(entities),
                      .data = std::move(data)};
    call.has_target = !call.entities.empty();
    const service* called = house.service_named(call.domain, call.service);
    EXPECT_NE(called, nullptr) << name;
    EXPECT_EQ(schema_violations(*called, call), "");
    return house.execute(*called, call, "user", now, both, response);
  }
  static std::vector<std::string> published(const home::outcome& done) {
    std::vector<std::string> all;
    for (const auto& e : done.to_publish()) {
      all.push_back(e.entity_id.empty() ? e.type : e.type + " " + e.entity_id);
    }
    return all;
  }
  std::string state(std::string_view id) { return house.find(id)->now().state; }

  static constexpr watch both{.states = true, .diffs = true};
  wall_time now{1'782'422'405s};
  home house{*find_home("large"), context_source(net::random_stream(1)), now};
};

TEST_F(ScriptTest, SequenceCallsServicesInItsOwnContext) {
  const auto done = sequence(R"([
    {"action":"input_boolean.turn_on","target":{"entity_id":"input_boolean.guests"}},
    {"event":"hello","event_data":{"name":"{{ name }}"}}])",
                             {{"name", "World"}});
  EXPECT_FALSE(done.failed.has_value());
  EXPECT_EQ(state("input_boolean.guests"), "on");
  EXPECT_EQ(done.response, "null");
  EXPECT_THAT(published(done),
              ElementsAre("call_service", "state_changed input_boolean.guests", "hello"));
  EXPECT_THAT(done.to_publish().back().json, HasSubstr(R"("data":{"name":"World"})"));
  EXPECT_EQ(house.find("input_boolean.guests")->now().cause, done.cause);
}

TEST_F(ScriptTest, ResponseIsHandedOut) {
  const auto done = sequence(R"([
    {"service":"calendar.get_events","data":{"duration":{"hours":24}},
     "target":{"entity_id":"calendar.family"},"response_variable":"service_result"},
    {"stop":"done","response_variable":"service_result"}])");
  ASSERT_TRUE(done.response.has_value());
  EXPECT_EQ(json::parse(*done.response).at_pointer("/calendar.family/events/0/summary"),
            json::value("Dentist"));
}

TEST_F(ScriptTest, VariablesAndConditionsDecide) {
  const std::string text = R"([
    {"variables":{"on":"{{ wanted }}"}},
    {"condition":"template","value_template":"{{ on == 'yes' }}"},
    {"action":"input_boolean.turn_{{ 'on' if on == 'yes' else 'off' }}",
     "target":{"entity_id":"input_boolean.guests"}}])";
  sequence(text, {{"wanted", "no"}});
  EXPECT_EQ(state("input_boolean.guests"), "off");
  sequence(text, {{"wanted", "yes"}});
  EXPECT_EQ(state("input_boolean.guests"), "on");
}

TEST_F(ScriptTest, FailureEndsIt) {
  auto done = sequence(R"([{"action":"light.fly"},{"event":"never"}])");
  EXPECT_EQ(done.failed.value().code, "service_validation_error");
  EXPECT_EQ(done.failed->message, "Service light.fly not found.");
  EXPECT_THAT(published(done), IsEmpty());
  done = sequence(R"([{"action":"switch.turn_on","target":{"entity_id":"switch.shed_outlet"}}])");
  EXPECT_EQ(done.failed.value().translation_key, "communication_error");
  done = sequence(R"([{"action":"input_number.set_value","data":{"value":99},
                       "target":{"entity_id":"input_number.comfort_temperature"}}])");
  EXPECT_THAT(done.failed.value().message, testing::StartsWith("Invalid value")) << "no prefix";
  done = sequence(R"([{"stop":"enough","error":true}])");
  EXPECT_EQ(done.failed.value().message, "enough");
  done = sequence(R"([{"event":"x","event_data":{"v":"{{ nothing + 1 }}"}}])");
  EXPECT_EQ(done.failed.value().message, "UndefinedError: 'nothing' is undefined");
  done = sequence(R"([{"action":"light.fly","continue_on_error":true},{"event":"still"}])");
  EXPECT_FALSE(done.failed.has_value());
  EXPECT_THAT(published(done), ElementsAre("still"));
}

TEST_F(ScriptTest, DelayIsWaitedFor) {
  auto done = sequence(R"([{"event":"a"},{"delay":"00:00:05"},{"event":"b"},{"delay":1}])");
  EXPECT_TRUE(done.waits);
  EXPECT_THAT(published(done), ElementsAre("a"));
  ASSERT_THAT(done.later, SizeIs(1));
  EXPECT_EQ(done.later[0].after, 5s);
  EXPECT_EQ(done.response, std::nullopt) << "it is not over";
  done = house.resume(done.later[0].rest, now + 5s, both);
  EXPECT_THAT(published(done), ElementsAre("b"));
  EXPECT_TRUE(done.waits);
  done = house.resume(done.later[0].rest, now + 6s, both);
  EXPECT_FALSE(done.waits);
  EXPECT_EQ(done.response, "null");
}

TEST_F(ScriptTest, ScriptIsOnWhileItRuns) {
  auto done = run("script.turn_on", {"script.good_night"});
  EXPECT_FALSE(done.waits) << "turn_on does not wait for the end";
  EXPECT_EQ(state("script.good_night"), "on");
  EXPECT_EQ(done.to_publish().front().type, "script_started");
  ASSERT_THAT(done.later, SizeIs(1));
  EXPECT_THAT(run("script.turn_on", {"script.good_night"}).later, IsEmpty()) << "mode single";
  const auto end = house.resume(done.later[0].rest, now + 5s, both);
  EXPECT_EQ(state("script.good_night"), "off");
  EXPECT_THAT(published(end),
              ElementsAre("call_service", "house_asleep", "state_changed script.good_night"));
}

TEST_F(ScriptTest, ScriptsAreServicesThatEndWithThem) {
  EXPECT_TRUE(run("script.good_night").waits);
  const auto said = run("script.forecast", {}, {{"type", "hourly"}}, true);
  ASSERT_TRUE(said.response.has_value());
  EXPECT_EQ(json::parse(*said.response).at_pointer("/weather.home/forecast").as_array().size(),
            24U);
  EXPECT_EQ(house.service_named("script", "nothing"), nullptr);
  const auto services = json::parse(house.services_json());
  EXPECT_TRUE(services.at("script").as_object().contains("good_night"));
  EXPECT_EQ(services.at_pointer("/script/forecast/response/optional"), json::value(true));
}

TEST_F(ScriptTest, TurnedOffScriptDoesNotGoOn) {
  const auto started = run("script.turn_on", {"script.good_night"});
  run("script.turn_off", {"script.good_night"});
  EXPECT_EQ(state("script.good_night"), "off");
  EXPECT_THAT(published(house.resume(started.later[0].rest, now, both)), IsEmpty());
  const auto again = run("script.toggle", {"script.good_night"});
  EXPECT_THAT(again.later, SizeIs(1));
  run("script.toggle", {"script.good_night"});
  EXPECT_THAT(published(house.resume(again.later[0].rest, now, both)), IsEmpty());
}

TEST_F(ScriptTest, AutomationIsTriggeredByHand) {
  const auto done = run("automation.trigger", {"automation.night_light"});
  EXPECT_EQ(state("light.ground_hallway_ceiling_lamp"), "on");
  EXPECT_EQ(state("automation.night_light"), "on");
  EXPECT_EQ(house.find("light.ground_hallway_ceiling_lamp")->now().cause.parent_id, done.cause.id);
  EXPECT_EQ(done.to_publish().front().type, "automation_triggered");
  ASSERT_THAT(done.later, SizeIs(1));
  house.resume(done.later[0].rest, now + 2min, both);
  EXPECT_EQ(state("light.ground_hallway_ceiling_lamp"), "off");
  run("automation.turn_off", {"automation.night_light"});
  EXPECT_EQ(state("automation.night_light"), "off");
}

TEST_F(ScriptTest, RestartEndsWhatRuns) {
  const auto started = run("script.turn_on", {"script.good_night"});
  house.become(presence::absent, now, {});
  EXPECT_FALSE(json::parse(house.services_json()).as_object().contains("script"));
  house.become(presence::restored, now, {});
  house.become(presence::real, now, {});
  EXPECT_EQ(state("script.good_night"), "off");
  EXPECT_THAT(published(house.resume(started.later[0].rest, now, both)), IsEmpty());
}

}  // namespace
}  // namespace hassle::mockha
