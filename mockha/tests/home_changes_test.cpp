// What happens to a home's entities besides services.
#include "mockha/bus_event.hpp"
#include "mockha/home.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <string>

namespace hassle::mockha {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class HomeChangesTest : public testing::Test {
 protected:
  home::outcome turn_on(std::string id) {
    const service* called = find_service("light", "turn_on");
    service_call call{.domain = "light", .service = "turn_on", .entities = {std::move(id)}};
    return house.execute(*called, call, "user", now, both);
  }
  const entity_state& state(std::string_view id) { return house.find(id)->now(); }

  static constexpr watch both{.states = true, .diffs = true};
  wall_time now{std::chrono::seconds(1'782'422'405)};
  home house{*find_home("small"), context_source(net::random_stream(1)), now};
};

TEST_F(HomeChangesTest, SetStateIsSeenAndReplacesAllAttributes) {
  now += std::chrono::seconds(1);
  const auto change = house.set("light.kitchen", "on", {{"brightness", 7}}, now, both);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(json::parse(change->old_json).at("state"), json::value("off"));
  EXPECT_EQ(state("light.kitchen").attributes, json::object({{"brightness", 7}}));
  EXPECT_EQ(state("light.kitchen").last_changed, now);
  EXPECT_NE(house.states_json().find(R"("attributes":{"brightness":7})"), std::string::npos);
  now += std::chrono::seconds(1);
  EXPECT_EQ(house.set("light.kitchen", "on", {{"brightness", 7}}, now, both), std::nullopt);
  EXPECT_EQ(state("light.kitchen").last_reported, now);
  ASSERT_TRUE(house.set("light.kitchen", "on", {}, now, both).has_value());
  EXPECT_EQ(state("light.kitchen").last_changed, now - std::chrono::seconds(1));
}

TEST_F(HomeChangesTest, SetStateMakesNewEntities) {
  const auto change = house.set("light.new", "on", {}, now, both);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->old_json, "null");
  EXPECT_TRUE(change->diff_json.starts_with(R"({"a":{"light.new":{"s":"on")"));
  EXPECT_EQ(house.size(), 45U);
  EXPECT_TRUE(turn_on("light.new").effective);
}

TEST_F(HomeChangesTest, RemovedEntityIsGoneAndTheOthersStay) {
  const auto change = house.remove("light.kitchen", now, both);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->new_json, "null");
  EXPECT_EQ(change->diff_json, R"({"r":["light.kitchen"]})");
  EXPECT_NE(state_changed_event(*change).json.find(R"("new_state":null)"), std::string::npos);
  EXPECT_EQ(house.find("light.kitchen"), nullptr);
  EXPECT_EQ(house.size(), 43U);
  for (const auto& e : house.entities()) EXPECT_EQ(house.find(e.id()), &e);
  EXPECT_EQ(json::parse(house.states_json()).as_array().size(), 43U);
  EXPECT_EQ(house.remove("light.kitchen", now, both), std::nullopt);
}

TEST_F(HomeChangesTest, RenamingIsAFarewellAndAWelcome) {
  const auto changes = house.rename("light.living_room", "light.saloon", now, both);
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0].diff_json, R"({"r":["light.living_room"]})");
  EXPECT_EQ(changes[1].old_json, "null");
  EXPECT_EQ(state("light.saloon").state, "on");
  EXPECT_THAT(house.rename("light.nowhere", "light.x", now, both), IsEmpty());
  EXPECT_THAT(house.rename("light.kitchen", "light.saloon", now, both), IsEmpty());
}

// Success without an effect: as Home Assistant treats what it cannot reach.
TEST_F(HomeChangesTest, UnavailableEntitiesDoNothingAndComeBackAsTheyWere) {
  const auto gone = house.make_unavailable("light.*", now, both);
  EXPECT_THAT(gone, SizeIs(8));
  EXPECT_EQ(state("light.living_room").state, "unavailable");
  EXPECT_FALSE(state("light.living_room").attributes.contains("brightness"));
  EXPECT_FALSE(state("light.living_room").attributes.contains("restored"));
  EXPECT_FALSE(turn_on("light.living_room").effective);
  EXPECT_THAT(house.make_unavailable("light.kitchen", now, both), IsEmpty()) << "it is already";
  EXPECT_THAT(house.make_available("light.l*", now, both), SizeIs(1));
  EXPECT_EQ(state("light.living_room").attributes.at("brightness"), json::value(180));
  EXPECT_TRUE(turn_on("light.living_room").effective);
  EXPECT_THAT(house.make_available("*", now, both), SizeIs(7));
  EXPECT_THAT(house.make_available("*", now, both), IsEmpty());
}

TEST_F(HomeChangesTest, UnavailableLastsThroughARestart) {
  house.make_unavailable("light.living_room", now, {});
  house.become(presence::absent, now, {});
  house.become(presence::restored, now, {});
  house.become(presence::real, now, {});
  EXPECT_EQ(state("light.living_room").state, "unavailable");
  house.make_available("light.*", now, {});
  EXPECT_EQ(state("light.living_room").state, "on");
}

TEST_F(HomeChangesTest, WhatHappensDuringARestartIsSeenAfterIt) {
  house.become(presence::absent, now, {});
  EXPECT_EQ(house.set("light.kitchen", "on", {}, now, both), std::nullopt);
  EXPECT_EQ(house.set("light.new", "on", {}, now, both), std::nullopt);
  EXPECT_EQ(house.remove("light.desk", now, both), std::nullopt);
  house.make_unavailable("light.porch", now, both);
  EXPECT_EQ(house.states_json(), "[]");
  EXPECT_THAT(house.become(presence::restored, now, both), SizeIs(44));
  EXPECT_EQ(state("light.new").state, "unavailable");
  house.become(presence::real, now, both);
  EXPECT_EQ(state("light.kitchen").state, "on");
  EXPECT_EQ(state("light.new").state, "on");
  EXPECT_EQ(state("light.porch").state, "unavailable");
  EXPECT_EQ(house.find("light.desk"), nullptr);
}

TEST_F(HomeChangesTest, IntegrationThatRaisesFailsTheCallWithItsReason) {
  house.make_raise("light.kit*", {.code = "home_assistant_error",
                                  .message = "Device is offline",
                                  .translation_key = "device_offline",
                                  .translation_domain = "hue",
                                  .translation_placeholders = {{"name", "Kitchen"}}});
  const auto done = turn_on("light.kitchen");
  ASSERT_TRUE(done.failed.has_value());
  EXPECT_EQ(done.failed->translation_key, "device_offline");
  EXPECT_FALSE(done.effective);
  EXPECT_EQ(state("light.kitchen").state, "off");
  EXPECT_FALSE(turn_on("light.desk").failed.has_value());
  EXPECT_TRUE(house.stop_raising("light.kit*"));
  EXPECT_FALSE(house.stop_raising("light.kit*"));
  EXPECT_FALSE(turn_on("light.kitchen").failed.has_value());
}

}  // namespace
}  // namespace hassle::mockha
