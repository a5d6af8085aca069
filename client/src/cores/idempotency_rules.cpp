#include "idempotency_rules.hpp"

#include "called_service.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace hassle::client {

namespace json = boost::json;

namespace {

using names = std::span<const std::string_view>;

bool contains(names all, std::string_view one) { return std::ranges::find(all, one) != all.end(); }

// Commands that change nothing (reference §4.1), besides those that end or begin as below.
constexpr std::array<std::string_view, 12> reading_commands = {
    "ping",           "supported_features",  "auth/current_user", "auth/refresh_tokens",
    "auth/sign_path", "unsubscribe_events",  "render_template",   "entity/source",
    "test_condition", "extract_from_target", "validate_config",   "slugify"};
constexpr std::array<std::string_view, 6> reading_ends = {
    "/list", "/get", "/get_entries", "/list_for_display", "/subscribe", "/wait"};

// Services whose effect is a state, whatever it was before.
constexpr std::array<std::string_view, 29> absolute_services = {
    "turn_on",         "turn_off",          "open_cover",      "close_cover",
    "stop_cover",      "open_valve",        "close_valve",     "stop_valve",
    "open_cover_tilt", "close_cover_tilt",  "stop_cover_tilt", "lock",
    "unlock",          "select_option",     "select_first",    "select_last",
    "select_source",   "select_sound_mode", "volume_set",      "volume_mute",
    "media_play",      "media_pause",       "media_stop",      "alarm_disarm",
    "return_to_base",  "update_entity",     "oscillate",       "apply",
    "cancel"};
constexpr std::array<std::string_view, 3> absolute_begins = {"set_", "alarm_arm_", "reload"};

// A turn_on of these runs something, each time.
constexpr std::array<std::string_view, 2> startable_domains = {"script", "button"};
// These say "from where you are", not "to where you should be".
constexpr std::array<std::string_view, 5> relative_data = {"brightness_step", "brightness_step_pct",
                                                           "flash", "percentage_step", "increment"};

/// The entities' own domains count where the service is everybody's: homeassistant.turn_on.
bool starts_something(const called_service& call) {
  if (call.service != "turn_on") return false;
  if (contains(startable_domains, call.domain)) return true;
  // Groups, areas and "all" may hold a script.
  if (call.domain == "homeassistant" && (call.entities.empty() || call.more_than_entities)) {
    return true;
  }
  return std::ranges::any_of(call.entities, [](std::string_view each) {
    return contains(startable_domains, domain_of(each));
  });
}

command_effect built_in_effect(const called_service& call) {
  const bool absolute = contains(absolute_services, call.service) ||
                        std::ranges::any_of(absolute_begins, [&](std::string_view begin) {
                          return call.service.starts_with(begin);
                        });
  if (!absolute || starts_something(call)) return command_effect::once;
  const bool relative =
      call.data != nullptr && std::ranges::any_of(relative_data, [&](std::string_view key) {
        return call.data->contains(key);
      });
  return relative ? command_effect::once : command_effect::idempotent;
}

bool reads_only(std::string_view type) {
  if (contains(reading_commands, type)) return true;
  if (type.starts_with("get_") || type.starts_with("subscribe_")) return true;
  return std::ranges::any_of(reading_ends,
                             [&](std::string_view end) { return type.ends_with(end); });
}

}  // namespace

idempotency_rules::idempotency_rules(const idempotency_config& settings) {
  for (const service_rule& each : settings.rules) {
    rules_.insert_or_assign(lower_case(each.service), each.idempotent);
  }
}

command_effect idempotency_rules::effect_of(const json::object& body) const {
  const auto call = called_service::of(body);
  if (!call) {
    const json::value* type = body.if_contains("type");
    if (type == nullptr || !type->is_string()) return command_effect::once;
    return reads_only(type->get_string()) ? command_effect::read : command_effect::once;
  }
  for (const std::string& name : {call->domain + "." + call->service, call->domain + ".*"}) {
    const auto found = rules_.find(name);
    if (found != rules_.end()) {
      return found->second ? command_effect::idempotent : command_effect::once;
    }
  }
  return built_in_effect(*call);
}

}  // namespace hassle::client
