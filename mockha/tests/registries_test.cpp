#include "mockha/registries.hpp"

#include "mockha/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <set>
#include <string>

namespace hassle::mockha {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

std::set<std::string> keys_of(const json::value& object) {
  std::set<std::string> keys;
  for (const auto& member : object.as_object()) keys.insert(std::string(member.key()));
  return keys;
}

class RegistriesTest : public testing::Test {
 protected:
  wall_time now{std::chrono::seconds(1'782'422'405)};
  home_plan plan = *find_home("small");
  registries all{plan, now};
};

TEST_F(RegistriesTest, EveryEntityOfTheHomeIsListedWithAllKeys) {
  const auto list = json::parse(all.entities_json()).as_array();
  EXPECT_EQ(list.size(), plan.entities.size());
  EXPECT_THAT(keys_of(list[0]),
              UnorderedElementsAre("area_id", "categories", "config_entry_id", "config_subentry_id",
                                   "created_at", "device_id", "disabled_by", "entity_category",
                                   "entity_id", "has_entity_name", "hidden_by", "icon", "id",
                                   "labels", "modified_at", "name", "options", "original_name",
                                   "platform", "translation_key", "unique_id"));
  std::set<std::string> unique;
  for (const auto& e : list) unique.insert(std::string(e.at("unique_id").as_string()));
  EXPECT_EQ(unique.size(), list.size());
  const auto shown = json::parse(all.display_json());
  EXPECT_EQ(shown.at("entities").as_array().size(), list.size());
  EXPECT_EQ(shown.at("entity_categories").at("1"), json::value("diagnostic"));
  EXPECT_EQ(json::parse(all.sources_json()).at("light.kitchen"),
            json::parse(R"({"domain":"hue"})"));
}

TEST_F(RegistriesTest, DevicesAreasFloorsAndLabelsHaveTheirKeys) {
  const auto devices = json::parse(all.devices_json()).as_array();
  EXPECT_THAT(keys_of(devices[0]),
              UnorderedElementsAre("area_id", "config_entries", "config_entries_subentries",
                                   "configuration_url", "connections", "created_at", "disabled_by",
                                   "entry_type", "hw_version", "id", "identifiers", "labels",
                                   "manufacturer", "model", "model_id", "modified_at", "name",
                                   "name_by_user", "primary_config_entry", "serial_number",
                                   "sw_version", "via_device_id"));
  const auto areas = json::parse(all.areas_json()).as_array();
  EXPECT_THAT(keys_of(areas[0]),
              UnorderedElementsAre("aliases", "area_id", "created_at", "floor_id",
                                   "humidity_entity_id", "icon", "labels", "modified_at", "name",
                                   "picture", "temperature_entity_id"));
  EXPECT_THAT(keys_of(json::parse(all.floors_json()).as_array()[0]),
              UnorderedElementsAre("aliases", "created_at", "floor_id", "icon", "level",
                                   "modified_at", "name"));
  EXPECT_THAT(keys_of(json::parse(all.labels_json()).as_array()[0]),
              UnorderedElementsAre("color", "created_at", "description", "icon", "label_id",
                                   "modified_at", "name"));
  const auto entries = json::parse(all.config_entries_json()).as_array();
  std::set<std::string> ids;
  for (const auto& e : entries) ids.insert(std::string(e.at("entry_id").as_string()));
  for (const auto& d : devices) {
    EXPECT_THAT(ids, Contains(std::string(d.at("primary_config_entry").as_string())));
  }
}

TEST_F(RegistriesTest, WhatIsReferredToExists) {
  for (const auto& [id, entity] : all.entities()) {
    if (entity.device_id) {
      EXPECT_TRUE(all.devices().contains(*entity.device_id)) << id;
    }
    if (entity.area_id) {
      EXPECT_TRUE(all.areas().contains(*entity.area_id)) << id;
    }
    for (const auto& label : entity.labels) EXPECT_TRUE(all.labels().contains(label)) << id;
  }
  for (const auto& [id, device] : all.devices()) {
    if (device.area_id) {
      EXPECT_TRUE(all.areas().contains(*device.area_id)) << device.name;
    }
  }
  for (const auto& [id, area] : all.areas()) {
    if (area.floor_id) {
      EXPECT_TRUE(all.floors().contains(*area.floor_id)) << id;
    }
  }
}

TEST_F(RegistriesTest, OneEntryHasMoreKeysThanTheList) {
  const auto one = json::parse(all.entity_json("light.kitchen").value());
  EXPECT_TRUE(one.as_object().contains("aliases"));
  EXPECT_EQ(all.entity_json("light.nowhere"), std::nullopt);
  const std::vector<std::string> ids = {"light.kitchen", "light.nowhere"};
  const auto some = json::parse(all.entities_json(ids));
  EXPECT_EQ(some.at("light.kitchen"), one);
  EXPECT_TRUE(some.at("light.nowhere").is_null());
}

TEST_F(RegistriesTest, AddedAndRemovedEntitiesAreToldAndListed) {
  const std::size_t before = json::parse(all.entities_json()).as_array().size();
  const auto added = all.add_entity("light.new", "New", now);
  ASSERT_TRUE(added.has_value());
  EXPECT_EQ(added->type, "entity_registry_updated");
  EXPECT_EQ(added->data, R"({"action":"create","entity_id":"light.new"})");
  EXPECT_EQ(json::parse(all.entities_json()).as_array().size(), before + 1);
  EXPECT_FALSE(all.add_entity("light.new", "New", now).has_value());
  const auto removed = all.remove_entity("light.new");
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(removed->data, R"({"action":"remove","entity_id":"light.new"})");
  EXPECT_EQ(json::parse(all.entities_json()).as_array().size(), before);
  EXPECT_FALSE(all.remove_entity("light.new").has_value());
}

TEST_F(RegistriesTest, RenamedEntityKeepsItsIdentity) {
  const std::string unique = all.entities().at("light.kitchen").unique_id;
  now += std::chrono::seconds(5);
  const auto renamed = all.rename_entity("light.kitchen", "light.cooking", now);
  ASSERT_TRUE(renamed.has_value());
  EXPECT_EQ(renamed->data,
            R"({"action":"update","entity_id":"light.cooking",)"
            R"("changes":{"entity_id":"light.kitchen"},"old_entity_id":"light.kitchen"})");
  EXPECT_FALSE(all.entities().contains("light.kitchen"));
  EXPECT_EQ(all.entities().at("light.cooking").unique_id, unique);
  const auto entry = json::parse(all.entity_json("light.cooking").value());
  EXPECT_EQ(entry.at("modified_at"), json::value(1782422410.0));
  EXPECT_EQ(entry.at("created_at"), json::value(1782422405.0));
}

TEST_F(RegistriesTest, ImpossibleNamesAreRefused) {
  const auto code = [&](std::string_view from, std::string_view to) {
    const auto done = all.rename_entity(from, to, now);
    return done ? "" : done.error().code;
  };
  EXPECT_EQ(code("light.nowhere", "light.x"), "not_found");
  EXPECT_EQ(code("light.kitchen", "light.desk"), "invalid_info");
  EXPECT_EQ(code("light.kitchen", "switch.kitchen"), "invalid_info");
  EXPECT_EQ(code("light.kitchen", "kitchen"), "invalid_info");
  EXPECT_TRUE(is_entity_id("light.x_1"));
  for (const char* bad :
       {"light", "light.", ".x", "light.X", "light._x", "light.x.y", "light.x y"}) {
    EXPECT_FALSE(is_entity_id(bad)) << bad;
  }
}

class TargetsTest : public RegistriesTest {
 protected:
  target_members resolved(json::object target, bool primary_only = true) {
    return resolve(read_target(target), all, primary_only);
  }
};

TEST_F(TargetsTest, AreaReachesItsDevicesAndEntities) {
  const auto kitchen = resolved({{"area_id", "kitchen"}});
  EXPECT_THAT(
      kitchen.reached,
      ElementsAre("binary_sensor.back_door", "binary_sensor.kitchen_window", "light.kitchen",
                  "lock.back_door", "media_player.kitchen_speaker", "switch.coffee_maker"));
  EXPECT_EQ(kitchen.devices.size(), 4U);
  EXPECT_THAT(kitchen.areas, ElementsAre("kitchen"));
  EXPECT_THAT(kitchen.named, IsEmpty());
}

TEST_F(TargetsTest, FloorLabelAndDeviceReachWhatBelongsToThem) {
  const auto upper = resolved({{"floor_id", json::array{"upper_floor"}}});
  EXPECT_THAT(upper.areas, ElementsAre("bathroom", "bedroom", "kids_room", "office"));
  EXPECT_THAT(upper.reached, Contains("light.desk"));
  EXPECT_THAT(upper.reached, Not(Contains("light.kitchen")));
  EXPECT_THAT(resolved({{"label_id", "security"}}).reached,
              ElementsAre("lock.back_door", "lock.front_door"));
  const std::string device = all.entities().at("lock.front_door").device_id.value();
  EXPECT_THAT(resolved({{"device_id", device}}).reached,
              ElementsAre("binary_sensor.front_door", "lock.front_door"));
}

TEST_F(TargetsTest, NamedEntitiesAreNotReachedAgain) {
  const auto some = resolved(
      {{"entity_id", json::array{"Light.Kitchen", "hello.world"}}, {"area_id", "kitchen"}});
  EXPECT_THAT(some.named, ElementsAre("light.kitchen", "hello.world"));
  EXPECT_THAT(some.reached, Not(Contains("light.kitchen")));
}

TEST_F(TargetsTest, UnknownOnesAreMissing) {
  const auto lost = resolved(
      {{"area_id", "moon"}, {"device_id", "d"}, {"floor_id", "f"}, {"label_id", json::array{"l"}}});
  EXPECT_THAT(lost.areas, ElementsAre("moon"));
  EXPECT_THAT(lost.missing_areas, ElementsAre("moon"));
  EXPECT_THAT(lost.devices, ElementsAre("d"));
  EXPECT_THAT(lost.missing_devices, ElementsAre("d"));
  EXPECT_THAT(lost.missing_floors, ElementsAre("f"));
  EXPECT_THAT(lost.missing_labels, ElementsAre("l"));
  EXPECT_THAT(resolved({{"area_id", "none"}}).areas, IsEmpty());
}

TEST_F(TargetsTest, DiagnosticEntitiesAreReachedOnlyOnRequest) {
  const std::string phone = all.entities().at("sensor.phone_battery").device_id.value();
  EXPECT_THAT(resolved({{"device_id", phone}}).reached, IsEmpty());
  EXPECT_THAT(resolved({{"device_id", phone}}, false).reached, ElementsAre("sensor.phone_battery"));
}

}  // namespace
}  // namespace hassle::mockha
