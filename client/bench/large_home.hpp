#pragma once

#include <fmt/format.h>
#include <malloc.h>

#include <cstddef>
#include <string>

// What Home Assistant tells of a large home, as text.
namespace hassle::client {

inline constexpr int entities_count = 10'000;
inline constexpr int changes_count = 4'000;

inline std::string entity(int number) { return fmt::format("sensor.room_{}_temperature", number); }

/// The first event of subscribe_entities. The attributes of a light of a current release, some 450
/// bytes as text.
inline std::string snapshot_text() {
  std::string text = R"({"a":{)";
  for (int i = 0; i < entities_count; ++i) {
    text += fmt::format(
        R"({}"{}":{{"s":"21.{}","a":{{"supported_color_modes":["color_temp","xy"],)"
        R"("min_color_temp_kelvin":2202,"max_color_temp_kelvin":6535,"brightness":{},)"
        R"("color_mode":"color_temp","color_temp_kelvin":2702,"effect_list":["none","candle","fire"],)"
        R"("friendly_name":"Room {} temperature","supported_features":44,"icon":"mdi:lamp",)"
        R"("device_class":"temperature","unit_of_measurement":"°C"}},)"
        R"("c":"01KW0AF01A1CC39P1AECBC{:04}","lc":1782422405.162552}})",
        i == 0 ? "" : ",", entity(i), i % 10, i % 256, i, i % 10'000);
  }
  return text + "}}";
}

/// All in one event.
inline std::string changes_text() {
  std::string text = R"({"c":{)";
  for (int i = 0; i < changes_count; ++i) {
    text += fmt::format(
        R"({}"{}":{{"+":{{"s":"22.{}","lc":1782422406.1,"c":"01KW0AF01A1CC39P1AECBD{:04}",)"
        R"("a":{{"brightness":{},"effect":"none"}}}}}})",
        i == 0 ? "" : ",", entity(i * 2), i % 10, i, i % 256);
  }
  return text + "}}";
}

/// As Home Assistant coalesces them (reference §3.4): an array of messages, each with one change.
inline std::string coalesced_text(int id) {
  std::string text = "[";
  for (int i = 0; i < changes_count; ++i) {
    text += fmt::format(
        R"({}{{"type":"event","event":{{"c":{{"{}":{{"+":{{"s":"22.{}","lc":1782422406.1,)"
        R"("c":"01KW0AF01A1CC39P1AECBD{:04}","a":{{"brightness":{},"effect":"none"}}}}}}}}}},)"
        R"("id":{}}})",
        i == 0 ? "" : ",", entity(i * 2), i % 10, i, i % 256, id);
  }
  return text + "]";
}
inline std::string message_text(int id, const std::string& event) {
  return fmt::format(R"({{"id":{},"type":"event","event":{}}})", id, event);
}

inline std::size_t bytes_in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

}  // namespace hassle::client
