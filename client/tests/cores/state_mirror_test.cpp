#include <hassle/client/state_mirror.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using kind = mirror_change::kind;

constexpr net::time_point t0{};

/// What Home Assistant sends at the beginning, as in reference §4.4 and §7.3.
constexpr std::string_view snapshot = R"({"a":{
  "light.desk":{"s":"on","a":{"brightness":120,"effect":"none"},"c":"01KA","lc":1782422405.162552},
  "sensor.door":{"s":"off","a":{},"c":{"id":"01KB","parent_id":null,"user_id":"5f"},
                 "lc":1782422400,"lu":1782422401.5}}})";

mirror_change change(kind what, std::string id, std::string from, std::string to) {
  return {.what = what, .entity_id = std::move(id), .from = std::move(from), .to = std::move(to)};
}

/// A mirror that has taken the snapshot.
class StateMirrorFixture : public ::testing::Test {
 protected:
  StateMirrorFixture() {
    mirror_.on_subscribed();
    apply(snapshot);
  }
  std::vector<mirror_change> apply(std::string_view event) {
    std::vector<mirror_change> changes;
    mirror_.apply(json::parse(event), &changes);
    return changes;
  }
  const mirrored_state& state(std::string_view id) {
    const mirrored_state* found = mirror_.find(id);
    EXPECT_NE(found, nullptr) << id;
    static const mirrored_state none;
    return found == nullptr ? none : *found;
  }
  std::string attributes(std::string_view id) { return json::serialize(state(id).attributes); }

  state_mirror mirror_{mirror_config{}};
};

TEST_F(StateMirrorFixture, ASnapshotIsReadAsItIsSent) {
  EXPECT_TRUE(mirror_.live());
  EXPECT_EQ(mirror_.size(), 2U);
  EXPECT_EQ(state("light.desk").state, "on");
  EXPECT_EQ(state("light.desk").context_id, "01KA");
  EXPECT_EQ(state("light.desk").user_id, "");
  EXPECT_EQ(state("light.desk").last_updated, 1782422405.162552) << "equal to lc where left out";
  EXPECT_EQ(state("sensor.door").user_id, "5f");
  EXPECT_EQ(state("sensor.door").last_changed, 1782422400);
  EXPECT_EQ(state("sensor.door").last_updated, 1782422401.5);
}

TEST_F(StateMirrorFixture, AChangeTellsOnlyWhatIsDifferent) {
  EXPECT_THAT(apply(R"({"c":{"light.desk":{"+":{"s":"off","lc":1782422406.5,
      "c":{"user_id":"7a","id":"01KC"},"a":{"brightness":null}},"-":{"a":["effect"]}}}})"),
              ElementsAre(change(kind::changed, "light.desk", "on", "off")));
  EXPECT_EQ(attributes("light.desk"), R"({"brightness":null})");
  EXPECT_EQ(state("light.desk").user_id, "7a");
  EXPECT_EQ(state("light.desk").last_changed, 1782422406.5);
  EXPECT_EQ(state("light.desk").last_updated, 1782422406.5);
}

TEST_F(StateMirrorFixture, APlainContextKeepsTheOtherTwoParts) {
  apply(R"({"c":{"sensor.door":{"+":{"c":"01KD","lu":1782422500}}}})");
  EXPECT_EQ(state("sensor.door").context_id, "01KD");
  EXPECT_EQ(state("sensor.door").user_id, "5f");
  EXPECT_EQ(state("sensor.door").last_changed, 1782422400);
  EXPECT_EQ(state("sensor.door").last_updated, 1782422500);
  apply(R"({"c":{"sensor.door":{"+":{"c":{"user_id":null}}}}})");
  EXPECT_EQ(state("sensor.door").user_id, "");
  EXPECT_EQ(state("sensor.door").context_id, "01KD");
}

TEST_F(StateMirrorFixture, EntitiesComeAndGo) {
  EXPECT_THAT(apply(R"({"a":{"switch.new":{"s":"off","a":{},"c":"x","lc":1}}})"),
              ElementsAre(change(kind::added, "switch.new", "", "off")));
  EXPECT_EQ(mirror_.size(), 3U) << "not a snapshot any more";
  EXPECT_THAT(apply(R"({"r":["light.desk"]})"),
              ElementsAre(change(kind::removed, "light.desk", "on", "")));
  EXPECT_EQ(mirror_.find("light.desk"), nullptr);
}

// Field failure stale-store-after-reconnect: merged instead of replaced, ghosts stayed for ever.
TEST_F(StateMirrorFixture, TheSnapshotAfterAReconnectReplacesAndReportsTheDifference) {
  mirror_.on_lost(t0 + 10s);
  EXPECT_FALSE(mirror_.live());
  mirror_.on_subscribed();
  const auto changes = apply(R"({"a":{
    "light.attic":{"s":"on","a":{},"c":"01KE","lc":5},
    "sensor.door":{"s":"on","a":{},"c":"01KF","lc":1782422600}}})");
  EXPECT_THAT(changes, ElementsAre(change(kind::added, "light.attic", "", "on"),
                                   change(kind::removed, "light.desk", "on", ""),
                                   change(kind::changed, "sensor.door", "off", "on")));
  EXPECT_EQ(mirror_.find("light.desk"), nullptr);
  EXPECT_TRUE(mirror_.live());
}

TEST_F(StateMirrorFixture, WhatIsTheSameInANewSnapshotIsNoDifference) {
  mirror_.on_lost(t0);
  mirror_.on_subscribed();
  EXPECT_THAT(apply(snapshot), IsEmpty());
}

TEST_F(StateMirrorFixture, LostItAgesFromTheLastByteUntilItIsTooOld) {
  EXPECT_EQ(mirror_.age(t0 + 1h), 0s);
  mirror_.on_lost(t0 + 10s);
  mirror_.on_lost(t0 + 99s);
  EXPECT_EQ(mirror_.age(t0 + 70s), 60s);
  EXPECT_EQ(mirror_.age(t0 + 10s + 24h), 24h);
  EXPECT_EQ(mirror_.age(t0 + 11s + 24h), std::nullopt);
  EXPECT_EQ(state_mirror(mirror_config{}).age(t0), std::nullopt) << "no snapshot ever";
}

TEST_F(StateMirrorFixture, ASubscriptionWithoutItsSnapshotIsNotLive) {
  mirror_.on_lost(t0 + 10s);
  mirror_.on_subscribed();
  EXPECT_FALSE(mirror_.live());
  mirror_.on_lost(t0 + 20s);
  EXPECT_EQ(mirror_.age(t0 + 20s), 10s);
  EXPECT_THAT(apply(R"({"a":{"switch.late":{"s":"off"}}})"),
              ElementsAre(change(kind::added, "switch.late", "", "off")));
}

// Field failure startup-false-transitions: nobody has switched anything.
TEST_F(StateMirrorFixture, ChangesBeforeRunningAreMarked) {
  mirror_.on_running(false);
  auto changes = apply(R"({"c":{"light.desk":{"+":{"s":"unavailable"}}}})");
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes.front().while_starting);
  mirror_.on_running(true);
  changes = apply(R"({"c":{"light.desk":{"+":{"s":"on"}}}})");
  EXPECT_FALSE(changes.front().while_starting);
}

TEST_F(StateMirrorFixture, WhatIsNotUnderstoodIsSkippedAndCounted) {
  EXPECT_THAT(apply(R"({"c":{"light.ghost":{"+":{"s":"on"}},"light.desk":{"+":{"s":"off"}}}})"),
              ElementsAre(change(kind::changed, "light.desk", "on", "off")));
  for (const auto* nonsense :
       {"7", "{}", R"({"a":[]})", R"({"c":7})", R"({"r":{}})", R"({"c":{"light.desk":null}})",
        R"({"a":{"light.x":{"s":7}}})", R"({"a":{"light.x":null}})"}) {
    EXPECT_THAT(apply(nonsense), IsEmpty()) << nonsense;
  }
  EXPECT_EQ(mirror_.counted().not_understood, 8U);
  EXPECT_THAT(apply(R"({"r":["light.ghost",7]})"), IsEmpty());
  EXPECT_EQ(mirror_.counted().unknown_entity, 3U);
}

// Field failure startup-false-transitions.
TEST(StateMirror, AUserEventIsWhatSomebodyDid) {
  const auto change = [](std::string from, std::string to, bool starting = false) {
    return mirror_change{.what = mirror_change::kind::changed,
                         .entity_id = "light.a",
                         .from = std::move(from),
                         .to = std::move(to),
                         .while_starting = starting};
  };
  EXPECT_TRUE(is_user_event(change("off", "on")));
  EXPECT_FALSE(is_user_event(change("off", "on", true)));
  EXPECT_FALSE(is_user_event(change("unavailable", "on")));
  EXPECT_FALSE(is_user_event(change("on", "unknown")));
  EXPECT_FALSE(is_user_event(change("on", "on"))) << "attributes only";
  EXPECT_FALSE(is_user_event({.what = mirror_change::kind::added, .entity_id = "a", .to = "on"}));
}

TEST(StateMirror, HasRoomForSoManyOnly) {
  state_mirror mirror(mirror_config{.entities_max = 1});
  mirror.on_subscribed();
  mirror.apply(json::parse(snapshot), nullptr);
  EXPECT_EQ(mirror.size(), 1U);
  mirror.apply(json::parse(R"({"a":{"switch.new":{"s":"off"}}})"), nullptr);
  EXPECT_EQ(mirror.size(), 1U);
  EXPECT_EQ(mirror.counted().no_room, 2U);
}

TEST_F(StateMirrorFixture, AStateIsGivenAsGetStatesHasIt) {
  EXPECT_EQ(json::serialize(state_object("light.desk", state("light.desk"))),
            R"({"entity_id":"light.desk","state":"on","attributes":{"brightness":120,)"
            R"("effect":"none"},"last_changed":"2026-06-25T21:20:05.162552+00:00",)"
            R"("last_reported":"2026-06-25T21:20:05.162552+00:00",)"
            R"("last_updated":"2026-06-25T21:20:05.162552+00:00",)"
            R"("context":{"id":"01KA","parent_id":null,"user_id":null}})");
  const auto door = state_object("sensor.door", state("sensor.door"));
  EXPECT_EQ(door.at("last_changed").as_string(), "2026-06-25T21:20:00+00:00");
  EXPECT_EQ(door.at("last_updated").as_string(), "2026-06-25T21:20:01.500000+00:00");
}

// Told one by one or in a snapshot: the mirror is the same, and the changes that it reports,
// applied to what somebody else remembers, lead there as well.
RC_GTEST_PROP(StateMirror, EventsAndSnapshotsAgree, ()) {
  state_mirror told(mirror_config{});
  told.on_subscribed();
  told.apply(json::parse(R"({"a":{}})"), nullptr);
  json::object truth;                           // As a snapshot would have it.
  std::map<std::string, std::string> believed;  // By the reported changes alone.
  std::vector<mirror_change> changes;
  const std::vector<std::string> values = {"on", "off", "unavailable"};
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
      rc::gen::tuple(rc::gen::inRange(0, 4), rc::gen::inRange(0, 5), rc::gen::inRange(0, 3)));
  for (const auto& [step, which, value] : steps) {
    const std::string id = "light.l" + std::to_string(which);
    const std::string& to = values[static_cast<std::size_t>(value)];
    const bool there = truth.contains(id);
    json::object event;
    if (step == 0 && !there) {
      truth[id] = json::object{{"s", to}, {"a", json::object{{"n", value}}}, {"c", "x"}, {"lc", 1}};
      event["a"] = json::object{{id, truth[id]}};
    } else if (step == 1 && there) {
      truth.erase(id);
      event["r"] = json::array{json::string(id)};
    } else if (step == 2 && there) {
      truth[id].as_object()["s"] = to;
      truth[id].as_object()["a"].as_object()["m"] = value;
      event["c"] = json::object{
          {id, json::object{{"+", json::object{{"s", to}, {"a", json::object{{"m", value}}}}}}}};
    } else if (step == 3 && there) {
      truth[id].as_object()["a"].as_object().erase("m");
      event["c"] = json::object{
          {id, json::object{{"+", json::object{}},
                            {"-", json::object{{"a", json::array{json::string("m")}}}}}}};
    } else {
      continue;
    }
    told.apply(event, &changes);
  }
  for (const mirror_change& each : changes) {
    if (each.what == kind::removed) RC_ASSERT(believed.erase(each.entity_id) == 1U);
    if (each.what != kind::removed) believed[each.entity_id] = each.to;
  }
  state_mirror shown(mirror_config{});
  shown.on_subscribed();
  shown.apply(json::object{{"a", truth}}, nullptr);
  RC_ASSERT(shown.all() == told.all());
  RC_ASSERT(believed.size() == told.size());
  for (const auto& [id, state] : told.all()) RC_ASSERT(believed.at(id) == state.state);
}

}  // namespace
}  // namespace hassle::client
