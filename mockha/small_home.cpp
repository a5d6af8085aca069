#include "mockha/fixtures.hpp"
#include "mockha/home.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace hassle::mockha {

namespace {

using attributes = json::object;

// One function per kind of entity: the attribute sets of current releases, in their order.

void add_light(home_plan& to, std::string_view id, std::string_view name, bool on = false,
               int brightness = 255) {
  json::value level;
  json::value mode;
  if (on) {
    level = brightness;
    mode = "color_temp";
  }
  to.entities.push_back({std::string(id), on ? "on" : "off",
                         attributes{{"min_color_temp_kelvin", 2000},
                                    {"max_color_temp_kelvin", 6535},
                                    {"supported_color_modes", json::array{"color_temp"}},
                                    {"color_mode", mode},
                                    {"brightness", level},
                                    {"friendly_name", name},
                                    {"supported_features", 44}}});
}

void add_plain_light(home_plan& to, std::string_view id, std::string_view name) {
  to.entities.push_back({std::string(id), "off",
                         attributes{{"supported_color_modes", json::array{"onoff"}},
                                    {"color_mode", nullptr},
                                    {"friendly_name", name},
                                    {"supported_features", 0}}});
}

void add_switch(home_plan& to, std::string_view id, std::string_view name, bool on = false) {
  to.entities.push_back({std::string(id), on ? "on" : "off",
                         attributes{{"device_class", "outlet"}, {"friendly_name", name}}});
}

void add_sensor(home_plan& to, std::string_view id, std::string_view state, std::string_view unit,
                std::string_view device_class, std::string_view name) {
  to.entities.push_back({std::string(id), std::string(state),
                         attributes{{"state_class", "measurement"},
                                    {"unit_of_measurement", unit},
                                    {"device_class", device_class},
                                    {"friendly_name", name}}});
}

void add_binary_sensor(home_plan& to, std::string_view id, std::string_view device_class,
                       std::string_view name) {
  to.entities.push_back({std::string(id), "off",
                         attributes{{"device_class", device_class}, {"friendly_name", name}}});
}

void add_climate(home_plan& to, std::string_view id, std::string_view name, double current) {
  to.entities.push_back({std::string(id), "heat",
                         attributes{{"hvac_modes", json::array{"off", "heat", "auto"}},
                                    {"min_temp", 7},
                                    {"max_temp", 35},
                                    {"target_temp_step", 0.5},
                                    {"preset_modes", json::array{"none", "eco"}},
                                    {"current_temperature", current},
                                    {"temperature", 21.0},
                                    {"hvac_action", "idle"},
                                    {"preset_mode", "none"},
                                    {"friendly_name", name},
                                    {"supported_features", 401}}});
}

void add_lock(home_plan& to, std::string_view id, std::string_view name) {
  to.entities.push_back({std::string(id), "locked",
                         attributes{{"code_format", nullptr},
                                    {"changed_by", "Keypad"},
                                    {"friendly_name", name},
                                    {"supported_features", 1}}});
}

void add_cover(home_plan& to, std::string_view id, std::string_view device_class,
               std::string_view name) {
  to.entities.push_back({std::string(id), "closed",
                         attributes{{"current_position", 0},
                                    {"device_class", device_class},
                                    {"friendly_name", name},
                                    {"supported_features", 15}}});
}

void add_media_player(home_plan& to, std::string_view id, std::string_view device_class,
                      std::string_view name) {
  to.entities.push_back({std::string(id), "idle",
                         attributes{{"source_list", json::array{"HDMI 1", "TV"}},
                                    {"volume_level", 0.35},
                                    {"is_volume_muted", false},
                                    {"device_class", device_class},
                                    {"friendly_name", name},
                                    {"supported_features", 152461}}});
}

// Nobody has activated it yet.
void add_scene(home_plan& to, std::string_view id, std::string_view name,
               std::vector<home_plan::scene_part> parts) {
  json::array members;
  for (const auto& part : parts) members.emplace_back(part.entity_id);
  to.entities.push_back({std::string(id), "unknown",
                         attributes{{"entity_id", std::move(members)}, {"friendly_name", name}}});
  to.scenes.emplace(id, std::move(parts));
}

state_update lit(int brightness) {
  return {.state = "on",
          .attributes = {{"color_mode", "color_temp"}, {"brightness", json::value(brightness)}}};
}

state_update dark() {
  return {.state = "off", .attributes = {{"color_mode", nullptr}, {"brightness", nullptr}}};
}

void add_lights_and_switches(home_plan& to) {
  add_light(to, "light.kitchen", "Kitchen");
  add_light(to, "light.living_room", "Living room", true, 180);
  add_light(to, "light.bedroom", "Bedroom");
  add_light(to, "light.hallway", "Hallway");
  add_light(to, "light.desk", "Desk");
  add_light(to, "light.kids_room", "Kids' room");
  add_plain_light(to, "light.porch", "Porch");
  add_plain_light(to, "light.garage", "Garage");
  add_switch(to, "switch.coffee_maker", "Coffee maker");
  add_switch(to, "switch.heater", "Heater");
  add_switch(to, "switch.fan", "Fan");
  add_switch(to, "switch.dehumidifier", "Dehumidifier", true);
  add_switch(to, "switch.irrigation", "Irrigation");
  add_switch(to, "switch.christmas_tree", "Christmas tree");
}

void add_sensors(home_plan& to) {
  add_sensor(to, "sensor.outside_temperature", "11.4", "°C", "temperature", "Outside");
  add_sensor(to, "sensor.living_room_temperature", "20.9", "°C", "temperature", "Living room");
  add_sensor(to, "sensor.bedroom_temperature", "18.6", "°C", "temperature", "Bedroom");
  add_sensor(to, "sensor.bathroom_humidity", "54", "%", "humidity", "Bathroom humidity");
  add_sensor(to, "sensor.outside_humidity", "77", "%", "humidity", "Outside humidity");
  add_sensor(to, "sensor.grid_power", "312.5", "W", "power", "Grid power");
  add_sensor(to, "sensor.solar_power", "0.0", "W", "power", "Solar power");
  add_sensor(to, "sensor.illuminance", "1480", "lx", "illuminance", "Illuminance");
  add_sensor(to, "sensor.phone_battery", "81", "%", "battery", "Phone battery");
  add_sensor(to, "sensor.air_quality", "612", "ppm", "carbon_dioxide", "Air quality");
  add_binary_sensor(to, "binary_sensor.front_door", "door", "Front door");
  add_binary_sensor(to, "binary_sensor.back_door", "door", "Back door");
  add_binary_sensor(to, "binary_sensor.kitchen_window", "window", "Kitchen window");
  add_binary_sensor(to, "binary_sensor.hallway_motion", "motion", "Hallway motion");
  add_binary_sensor(to, "binary_sensor.garage_motion", "motion", "Garage motion");
  add_binary_sensor(to, "binary_sensor.smoke", "smoke", "Smoke");
  add_binary_sensor(to, "binary_sensor.washing_machine", "running", "Washing machine");
}

void add_devices(home_plan& to) {
  add_climate(to, "climate.living_room", "Living room", 20.9);
  add_climate(to, "climate.bedroom", "Bedroom", 18.6);
  add_climate(to, "climate.office", "Office", 19.5);
  add_lock(to, "lock.front_door", "Front door");
  add_lock(to, "lock.back_door", "Back door");
  add_cover(to, "cover.garage_door", "garage", "Garage door");
  add_cover(to, "cover.living_room_blinds", "blind", "Living room blinds");
  add_cover(to, "cover.bedroom_blinds", "blind", "Bedroom blinds");
  add_media_player(to, "media_player.living_room", "tv", "Living room");
  add_media_player(to, "media_player.kitchen_speaker", "speaker", "Kitchen speaker");
}

void add_scenes(home_plan& to) {
  add_scene(to, "scene.movie", "Movie",
            {{"light.living_room", lit(40)},
             {"light.kitchen", dark()},
             {"cover.living_room_blinds",
              {.state = "closed", .attributes = {{"current_position", json::value(0)}}}}});
  add_scene(to, "scene.good_night", "Good night",
            {{"light.living_room", dark()},
             {"light.kitchen", dark()},
             {"light.hallway", lit(20)},
             {"lock.front_door", {.state = "locked", .attributes = {}}}});
  add_scene(
      to, "scene.morning", "Morning",
      {{"light.kitchen", lit(255)}, {"switch.coffee_maker", {.state = "on", .attributes = {}}}});
}

// --- the registries ---

void add_rooms(home_plan& to) {
  to.floors = {{"ground_floor", "Ground floor", 0}, {"upper_floor", "Upper floor", 1}};
  to.areas = {{"bathroom", "Bathroom", "upper_floor", {}},
              {"bedroom", "Bedroom", "upper_floor", {}},
              {"garage", "Garage", "ground_floor", {}},
              {"garden", "Garden", std::nullopt, {}},
              {"hallway", "Hallway", "ground_floor", {}},
              {"kids_room", "Kids' room", "upper_floor", {}},
              {"kitchen", "Kitchen", "ground_floor", {}},
              {"living_room", "Living room", "ground_floor", {}},
              {"office", "Office", "upper_floor", {}}};
  to.labels = {{"energy", "Energy"}, {"security", "Security"}};
}

// A device and the entities it brings.
struct device_row {
  std::string_view name;
  std::string_view area;
  std::string_view manufacturer;
  std::string_view model;
  std::string_view integration;
  std::vector<std::string_view> entities;
};

std::vector<device_row> things() {
  return {
      {"Kitchen light", "kitchen", "Signify", "Ceiling lamp", "hue", {"light.kitchen"}},
      {"Living room light", "living_room", "Signify", "Floor lamp", "hue", {"light.living_room"}},
      {"Bedroom light", "bedroom", "Signify", "Ceiling lamp", "hue", {"light.bedroom"}},
      {"Hallway light", "hallway", "Signify", "Ceiling lamp", "hue", {"light.hallway"}},
      {"Desk lamp", "office", "Signify", "Table lamp", "hue", {"light.desk"}},
      {"Kids' light", "kids_room", "Signify", "Table lamp", "hue", {"light.kids_room"}},
      {"Coffee maker", "kitchen", "Shelly", "Plug S", "shelly", {"switch.coffee_maker"}},
      {"Heater", "bathroom", "Shelly", "Plug S", "shelly", {"switch.heater"}},
      {"Living room climate",
       "living_room",
       "tado",
       "Thermostat",
       "tado",
       {"climate.living_room", "sensor.living_room_temperature"}},
      {"Bedroom climate",
       "bedroom",
       "tado",
       "Thermostat",
       "tado",
       {"climate.bedroom", "sensor.bedroom_temperature"}},
      {"Office climate", "office", "tado", "Thermostat", "tado", {"climate.office"}},
      {"Front door",
       "hallway",
       "Nuki",
       "Smart Lock",
       "nuki",
       {"lock.front_door", "binary_sensor.front_door"}},
      {"Back door",
       "kitchen",
       "Nuki",
       "Smart Lock",
       "nuki",
       {"lock.back_door", "binary_sensor.back_door"}},
      {"Garage door", "garage", "Somfy", "Opener", "overkiz", {"cover.garage_door"}},
      {"Living room blinds",
       "living_room",
       "Somfy",
       "Blind",
       "overkiz",
       {"cover.living_room_blinds"}},
      {"Bedroom blinds", "bedroom", "Somfy", "Blind", "overkiz", {"cover.bedroom_blinds"}},
      {"Living room TV", "living_room", "LG", "OLED", "webostv", {"media_player.living_room"}},
      {"Kitchen speaker", "kitchen", "Sonos", "One", "sonos", {"media_player.kitchen_speaker"}},
      {"Weather station",
       "garden",
       "Netatmo",
       "Outdoor module",
       "netatmo",
       {"sensor.outside_temperature", "sensor.outside_humidity"}},
      {"Energy meter",
       "garage",
       "Shelly",
       "3EM",
       "shelly",
       {"sensor.grid_power", "sensor.solar_power"}},
      {"Phone", "", "Google", "Pixel", "mobile_app", {"sensor.phone_battery"}},
  };
}

void register_device(home_plan& to, const device_row& row) {
  device_entry device{.id = stable_id("device " + std::string(row.name)),
                      .name = std::string(row.name),
                      .area_id = std::nullopt,
                      .manufacturer = std::string(row.manufacturer),
                      .model = std::string(row.model),
                      .integration = std::string(row.integration),
                      .labels = {}};
  if (!row.area.empty()) device.area_id = row.area;
  for (const auto id : row.entities) {
    const auto item = std::ranges::find(to.entities, id, &home_plan::item::entity_id);
    assert(item != to.entities.end());
    entity_entry entry{
        .entity_id = std::string(id),
        .unique_id = stable_id("entity " + std::string(id)),
        .platform = device.integration,
        .device_id = device.id,
        .area_id = std::nullopt,
        .labels = {},
        .original_name = std::string(item->attributes.at("friendly_name").as_string()),
        .category = {}};
    if (id.starts_with("lock.")) entry.labels = {"security"};
    if (id.ends_with("_power")) entry.labels = {"energy"};
    if (id.ends_with("_battery")) entry.category = "diagnostic";
    to.registered.push_back(std::move(entry));
  }
  to.devices.push_back(std::move(device));
}

// Those without a device have their area on their own.
constexpr std::array on_their_own = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"binary_sensor.garage_motion", "garage"},
    {"binary_sensor.hallway_motion", "hallway"},
    {"binary_sensor.kitchen_window", "kitchen"},
    {"light.garage", "garage"},
    {"light.porch", "garden"},
    {"sensor.bathroom_humidity", "bathroom"},
    {"switch.irrigation", "garden"},
});

void register_all(home_plan& to) {
  add_rooms(to);
  for (const auto& row : things()) register_device(to, row);
  for (const auto& [id, area] : on_their_own) {
    const auto item = std::ranges::find(to.entities, id, &home_plan::item::entity_id);
    assert(item != to.entities.end());
    to.registered.push_back(
        {.entity_id = std::string(id),
         .unique_id = stable_id("entity " + std::string(id)),
         .platform = "mqtt",
         .device_id = {},
         .area_id = std::string(area),
         .labels = {},
         .original_name = std::string(item->attributes.at("friendly_name").as_string()),
         .category = {}});
  }
}

}  // namespace

home_plan fixtures::small_home() {
  home_plan plan;
  add_lights_and_switches(plan);
  add_sensors(plan);
  add_devices(plan);
  add_scenes(plan);
  register_all(plan);
  return plan;
}

}  // namespace hassle::mockha
