#include "mockha/services.hpp"

#include "mockha/effects.hpp"
#include "mockha/responses.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

namespace hassle::mockha {

namespace {

using field = service_field;
using kind = field::kind;
using reach = service::reach;
using response = service::response;
using wish = service::wish;

constexpr std::array light_fields = std::to_array<field>({
    {"brightness", kind::number, false, 0, 255},
    {"brightness_pct", kind::number, false, 0, 100},
    {"color_temp_kelvin", kind::number, false, 0, 100'000},
    {"effect", kind::text},
    {"flash", kind::text},
    {"hs_color"},
    {"rgb_color"},
    {"transition", kind::number, false, 0, 6553},
});
constexpr std::array light_off_fields = std::to_array<field>({
    {"flash", kind::text},
    {"transition", kind::number, false, 0, 6553},
});
constexpr std::array temperature_fields = std::to_array<field>({
    {"hvac_mode", kind::text},
    {"temperature", kind::number, true},
});
constexpr std::array mode_fields = std::to_array<field>({{"hvac_mode", kind::text, true}});
constexpr std::array code_fields = std::to_array<field>({{"code", kind::text}});
constexpr std::array position_fields =
    std::to_array<field>({{"position", kind::number, true, 0, 100}});
constexpr std::array volume_fields =
    std::to_array<field>({{"volume_level", kind::number, true, 0, 1}});
constexpr std::array mute_fields = std::to_array<field>({{"is_volume_muted", kind::boolean, true}});
constexpr std::array transition_fields =
    std::to_array<field>({{"transition", kind::number, false, 0, 6553}});
constexpr std::array notification_fields = std::to_array<field>({
    {"message", kind::text, true},
    {"notification_id", kind::text},
    {"title", kind::text},
});
constexpr std::array dismiss_fields = std::to_array<field>({{"notification_id", kind::text, true}});
constexpr std::array trigger_fields = std::to_array<field>({
    {"skip_condition", kind::boolean},
    {"variables"},
});
constexpr std::array variables_fields = std::to_array<field>({{"variables"}});
constexpr std::array events_fields = std::to_array<field>({
    {"duration"},
    {"end_date_time", kind::text},
    {"start_date_time", kind::text},
});
constexpr std::array preset_fields = std::to_array<field>({{"preset_mode", kind::text, true}});
constexpr std::array process_fields = std::to_array<field>({
    {"agent_id", kind::text},
    {"conversation_id", kind::text},
    {"language", kind::text},
    {"text", kind::text, true},
});
constexpr std::array fan_fields = std::to_array<field>({
    {"percentage", kind::number, false, 0, 100},
    {"preset_mode", kind::text},
});
constexpr std::array percentage_fields =
    std::to_array<field>({{"percentage", kind::number, true, 0, 100}});
constexpr std::array value_fields = std::to_array<field>({{"value", kind::number, true}});
constexpr std::array text_fields = std::to_array<field>({{"value", kind::text, true}});
constexpr std::array option_fields = std::to_array<field>({{"option", kind::text, true}});
constexpr std::array source_fields = std::to_array<field>({{"source", kind::text, true}});
constexpr std::array play_fields = std::to_array<field>({
    {"announce", kind::boolean},
    {"enqueue"},
    {"extra"},
    {"media"},
    {"media_content_id", kind::text},
    {"media_content_type", kind::text},
});
constexpr std::array notify_fields = std::to_array<field>({
    {"data"},
    {"message", kind::text, true},
    {"target"},
    {"title", kind::text},
});
constexpr std::array send_fields = std::to_array<field>({
    {"message", kind::text, true},
    {"title", kind::text},
});
constexpr std::array forecast_fields = std::to_array<field>({{"type", kind::text, true}});
constexpr std::array stop_actions_fields = std::to_array<field>({{"stop_actions", kind::boolean}});

// Sorted by domain and name: `find_service` searches it by halves.
constexpr std::array table = std::to_array<service>({
    {"automation", "reload", reach::nothing, nullptr, {}, response::none, nullptr, true},
    {"automation", "toggle", reach::own_domain, effects::switch_toggle, {}},
    {"automation", "trigger", reach::script, nullptr, trigger_fields},
    {"automation", "turn_off", reach::own_domain, effects::switch_off, stop_actions_fields},
    {"automation", "turn_on", reach::own_domain, effects::switch_on, {}},
    {"button", "press", reach::stamp, nullptr, {}},
    {"calendar", "get_events", reach::own_domain, nullptr, events_fields, response::only,
     responses::calendar_events},
    {"climate", "set_hvac_mode", reach::own_domain, effects::climate_mode, mode_fields},
    {"climate", "set_preset_mode", reach::own_domain, effects::climate_preset, preset_fields},
    {"climate", "set_temperature", reach::own_domain, effects::climate_temperature,
     temperature_fields},
    {"climate", "toggle", reach::own_domain, effects::climate_toggle, {}},
    {"climate", "turn_off", reach::own_domain, effects::climate_off, {}},
    {"climate", "turn_on", reach::own_domain, effects::climate_on, {}},
    {"conversation", "process", reach::nothing, nullptr, process_fields, response::optional,
     responses::conversation},
    {"cover", "close_cover", reach::own_domain, effects::cover_close, {}},
    {"cover", "open_cover", reach::own_domain, effects::cover_open, {}},
    {"cover", "set_cover_position", reach::own_domain, effects::cover_position, position_fields},
    {"cover", "stop_cover", reach::own_domain, effects::cover_stop, {}},
    {"cover", "toggle", reach::own_domain, effects::cover_toggle, {}},
    {"fan", "set_percentage", reach::own_domain, effects::fan_percentage, percentage_fields},
    {"fan", "toggle", reach::own_domain, effects::fan_toggle, fan_fields},
    {"fan", "turn_off", reach::own_domain, effects::fan_off, {}},
    {"fan", "turn_on", reach::own_domain, effects::fan_on, fan_fields},
    {"homeassistant", "check_config", reach::nothing, nullptr, {}, response::none, nullptr, true},
    {"homeassistant", "reload_all", reach::nothing, nullptr, {}, response::none, nullptr, true},
    {"homeassistant",
     "reload_core_config",
     reach::nothing,
     nullptr,
     {},
     response::none,
     nullptr,
     true},
    {"homeassistant",
     "restart",
     reach::nothing,
     nullptr,
     {},
     response::none,
     nullptr,
     true,
     wish::restart},
    {"homeassistant",
     "stop",
     reach::nothing,
     nullptr,
     {},
     response::none,
     nullptr,
     true,
     wish::stop},
    {"homeassistant", "toggle", reach::any_domain, nullptr, {}},
    {"homeassistant", "turn_off", reach::any_domain, nullptr, {}},
    {"homeassistant", "turn_on", reach::any_domain, nullptr, {}},
    {"homeassistant", "update_entity", reach::any_domain, nullptr, {}},
    {"input_boolean", "toggle", reach::own_domain, effects::switch_toggle, {}},
    {"input_boolean", "turn_off", reach::own_domain, effects::switch_off, {}},
    {"input_boolean", "turn_on", reach::own_domain, effects::switch_on, {}},
    {"input_number", "decrement", reach::own_domain, effects::number_down, {}},
    {"input_number", "increment", reach::own_domain, effects::number_up, {}},
    {"input_number", "set_value", reach::own_domain, effects::number_set, value_fields},
    {"input_select", "select_option", reach::own_domain, effects::option_set, option_fields},
    {"input_text", "set_value", reach::own_domain, effects::text_set, text_fields},
    {"light", "toggle", reach::own_domain, effects::light_toggle, light_fields},
    {"light", "turn_off", reach::own_domain, effects::light_off, light_off_fields},
    {"light", "turn_on", reach::own_domain, effects::light_on, light_fields},
    {"lock", "lock", reach::own_domain, effects::lock, code_fields},
    {"lock", "open", reach::own_domain, effects::unlock, code_fields},
    {"lock", "unlock", reach::own_domain, effects::unlock, code_fields},
    {"media_player", "media_pause", reach::own_domain, effects::media_pause, {}},
    {"media_player", "media_play", reach::own_domain, effects::media_play, {}},
    {"media_player", "media_play_pause", reach::own_domain, effects::media_play_pause, {}},
    {"media_player", "media_stop", reach::own_domain, effects::media_stop, {}},
    {"media_player", "play_media", reach::own_domain, effects::media_play, play_fields},
    {"media_player", "select_source", reach::own_domain, effects::media_source, source_fields},
    {"media_player", "toggle", reach::own_domain, effects::media_toggle, {}},
    {"media_player", "turn_off", reach::own_domain, effects::media_off, {}},
    {"media_player", "turn_on", reach::own_domain, effects::media_on, {}},
    {"media_player", "volume_mute", reach::own_domain, effects::media_mute, mute_fields},
    {"media_player", "volume_set", reach::own_domain, effects::media_volume, volume_fields},
    {"notify", "notify", reach::nothing, nullptr, notify_fields},
    {"notify", "persistent_notification", reach::nothing, nullptr, notify_fields},
    {"notify", "send_message", reach::stamp, nullptr, send_fields},
    {"number", "set_value", reach::own_domain, effects::number_set, value_fields},
    {"persistent_notification", "create", reach::nothing, nullptr, notification_fields},
    {"persistent_notification", "dismiss", reach::nothing, nullptr, dismiss_fields},
    {"scene", "reload", reach::nothing, nullptr, {}, response::none, nullptr, true},
    {"scene", "turn_on", reach::scene, nullptr, transition_fields},
    {"script", "reload", reach::nothing, nullptr, {}, response::none, nullptr, true},
    {"script", "toggle", reach::script, nullptr, {}},
    {"script", "turn_off", reach::own_domain, effects::switch_off, {}},
    {"script", "turn_on", reach::script, nullptr, variables_fields},
    {"select", "select_option", reach::own_domain, effects::option_set, option_fields},
    {"switch", "toggle", reach::own_domain, effects::switch_toggle, {}},
    {"switch", "turn_off", reach::own_domain, effects::switch_off, {}},
    {"switch", "turn_on", reach::own_domain, effects::switch_on, {}},
    {"vacuum", "return_to_base", reach::own_domain, effects::vacuum_dock, {}},
    {"vacuum", "start", reach::own_domain, effects::vacuum_start, {}},
    {"vacuum", "stop", reach::own_domain, effects::vacuum_stop, {}},
    {"weather", "get_forecasts", reach::own_domain, nullptr, forecast_fields, response::only,
     responses::weather_forecasts},
});

constexpr auto by_name = [](const service& s) { return std::tuple(s.domain, s.name); };
static_assert(std::ranges::is_sorted(table, {}, by_name));

const service* look_up(std::string_view domain, std::string_view name) {
  const auto found = std::ranges::lower_bound(table, std::tuple(domain, name), {}, by_name);
  if (found == table.end() || found->domain != domain || found->name != name) return nullptr;
  return &*found;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view expected_type(kind type) {
  switch (type) {
    case kind::text:
      return "str";
    case kind::number:
      return "float";
    case kind::boolean:
      return "bool";
    case kind::any:
      return "";
  }
  return "";
}

bool is_of(kind type, const json::value& value) {
  switch (type) {
    case kind::text:
      return value.is_string();
    case kind::number:
      return value.is_number();
    case kind::boolean:
      return value.is_bool();
    case kind::any:
      return true;
  }
  return false;
}

// The problem with one value, without its place; empty if there is none.
std::string value_problem(const field& f, const json::value& value) {
  if (!is_of(f.type, value)) return fmt::format("expected {}", expected_type(f.type));
  if (f.type != kind::number) return {};
  const double number = value.to_number<double>();
  if (number < f.min) return fmt::format("value must be at least {}", f.min);
  if (number > f.max) return fmt::format("value must be at most {}", f.max);
  return {};
}

void append_line(std::string& to, std::string_view line) {
  if (!to.empty()) to += '\n';
  to += line;
}

}  // namespace

std::string describe(const service_call& call) {
  std::string text;
  text.reserve(call.domain.size() + call.service.size() + 24);
  text += call.domain;
  text += '.';
  text += call.service;
  if (!call.entities.empty() || call.all) {
    text += ' ';
    text += call.all ? std::string_view("all") : std::string_view(call.entities.front());
  }
  return text;
}

std::span<const service> services() { return table; }

const service* find_service(std::string_view domain, std::string_view name) {
  if (const service* found = look_up(domain, name)) return found;
  return look_up(lower_case(domain), lower_case(name));
}

std::string schema_violations(const service& of, const service_call& call, wording how) {
  std::string problems;
  const auto add = [&](std::string line) { append_line(problems, without_value(std::move(line))); };
  // The one takes whatever the entity's service takes, the other whatever its script does.
  if (of.reaches != reach::any_domain && of.reaches != reach::own_script) {
    for (const auto& member : call.data) {
      const std::string_view key = member.key();
      const auto f = std::ranges::find(of.fields, key, &field::name);
      if (f == of.fields.end()) {
        add(extra_key(how, {std::string(key)}, {}));
      } else if (const std::string problem = value_problem(*f, member.value()); !problem.empty()) {
        add(bad_value(how, problem, {std::string(key)}, {}));
      }
    }
    for (const auto& f : of.fields) {
      if (f.required && !call.data.contains(f.name)) {
        add(missing_key(how, {std::string(f.name)}));
      }
    }
  }
  const bool needs_target = of.reaches == reach::own_domain || of.reaches == reach::scene ||
                            of.reaches == reach::stamp || of.reaches == reach::script;
  if (of.reaches == reach::nothing && call.has_target) {
    add(extra_key(how, {"entity_id"}, {}));
  } else if (problems.empty() && needs_target && !call.has_target) {
    problems = "must contain at least one of entity_id, device_id, area_id, floor_id, label_id.";
  }
  return problems;
}

void append_service(std::string& to, const service& s) {
  append_string(to, s.name);
  to += R"(:{"fields":{)";
  for (const auto& f : s.fields) {
    append_string(to, f.name);
    to += f.required ? R"(:{"required":true},)" : ":{},";
  }
  if (to.back() == ',') to.pop_back();
  to += '}';
  switch (s.reaches) {
    case reach::own_domain:
    case reach::scene:
    case reach::stamp:
    case reach::script:
      to += R"(,"target":{"entity":[{"domain":[)";
      append_string(to, s.domain);
      to += "]}]}";
      break;
    case reach::any_domain:
      to += R"(,"target":{"entity":[{}]})";
      break;
    case reach::own_script:
    case reach::sequence:
    case reach::nothing:
      break;
  }
  if (s.responds != response::none) {
    to += s.responds == response::only ? R"(,"response":{"optional":false})"
                                       : R"(,"response":{"optional":true})";
  }
  to += '}';
}

std::string services_json(bool core_only) {
  std::string text = "{";
  std::string_view domain;
  for (const auto& s : table) {
    if (core_only && !s.is_core()) continue;
    if (s.domain != domain) {
      if (!domain.empty()) text += "},";
      domain = s.domain;
      append_string(text, domain);
      text += ":{";
    } else {
      text += ',';
    }
    append_service(text, s);
  }
  text += "}}";
  return text;
}

std::optional<failure> response_problem(const service& of, bool wants_response) {
  const auto invalid = [](std::string_view key, std::string_view text) {
    return failure{.code = "service_validation_error",
                   .message = "Validation error: " + std::string(text),
                   .translation_key = std::string(key),
                   .translation_domain = "homeassistant",
                   .translation_placeholders = {{"return_response", "return_response=True"}}};
  };
  if (wants_response && of.responds == response::none) {
    return invalid("service_does_not_support_response",
                   "An action which does not return responses can't be called with "
                   "return_response=True.");
  }
  if (!wants_response && of.responds == response::only) {
    return invalid("service_lacks_response_request",
                   "The action requires responses and must be called with return_response=True.");
  }
  return std::nullopt;
}

}  // namespace hassle::mockha
