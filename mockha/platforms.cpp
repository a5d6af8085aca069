#include "mockha/platforms.hpp"

#include "mockha/json_text.hpp"

#include <fmt/format.h>

#include <array>

namespace hassle::mockha {

namespace {

constexpr std::array triggers = std::to_array<platform_entry>({
    {"binary_sensor", "occupancy_cleared"},
    {"binary_sensor", "occupancy_detected"},
    {"climate", "started_heating"},
    {"climate", "turned_off"},
    {"climate", "turned_on"},
    {"cover", "closed"},
    {"cover", "opened"},
    {"fan", "turned_off"},
    {"fan", "turned_on"},
    {"light", "brightness_changed"},
    {"light", "turned_off"},
    {"light", "turned_on"},
    {"lock", "locked"},
    {"lock", "unlocked"},
    {"media_player", "stopped_playing"},
    {"scene", "activated"},
    {"sun", ""},
    {"switch", "turned_off"},
    {"switch", "turned_on"},
    {"vacuum", "docked"},
});
constexpr std::array conditions = std::to_array<platform_entry>({
    {"climate", "is_off"},
    {"climate", "is_on"},
    {"fan", "is_off"},
    {"fan", "is_on"},
    {"light", "is_off"},
    {"light", "is_on"},
    {"lock", "is_locked"},
    {"lock", "is_unlocked"},
    {"media_player", "is_playing"},
    {"sun", ""},
    {"switch", "is_off"},
    {"switch", "is_on"},
    {"vacuum", "is_docked"},
});

}  // namespace

std::span<const platform_entry> trigger_platforms() { return triggers; }
std::span<const platform_entry> condition_platforms() { return conditions; }

std::string name_of(const platform_entry& of) {
  return of.name.empty() ? std::string(of.domain) : fmt::format("{}.{}", of.domain, of.name);
}

std::string descriptions_json(std::span<const platform_entry> of) {
  std::string text = "{";
  for (const auto& p : of) {
    append_string(text, name_of(p));
    text += R"(:{"fields":{},"target":{"entity":[{"domain":[)";
    append_string(text, p.domain);
    text += "]}]}},";
  }
  if (text.back() == ',') text.pop_back();
  text += '}';
  return text;
}

}  // namespace hassle::mockha
