#include "mockha/answers.hpp"
#include "mockha/call_service.hpp"
#include "mockha/command.hpp"
#include "mockha/config.hpp"
#include "mockha/json_text.hpp"
#include "mockha/slug.hpp"
#include "mockha/subscriptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array features_fields =
    std::to_array<command_field>({{"features", kind::features, true}});
constexpr std::array fire_event_fields = std::to_array<command_field>({
    {"event_data", kind::dictionary},
    {"event_type", kind::text, true},
});
constexpr std::array subscribe_events_fields =
    std::to_array<command_field>({{"event_type", kind::text}});
constexpr std::array unsubscribe_events_fields =
    std::to_array<command_field>({{"subscription", kind::index, true}});
constexpr std::array subscribe_entities_fields = std::to_array<command_field>({
    {"entity_ids", kind::entity_ids},
    {"exclude", kind::filter},
    {"include", kind::filter},
});
constexpr std::array call_service_fields = std::to_array<command_field>({
    {"domain", kind::text, true},
    {"return_response", kind::boolean},
    {"service", kind::text, true},
    {"service_data", kind::dictionary},
    {"target", kind::target},
});
constexpr std::array slugify_fields = std::to_array<command_field>({{"text", kind::text, true}});

void ping(command_turn& turn) { turn.pong(); }

// Only the key counts, whatever its value.
void supported_features(command_turn& turn) {
  if (turn->command.at("features").get_object().contains("coalesce_messages")) turn.coalesce();
  turn.succeed();
}

void get_states(command_turn& turn) { turn.succeed(turn->around.house.states_json()); }

void get_config(command_turn& turn) {
  const surroundings& around = turn->around;
  turn.succeed(config_json(around.settings.version, name_of(around.state), around.house.domains(),
                           !turn->caller.local_only, around.recovery_mode));
}

void get_services(command_turn& turn) { turn.succeed(turn->around.house.services_json()); }

void subscribe_events(command_turn& turn) {
  std::string type = "*";
  if (const json::value* asked = turn->command.if_contains("event_type")) {
    type = std::string_view(asked->get_string());
  }
  if (!turn->caller.is_admin && !anybody_may_hear(type)) {
    turn.fail(plain_failure("unauthorized", "Unauthorized"));
  } else if (type == "state_reported") {
    turn.fail(
        plain_failure("home_assistant_error", "Event filter is required for event state_reported"));
  } else {
    (void)turn.subscribe(make_event_subscription(std::move(type)));
  }
}

void unsubscribe_events(command_turn& turn) {
  const json::value& which = turn->command.at("subscription");
  const auto number =
      which.is_uint64() ? which.get_uint64() : static_cast<std::uint64_t>(which.get_int64());
  if (turn.unsubscribe(number)) {
    turn.succeed();
  } else {
    turn.fail(plain_failure("not_found", "Subscription not found."));
  }
}

// UNVERIFIED: the text, and whether it has translation fields.
failure too_long(std::string_view type, std::size_t most) {
  const std::string limit = std::to_string(most);
  return {
      .code = "home_assistant_error",
      .message = fmt::format(
          "Value {} for property event_type has a maximum length of {} characters", type, limit),
      .translation_key = "max_length_exceeded",
      .translation_domain = "homeassistant",
      .translation_placeholders = {
          {"value", type}, {"property_name", "event_type"}, {"max_length", limit}}};
}

void fire_event(command_turn& turn) {
  constexpr std::size_t type_max = 64;
  const std::string_view type = turn->command.at("event_type").get_string();
  if (type.size() > type_max) {
    turn.fail(too_long(type, type_max));
    return;
  }
  const json::value* data = turn->command.if_contains("event_data");
  const context cause = turn->around.house.make_context(turn->wall, turn->caller.id);
  turn.perform(publish_event{make_event(type, data ? json_text(*data) : "{}", cause, turn->wall)});
  std::string result = R"({"context":)";
  append_context(result, cause);
  result += '}';
  turn.succeed(result);
}

const json::object* object_in(const json::object& command, std::string_view key) {
  const json::value* found = command.if_contains(key);
  return found ? found->if_object() : nullptr;
}

std::optional<entity_choice> chosen_by(const json::object& command) {
  const json::value* ids = command.if_contains("entity_ids");
  const json::object* include = object_in(command, "include");
  const json::object* exclude = object_in(command, "exclude");
  if (!ids && !include && !exclude) return std::nullopt;
  entity_choice choice{.ids = {}, .filter = {include, exclude}};
  if (ids) {
    std::vector<std::string> named;
    (void)read_entity_ids(*ids, named);
    std::ranges::sort(named);
    if (!named.empty()) choice.ids = std::move(named);  // UNVERIFIED: none named are all of them.
  }
  return choice;
}

void subscribe_entities(command_turn& turn) {
  auto choice = chosen_by(turn->command);
  std::function<bool(std::string_view)> wanted;
  if (choice) wanted = [&](std::string_view id) { return choice->passes(id); };
  const std::string snapshot = answers::snapshot(turn->around.house, wanted);
  if (turn.subscribe(make_entities_subscription(std::move(choice)))) turn.event(snapshot);
}

void slugify(command_turn& turn) {
  std::string result = R"({"slug":)";
  append_string(result, slug_of(turn->command.at("text").get_string()));
  result += '}';
  turn.succeed(result);
}

constexpr std::array core_table = std::to_array<command_entry>({
    {"call_service", call_service_command, call_service_fields},
    {"fire_event", fire_event, fire_event_fields, true},
    {"get_config", get_config, {}},
    {"get_services", get_services, {}},
    {"get_states", get_states, {}},
    {"ping", ping, {}},
    {"slugify", slugify, slugify_fields},
    {"subscribe_entities", subscribe_entities, subscribe_entities_fields},
    {"subscribe_events", subscribe_events, subscribe_events_fields},
    {"supported_features", supported_features, features_fields},
    {"unsubscribe_events", unsubscribe_events, unsubscribe_events_fields},
});
static_assert(std::ranges::is_sorted(core_table, {}, &command_entry::type));

}  // namespace

std::span<const command_entry> core_commands() { return core_table; }

}  // namespace hassle::mockha
