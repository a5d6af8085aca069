// What a service call should bring about, and whether a state shows it.
#include "called_service.hpp"
#include "idempotency_rules.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <span>

namespace hassle::client {

namespace json = boost::json;

namespace {

/// How far a number that a device reports may be from the one that was asked for: a brightness of
/// 60 % becomes 153 of 255, and 152 in a device that counts to 254.
double tolerance_of(std::string_view attribute) {
  if (attribute == "brightness") return 3;
  if (attribute == "volume_level") return 0.02;
  if (attribute == "temperature") return 0.01;
  return 1;  // Positions and percentages.
}

bool same(std::string_view attribute, const json::value& wanted, const json::value& found) {
  if (!wanted.is_number() || !found.is_number()) return wanted == found;
  return std::abs(wanted.to_number<double>() - found.to_number<double>()) <=
         tolerance_of(attribute);
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "21" is "21.0".
bool same_state(std::string_view wanted, std::string_view found) {
  if (wanted == found) return true;
  const auto a = number_of(wanted);
  const auto b = number_of(found);
  return a && b && std::abs(*a - *b) < 1e-6;
}

bool says_nothing(std::string_view state) { return state == "unavailable" || state == "unknown"; }

using strings = std::vector<std::string>;

/// Services whose effect is a state of the entity. Domains that report turning on in states of
/// their own (climate: "heat") are left out.
const std::map<std::string_view, strings>& states_by_service() {
  static const std::map<std::string_view, strings> all = {
      {"turn_off", {"off"}},
      {"open_cover", {"open", "opening"}},
      {"close_cover", {"closed", "closing"}},
      {"open_valve", {"open", "opening"}},
      {"close_valve", {"closed", "closing"}},
      {"lock", {"locked", "locking"}},
      {"unlock", {"unlocked", "unlocking"}},
      {"media_play", {"playing", "buffering"}},
      {"media_pause", {"paused"}},
      {"alarm_disarm", {"disarmed", "disarming"}},
      {"alarm_arm_away", {"armed_away", "arming"}},
      {"alarm_arm_home", {"armed_home", "arming"}},
      {"alarm_arm_night", {"armed_night", "arming"}},
  };
  return all;
}

constexpr std::array<std::string_view, 9> on_off_domains = {
    "light",      "switch", "fan",        "input_boolean", "siren",
    "humidifier", "remote", "automation", "group"};
constexpr std::array<std::string_view, 8> toggled_domains = {
    "light", "switch", "fan", "input_boolean", "siren", "humidifier", "cover", "valve"};

bool is_one_of(std::span<const std::string_view> all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

/// A member of service_data that becomes an attribute.
struct attribute_rule {
  std::string_view service;
  std::string_view key;
  std::string_view attribute;
};
constexpr std::array<attribute_rule, 9> attribute_rules = {{
    {"turn_on", "brightness", "brightness"},
    {"set_cover_position", "position", "current_position"},
    {"set_valve_position", "position", "current_position"},
    {"set_temperature", "temperature", "temperature"},
    {"set_preset_mode", "preset_mode", "preset_mode"},
    {"set_percentage", "percentage", "percentage"},
    {"volume_set", "volume_level", "volume_level"},
    {"volume_mute", "is_volume_muted", "is_volume_muted"},
    {"select_source", "source", "source"},
}};

/// A member of service_data that becomes the state.
struct state_rule {
  std::string_view service;
  std::string_view key;
};
constexpr std::array<state_rule, 3> state_rules = {{
    {"set_value", "value"},
    {"select_option", "option"},
    {"set_hvac_mode", "hvac_mode"},
}};

std::string as_state(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_double()) return std::to_string(value.get_double());
  return {};
}

void expect_data(const called_service& call, expected_effect& effect) {
  if (call.data == nullptr) return;
  for (const state_rule& each : state_rules) {
    const json::value* value = call.data->if_contains(each.key);
    if (call.service != each.service || value == nullptr) continue;
    std::string state = as_state(*value);
    if (!state.empty()) effect.states.push_back(std::move(state));
  }
  // On its way there it has many values.
  if (call.data->contains("transition")) return;
  for (const attribute_rule& each : attribute_rules) {
    const json::value* value = call.data->if_contains(each.key);
    if (call.service == each.service && value != nullptr) {
      effect.attributes.emplace_back(each.attribute, *value);
    }
  }
  const json::value* percent = call.data->if_contains("brightness_pct");
  if (call.service == "turn_on" && percent != nullptr && percent->is_number()) {
    effect.attributes.emplace_back("brightness", std::round(percent->to_number<double>() * 2.55));
  }
}

/// A light that is turned on with no brightness is turned off.
bool is_turned_off(const called_service& call) {
  if (call.service != "turn_on" || call.data == nullptr) return false;
  for (const std::string_view key : {"brightness", "brightness_pct"}) {
    const json::value* value = call.data->if_contains(key);
    if (value != nullptr && value->is_number() && value->to_number<double>() <= 0) return true;
  }
  return false;
}

std::optional<expected_effect> expectation(const called_service& call, const std::string& entity) {
  expected_effect effect{.entity_id = entity};
  const std::string_view domain = domain_of(entity);
  if (call.service == "toggle") {
    if (!is_one_of(toggled_domains, domain)) return std::nullopt;
    effect.changes = true;
    return effect;
  }
  if (is_turned_off(call)) {
    effect.states = {"off"};
    return effect;
  }
  const auto known = states_by_service().find(call.service);
  if (known != states_by_service().end()) effect.states = known->second;
  if (call.service == "turn_on" && is_one_of(on_off_domains, domain)) effect.states = {"on"};
  // turn_off stops a script, and the state of a scene is the time of its last use.
  if (domain == "script" || domain == "scene") return std::nullopt;
  expect_data(call, effect);
  if (effect.states.empty() && effect.attributes.empty()) return std::nullopt;
  return effect;
}

/// What does absolutely what a toggle would do; empty where that is not known.
std::string_view opposite_service(std::string_view state) {
  if (state == "on") return "turn_off";
  if (state == "off") return "turn_on";
  return {};
}

std::string_view opposite_service(std::string_view domain, std::string_view state) {
  if (domain == "cover" || domain == "valve") {
    const bool cover = domain == "cover";
    if (state == "open") return cover ? "close_cover" : "close_valve";
    if (state == "closed") return cover ? "open_cover" : "open_valve";
    return {};
  }
  return opposite_service(state);
}

}  // namespace

bool expected_effect::holds(const seen_state& now) const {
  if (changes || says_nothing(now.state)) return false;
  const bool state_holds =
      states.empty() || std::ranges::any_of(states, [&](const std::string& each) {
        return same_state(each, now.state);
      });
  return state_holds && std::ranges::all_of(attributes, [&](const auto& each) {
           const json::value* found =
               now.attributes == nullptr ? nullptr : now.attributes->if_contains(each.first);
           return found != nullptr && same(each.first, each.second, *found);
         });
}

std::vector<expected_effect> idempotency_rules::expected(const json::object& body) const {
  const auto call = called_service::of(body);
  if (!call || call->more_than_entities) return {};
  std::vector<expected_effect> all;
  for (const std::string& entity : call->entities) {
    auto effect = expectation(*call, entity);
    // One entity that cannot tell leaves the whole command in the dark.
    if (!effect) return {};
    all.push_back(std::move(*effect));
  }
  return all;
}

effect_verdict judge(const expected_effect& expectation, const std::optional<seen_state>& before,
                     const std::optional<seen_state>& now, std::string_view user_id) {
  if (!now || says_nothing(now->state)) return effect_verdict::cannot_tell;
  if (expectation.holds(*now)) return effect_verdict::happened;
  if (!before || before->context_id.empty()) return effect_verdict::cannot_tell;
  if (before->context_id == now->context_id) return effect_verdict::no_trace;
  const bool ours = !user_id.empty() && now->user_id == user_id;
  if (expectation.changes && ours && before->state != now->state) return effect_verdict::happened;
  return effect_verdict::cannot_tell;
}

effect_verdict judge_all(const std::vector<effect_verdict>& each) noexcept {
  if (each.empty()) return effect_verdict::cannot_tell;
  const bool same =
      std::ranges::all_of(each, [&](effect_verdict of) { return of == each.front(); });
  return same ? each.front() : effect_verdict::cannot_tell;
}

std::optional<json::object> absolute_form(const json::object& toggle,
                                          std::string_view state_before) {
  const auto call = called_service::of(toggle);
  if (!call || call->service != "toggle" || call->more_than_entities ||
      call->entities.size() != 1) {
    return std::nullopt;
  }
  const std::string_view domain = domain_of(call->entities.front());
  if (!is_one_of(toggled_domains, domain)) return std::nullopt;
  const std::string_view service = opposite_service(domain, state_before);
  if (service.empty()) return std::nullopt;
  json::object absolute = toggle;
  absolute["service"] = service;
  // homeassistant.toggle of a cover: close_cover is the cover's own.
  absolute["domain"] = domain;
  if (service == "turn_on" || call->data == nullptr) return absolute;
  // Brightness and colour are for turning on; turning off refuses them.
  json::object data;
  for (const std::string_view key : {"entity_id", "transition"}) {
    if (const json::value* value = call->data->if_contains(key)) data[key] = *value;
  }
  absolute["service_data"] = std::move(data);
  return absolute;
}

}  // namespace hassle::client
