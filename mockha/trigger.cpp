#include "mockha/trigger.hpp"

#include "mockha/config_values.hpp"
#include "mockha/schema.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace hassle::mockha {

namespace {

using result = std::expected<trigger, std::string>;
using wanted_states = std::optional<std::vector<std::string>>;

constexpr std::size_t triggers_max = 1'000;  // Of one list.

// Null stands for any state, as long as it is another.
std::optional<std::string> read_states(const json::object& config, std::string_view key,
                                       wanted_states& into) {
  const json::value* given = value_of(config, key);
  if (!given) return std::nullopt;
  if (given->is_null()) {
    into.emplace();
    return std::nullopt;
  }
  into = read_texts(*given);
  if (!into) return wrong_value("expected str", key).error();
  return std::nullopt;
}

result read_state_trigger(const json::object& config) {
  trigger t;
  if (auto foreign =
          foreign_key(config, {"alias", "attribute", "enabled", "entity_id", "for", "from", "id",
                               "not_from", "not_to", "platform", "to", "trigger", "variables"})) {
    return config_error(std::move(*foreign));
  }
  const json::value* ids = value_of(config, "entity_id");
  if (!ids) return missing_key("entity_id");
  if (!read_entity_ids(*ids, t.entities)) {
    return wrong_value("Entity IDs must be strings", "entity_id");
  }
  for (const auto& [key, into] :
       {std::pair{"from", &t.from}, std::pair{"to", &t.to}, std::pair{"not_from", &t.not_from},
        std::pair{"not_to", &t.not_to}}) {
    if (auto problem = read_states(config, key, *into)) return config_error(std::move(*problem));
  }
  if (const json::value* attribute = value_of(config, "attribute")) {
    if (!attribute->is_string()) return wrong_value("expected str", "attribute");
    t.attribute = std::string_view(attribute->get_string());
  }
  if (const json::value* length = value_of(config, "for")) {
    t.lasting = read_duration(*length);
    if (!t.lasting) return wrong_value("expected a duration", "for");
  }
  return t;
}

result read_event_trigger(const json::object& config) {
  trigger t;
  t.what = trigger::kind::event;
  if (auto foreign = foreign_key(config, {"alias", "context", "enabled", "event_data", "event_type",
                                          "id", "platform", "trigger", "variables"})) {
    return config_error(std::move(*foreign));
  }
  const json::value* types = value_of(config, "event_type");
  if (!types) return missing_key("event_type");
  auto texts = read_texts(*types);
  if (!texts) return wrong_value("expected str", "event_type");
  t.event_types = std::move(*texts);
  if (const json::value* data = value_of(config, "event_data")) {
    if (!data->is_object()) return wrong_value("expected a dictionary", "event_data");
    t.event_data = data->get_object();
  }
  return t;
}

result read_trigger(const json::value& config, std::size_t index) {
  const json::object* object = config.if_object();
  if (!object) return config_error("expected a dictionary");
  const json::value* name = value_of(*object, "trigger");
  if (!name) name = value_of(*object, "platform");
  if (!name) return missing_key("platform");
  if (!name->is_string()) return wrong_value("expected str", "platform");
  const std::string_view platform = name->get_string();
  if (platform != "state" && platform != "event") {
    return config_error(fmt::format("Invalid trigger '{}' specified", platform));
  }
  result t = platform == "state" ? read_state_trigger(*object) : read_event_trigger(*object);
  if (!t) return t;
  t->index = index;
  t->id = fmt::format("{}", index);
  if (const json::value* id = value_of(*object, "id")) {
    t->id = id->is_string() ? std::string(std::string_view(id->get_string())) : python_text(*id);
  }
  if (const json::value* alias = value_of(*object, "alias"); alias && alias->is_string()) {
    t->alias = std::string_view(alias->get_string());
  }
  const json::value* enabled = value_of(*object, "enabled");
  t->enabled = !enabled || !enabled->is_bool() || enabled->get_bool();
  return t;
}

bool matches(const wanted_states& wanted, const wanted_states& unwanted,
             const std::optional<std::string>& is) {
  const auto holds = [&](const std::vector<std::string>& some) {
    return is && std::ranges::find(some, *is) != some.end();
  };
  if (wanted && !wanted->empty() && !holds(*wanted)) return false;
  return !unwanted || unwanted->empty() || !holds(*unwanted);
}

void append_beginning(std::string& to, const trigger& t, std::string_view platform) {
  to += R"({"variables":{"trigger":{"id":)";
  append_string(to, t.id);
  to += fmt::format(R"(,"idx":"{}","alias":)", t.index);
  to += t.alias ? json_text(json::value(*t.alias)) : "null";
  to += fmt::format(R"(,"platform":"{}")", platform);
}

void append_context_of(std::string& to, const json::value* context) {
  to += R"(},"context":)";
  to += context ? json_text(*context) : "null";
  to += '}';
}

}  // namespace

std::expected<std::vector<trigger>, std::string> read_triggers(const json::value& config) {
  const json::array list = as_list(config);
  if (list.size() > triggers_max) return config_error("too many triggers");
  std::vector<trigger> all;
  for (const auto& one : list) {
    auto t = read_trigger(one, all.size());
    if (!t) return config_error(std::move(t.error()));
    all.push_back(std::move(*t));
  }
  return all;
}

std::optional<std::string> watched_value(const trigger& t, const json::value& state) {
  const json::object* object = state.if_object();
  if (!object) return std::nullopt;
  const json::value* value = nullptr;
  if (!t.attribute) {
    value = object->if_contains("state");
  } else if (const json::value* attributes = object->if_contains("attributes");
             attributes && attributes->is_object()) {
    value = attributes->get_object().if_contains(*t.attribute);
  }
  if (!value) return std::nullopt;
  return value->is_string() ? std::string(std::string_view(value->get_string()))
                            : python_text(*value);
}

bool fires(const trigger& t, std::string_view entity_id, const json::value& from,
           const json::value& to) {
  if (t.what != trigger::kind::state || !t.enabled) return false;
  if (std::ranges::find(t.entities, entity_id) == t.entities.end()) return false;
  const auto before = watched_value(t, from);
  const auto after = watched_value(t, to);
  // Without any wish every change counts, that of an attribute too.
  const bool everything = !t.from && !t.to && !t.not_from && !t.not_to && !t.attribute;
  if (!everything && before == after) return false;
  return matches(t.from, t.not_from, before) && matches(t.to, t.not_to, after);
}

bool lasts(const trigger& t, const json::value& from, const json::value& to,
           const json::value& now) {
  if (!now.is_object()) return false;
  const auto is = watched_value(t, now);
  if (t.from && !t.to) return is != watched_value(t, from);
  return is == watched_value(t, to);
}

bool fires(const trigger& t, const json::object& event) {
  if (t.what != trigger::kind::event || !t.enabled) return false;
  const json::value* type = event.if_contains("event_type");
  if (!type || !type->is_string() ||
      std::ranges::find(t.event_types, std::string_view(type->get_string())) ==
          t.event_types.end()) {
    return false;
  }
  const json::value* data = event.if_contains("data");
  return std::ranges::all_of(t.event_data, [&](const auto& wanted) {
    const json::value* is =
        data && data->is_object() ? data->get_object().if_contains(wanted.key()) : nullptr;
    return is && *is == wanted.value();
  });
}

std::string firing(const trigger& t, std::string_view entity_id, const json::value& from,
                   const json::value& to) {
  std::string text;
  append_beginning(text, t, "state");
  text += R"(,"entity_id":)";
  append_string(text, entity_id);
  text += R"(,"from_state":)";
  append_json(text, from);
  text += R"(,"to_state":)";
  append_json(text, to);
  // How `for` is written is unverified: in seconds.
  text += R"(,"for":)";
  text +=
      t.lasting ? json_text(json::value(static_cast<double>(t.lasting->count()) / 1e6)) : "null";
  text += R"(,"attribute":)";
  text += t.attribute ? json_text(json::value(*t.attribute)) : "null";
  text += R"(,"description":)";
  append_string(text, fmt::format("state of {}", entity_id));
  text += '}';
  const json::object* state = to.if_object();
  append_context_of(text, state ? state->if_contains("context") : nullptr);
  return text;
}

std::string firing(const trigger& t, const json::object& event) {
  std::string text;
  append_beginning(text, t, "event");
  text += R"(,"event":)";
  append_json(text, event);
  text += R"(,"description":)";
  const json::value* type = event.if_contains("event_type");
  append_string(text, fmt::format("event '{}'", type && type->is_string()
                                                    ? std::string_view(type->get_string())
                                                    : std::string_view()));
  text += '}';
  append_context_of(text, event.if_contains("context"));
  return text;
}

}  // namespace hassle::mockha
