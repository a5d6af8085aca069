#include "mockha/registries.hpp"

#include "mockha/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>

namespace hassle::mockha {

namespace {

void append_or_null(std::string& to, const std::optional<std::string>& text) {
  if (text) {
    append_string(to, *text);
  } else {
    to += "null";
  }
}

void append_list(std::string& to, const std::vector<std::string>& texts) {
  to += '[';
  for (const auto& text : texts) {
    append_string(to, text);
    to += ',';
  }
  if (to.back() == ',') to.pop_back();
  to += ']';
}

// `"key":"text"`, preceded by a comma.
void append_member(std::string& to, std::string_view key, std::string_view text) {
  fmt::format_to(std::back_inserter(to), ",\"{}\":", key);
  append_string(to, text);
}

/// `[…,…]` of all entries of a registry.
template <class Entries, class Append>
std::string listed(const Entries& entries, Append append) {
  std::string text = "[";
  for (const auto& [id, entry] : entries) {
    append(text, entry);
    text += ',';
  }
  if (text.back() == ',') text.pop_back();
  text += ']';
  return text;
}

std::string config_entry_id(std::string_view integration) {
  return stable_id("config entry " + std::string(integration));
}

std::string title_of(std::string_view integration) {
  std::string title(integration);
  std::ranges::replace(title, '_', ' ');
  if (!title.empty() && title[0] >= 'a') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

std::string_view object_id(std::string_view entity_id) {
  return entity_id.substr(entity_id.find('.') + 1);
}

// An entity of which a plan says nothing more: as if each had an integration of its own making.
entity_entry plain_entry(std::string_view entity_id, std::string_view name) {
  return {.entity_id = std::string(entity_id),
          .unique_id = stable_id("entity " + std::string(entity_id)),
          .platform = "demo",
          .device_id = {},
          .area_id = {},
          .labels = {},
          .original_name = std::string(name.empty() ? object_id(entity_id) : name),
          .category = {}};
}

std::string_view friendly_name(const json::object& attributes) {
  const json::value* name = attributes.if_contains("friendly_name");
  return name && name->is_string() ? std::string_view(name->get_string()) : std::string_view();
}

failure plain(std::string code, std::string message) {
  return {.code = std::move(code),
          .message = std::move(message),
          .translation_key = {},
          .translation_domain = {},
          .translation_placeholders = {}};
}

std::string entity_event(std::string_view action, std::string_view entity_id) {
  std::string data = fmt::format(R"({{"action":"{}")", action);
  append_member(data, "entity_id", entity_id);
  return data;
}

}  // namespace

std::string stable_id(std::string_view of) {
  // FNV-1a from two starting points: equal everywhere, and nobody attacks a fixture.
  constexpr std::uint64_t prime = 0x100000001b3;
  std::uint64_t high = 0xcbf29ce484222325;
  std::uint64_t low = 0x84222325cbf29ce4;
  for (const char c : of) {
    high = (high ^ static_cast<unsigned char>(c)) * prime;
    low = (low ^ static_cast<unsigned char>(c)) * prime + (high >> 32U);
  }
  return fmt::format("{:016x}{:016x}", high, low);
}

bool is_entity_id(std::string_view text) {
  constexpr std::size_t size_max = 255;
  const auto is_name = [](std::string_view part) {
    return !part.empty() && part.front() != '_' && part.back() != '_' &&
           std::ranges::all_of(part, [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
  };
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && text.size() <= size_max && is_name(text.substr(0, dot)) &&
         is_name(text.substr(dot + 1));
}

registries::registries(const home_plan& plan, wall_time created) : created_(created) {
  for (const auto& floor : plan.floors) floors_.emplace(floor.id, floor);
  for (const auto& area : plan.areas) areas_.emplace(area.id, area);
  for (const auto& label : plan.labels) labels_.emplace(label.id, label);
  for (const auto& device : plan.devices) devices_.emplace(device.id, device);
  for (const auto& entity : plan.registered) entities_.emplace(entity.entity_id, entity);
  for (const auto& item : plan.entities) {
    if (entities_.contains(item.entity_id)) continue;
    entities_.emplace(item.entity_id, plain_entry(item.entity_id, friendly_name(item.attributes)));
  }
}

std::string_view registries::area_of(const entity_entry& of) const {
  if (of.area_id) return *of.area_id;
  if (!of.device_id) return {};
  const auto device = devices_.find(*of.device_id);
  if (device == devices_.end() || !device->second.area_id) return {};
  return *device->second.area_id;
}

void registries::append_times(std::string& to, wall_time created, wall_time modified) const {
  to += R"("created_at":)";
  append_epoch(to, created);
  to += R"(,"modified_at":)";
  append_epoch(to, modified);
}

void registries::append_entry(std::string& to, const entity_entry& e, bool whole) const {
  const auto found = entity_times_.find(e.entity_id);
  const times at = found == entity_times_.end() ? times{created_, created_} : found->second;
  to += R"({"area_id":)";
  append_or_null(to, e.area_id);
  to += R"(,"categories":{},"config_entry_id":)";
  append_string(to, config_entry_id(e.platform));
  to += R"(,"config_subentry_id":null,)";
  append_times(to, at.created, at.modified);
  to += R"(,"device_id":)";
  append_or_null(to, e.device_id);
  to += R"(,"disabled_by":null,"entity_category":)";
  append_or_null(to, e.category.empty() ? std::optional<std::string>() : e.category);
  append_member(to, "entity_id", e.entity_id);
  to += e.device_id ? R"(,"has_entity_name":true)" : R"(,"has_entity_name":false)";
  to += R"(,"hidden_by":null,"icon":null)";
  append_member(to, "id", stable_id("registry entry " + e.unique_id));
  to += R"(,"labels":)";
  append_list(to, e.labels);
  to += R"(,"name":null,"options":{})";
  append_member(to, "original_name", e.original_name);
  append_member(to, "platform", e.platform);
  to += R"(,"translation_key":null)";
  append_member(to, "unique_id", e.unique_id);
  if (whole) {
    to += R"(,"aliases":[],"capabilities":null,"device_class":null,"original_device_class":null)"
          R"(,"original_icon":null)";
  }
  to += '}';
}

const std::string& registries::entities_json() const {
  if (entities_json_.empty()) {
    entities_json_ = listed(
        entities_, [&](std::string& to, const entity_entry& e) { append_entry(to, e, false); });
  }
  return entities_json_;
}

const std::string& registries::display_json() const {
  if (!display_json_.empty()) return display_json_;
  display_json_ = R"({"entity_categories":{"0":"config","1":"diagnostic"},"entities":)";
  display_json_ += listed(entities_, [](std::string& to, const entity_entry& e) {
    to += R"({"ei":)";
    append_string(to, e.entity_id);
    append_member(to, "pl", e.platform);
    if (e.area_id) append_member(to, "ai", *e.area_id);
    to += R"(,"lb":)";
    append_list(to, e.labels);
    if (e.device_id) append_member(to, "di", *e.device_id);
    if (!e.category.empty()) to += e.category == "config" ? R"(,"ec":0)" : R"(,"ec":1)";
    if (e.device_id) to += R"(,"hn":true)";
    append_member(to, "en", e.original_name);
    to += '}';
  });
  display_json_ += '}';
  return display_json_;
}

const std::string& registries::sources_json() const {
  if (!sources_json_.empty()) return sources_json_;
  sources_json_ = "{";
  for (const auto& [id, e] : entities_) {
    append_string(sources_json_, id);
    sources_json_ += R"(:{"domain":)";
    append_string(sources_json_, e.platform);
    sources_json_ += "},";
  }
  if (sources_json_.back() == ',') sources_json_.pop_back();
  sources_json_ += '}';
  return sources_json_;
}

const std::string& registries::devices_json() const {
  if (!devices_json_.empty()) return devices_json_;
  devices_json_ = listed(devices_, [&](std::string& to, const device_entry& d) {
    const std::string entry = config_entry_id(d.integration);
    to += R"({"area_id":)";
    append_or_null(to, d.area_id);
    fmt::format_to(std::back_inserter(to),
                   R"(,"config_entries":["{0}"],"config_entries_subentries":{{"{0}":[null]}})"
                   R"(,"configuration_url":null,"connections":[],)",
                   entry);
    append_times(to, created_, created_);
    to += R"(,"disabled_by":null,"entry_type":null,"hw_version":null)";
    append_member(to, "id", d.id);
    to += R"(,"identifiers":[[)";
    append_string(to, d.integration);
    to += ',';
    append_string(to, d.id);
    to += R"(]],"labels":)";
    append_list(to, d.labels);
    append_member(to, "manufacturer", d.manufacturer);
    append_member(to, "model", d.model);
    to += R"(,"model_id":null)";
    append_member(to, "name", d.name);
    fmt::format_to(std::back_inserter(to),
                   R"(,"name_by_user":null,"primary_config_entry":"{}","serial_number":null)"
                   R"(,"sw_version":null,"via_device_id":null}})",
                   entry);
  });
  return devices_json_;
}

const std::string& registries::areas_json() const {
  if (!areas_json_.empty()) return areas_json_;
  areas_json_ = listed(areas_, [&](std::string& to, const area_entry& a) {
    to += R"({"aliases":[])";
    append_member(to, "area_id", a.id);
    to += R"(,"floor_id":)";
    append_or_null(to, a.floor_id);
    to += R"(,"humidity_entity_id":null,"icon":null,"labels":)";
    append_list(to, a.labels);
    append_member(to, "name", a.name);
    to += R"(,"picture":null,"temperature_entity_id":null,)";
    append_times(to, created_, created_);
    to += '}';
  });
  return areas_json_;
}

const std::string& registries::floors_json() const {
  if (!floors_json_.empty()) return floors_json_;
  floors_json_ = listed(floors_, [&](std::string& to, const floor_entry& f) {
    to += R"({"aliases":[],)";
    append_times(to, created_, created_);
    append_member(to, "floor_id", f.id);
    fmt::format_to(std::back_inserter(to), R"(,"icon":null,"level":{})", f.level);
    append_member(to, "name", f.name);
    to += '}';
  });
  return floors_json_;
}

const std::string& registries::labels_json() const {
  if (!labels_json_.empty()) return labels_json_;
  labels_json_ = listed(labels_, [&](std::string& to, const label_entry& l) {
    to += R"({"color":null,)";
    append_times(to, created_, created_);
    to += R"(,"description":null,"icon":null)";
    append_member(to, "label_id", l.id);
    append_member(to, "name", l.name);
    to += '}';
  });
  return labels_json_;
}

std::string registries::config_entries_json(std::string_view wanted) const {
  std::set<std::string_view> integrations;
  for (const auto& [id, device] : devices_) integrations.insert(device.integration);
  for (const auto& [id, entity] : entities_) integrations.insert(entity.platform);
  std::string text = "[";
  for (const auto integration : integrations) {
    if (!wanted.empty() && integration != wanted) continue;
    text += '{';
    append_times(text, created_, created_);
    append_member(text, "entry_id", config_entry_id(integration));
    append_member(text, "domain", integration);
    append_member(text, "title", title_of(integration));
    text += R"(,"source":"user","state":"loaded","supports_options":false)"
            R"(,"supports_remove_device":false,"supports_unload":true,"supports_reconfigure":false)"
            R"(,"supported_subentry_types":{},"pref_disable_new_entities":false)"
            R"(,"pref_disable_polling":false,"disabled_by":null,"reason":null)"
            R"(,"error_reason_translation_key":null,"error_reason_translation_placeholders":null)"
            R"(,"num_subentries":0},)";
  }
  if (text.back() == ',') text.pop_back();
  text += ']';
  return text;
}

std::optional<std::string> registries::entity_json(std::string_view entity_id) const {
  const auto found = entities_.find(entity_id);
  if (found == entities_.end()) return std::nullopt;
  std::string text;
  append_entry(text, found->second, true);
  return text;
}

std::string registries::entities_json(std::span<const std::string> entity_ids) const {
  std::string text = "{";
  for (const auto& id : entity_ids) {
    append_string(text, id);
    text += ':';
    text += entity_json(id).value_or("null");
    text += ',';
  }
  if (text.back() == ',') text.pop_back();
  text += '}';
  return text;
}

void registries::forget_texts() {
  entities_json_.clear();
  display_json_.clear();
  sources_json_.clear();
}

std::optional<registry_event> registries::add_entity(std::string_view entity_id,
                                                     std::string_view name, wall_time now) {
  if (entities_.contains(entity_id)) return std::nullopt;
  entities_.emplace(entity_id, plain_entry(entity_id, name));
  entity_times_.insert_or_assign(std::string(entity_id), times{now, now});
  forget_texts();
  return registry_event{"entity_registry_updated", entity_event("create", entity_id) + "}"};
}

std::optional<registry_event> registries::remove_entity(std::string_view entity_id) {
  const auto found = entities_.find(entity_id);
  if (found == entities_.end()) return std::nullopt;
  entities_.erase(found);
  if (const auto at = entity_times_.find(entity_id); at != entity_times_.end()) {
    entity_times_.erase(at);
  }
  forget_texts();
  return registry_event{"entity_registry_updated", entity_event("remove", entity_id) + "}"};
}

std::expected<registry_event, failure> registries::rename_entity(std::string_view from,
                                                                 std::string_view to,
                                                                 wall_time now) {
  const auto found = entities_.find(from);
  if (found == entities_.end()) return std::unexpected(plain("not_found", "Entity not found"));
  if (!is_entity_id(to)) {
    return std::unexpected(plain("invalid_info", fmt::format("Invalid entity ID: {}", to)));
  }
  if (from.substr(0, from.find('.')) != to.substr(0, to.find('.'))) {
    return std::unexpected(plain("invalid_info", "New entity ID should be same domain"));
  }
  if (entities_.contains(to)) {
    return std::unexpected(plain("invalid_info", "Entity with this ID is already registered"));
  }
  auto node = entities_.extract(found);
  node.key() = node.mapped().entity_id = std::string(to);
  entities_.insert(std::move(node));
  times at{created_, now};
  if (const auto old = entity_times_.find(from); old != entity_times_.end()) {
    at.created = old->second.created;
    entity_times_.erase(old);
  }
  entity_times_.insert_or_assign(std::string(to), at);
  forget_texts();
  std::string data = entity_event("update", to);
  data += R"(,"changes":{"entity_id":)";
  append_string(data, from);
  data += '}';
  append_member(data, "old_entity_id", from);
  data += '}';
  return registry_event{"entity_registry_updated", std::move(data)};
}

}  // namespace hassle::mockha
