// A house with 40 rooms, its devices made from a few patterns: 2,500 entities, always the same.
#include "mockha/fixtures.hpp"
#include "mockha/home.hpp"
#include "mockha/json_text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::mockha {

namespace {

using attributes = json::object;

constexpr std::size_t entities_wanted = 2'500;

constexpr std::array floors =
    std::to_array<std::string_view>({"Cellar", "Ground", "Upper", "Attic"});
constexpr std::array rooms =
    std::to_array<std::string_view>({"Kitchen", "Living room", "Bedroom", "Bathroom", "Hallway",
                                     "Office", "Guest room", "Storage", "Workshop", "Studio"});

std::string slug(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      text += static_cast<char>(c - 'A' + 'a');
    } else {
      text += c == ' ' || c == '-' ? '_' : c;
    }
  }
  return text;
}

// A number that belongs to a name, the same on every machine.
std::uint64_t number_of(std::string_view name) {
  std::uint64_t n = 0xcbf29ce484222325;
  for (const char c : name) n = (n ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  n ^= n >> 31U;
  return n * 0x9e3779b97f4a7c15 >> 20U;
}

/// Adds devices and their entities to a plan.
class builder {
 public:
  explicit builder(home_plan& to) : to_(to) {}

  [[nodiscard]] bool full() const { return to_.entities.size() >= entities_wanted; }

  /// What follows belongs to this device; `area` may be empty.
  void device(std::string_view name, std::string_view area, std::string_view manufacturer,
              std::string_view model, std::string_view integration) {
    device_ = {.id = stable_id("device " + std::string(name)),
               .name = std::string(name),
               .area_id = std::nullopt,
               .manufacturer = std::string(manufacturer),
               .model = std::string(model),
               .integration = std::string(integration),
               .labels = {}};
    if (!area.empty()) device_.area_id = area;
    to_.devices.push_back(device_);
  }

  /// An entity of the device; `name` is appended to the device's, if it is not empty.
  std::string part(std::string_view domain, std::string_view name, std::string state,
                   attributes shown, std::string_view category = {}) {
    const std::string whole =
        name.empty() ? device_.name : fmt::format("{} {}", device_.name, name);
    const std::string id = fmt::format("{}.{}", domain, slug(whole));
    if (full()) return id;
    shown["friendly_name"] = whole;
    to_.registered.push_back({.entity_id = id,
                              .unique_id = stable_id("entity " + id),
                              .platform = device_.integration,
                              .device_id = device_.id,
                              .area_id = std::nullopt,
                              .labels = {},
                              .original_name = std::string(name.empty() ? device_.name : name),
                              .category = std::string(category)});
    to_.entities.push_back({id, std::move(state), std::move(shown)});
    return id;
  }

  /// One without a device.
  void lone(std::string_view id, std::string_view name, std::string_view platform,
            std::string state, attributes shown) {
    if (full()) return;
    shown["friendly_name"] = name;
    to_.registered.push_back({.entity_id = std::string(id),
                              .unique_id = stable_id("entity " + std::string(id)),
                              .platform = std::string(platform),
                              .device_id = {},
                              .area_id = {},
                              .labels = {},
                              .original_name = std::string(name),
                              .category = {}});
    to_.entities.push_back({std::string(id), std::move(state), std::move(shown)});
  }

  void sensor(std::string_view name, double min, double max, std::string_view unit,
              std::string_view device_class, std::string_view category = {},
              std::string_view state_class = "measurement") {
    const double share =
        static_cast<double>(number_of(fmt::format("{} {}", device_.name, name)) % 1000) / 1000;
    const double value = std::round((min + (max - min) * share) * 10) / 10;
    part("sensor", name, json_text(json::value(value)),
         {{"state_class", state_class},
          {"unit_of_measurement", unit},
          {"device_class", device_class}},
         category);
  }

  void binary(std::string_view name, std::string_view device_class,
              std::string_view category = {}) {
    const bool on = number_of(fmt::format("{} {}", device_.name, name)) % 8 == 0;
    part("binary_sensor", name, on ? "on" : "off", {{"device_class", device_class}}, category);
  }

  void battery_and_signal() {
    sensor("battery", 20, 100, "%", "battery", "diagnostic");
    sensor("signal strength", -90, -40, "dBm", "signal_strength", "diagnostic");
  }

  void firmware(std::string_view version) {
    part("update", "firmware", "off",
         {{"auto_update", false},
          {"installed_version", version},
          {"in_progress", false},
          {"latest_version", version},
          {"release_summary", nullptr},
          {"release_url", nullptr},
          {"skipped_version", nullptr},
          {"title", nullptr},
          {"update_percentage", nullptr},
          {"device_class", "firmware"},
          {"supported_features", 5}},
         "config");
    part("button", "identify", "unknown", {{"device_class", "identify"}}, "diagnostic");
  }

 private:
  home_plan& to_;
  device_entry device_;
};

// --- one function per kind of device ---

void add_multi_sensor(builder& b, std::string_view room, std::string_view area) {
  b.device(fmt::format("{} sensor", room), area, "Aqara", "Presence FP2", "zha");
  b.sensor("temperature", 16, 25, "°C", "temperature");
  b.sensor("humidity", 35, 70, "%", "humidity");
  b.sensor("illuminance", 0, 800, "lx", "illuminance");
  b.sensor("pressure", 985, 1030, "hPa", "atmospheric_pressure");
  b.sensor("carbon dioxide", 420, 1400, "ppm", "carbon_dioxide");
  b.binary("motion", "motion");
  b.binary("occupancy", "occupancy");
  b.binary("tamper", "tamper", "diagnostic");
  b.battery_and_signal();
  b.firmware("1.2.6");
}

std::string add_lamp(builder& b, std::string_view room, std::string_view area,
                     std::string_view which) {
  b.device(fmt::format("{} {}", room, which), area, "Signify", "White and color ambiance", "hue");
  const bool on = number_of(fmt::format("{} {}", room, which)) % 4 == 0;
  attributes shown{
      {"min_color_temp_kelvin", 2000},
      {"max_color_temp_kelvin", 6535},
      {"effect_list", json::array{"off", "candle", "fire", "prism", "sparkle"}},
      {"supported_color_modes", json::array{"color_temp", "xy"}},
      {"effect", on ? json::value("off") : json::value()},
      {"color_mode", on ? json::value("color_temp") : json::value()},
      {"brightness", on ? json::value(180) : json::value()},
      {"color_temp_kelvin", on ? json::value(2732) : json::value()},
      {"hs_color", on ? json::value(json::array{28.327, 64.71}) : json::value()},
      {"rgb_color", on ? json::value(json::array{255, 167, 89}) : json::value()},
      {"xy_color", on ? json::value(json::array{0.524, 0.387}) : json::value()},
  };
  const std::string id = b.part("light", "", on ? "on" : "off", std::move(shown));
  b.part("select", "power-on behavior", "last_state",
         {{"options", json::array{"last_state", "on", "off"}}}, "config");
  b.sensor("power", 0, 9, "W", "power");
  b.firmware("1.104.2");
  return id;
}

void add_plug(builder& b, std::string_view room, std::string_view area, std::string_view which) {
  b.device(fmt::format("{} {} plug", room, which), area, "Shelly", "Plug S Gen3", "shelly");
  const bool on = number_of(fmt::format("{} {}", room, which)) % 2 == 0;
  b.part("switch", "", on ? "on" : "off", {{"device_class", "outlet"}});
  b.sensor("power", 0, on ? 400 : 0, "W", "power");
  b.sensor("voltage", 224, 236, "V", "voltage", "diagnostic");
  b.sensor("current", 0, 1.8, "A", "current", "diagnostic");
  b.sensor("energy", 5, 900, "kWh", "energy", {}, "total_increasing");
  b.binary("overheating", "problem", "diagnostic");
  b.firmware("1.4.4");
}

void add_thermostat(builder& b, std::string_view room, std::string_view area) {
  b.device(fmt::format("{} radiator", room), area, "tado", "Smart Radiator X", "matter");
  b.part("climate", "", "heat",
         {{"hvac_modes", json::array{"off", "heat", "auto"}},
          {"min_temp", 7},
          {"max_temp", 30},
          {"target_temp_step", 0.5},
          {"preset_modes", json::array{"none", "eco", "away"}},
          {"current_temperature", 20.4},
          {"temperature", 21.0},
          {"hvac_action", "idle"},
          {"preset_mode", "none"},
          {"supported_features", 401}});
  b.sensor("temperature", 17, 24, "°C", "temperature");
  b.sensor("valve position", 0, 100, "%", "power_factor");
  b.part("number", "temperature offset", "0.0",
         {{"min", -5}, {"max", 5}, {"step", 0.5}, {"mode", "box"}, {"unit_of_measurement", "°C"}},
         "config");
  b.part("switch", "child lock", "off", {}, "config");
  b.binary("window open", "window");
  b.battery_and_signal();
}

void add_blind(builder& b, std::string_view room, std::string_view area) {
  b.device(fmt::format("{} blind", room), area, "Somfy", "Oximo", "overkiz");
  const std::int64_t open = number_of(room) % 3 == 0 ? 0 : 100;
  b.part("cover", "", open == 0 ? "closed" : "open",
         {{"current_position", open}, {"device_class", "blind"}, {"supported_features", 15}});
  b.part("button", "my position", "unknown", {});
  b.sensor("rssi level", 40, 100, "%", "signal_strength", "diagnostic");
}

void add_contact(builder& b, std::string_view room, std::string_view area) {
  b.device(fmt::format("{} window", room), area, "Aqara", "Door and window", "zha");
  b.binary("", "window");
  b.binary("tamper", "tamper", "diagnostic");
  b.sensor("device temperature", 16, 26, "°C", "temperature", "diagnostic");
  b.battery_and_signal();
}

void add_speaker(builder& b, std::string_view room, std::string_view area) {
  b.device(fmt::format("{} speaker", room), area, "Sonos", "Era 100", "sonos");
  b.part("media_player", "", "idle",
         {{"source_list", json::array{"Line-in", "Radio", "TV"}},
          {"volume_level", 0.2},
          {"is_volume_muted", false},
          {"media_content_type", "music"},
          {"shuffle", false},
          {"repeat", "off"},
          {"device_class", "speaker"},
          {"supported_features", 152461}});
  b.part("number", "bass", "0", {{"min", -10}, {"max", 10}, {"step", 1}, {"mode", "auto"}},
         "config");
  b.part("number", "treble", "0", {{"min", -10}, {"max", 10}, {"step", 1}, {"mode", "auto"}},
         "config");
  b.part("switch", "loudness", "on", {}, "config");
}

// --- what there is once ---

void add_outside(home_plan& to, builder& b) {
  b.device("Front door", "ground_hallway", "Nuki", "Smart Lock Pro", "nuki");
  b.part("lock", "", "locked",
         {{"code_format", nullptr}, {"changed_by", "Keypad"}, {"supported_features", 1}});
  b.binary("contact", "door");
  b.battery_and_signal();
  b.device("Garage", "", "Somfy", "Opener", "overkiz");
  b.part("cover", "door", "closed",
         {{"current_position", 0}, {"device_class", "garage"}, {"supported_features", 15}});
  b.device("Robot", "ground_hallway", "Roborock", "S8", "roborock");
  b.part("vacuum", "", "docked", {{"fan_speed", "balanced"}, {"supported_features", 13116}});
  b.battery_and_signal();
  b.device("Attic ventilation", "attic_storage", "Vaillant", "recoVAIR", "modbus");
  b.part("fan", "", "on",
         {{"preset_modes", json::array{"auto", "boost"}},
          {"percentage", 40},
          {"percentage_step", 1.0},
          {"preset_mode", nullptr},
          {"supported_features", 57}});
  // Its integration raises whatever it is asked to do.
  b.device("Shed", "", "Tuya", "Outlet", "tuya");
  const std::string broken = b.part("switch", "outlet", "off", {{"device_class", "outlet"}});
  to.raising[broken] = {.code = "home_assistant_error",
                        .message = "Timeout communicating with the device",
                        .translation_key = "communication_error",
                        .translation_domain = "tuya",
                        .translation_placeholders = {{"name", "Shed outlet"}}};
}

void add_services(builder& b) {
  b.lone("sun.sun", "Sun", "sun", "above_horizon",
         {{"elevation", 21.4}, {"azimuth", 271.3}, {"rising", false}});
  b.lone("zone.home", "Home", "zone", "2",
         {{"latitude", 52.5},
          {"longitude", 13.4},
          {"radius", 100},
          {"passive", false},
          {"persons", json::array{"person.anna", "person.ben"}},
          {"editable", true},
          {"icon", "mdi:home"}});
  for (const std::string_view name : {"Anna", "Ben"}) {
    b.lone("person." + slug(name), name, "person", "home",
           {{"editable", true}, {"id", slug(name)}, {"latitude", 52.5}, {"longitude", 13.4}});
    b.device(fmt::format("{}'s phone", name), "", "Google", "Pixel 9", "mobile_app");
    b.lone("device_tracker." + slug(name) + "_phone", fmt::format("{}'s phone", name), "mobile_app",
           "home", {{"source_type", "gps"}, {"gps_accuracy", 12}});
    b.lone("notify." + slug(name) + "_phone", fmt::format("{}'s phone", name), "mobile_app",
           "unknown", {{"supported_features", 1}});
  }
  b.lone("weather.home", "Home", "met", "partlycloudy",
         {{"temperature", 14.2},
          {"dew_point", 7.9},
          {"temperature_unit", "°C"},
          {"humidity", 66},
          {"cloud_coverage", 51.2},
          {"pressure", 1018.3},
          {"pressure_unit", "hPa"},
          {"wind_bearing", 234.1},
          {"wind_speed", 13.7},
          {"wind_speed_unit", "km/h"},
          {"visibility_unit", "km"},
          {"precipitation_unit", "mm"},
          {"attribution", "Weather forecast from met.no"},
          {"supported_features", 3}});
  b.lone("calendar.family", "Family", "local_calendar", "off",
         {{"message", "Dentist"}, {"all_day", false}, {"supported_features", 7}});
}

void add_helpers(builder& b) {
  b.lone("input_boolean.guests", "Guests", "input_boolean", "off", {{"editable", true}});
  b.lone("input_boolean.vacation", "Vacation", "input_boolean", "off", {{"editable", true}});
  b.lone("input_number.comfort_temperature", "Comfort temperature", "input_number", "21.0",
         {{"initial", nullptr},
          {"editable", true},
          {"min", 15.0},
          {"max", 25.0},
          {"step", 0.5},
          {"mode", "slider"}});
  b.lone("input_select.mode", "Mode", "input_select", "home",
         {{"options", json::array{"home", "away", "night"}}, {"editable", true}});
  b.lone("input_text.note", "Note", "input_text", "",
         {{"editable", true}, {"min", 0}, {"max", 100}, {"pattern", nullptr}, {"mode", "text"}});
}

void add_scene(home_plan& to, builder& b, std::string_view room, std::string_view lamp) {
  const std::string id = fmt::format("scene.{}_evening", slug(room));
  b.lone(id, fmt::format("{} evening", room), "homeassistant", "unknown",
         {{"entity_id", json::array{lamp}}});
  to.scenes[id] = {
      {std::string(lamp),
       {.state = "on", .attributes = {{"color_mode", "color_temp"}, {"brightness", 60}}}}};
}

void add_room(home_plan& to, builder& b, std::string_view room, std::string_view area) {
  add_multi_sensor(b, room, area);
  const std::string lamp = add_lamp(b, room, area, "ceiling lamp");
  add_lamp(b, room, area, "wall lamp");
  add_plug(b, room, area, "north");
  add_plug(b, room, area, "south");
  add_thermostat(b, room, area);
  add_blind(b, room, area);
  add_contact(b, room, area);
  add_speaker(b, room, area);
  add_scene(to, b, room, lamp);
}

// What runs, and what its owner wrote into it.
void add_script(home_plan& to, builder& b, std::string_view id, std::string_view name,
                std::string_view sequence) {
  auto what = script::read(json::parse(sequence));
  assert(what);
  to.scripts[std::string(id)] = std::make_shared<const script>(std::move(*what));
  if (id.starts_with("script.")) {
    b.lone(id, name, "script", "off",
           {{"last_triggered", nullptr}, {"mode", "single"}, {"current", 0}});
  } else {
    b.lone(id, name, "automation", "on",
           {{"id", slug(name)}, {"last_triggered", nullptr}, {"mode", "single"}, {"current", 0}});
  }
}

void add_scripts(home_plan& to, builder& b) {
  add_script(to, b, "script.good_night", "Good night", R"([
    {"action":"light.turn_off","target":{"entity_id":"all"}},
    {"delay":"00:00:05"},
    {"action":"lock.lock","target":{"entity_id":"lock.front_door"}},
    {"event":"house_asleep","event_data":{"mode":"{{ states('input_select.mode') }}"}}])");
  add_script(to, b, "script.forecast", "Forecast", R"([
    {"action":"weather.get_forecasts","data":{"type":"{{ type | default('daily') }}"},
     "target":{"entity_id":"weather.home"},"response_variable":"forecast"},
    {"stop":"done","response_variable":"forecast"}])");
  add_script(to, b, "automation.night_light", "Night light", R"([
    {"condition":"state","entity_id":"input_boolean.vacation","state":"off"},
    {"action":"light.turn_on","target":{"entity_id":"light.ground_hallway_ceiling_lamp"},
     "data":{"brightness_pct":10}},
    {"delay":{"minutes":2}},
    {"action":"light.turn_off","target":{"entity_id":"light.ground_hallway_ceiling_lamp"}}])");
  add_script(to, b, "automation.washing_done", "Washing done", R"([
    {"action":"notify.notify","data":{"message":"The washing is done."}}])");
}

// The rest are the meters of a switchboard: one circuit after the other.
void add_circuits(builder& b) {
  b.device("Switchboard", "", "Emporia", "Vue 3", "esphome");
  for (int n = 1; !b.full(); ++n) {
    b.sensor(fmt::format("circuit {} power", n), 0, 900, "W", "power");
    b.sensor(fmt::format("circuit {} energy", n), 1, 2000, "kWh", "energy", {}, "total_increasing");
  }
}

}  // namespace

home_plan fixtures::large_home() {
  home_plan plan;
  builder b(plan);
  plan.labels = {{"energy", "Energy"}, {"security", "Security"}};
  for (std::size_t level = 0; level < floors.size(); ++level) {
    const std::string floor = slug(floors[level]);
    plan.floors.push_back({floor, std::string(floors[level]), static_cast<int>(level) - 1});
    for (const auto room : rooms) {
      std::string shown = fmt::format("{} {}", floors[level], room);
      plan.areas.push_back({slug(shown), shown, floor, {}});
    }
  }
  add_outside(plan, b);
  add_services(b);
  add_helpers(b);
  add_scripts(plan, b);
  for (const auto& area : plan.areas) add_room(plan, b, area.name, area.id);
  add_circuits(b);
  assert(plan.entities.size() == entities_wanted);
  return plan;
}

}  // namespace hassle::mockha
