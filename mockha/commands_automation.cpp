// The commands about automations: triggers, conditions, scripts, templates, targets.
#include "mockha/automation_subscriptions.hpp"
#include "mockha/command.hpp"
#include "mockha/config_values.hpp"
#include "mockha/platforms.hpp"
#include "mockha/script.hpp"
#include "mockha/targets.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array trigger_fields = std::to_array<command_field>({
    {"trigger", kind::any, true},
    {"variables", kind::dictionary},
});
constexpr std::array condition_fields = std::to_array<command_field>({
    {"condition", kind::any, true},
    {"variables", kind::dictionary},
});
constexpr std::array condition_only_fields =
    std::to_array<command_field>({{"condition", kind::any, true}});
constexpr std::array script_fields = std::to_array<command_field>({
    {"sequence", kind::any, true},
    {"variables", kind::dictionary},
});
constexpr std::array template_fields = std::to_array<command_field>({
    {"entity_ids", kind::any},
    {"report_errors", kind::boolean},
    {"strict", kind::boolean},
    {"template", kind::text, true},
    {"timeout", kind::number},
    {"variables", kind::dictionary},
});
constexpr std::array config_fields = std::to_array<command_field>({
    {"actions", kind::any},
    {"conditions", kind::any},
    {"triggers", kind::any},
});
constexpr std::array extract_fields = std::to_array<command_field>({
    {"expand_group", kind::boolean},
    {"primary_entities_only", kind::boolean},
    {"target", kind::target, true},
});
constexpr std::array for_target_fields = std::to_array<command_field>({
    {"expand_group", kind::boolean},
    {"target", kind::target, true},
});

bool flag(const command_turn& turn, std::string_view key, bool otherwise) {
  const json::value* given = turn->command.if_contains(key);
  return given ? given->get_bool() : otherwise;
}

json::object variables_of(const command_turn& turn) {
  const json::value* given = turn->command.if_contains("variables");
  return given ? json::object(given->get_object(), json::storage_ptr()) : json::object();
}

clock_pair clock_of(const command_turn& turn) { return {.now = turn->now, .wall = turn->wall}; }

failure invalid(std::string text) { return plain_failure("invalid_format", std::move(text)); }

// --- triggers and conditions ---

void subscribe_trigger(command_turn& turn) {
  auto triggers = read_triggers(turn->command.at("trigger"));
  if (!triggers) {
    turn.fail(invalid(std::move(triggers.error())));
    return;
  }
  (void)turn.subscribe(make_trigger_subscription(std::move(*triggers)));
}

void test_condition(command_turn& turn) {
  const auto what = condition::read(turn->command.at("condition"));
  if (!what) {  // UNVERIFIED: that an unknown condition has the code of an unknown trigger.
    turn.fail(invalid(what.error()));
    return;
  }
  const json::object variables = variables_of(turn);
  const auto holds =
      what->holds({.house = turn->around.house, .now = turn->wall, .variables = &variables});
  if (holds) {
    turn.succeed(*holds ? R"({"result":true})" : R"({"result":false})");
  } else {
    turn.fail(plain_failure("home_assistant_error", holds.error()));
  }
}

void subscribe_condition(command_turn& turn) {
  auto what = condition::read(turn->command.at("condition"));
  if (!what) {  // UNVERIFIED: as above.
    turn.fail(invalid(std::move(what.error())));
    return;
  }
  (void)turn.subscribe(
      make_condition_subscription(std::move(*what), turn->around.house, clock_of(turn)));
}

// Their descriptions do not change while the mock runs: nothing comes after the first event.
void subscribe_descriptions(command_turn& turn, std::span<const platform_entry> platforms) {
  if (turn.subscribe(std::make_unique<subscription>())) turn.event(descriptions_json(platforms));
}
void subscribe_trigger_platforms(command_turn& turn) {
  subscribe_descriptions(turn, trigger_platforms());
}
void subscribe_condition_platforms(command_turn& turn) {
  subscribe_descriptions(turn, condition_platforms());
}

void append_validity(std::string& to, std::string_view key, const std::string* error) {
  if (to.size() > 1) to += ',';
  append_string(to, key);
  to += error ? R"(:{"valid":false,"error":)" : R"(:{"valid":true,"error":null})";
  if (!error) return;
  append_string(to, *error);
  to += '}';
}

void validate_config(command_turn& turn) {
  std::string text = "{";
  const json::object& command = turn->command;
  if (const json::value* given = command.if_contains("triggers")) {
    const auto read = read_triggers(*given);
    append_validity(text, "triggers", read ? nullptr : &read.error());
  }
  if (const json::value* given = command.if_contains("conditions")) {
    const auto read = condition::read(*given);
    append_validity(text, "conditions", read ? nullptr : &read.error());
  }
  if (const json::value* given = command.if_contains("actions")) {
    const auto read = script::read(*given);
    append_validity(text, "actions", read ? nullptr : &read.error());
  }
  turn.succeed(text + "}");
}

// --- scripts ---

// Areas, devices and the like become the entities that they hold: scripts know entities only.
json::array with_entities(const json::value& sequence, const registries& in) {
  json::array actions = as_list(sequence);
  for (auto& action : actions) {
    json::value* target = action.is_object() ? action.get_object().if_contains("target") : nullptr;
    if (!target || !target->is_object() || is_template(json_text(*target))) continue;
    const target_members members = resolve(read_target(target->get_object()), in);
    json::array entities;
    for (const auto* ids : {&members.named, &members.reached}) {
      for (const auto& id : *ids) entities.emplace_back(id);
    }
    target->emplace_object()["entity_id"] = std::move(entities);
  }
  return actions;
}

void execute_script(command_turn& turn) {
  const json::array sequence = with_entities(turn->command.at("sequence"), turn->around.registry);
  if (const auto read = script::read(json::value(sequence)); !read) {
    turn.fail(plain_failure("service_validation_error", read.error()));
    return;
  }
  service_call call{.domain = std::string(sequence_service().domain),
                    .service = std::string(sequence_service().name)};
  call.data["sequence"] = sequence;
  call.data["variables"] = variables_of(turn);
  turn.perform(run_service{.id = turn->id,
                           .called = &sequence_service(),
                           .call = std::move(call),
                           .user_id = turn->caller.id,
                           .wants_response = true});
}

// --- templates ---

// A template's time is counted in steps, so that the same one always takes the same.
std::size_t steps_in(double seconds) {
  constexpr double steps_per_second = 1'000'000;
  const auto limit = static_cast<double>(template_limits().steps_max);
  return static_cast<std::size_t>(std::clamp(seconds * steps_per_second, 0.0, limit));
}

void render_template(command_turn& turn) {
  const json::object& command = turn->command;
  template_order order{.text = std::string(std::string_view(command.at("template").get_string())),
                       .variables = variables_of(turn),
                       .strict = flag(turn, "strict", false),
                       .report_errors = flag(turn, "report_errors", false),
                       .limits = {}};
  const json::value* timeout = command.if_contains("timeout");
  if (timeout) order.limits.steps_max = steps_in(timeout->to_number<double>());
  const home& house = turn->around.house;
  template_watcher watcher(std::move(order), house);
  const auto complaints = watcher.complaints_at(turn->wall);
  if (timeout && watcher.too_slow()) {
    turn.fail(plain_failure("template_error", fmt::format("Exceeded maximum execution time of {}s",
                                                          python_text(*timeout))));
    return;
  }
  // What is wrong is said before the result, and again after it.
  for (const auto& event : complaints) turn.event(event);
  const auto events = watcher.render_at(turn->wall);
  if (!turn.subscribe(make_template_subscription(std::move(watcher), house, clock_of(turn))))
    return;
  for (const auto& event : events) turn.event(event);
}

// --- targets ---

template <class Names>
void append_names(std::string& to, std::string_view key, const Names& names) {
  to += to.empty() ? '{' : ',';
  append_string(to, key);
  to += ":[";
  for (const auto& name : names) {
    append_string(to, name);
    to += ',';
  }
  if (to.back() == ',') to.pop_back();
  to += ']';
}

target_members members_of(const command_turn& turn, bool primary_only) {
  return resolve(read_target(turn->command.at("target").get_object()), turn->around.registry,
                 primary_only);
}

std::vector<std::string> entities_in(const target_members& members) {
  std::vector<std::string> all = members.named;
  all.insert(all.end(), members.reached.begin(), members.reached.end());
  return all;
}

void extract_from_target(command_turn& turn) {
  const target_members members = members_of(turn, flag(turn, "primary_entities_only", true));
  std::string text;
  append_names(text, "referenced_entities", entities_in(members));
  append_names(text, "referenced_devices", members.devices);
  append_names(text, "referenced_areas", members.areas);
  append_names(text, "missing_devices", members.missing_devices);
  append_names(text, "missing_areas", members.missing_areas);
  append_names(text, "missing_floors", members.missing_floors);
  append_names(text, "missing_labels", members.missing_labels);
  turn.succeed(text + "}");
}

std::set<std::string, std::less<>> domains_of_target(const command_turn& turn) {
  std::set<std::string, std::less<>> domains;
  for (const auto& id : entities_in(members_of(turn, true))) {
    if (turn->around.house.find(id)) domains.insert(id.substr(0, id.find('.')));
  }
  return domains;
}

void succeed_with(command_turn& turn, const std::vector<std::string>& names) {
  std::string text = "[";
  for (const auto& name : names) {
    append_string(text, name);
    text += ',';
  }
  if (text.back() == ',') text.pop_back();
  turn.succeed(text + "]");
}

void platforms_for_target(command_turn& turn, std::span<const platform_entry> platforms) {
  const auto domains = domains_of_target(turn);
  std::vector<std::string> names;
  for (const auto& p : platforms) {
    if (domains.contains(p.domain)) names.push_back(name_of(p));
  }
  succeed_with(turn, names);
}
void triggers_for_target(command_turn& turn) { platforms_for_target(turn, trigger_platforms()); }
void conditions_for_target(command_turn& turn) {
  platforms_for_target(turn, condition_platforms());
}

void services_for_target(command_turn& turn) {
  const auto domains = domains_of_target(turn);
  std::vector<std::string> names;
  for (const auto& s : services()) {
    const bool fits = s.reaches == service::reach::any_domain
                          ? !domains.empty()
                          : s.reaches != service::reach::nothing && domains.contains(s.domain);
    if (fits) names.push_back(fmt::format("{}.{}", s.domain, s.name));
  }
  succeed_with(turn, names);
}

constexpr std::array automation_table = std::to_array<command_entry>({
    {"condition_platforms/subscribe", subscribe_condition_platforms, {}},
    {"execute_script", execute_script, script_fields, true},
    {"extract_from_target", extract_from_target, extract_fields},
    {"get_conditions_for_target", conditions_for_target, for_target_fields},
    {"get_services_for_target", services_for_target, for_target_fields},
    {"get_triggers_for_target", triggers_for_target, for_target_fields},
    {"render_template", render_template, template_fields},
    {"subscribe_condition", subscribe_condition, condition_only_fields, true},
    {"subscribe_trigger", subscribe_trigger, trigger_fields, true},
    {"test_condition", test_condition, condition_fields, true},
    {"trigger_platforms/subscribe", subscribe_trigger_platforms, {}},
    {"validate_config", validate_config, config_fields},
});
static_assert(std::ranges::is_sorted(automation_table, {}, &command_entry::type));

}  // namespace

std::span<const command_entry> automation_commands() { return automation_table; }

}  // namespace hassle::mockha
