#include "mockha/entity.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

void append_compressed_context(std::string& to, const context& of) {
  if (of.parent_id.empty() && of.user_id.empty()) {
    append_string(to, of.id);
  } else {
    append_context(to, of);
  }
}

void append_id_or_null(std::string& to, std::string_view id) {
  if (id.empty()) {
    to += "null";
  } else {
    append_string(to, id);
  }
}

// `"c":…,` with the parts that changed; a plain string where only the id did.
void append_context_difference(std::string& to, const context& before, const context& after) {
  const bool parent = before.parent_id != after.parent_id;
  const bool user = before.user_id != after.user_id;
  const bool id = before.id != after.id;
  if (!parent && !user) {
    if (!id) return;
    to += R"("c":)";
    append_string(to, after.id);
    to += ',';
    return;
  }
  to += R"("c":{)";
  if (parent) {
    to += R"("parent_id":)";
    append_id_or_null(to, after.parent_id);
    to += ',';
  }
  if (user) {
    to += R"("user_id":)";
    append_id_or_null(to, after.user_id);
    to += ',';
  }
  if (id) {
    to += R"("id":)";
    append_string(to, after.id);
    to += ',';
  }
  to.back() = '}';
  to += ',';
}

void append_attribute_difference(std::string& to, const json::object& before,
                                 const json::object& after) {
  bool any = false;
  for (const auto& member : after) {
    const json::value* old = before.if_contains(member.key());
    if (old && *old == member.value()) continue;
    to += any ? "," : R"("a":{)";
    any = true;
    append_string(to, member.key());
    to += ':';
    append_json(to, member.value());
  }
  if (any) to += "},";
}

void append_removed_attributes(std::string& to, const json::object& before,
                               const json::object& after) {
  bool any = false;
  for (const auto& member : before) {
    if (after.contains(member.key())) continue;
    to += any ? "," : R"(,"-":{"a":[)";
    any = true;
    append_string(to, member.key());
  }
  if (any) to += "]}";
}

std::string difference_json(std::string_view id, const entity_state& before,
                            const entity_state& after) {
  std::string text = R"({"c":{)";
  append_string(text, id);
  text += R"(:{"+":{)";
  const std::size_t empty = text.size();
  if (before.state != after.state) {
    text += R"("s":)";
    append_string(text, after.state);
    text += ',';
  }
  if (before.last_changed != after.last_changed) {
    text += R"("lc":)";
    append_epoch(text, after.last_changed);
    text += ',';
  } else if (before.last_updated != after.last_updated) {
    text += R"("lu":)";
    append_epoch(text, after.last_updated);
    text += ',';
  }
  append_context_difference(text, before.cause, after.cause);
  append_attribute_difference(text, before.attributes, after.attributes);
  if (text.size() > empty) text.pop_back();  // The last comma.
  text += '}';
  append_removed_attributes(text, before.attributes, after.attributes);
  text += "}}}";
  return text;
}

bool is_same(const entity_state& now, const state_update& update) {
  return now.state == update.state &&
         std::ranges::all_of(update.attributes, [&](const attribute_update& a) {
           const json::value* old = now.attributes.if_contains(a.name);
           return a.value ? old && *old == *a.value : !old;
         });
}

// What the entity registry keeps about an entity that is not there yet.
constexpr std::array remembered = std::to_array<std::string_view>(
    {"device_class", "effect_list", "friendly_name", "hvac_modes", "icon", "max_color_temp_kelvin",
     "max_temp", "min_color_temp_kelvin", "min_temp", "preset_modes", "source_list", "state_class",
     "supported_color_modes", "supported_features", "target_temp_step", "unit_of_measurement"});

}  // namespace

const std::string& entity::full_json() const {
  if (!full_json_.empty()) return full_json_;
  std::string& text = full_json_;
  text.reserve(512);
  text += R"({"entity_id":)";
  append_string(text, id_);
  text += R"(,"state":)";
  append_string(text, now_.state);
  text += R"(,"attributes":)";
  append_json(text, now_.attributes);
  text += R"(,"last_changed":")";
  append_iso(text, now_.last_changed);
  text += R"(","last_reported":")";
  append_iso(text, now_.last_reported);
  text += R"(","last_updated":")";
  append_iso(text, now_.last_updated);
  text += R"(","context":)";
  append_context(text, now_.cause);
  text += '}';
  return text;
}

const std::string& entity::compressed_json() const {
  if (!compressed_json_.empty()) return compressed_json_;
  std::string& text = compressed_json_;
  text += R"({"s":)";
  append_string(text, now_.state);
  text += R"(,"a":)";
  append_json(text, now_.attributes);
  text += R"(,"c":)";
  append_compressed_context(text, now_.cause);
  text += R"(,"lc":)";
  append_epoch(text, now_.last_changed);
  if (now_.last_updated != now_.last_changed) {
    text += R"(,"lu":)";
    append_epoch(text, now_.last_updated);
  }
  text += '}';
  return text;
}

std::optional<entity_change> entity::write(state_update update, const context& cause, wall_time at,
                                           watch wanted) {
  if (is_same(now_, update)) {
    now_.last_reported = at;
    full_json_.clear();
    return std::nullopt;
  }
  std::string before_json;
  if (wanted.states) before_json = full_json();
  // The copy is what the difference is taken against; nobody pays for it who does not watch.
  entity_state before;
  if (wanted.diffs) before = now_;

  if (now_.state != update.state) now_.last_changed = at;
  now_.state = std::move(update.state);
  for (auto& a : update.attributes) {
    if (a.value) {
      now_.attributes[a.name] = std::move(*a.value);
    } else if (const auto found = now_.attributes.find(a.name); found != now_.attributes.end()) {
      now_.attributes.stable_erase(found);
    }
  }
  now_.last_updated = now_.last_reported = at;
  now_.cause = cause;
  return describe(before, false, wanted, std::move(before_json));
}

entity_change entity::replace(entity_state by, bool added, watch wanted) {
  std::string before_json;
  if (wanted.states) before_json = added ? "null" : full_json();
  const entity_state before = std::exchange(now_, std::move(by));
  return describe(before, added, wanted, std::move(before_json));
}

entity_change entity::describe(const entity_state& before, bool added, watch wanted,
                               std::string before_json) {
  full_json_.clear();
  compressed_json_.clear();
  entity_change change;
  change.entity_id = id_;
  change.at = now_.last_updated;
  change.cause = now_.cause;
  if (wanted.states) {
    change.old_json = std::move(before_json);
    change.new_json = full_json();
  }
  if (wanted.diffs && added) {
    change.diff_json = R"({"a":{)";
    append_string(change.diff_json, id_);
    change.diff_json += ':';
    change.diff_json += compressed_json();
    change.diff_json += "}}";
  } else if (wanted.diffs) {
    change.diff_json = difference_json(id_, before, now_);
  }
  return change;
}

entity_change entity::farewell(const context& cause, wall_time at, watch wanted) const {
  entity_change change;
  change.entity_id = id_;
  change.at = at;
  change.cause = cause;
  if (wanted.states) change.old_json = full_json();
  if (wanted.diffs) {
    change.diff_json = R"({"r":[)";
    append_string(change.diff_json, id_);
    change.diff_json += "]}";
  }
  return change;
}

entity_state out_of_reach(const entity_state& of, wall_time at, context cause) {
  entity_state shown{.state = "unavailable",
                     .attributes = {},
                     .last_changed = at,
                     .last_updated = at,
                     .last_reported = at,
                     .cause = std::move(cause)};
  for (const auto& member : of.attributes) {
    if (std::ranges::binary_search(remembered, std::string_view(member.key()))) {
      shown.attributes[member.key()] = member.value();
    }
  }
  return shown;
}

entity_state restored(const entity_state& of, wall_time at, context cause) {
  entity_state shown = out_of_reach(of, at, std::move(cause));
  json::object attributes{{"restored", true}};
  for (const auto& member : shown.attributes) attributes[member.key()] = member.value();
  shown.attributes = std::move(attributes);
  return shown;
}

}  // namespace hassle::mockha
