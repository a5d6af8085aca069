// The commands about registries: entities, devices, areas, floors, labels, config entries.
#include "mockha/command.hpp"
#include "mockha/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array entity_id_fields =
    std::to_array<command_field>({{"entity_id", kind::text, true}});
constexpr std::array entity_ids_fields =
    std::to_array<command_field>({{"entity_ids", kind::entity_ids, true}});
constexpr std::array update_fields = std::to_array<command_field>({
    {"entity_id", kind::text, true},
    {"new_entity_id", kind::text},
});
constexpr std::array entries_fields = std::to_array<command_field>({
    {"domain", kind::text},
    {"type_filter", kind::any},
});

std::string_view text_of(const command_turn& turn, std::string_view key) {
  return turn->command.at(key).get_string();
}

void list_entities(command_turn& turn) { turn.succeed(turn->around.registry.entities_json()); }
void list_for_display(command_turn& turn) { turn.succeed(turn->around.registry.display_json()); }
void list_sources(command_turn& turn) { turn.succeed(turn->around.registry.sources_json()); }
void list_devices(command_turn& turn) { turn.succeed(turn->around.registry.devices_json()); }
void list_areas(command_turn& turn) { turn.succeed(turn->around.registry.areas_json()); }
void list_floors(command_turn& turn) { turn.succeed(turn->around.registry.floors_json()); }
void list_labels(command_turn& turn) { turn.succeed(turn->around.registry.labels_json()); }

void get_config_entries(command_turn& turn) {
  const json::value* domain = turn->command.if_contains("domain");
  turn.succeed(turn->around.registry.config_entries_json(
      domain ? std::string_view(domain->get_string()) : std::string_view()));
}

void get_entity(command_turn& turn) {
  const auto entry = turn->around.registry.entity_json(text_of(turn, "entity_id"));
  if (entry) {
    turn.succeed(*entry);
  } else {
    turn.fail(plain_failure("not_found", "Entity not found"));
  }
}

void get_entities(command_turn& turn) {
  std::vector<std::string> ids;
  (void)read_entity_ids(turn->command.at("entity_ids"), ids);
  turn.succeed(turn->around.registry.entities_json(ids));
}

// Whoever watches hears of it: what is collected here nobody else has asked for yet.
constexpr watch everything{.states = true, .diffs = true};

void tell(command_turn& turn, const registry_event& what) {
  turn.perform(publish_event{
      make_event(what.type, what.data, turn->around.house.make_context(turn->wall), turn->wall)});
}

void remove_entity(command_turn& turn) {
  const std::string id(text_of(turn, "entity_id"));
  const auto told = turn->around.registry.remove_entity(id);
  if (!told) {
    turn.fail(plain_failure("not_found", "Entity not found"));
    return;
  }
  if (const auto change = turn->around.house.remove(id, turn->wall, everything)) {
    turn.perform(publish_event{state_changed_event(*change)});
  }
  tell(turn, *told);
  turn.succeed();
}

// Of what can be changed, only the id can.
void update_entity(command_turn& turn) {
  const std::string id(text_of(turn, "entity_id"));
  const json::value* wanted = turn->command.if_contains("new_entity_id");
  const std::string to(wanted ? std::string_view(wanted->get_string()) : std::string_view(id));
  registries& all = turn->around.registry;
  if (to != id) {
    const auto told = all.rename_entity(id, to, turn->wall);
    if (!told) {
      turn.fail(told.error());
      return;
    }
    for (const auto& change : turn->around.house.rename(id, to, turn->wall, everything)) {
      turn.perform(publish_event{state_changed_event(change)});
    }
    tell(turn, *told);
  }
  const auto entry = all.entity_json(to);
  if (entry) {
    turn.succeed(R"({"entity_entry":)" + *entry + "}");
  } else {
    turn.fail(plain_failure("not_found", "Entity not found"));
  }
}

constexpr std::array registry_table = std::to_array<command_entry>({
    {"config/area_registry/list", list_areas, {}},
    {"config/device_registry/list", list_devices, {}},
    {"config/entity_registry/get", get_entity, entity_id_fields},
    {"config/entity_registry/get_entries", get_entities, entity_ids_fields},
    {"config/entity_registry/list", list_entities, {}},
    {"config/entity_registry/list_for_display", list_for_display, {}},
    {"config/entity_registry/remove", remove_entity, entity_id_fields, true},
    {"config/entity_registry/update", update_entity, update_fields, true},
    {"config/floor_registry/list", list_floors, {}},
    {"config/label_registry/list", list_labels, {}},
    {"config_entries/get", get_config_entries, entries_fields},
    {"entity/source", list_sources, {}},
});
static_assert(std::ranges::is_sorted(registry_table, {}, &command_entry::type));

}  // namespace

std::span<const command_entry> registry_commands() { return registry_table; }

}  // namespace hassle::mockha
