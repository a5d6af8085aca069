#include "cores/idempotency_rules.hpp"

#include "cores/called_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum command_effect;
using enum effect_verdict;

json::object body(std::string_view text) { return json::parse(text).as_object(); }

json::object call(std::string_view name, std::string_view entity, std::string_view data = "{}") {
  const std::size_t dot = name.find('.');
  json::object result = body(R"({"type":"call_service"})");
  result["domain"] = name.substr(0, dot);
  result["service"] = name.substr(dot + 1);
  result["service_data"] = json::parse(data);
  if (!entity.empty()) result["target"] = json::object{{"entity_id", entity}};
  return result;
}

command_effect effect(const json::object& of) {
  return idempotency_rules(idempotency_config{}).effect_of(of);
}
command_effect effect_of_type(std::string_view type) {
  return effect(json::object{{"type", type}});
}

TEST(IdempotencyRules, ReadingMayBeRepeated) {
  for (const auto* type :
       {"get_states", "get_config", "ping", "render_template", "subscribe_entities",
        "config/area_registry/list", "config/entity_registry/get", "auth/current_user"}) {
    EXPECT_EQ(effect_of_type(type), read) << type;
  }
  for (const auto* type : {"fire_event", "execute_script", "config/entity_registry/remove",
                           "auth/long_lived_access_token", "a_command_of_the_future"}) {
    EXPECT_EQ(effect_of_type(type), once) << type;
  }
  EXPECT_EQ(effect(json::object{}), once);
  EXPECT_EQ(effect(body(R"({"type":"call_service"})")), once);
}

TEST(IdempotencyRules, AnAbsoluteServiceMayBeRepeated) {
  EXPECT_EQ(effect(call("light.turn_on", "light.desk")), idempotent);
  EXPECT_EQ(effect(call("Light.Turn_Off", "light.desk")), idempotent);
  EXPECT_EQ(effect(call("climate.set_temperature", "climate.x", R"({"temperature":21})")),
            idempotent);
  EXPECT_EQ(effect(call("cover.close_cover", "cover.garage")), idempotent);
  EXPECT_EQ(effect(call("scene.turn_on", "scene.evening")), idempotent);
  EXPECT_EQ(effect(call("automation.turn_on", "automation.x")), idempotent) << "enables it";
  EXPECT_EQ(effect(call("script.turn_off", "script.x")), idempotent);
  EXPECT_EQ(effect(call("homeassistant.turn_on", "light.desk")), idempotent);
}

// Field failure executed-but-unanswered: four presses of a gate, 20 s apart.
TEST(IdempotencyRules, WhatDoesSomethingEachTimeMayNot) {
  for (const auto* name :
       {"light.toggle", "script.good_night", "script.turn_on", "automation.trigger",
        "notify.mobile_app", "button.press", "counter.increment", "media_player.media_next_track",
        "media_player.play_media", "homeassistant.restart", "shell_command.boil", "timer.start",
        "lock.open", "remote.send_command", "select.select_next"}) {
    EXPECT_EQ(effect(call(name, "light.desk")), once) << name;
  }
}

TEST(IdempotencyRules, RelativeDataMakesAnAbsoluteServiceRelative) {
  EXPECT_EQ(effect(call("light.turn_on", "light.desk", R"({"brightness_step":10})")), once);
  EXPECT_EQ(effect(call("light.turn_on", "light.desk", R"({"brightness_step_pct":-5})")), once);
  EXPECT_EQ(effect(call("light.turn_on", "light.desk", R"({"brightness_pct":5})")), idempotent);
}

TEST(IdempotencyRules, AScriptAmongTheEntitiesCounts) {
  EXPECT_EQ(effect(call("homeassistant.turn_on", "light.desk, script.x")), once);
  EXPECT_EQ(effect(call("homeassistant.turn_on", "all")), once) << "it may hold scripts";
  EXPECT_EQ(effect(call("homeassistant.turn_on", "")), once);
  EXPECT_EQ(effect(call("homeassistant.turn_off", "all")), idempotent);
}

TEST(IdempotencyRules, TheUsersTableWinsTheMorePreciseRowFirst) {
  const idempotency_rules rules(
      {.rules = {{"script.*", true}, {"script.open_gate", false}, {"Light.Turn_on", false}}});
  EXPECT_EQ(rules.effect_of(call("script.good_night", "")), idempotent);
  EXPECT_EQ(rules.effect_of(call("script.open_gate", "")), once);
  EXPECT_EQ(rules.effect_of(call("light.turn_on", "light.desk")), once);
  EXPECT_EQ(rules.effect_of(call("light.turn_off", "light.desk")), idempotent);
}

TEST(ServiceCall, EntitiesAreReadAsHomeAssistantReadsThem) {
  const auto entities = [](std::string_view text) {
    return called_service::of(body(text))->entities;
  };
  EXPECT_THAT(entities(R"({"type":"call_service","domain":"light","service":"turn_on",
      "target":{"entity_id":["light.a","Light.B, light.c"]},
      "service_data":{"entity_id":"light.d"}})"),
              ElementsAre("light.a", "light.b", "light.c"));
  EXPECT_THAT(entities(R"({"type":"call_service","domain":"light","service":"turn_on",
      "service_data":{"entity_id":"light.d"}})"),
              ElementsAre("light.d"));
  EXPECT_THAT(entities(R"({"type":"call_service","domain":"light","service":"turn_on",
      "target":{"entity_id":"none"}})"),
              IsEmpty());
  EXPECT_FALSE(called_service::of(body(R"({"type":"get_states"})")));
}

/// What the command leads to, looked at in a state with these attributes.
bool holds(const json::object& command, std::string_view state,
           std::string_view attributes = "{}") {
  const auto expected = idempotency_rules(idempotency_config{}).expected(command);
  EXPECT_EQ(expected.size(), 1U) << json::serialize(command);
  const json::object seen = body(attributes);
  return !expected.empty() && expected.front().holds({.state = state, .attributes = &seen});
}

TEST(ExpectedEffect, AnEntityInTheStateAskedForShowsIt) {
  EXPECT_TRUE(holds(call("light.turn_on", "light.desk"), "on"));
  EXPECT_FALSE(holds(call("light.turn_on", "light.desk"), "off"));
  EXPECT_FALSE(holds(call("light.turn_off", "light.desk"), "unavailable"));
  EXPECT_TRUE(holds(call("cover.open_cover", "cover.x"), "opening"));
  EXPECT_TRUE(holds(call("lock.lock", "lock.x"), "locked"));
  EXPECT_TRUE(holds(call("light.turn_on", "light.desk", R"({"brightness":0})"), "off"));
}

TEST(ExpectedEffect, AttributesAreComparedWithADevicesTolerance) {
  const auto bright = call("light.turn_on", "light.desk", R"({"brightness_pct":60})");
  EXPECT_TRUE(holds(bright, "on", R"({"brightness":152})"));
  EXPECT_FALSE(holds(bright, "on", R"({"brightness":120})"));
  EXPECT_FALSE(holds(bright, "on")) << "an attribute that is not there shows nothing";
  const auto slow = call("light.turn_on", "light.desk", R"({"brightness":200,"transition":9})");
  EXPECT_TRUE(holds(slow, "on", R"({"brightness":12})")) << "on its way";
  const auto warm = call("climate.set_temperature", "climate.x", R"({"temperature":21})");
  EXPECT_TRUE(holds(warm, "heat", R"({"temperature":21.0})"));
  EXPECT_FALSE(holds(warm, "heat", R"({"temperature":21.5})"));
  const auto position = call("cover.set_cover_position", "cover.x", R"({"position":40})");
  EXPECT_TRUE(holds(position, "open", R"({"current_position":41})"));
}

TEST(ExpectedEffect, ValuesAreComparedAsNumbersWhereTheyAreNumbers) {
  EXPECT_TRUE(holds(call("input_number.set_value", "input_number.x", R"({"value":21})"), "21.0"));
  EXPECT_TRUE(holds(call("number.set_value", "number.x", R"({"value":0.5})"), "0.5"));
  EXPECT_FALSE(holds(call("number.set_value", "number.x", R"({"value":0.5})"), "0.6"));
  EXPECT_TRUE(holds(call("select.select_option", "select.x", R"({"option":"eco"})"), "eco"));
}

TEST(ExpectedEffect, WhatCannotBeSeenIsNotExpected) {
  const idempotency_rules rules{idempotency_config{}};
  EXPECT_THAT(rules.expected(call("script.turn_on", "script.x")), IsEmpty());
  EXPECT_THAT(rules.expected(call("notify.x", "")), IsEmpty());
  EXPECT_THAT(rules.expected(call("light.turn_on", "all")), IsEmpty());
  EXPECT_THAT(rules.expected(call("climate.turn_on", "climate.x")), IsEmpty());
  auto area = call("light.turn_on", "light.desk");
  area["target"].as_object()["area_id"] = "office";
  EXPECT_THAT(rules.expected(area), IsEmpty());
  EXPECT_EQ(rules.expected(call("light.turn_on", "light.a,light.b")).size(), 2U);
}

const expected_effect to_be_on{.entity_id = "light.desk", .states = {"on"}};
const expected_effect to_change{.entity_id = "light.desk", .changes = true};
seen_state seen(std::string_view state, std::string_view context, std::string_view user = "") {
  return {.state = state, .context_id = context, .user_id = user};
}

TEST(Judge, AnEffectThatIsThereHappened) {
  EXPECT_EQ(judge(to_be_on, std::nullopt, seen("on", "B"), ""), happened);
  EXPECT_EQ(judge(to_be_on, seen("off", "A"), seen("off", "A"), ""), no_trace);
  EXPECT_EQ(judge(to_be_on, seen("off", "A"), seen("off", "B"), ""), cannot_tell);
  EXPECT_EQ(judge(to_be_on, std::nullopt, seen("off", "B"), ""), cannot_tell);
  EXPECT_EQ(judge(to_be_on, seen("off", "A"), std::nullopt, ""), cannot_tell);
  EXPECT_EQ(judge(to_be_on, seen("off", "A"), seen("unavailable", "A"), ""), cannot_tell);
}

TEST(Judge, AToggleHappenedIfOurUserChangedTheState) {
  EXPECT_EQ(judge(to_change, seen("off", "A"), seen("on", "B", "me"), "me"), happened);
  EXPECT_EQ(judge(to_change, seen("off", "A"), seen("on", "B", "you"), "me"), cannot_tell);
  EXPECT_EQ(judge(to_change, seen("off", "A"), seen("on", "B", "me"), ""), cannot_tell);
  EXPECT_EQ(judge(to_change, seen("off", "A"), seen("off", "B", "me"), "me"), cannot_tell);
  EXPECT_EQ(judge(to_change, seen("off", "A"), seen("off", "A"), "me"), no_trace);
  EXPECT_EQ(judge(to_change, std::nullopt, seen("on", "B", "me"), "me"), cannot_tell);
}

TEST(Judge, SeveralEntitiesMustAgree) {
  EXPECT_EQ(judge_all({happened, happened}), happened);
  EXPECT_EQ(judge_all({no_trace}), no_trace);
  EXPECT_EQ(judge_all({happened, no_trace}), cannot_tell);
  EXPECT_EQ(judge_all({}), cannot_tell);
}

std::string absolute(const json::object& toggle, std::string_view before) {
  const auto result = absolute_form(toggle, before);
  if (!result) return "";
  return std::string(result->at("domain").as_string()) + "." +
         std::string(result->at("service").as_string()) +
         json::serialize(result->at("service_data"));
}

TEST(AbsoluteForm, AToggleBecomesWhatItWouldHaveDone) {
  EXPECT_EQ(absolute(call("light.toggle", "light.desk"), "on"), "light.turn_off{}");
  EXPECT_EQ(absolute(call("light.toggle", "light.desk", R"({"brightness":9})"), "off"),
            R"(light.turn_on{"brightness":9})");
  EXPECT_EQ(
      absolute(call("light.toggle", "light.desk", R"({"brightness":9,"transition":1})"), "on"),
      R"(light.turn_off{"transition":1})");
  EXPECT_EQ(absolute(call("homeassistant.toggle", "switch.x"), "off"), "switch.turn_on{}");
  EXPECT_EQ(absolute(call("cover.toggle", "cover.x"), "open"), "cover.close_cover{}");
}

TEST(AbsoluteForm, WhatIsNoPlainToggleHasNone) {
  EXPECT_EQ(absolute(call("light.turn_on", "light.desk"), "on"), "");
  EXPECT_EQ(absolute(call("light.toggle", "light.a,light.b"), "on"), "");
  EXPECT_EQ(absolute(call("light.toggle", "light.desk"), "unavailable"), "");
  EXPECT_EQ(absolute(call("cover.toggle", "cover.x"), "opening"), "");
  EXPECT_EQ(absolute(call("script.toggle", "script.x"), "on"), "");
}

// Whatever the toggle and the state before: its absolute form may be repeated, and its effect, once
// there, is recognised.
RC_GTEST_PROP(AbsoluteForm, MayBeRepeatedAndIsRecognised, ()) {
  const auto domain = *rc::gen::element<std::string>("light", "switch", "fan", "input_boolean",
                                                     "humidifier", "siren", "cover", "valve");
  const bool moves = domain == "cover" || domain == "valve";
  const bool on = *rc::gen::arbitrary<bool>();
  const std::string before = moves ? (on ? "open" : "closed") : (on ? "on" : "off");
  const std::string after = moves ? (on ? "closed" : "open") : (on ? "off" : "on");
  const auto form = absolute_form(call(domain + ".toggle", domain + ".x"), before);
  RC_ASSERT(form.has_value());
  RC_ASSERT(effect(*form) == idempotent);
  const auto expected = idempotency_rules(idempotency_config{}).expected(*form);
  RC_ASSERT(expected.size() == 1U);
  RC_ASSERT(expected.front().holds({.state = after}));
  RC_ASSERT(!expected.front().holds({.state = before}));
}

}  // namespace
}  // namespace hassle::client
