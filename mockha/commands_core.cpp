#include "mockha/answers.hpp"
#include "mockha/call_service.hpp"
#include "mockha/command.hpp"
#include "mockha/config.hpp"
#include "mockha/subscriptions.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array features_fields =
    std::to_array<command_field>({{"features", kind::features, true}});
constexpr std::array subscribe_events_fields =
    std::to_array<command_field>({{"event_type", kind::text}});
constexpr std::array unsubscribe_events_fields =
    std::to_array<command_field>({{"subscription", kind::index, true}});
constexpr std::array subscribe_entities_fields =
    std::to_array<command_field>({{"entity_ids", kind::entity_ids}});
constexpr std::array call_service_fields = std::to_array<command_field>({
    {"domain", kind::text, true},
    {"return_response", kind::boolean},
    {"service", kind::text, true},
    {"service_data", kind::dictionary},
    {"target", kind::target},
});

void ping(command_turn& turn) { turn.pong(); }

// Only the key counts, whatever its value.
void supported_features(command_turn& turn) {
  if (turn->command.at("features").get_object().contains("coalesce_messages")) turn.coalesce();
  turn.succeed();
}

void get_states(command_turn& turn) { turn.succeed(turn->around.house.states_json()); }

void get_config(command_turn& turn) {
  const surroundings& around = turn->around;
  turn.succeed(config_json(around.settings.version, name_of(around.state), around.house.domains()));
}

void get_services(command_turn& turn) {
  static const std::string all = services_json(false);
  static const std::string core_only = services_json(true);
  turn.succeed(turn->around.house.there() == presence::absent ? core_only : all);
}

void subscribe_events(command_turn& turn) {
  std::string type = "*";
  if (const json::value* asked = turn->command.if_contains("event_type")) {
    type = std::string_view(asked->get_string());
  }
  if (type == "state_reported") {
    turn.fail(
        plain_failure("home_assistant_error", "Event filter is required for event state_reported"));
    return;
  }
  (void)turn.subscribe(make_event_subscription(std::move(type)));
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

void subscribe_entities(command_turn& turn) {
  std::optional<std::vector<std::string>> filter;
  if (const json::value* ids = turn->command.if_contains("entity_ids")) {
    filter.emplace();
    (void)read_entity_ids(*ids, *filter);
    std::ranges::sort(*filter);
  }
  std::string snapshot = answers::snapshot(turn->around.house, filter ? &*filter : nullptr);
  if (turn.subscribe(make_entities_subscription(std::move(filter)))) turn.event(snapshot);
}

constexpr std::array table = std::to_array<command_entry>({
    {"call_service", call_service_command, call_service_fields},
    {"get_config", get_config, {}},
    {"get_services", get_services, {}},
    {"get_states", get_states, {}},
    {"ping", ping, {}},
    {"subscribe_entities", subscribe_entities, subscribe_entities_fields},
    {"subscribe_events", subscribe_events, subscribe_events_fields},
    {"supported_features", supported_features, features_fields},
    {"unsubscribe_events", unsubscribe_events, unsubscribe_events_fields},
});
static_assert(std::ranges::is_sorted(table, {}, &command_entry::type));

}  // namespace

std::span<const command_entry> core_commands() { return table; }

}  // namespace hassle::mockha
