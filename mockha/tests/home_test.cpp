#include "mockha/home.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <set>
#include <string>

namespace hassle::mockha {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HomeTest : public testing::Test {
 protected:
  home::outcome call(std::string domain, std::string service, std::vector<std::string> entities,
                     json::object data = {}) {
    const mockha::service* called = house.service_named(domain, service);
    EXPECT_NE(called, nullptr) << domain << "." << service;
    service_call c{.domain = std::move(domain),
                   .service = std::move(service),
                   .entities = std::move(entities),
                   .data = std::move(data)};
    c.has_target = !c.entities.empty();
    EXPECT_EQ(schema_violations(*called, c), "");
    now += std::chrono::seconds(1);
    return house.execute(*called, c, "user", now, {.states = true, .diffs = true});
  }
  const entity_state& state(std::string_view id) { return house.find(id)->now(); }
  json::value attribute(std::string_view id, std::string_view name) {
    return state(id).attributes.at(name);
  }

  wall_time now{std::chrono::seconds(1'782'422'405)};
  home house{*find_home("small"), context_source(net::random_stream(1)), now};
};

TEST_F(HomeTest, SmallHomeHasEveryKindOfEntity) {
  EXPECT_EQ(house.size(), 44U);
  EXPECT_THAT(house.domains(), ElementsAre("binary_sensor", "climate", "cover", "light", "lock",
                                           "media_player", "scene", "sensor", "switch"));
  for (const char* id :
       {"light.kitchen", "light.living_room", "light.bedroom", "light.hallway", "light.porch",
        "switch.coffee_maker", "switch.heater", "switch.fan", "climate.living_room",
        "lock.front_door", "cover.garage_door", "media_player.living_room"}) {
    EXPECT_NE(house.find(id), nullptr) << id;
  }
  EXPECT_EQ(find_home("palace"), nullptr);
}

TEST_F(HomeTest, StatesAreOneJsonArrayInTheFixturesOrder) {
  const auto states = json::parse(house.states_json()).as_array();
  ASSERT_EQ(states.size(), house.size());
  EXPECT_EQ(states[0].at("entity_id"), json::value("light.kitchen"));
  EXPECT_EQ(states[0].at("last_changed"), json::value("2026-06-25T21:20:05+00:00"));
}

// The texts of get_states must never be older than the state.
TEST_F(HomeTest, EveryChangeShowsInTheStatesAtOnce) {
  (void)house.states_json();
  call("light", "turn_on", {"light.kitchen"});
  EXPECT_EQ(json::parse(house.states_json()).as_array()[0].at("state"), json::value("on"));
}

TEST_F(HomeTest, LightTakesBrightnessAndForgetsItWhenOff) {
  call("light", "turn_on", {"light.kitchen"}, {{"brightness_pct", 50}});
  EXPECT_EQ(state("light.kitchen").state, "on");
  EXPECT_EQ(attribute("light.kitchen", "brightness"), json::value(128));
  EXPECT_EQ(attribute("light.kitchen", "color_mode"), json::value("color_temp"));
  call("light", "toggle", {"light.kitchen"});
  EXPECT_EQ(state("light.kitchen").state, "off");
  EXPECT_TRUE(attribute("light.kitchen", "brightness").is_null());
  call("light", "turn_on", {"light.kitchen"}, {{"brightness", 0}});
  EXPECT_EQ(state("light.kitchen").state, "off") << "as Home Assistant reads a zero";
  call("light", "turn_on", {"light.porch"}, {{"brightness", 10}});
  EXPECT_FALSE(state("light.porch").attributes.contains("brightness")) << "it knows on and off";
}

TEST_F(HomeTest, HomeassistantServicesReachEveryDomainThatHasThem) {
  const auto done = call("homeassistant", "toggle",
                         {"light.kitchen", "switch.heater", "sensor.grid_power", "light.nowhere"});
  EXPECT_EQ(state("light.kitchen").state, "on");
  EXPECT_EQ(state("switch.heater").state, "on");
  EXPECT_EQ(done.changes.size(), 2U);
  EXPECT_EQ(state("sensor.grid_power").state, "312.5");
}

TEST_F(HomeTest, DevicesDoWhatTheirServicesSay) {
  call("lock", "unlock", {"lock.front_door"});
  EXPECT_EQ(state("lock.front_door").state, "unlocked");
  call("cover", "open_cover", {"cover.garage_door"});
  EXPECT_EQ(state("cover.garage_door").state, "open");
  EXPECT_EQ(attribute("cover.garage_door", "current_position"), json::value(100));
  call("media_player", "media_play", {"media_player.living_room"});
  call("media_player", "volume_set", {"media_player.living_room"}, {{"volume_level", 0.5}});
  EXPECT_EQ(state("media_player.living_room").state, "playing");
  EXPECT_EQ(attribute("media_player.living_room", "volume_level"), json::value(0.5));
  call("climate", "set_temperature", {"climate.living_room"}, {{"temperature", 22.5}});
  EXPECT_EQ(attribute("climate.living_room", "temperature"), json::value(22.5));
  call("climate", "set_hvac_mode", {"climate.living_room"}, {{"hvac_mode", "off"}});
  EXPECT_EQ(state("climate.living_room").state, "off");
}

TEST_F(HomeTest, SceneSetsItsEntitiesAndRemembersWhen) {
  call("scene", "turn_on", {"scene.good_night"});
  EXPECT_EQ(state("light.living_room").state, "off");
  EXPECT_EQ(attribute("light.hallway", "brightness"), json::value(20));
  EXPECT_EQ(state("scene.good_night").state, "2026-06-25T21:20:06+00:00");
}

TEST_F(HomeTest, WhatTheDeviceRefusesFailsWithItsReason) {
  const auto done =
      call("climate", "set_temperature", {"climate.living_room"}, {{"temperature", 99}});
  ASSERT_TRUE(done.failed.has_value());
  EXPECT_EQ(done.failed->code, "service_validation_error");
  EXPECT_EQ(done.failed->message,
            "Validation error: Provided temperature 99.0 is not valid. Accepted range is 7 to 35");
  EXPECT_EQ(done.failed->translation_key, "temp_out_of_range");
  EXPECT_EQ(attribute("climate.living_room", "temperature"), json::value(21.0));
}

// Success means "accepted and ran": nobody is told that there was nothing to act on.
TEST_F(HomeTest, MissingAndForeignEntitiesArePassedOver) {
  const auto done = call("light", "turn_on", {"light.nowhere", "switch.heater"});
  EXPECT_FALSE(done.failed.has_value());
  EXPECT_FALSE(done.effective);
  EXPECT_THAT(done.changes, IsEmpty());
  EXPECT_EQ(state("switch.heater").state, "off");
}

// last_changed moves with the state, last_updated with the attributes too, last_reported always.
TEST_F(HomeTest, TimesMoveAsHomeAssistantMovesThem) {
  const wall_time start = now;
  call("light", "turn_on", {"light.kitchen"});
  EXPECT_EQ(state("light.kitchen").last_changed, now);
  const wall_time first = now;
  call("light", "turn_on", {"light.kitchen"}, {{"brightness", 3}});
  EXPECT_EQ(state("light.kitchen").last_changed, first);
  EXPECT_EQ(state("light.kitchen").last_updated, now);
  const wall_time second = now;
  const auto done = call("light", "turn_on", {"light.kitchen"}, {{"brightness", 3}});
  EXPECT_THAT(done.changes, IsEmpty());
  EXPECT_TRUE(done.effective);
  EXPECT_EQ(state("light.kitchen").last_updated, second);
  EXPECT_EQ(state("light.kitchen").last_reported, now);
  EXPECT_EQ(state("light.bedroom").last_reported, start);
}

TEST_F(HomeTest, ChangeCarriesTheCallsContext) {
  const auto done = call("light", "turn_on", {"light.kitchen"});
  EXPECT_EQ(done.cause.user_id, "user");
  EXPECT_EQ(done.cause.id.size(), 26U);
  EXPECT_EQ(state("light.kitchen").cause, done.cause);
}

// Two runs of one plan must tell the same story, ids included.
TEST(Home, EqualSeedsGiveEqualHomes) {
  const wall_time at{std::chrono::seconds(1'782'422'405)};
  auto make = [&](std::uint64_t seed) {
    return home(*find_home("small"), context_source(net::random_stream(seed)), at).states_json();
  };
  EXPECT_EQ(make(7), make(7));
  EXPECT_NE(make(7), make(8));
}

TEST_F(HomeTest, ChangesTellOldAndNew) {
  const auto done = call("switch", "turn_on", {"switch.heater"});
  ASSERT_EQ(done.changes.size(), 1U);
  const auto& change = done.changes[0];
  EXPECT_EQ(json::parse(change.old_json).at("state"), json::value("off"));
  EXPECT_EQ(json::parse(change.new_json).at("state"), json::value("on"));
  EXPECT_EQ(
      change.diff_json,
      R"({"c":{"switch.heater":{"+":{"s":"on","lc":1782422406.0,"c":{"user_id":"user","id":")" +
          done.cause.id + R"("}}}}})");
}

TEST_F(HomeTest, DifferenceNamesRemovedAttributes) {
  call("light", "turn_on", {"light.kitchen"}, {{"effect", "candle"}});
  entity lamp("light.x", state("light.kitchen"));
  const auto change = lamp.write({.state = "on", .attributes = {{"effect", std::nullopt}}},
                                 lamp.now().cause, lamp.now().last_updated, {.diffs = true});
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->diff_json, R"({"c":{"light.x":{"+":{},"-":{"a":["effect"]}}}})");
}

// The start of Home Assistant: nothing, then unavailable, then what was there before the restart.
TEST_F(HomeTest, RestartEmptiesRestoresAndReturnsTheHome) {
  call("light", "turn_on", {"light.kitchen"}, {{"brightness", 9}});
  EXPECT_THAT(house.become(presence::absent, now, {}), IsEmpty());
  EXPECT_EQ(house.states_json(), "[]");
  EXPECT_EQ(house.find("light.kitchen"), nullptr);
  EXPECT_EQ(house.service_named("light", "turn_on"), nullptr);
  EXPECT_NE(house.service_named("homeassistant", "turn_on"), nullptr);
  EXPECT_FALSE(call("homeassistant", "turn_on", {"light.kitchen"}).effective);

  auto changes = house.become(presence::restored, now, {.states = true, .diffs = true});
  EXPECT_EQ(changes.size(), house.size());
  EXPECT_EQ(changes[0].old_json, "null");
  EXPECT_EQ(changes[0].diff_json.substr(0, 40), R"({"a":{"light.kitchen":{"s":"unavailable")");
  EXPECT_EQ(state("light.kitchen").state, "unavailable");
  EXPECT_EQ(attribute("light.kitchen", "restored"), json::value(true));
  EXPECT_EQ(attribute("light.kitchen", "friendly_name"), json::value("Kitchen"));
  EXPECT_FALSE(state("light.kitchen").attributes.contains("brightness"));
  EXPECT_FALSE(call("light", "turn_off", {"light.kitchen"}).effective);

  now += std::chrono::seconds(5);
  changes = house.become(presence::real, now, {.diffs = true});
  EXPECT_EQ(state("light.kitchen").state, "on");
  EXPECT_EQ(attribute("light.kitchen", "brightness"), json::value(9));
  EXPECT_EQ(state("light.kitchen").last_changed, now);
  EXPECT_THAT(changes[0].diff_json, testing::HasSubstr(R"("-":{"a":["restored"]})"));
}

// A second restart while the first is not over must not make "unavailable" the truth.
TEST_F(HomeTest, RestartWithinARestartKeepsTheRealStates) {
  house.become(presence::absent, now, {});
  house.become(presence::restored, now, {});
  house.become(presence::absent, now, {});
  house.become(presence::restored, now, {});
  house.become(presence::real, now, {});
  EXPECT_EQ(state("light.living_room").state, "on");
}

TEST(Services, SchemaSaysWhatIsWrong) {
  const auto problems = [](std::string_view domain, std::string_view name, json::object data,
                           bool target = true) {
    service_call call;
    call.has_target = target;
    call.data = std::move(data);
    return schema_violations(*find_service(domain, name), call);
  };
  EXPECT_EQ(problems("light", "turn_on", {{"colour", "red"}}),
            "extra keys not allowed @ data['colour']");
  EXPECT_EQ(problems("light", "turn_on", {{"brightness", "bright"}}),
            "expected float for dictionary value @ data['brightness']");
  EXPECT_EQ(problems("light", "turn_on", {{"brightness", 256}}),
            "value must be at most 255 for dictionary value @ data['brightness']");
  EXPECT_EQ(problems("climate", "set_temperature", {}),
            "required key not provided @ data['temperature']");
  EXPECT_EQ(problems("light", "turn_on", {}, false),
            "must contain at least one of entity_id, device_id, area_id, floor_id, label_id.");
  EXPECT_EQ(problems("homeassistant", "turn_on", {{"brightness", 5}}), "");
  EXPECT_EQ(problems("persistent_notification", "create", {{"message", "hi"}}, false), "");
}

TEST(Services, NamesAreFoundWhateverTheirCase) {
  EXPECT_EQ(find_service("Light", "TURN_ON"), find_service("light", "turn_on"));
  EXPECT_EQ(find_service("homeassistant", "get_state"), nullptr);
  for (const auto& s : services()) EXPECT_EQ(find_service(s.domain, s.name), &s);
}

TEST(Services, DescriptionsAreJsonByDomain) {
  const auto all = json::parse(services_json(false)).as_object();
  EXPECT_TRUE(all.at("light").as_object().contains("turn_on"));
  EXPECT_EQ(all.at("climate").at("set_temperature").at("fields").at("temperature"),
            json::parse(R"({"required":true})"));
  const auto core = json::parse(services_json(true)).as_object();
  EXPECT_EQ(core.size(), 2U);
}

}  // namespace
}  // namespace hassle::mockha
