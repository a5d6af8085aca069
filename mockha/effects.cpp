#include "mockha/effects.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <cmath>

namespace hassle::mockha::effects {

namespace {

double number_or(const json::object& data, std::string_view key, double otherwise) {
  const json::value* found = data.if_contains(key);
  if (!found || !found->is_number()) return otherwise;
  return found->to_number<double>();
}

state_update becomes(std::string state) { return {.state = std::move(state), .attributes = {}}; }

bool is_on(const entity& e) { return e.now().state == "on"; }

// The only colour mode of a lamp that knows nothing but on and off.
constexpr std::string_view on_off = "onoff";

/// Lives as long as the attributes do.
std::string_view first_color_mode(const entity& e) {
  const json::value* modes = e.now().attributes.if_contains("supported_color_modes");
  if (!modes || !modes->is_array() || modes->get_array().empty()) return on_off;
  const json::string* mode = modes->get_array().front().if_string();
  return mode ? std::string_view(*mode) : on_off;
}

// What the call asks for, else what the lamp had, else full.
std::int64_t wanted_brightness(const entity& e, const json::object& data) {
  const double wanted =
      data.contains("brightness_pct")
          ? number_or(data, "brightness_pct", 100) * 255 / 100
          : number_or(data, "brightness", number_or(e.now().attributes, "brightness", 255));
  return std::lround(std::clamp(wanted, 0.0, 255.0));
}

failure invalid(std::string_view domain, std::string key, const std::string& text,
                json::object placeholders) {
  return {.code = "service_validation_error",
          .message = "Validation error: " + text,
          .translation_key = std::move(key),
          .translation_domain = std::string(domain),
          .translation_placeholders = std::move(placeholders)};
}

std::string number_text(double number) { return json_text(json::value(number)); }

std::string joined(const json::array& words) {
  std::string text;
  for (const auto& word : words) {
    if (!word.is_string()) continue;
    if (!text.empty()) text += ", ";
    text += std::string_view(word.get_string());
  }
  return text;
}

result set_mode(const entity& e, std::string mode) {
  const json::value* known = e.now().attributes.if_contains("hvac_modes");
  const json::array none;
  const json::array& modes = known && known->is_array() ? known->get_array() : none;
  for (const auto& m : modes) {
    if (m == json::value(mode)) {
      return state_update{.state = mode,
                          .attributes = {{"hvac_action", mode == "off" ? "off" : "idle"}}};
    }
  }
  const std::string list = joined(modes);
  return std::unexpected(
      invalid("climate", "not_valid_hvac_mode",
              fmt::format("HVAC mode {} is not valid. Valid HVAC modes are: {}.", mode, list),
              {{"mode", mode}, {"modes", list}}));
}

state_update position(std::int64_t percent) {
  return {.state = percent == 0 ? "closed" : "open",
          .attributes = {{"current_position", json::value(percent)}}};
}

}  // namespace

result light_on(const entity& e, const json::object& data) {
  const std::string_view mode = first_color_mode(e);
  state_update update = becomes("on");
  update.attributes.reserve(2);  // More are rare.
  update.attributes.push_back({"color_mode", json::value(mode)});
  if (mode == on_off) return update;
  const std::int64_t brightness = wanted_brightness(e, data);
  if (brightness == 0) return light_off(e, data);  // As Home Assistant reads a zero.
  update.attributes.push_back({"brightness", json::value(brightness)});
  for (const std::string_view key : {"color_temp_kelvin", "rgb_color", "hs_color", "effect"}) {
    if (const json::value* given = data.if_contains(key)) {
      update.attributes.push_back({std::string(key), json::value(*given, json::storage_ptr())});
    }
  }
  return update;
}

result light_off(const entity& e, const json::object&) {
  state_update update = becomes("off");
  for (const std::string_view key :
       {"color_mode", "brightness", "color_temp_kelvin", "rgb_color", "hs_color", "effect"}) {
    if (e.now().attributes.contains(key)) update.attributes.push_back({std::string(key), nullptr});
  }
  return update;
}

result light_toggle(const entity& e, const json::object& data) {
  return is_on(e) ? light_off(e, data) : light_on(e, data);
}

result switch_on(const entity&, const json::object&) { return becomes("on"); }
result switch_off(const entity&, const json::object&) { return becomes("off"); }
result switch_toggle(const entity& e, const json::object&) {
  return becomes(is_on(e) ? "off" : "on");
}

result climate_on(const entity& e, const json::object&) { return set_mode(e, "heat"); }
result climate_off(const entity& e, const json::object&) { return set_mode(e, "off"); }
result climate_toggle(const entity& e, const json::object& data) {
  return e.now().state == "off" ? climate_on(e, data) : climate_off(e, data);
}

result climate_mode(const entity& e, const json::object& data) {
  return set_mode(e, std::string(std::string_view(data.at("hvac_mode").as_string())));
}

result climate_temperature(const entity& e, const json::object& data) {
  const double wanted = number_or(data, "temperature", 0);
  const double min = number_or(e.now().attributes, "min_temp", 7);
  const double max = number_or(e.now().attributes, "max_temp", 35);
  if (wanted < min || wanted > max) {
    return std::unexpected(
        invalid("climate", "temp_out_of_range",
                fmt::format("Provided temperature {} is not valid. Accepted range is {} to {}",
                            number_text(wanted), min, max),
                {{"check_temp", number_text(wanted)},
                 {"min_temp", fmt::format("{}", min)},
                 {"max_temp", fmt::format("{}", max)}}));
  }
  result update = data.contains("hvac_mode") ? climate_mode(e, data) : becomes(e.now().state);
  if (update) update->attributes.push_back({"temperature", json::value(wanted)});
  return update;
}

result lock(const entity&, const json::object&) { return becomes("locked"); }
result unlock(const entity&, const json::object&) { return becomes("unlocked"); }

result cover_open(const entity&, const json::object&) { return position(100); }
result cover_close(const entity&, const json::object&) { return position(0); }
result cover_stop(const entity& e, const json::object&) { return becomes(e.now().state); }
result cover_toggle(const entity& e, const json::object&) {
  return position(e.now().state == "closed" ? 100 : 0);
}
result cover_position(const entity&, const json::object& data) {
  return position(std::lround(number_or(data, "position", 0)));
}

result media_on(const entity& e, const json::object&) {
  return becomes(e.now().state == "off" ? "idle" : e.now().state);
}
result media_off(const entity&, const json::object&) { return becomes("off"); }
result media_toggle(const entity& e, const json::object&) {
  return becomes(e.now().state == "off" ? "idle" : "off");
}
result media_play(const entity&, const json::object&) { return becomes("playing"); }
result media_pause(const entity&, const json::object&) { return becomes("paused"); }
result media_play_pause(const entity& e, const json::object&) {
  return becomes(e.now().state == "playing" ? "paused" : "playing");
}
result media_stop(const entity&, const json::object&) { return becomes("idle"); }

result media_volume(const entity& e, const json::object& data) {
  state_update update = becomes(e.now().state);
  update.attributes.push_back({"volume_level", json::value(number_or(data, "volume_level", 0))});
  return update;
}

result media_mute(const entity& e, const json::object& data) {
  state_update update = becomes(e.now().state);
  update.attributes.push_back(
      {"is_volume_muted", json::value(data.at("is_volume_muted").as_bool())});
  return update;
}

}  // namespace hassle::mockha::effects
