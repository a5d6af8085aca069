#include "mockha/targets.hpp"

#include "mockha/schema.hpp"

#include <algorithm>
#include <string_view>

namespace hassle::mockha {

namespace {

std::vector<std::string> ids_of(const json::object& target, std::string_view key) {
  std::vector<std::string> ids;
  const json::value* given = target.if_contains(key);
  if (!given) return ids;
  if (key == "entity_id") {
    (void)read_entity_ids(*given, ids);
  } else if (const json::string* one = given->if_string()) {
    ids.emplace_back(std::string_view(*one));
  } else if (const json::array* list = given->if_array()) {
    for (const auto& id : *list) {
      if (id.is_string()) ids.emplace_back(std::string_view(id.get_string()));
    }
  }
  if (ids.size() == 1 && ids.front() == "none") ids.clear();
  return ids;
}

bool wears(const std::vector<std::string>& labels, const std::string& label) {
  return std::ranges::find(labels, label) != labels.end();
}

// What a selection has reached so far.
struct reach {
  std::set<std::string> areas;
  std::set<std::string> devices;
  std::set<std::string> entities;
};

void follow_labels(const target_selection& target, const registries& in, reach& so_far,
                   target_members& found) {
  for (const auto& label : target.labels) {
    if (!in.labels().contains(label)) found.missing_labels.insert(label);
    for (const auto& [id, area] : in.areas()) {
      if (wears(area.labels, label)) so_far.areas.insert(id);
    }
    for (const auto& [id, device] : in.devices()) {
      if (wears(device.labels, label)) so_far.devices.insert(id);
    }
    for (const auto& [id, entity] : in.entities()) {
      if (wears(entity.labels, label)) so_far.entities.insert(id);
    }
  }
}

void follow_floors(const target_selection& target, const registries& in, reach& so_far,
                   target_members& found) {
  for (const auto& floor : target.floors) {
    if (!in.floors().contains(floor)) found.missing_floors.insert(floor);
    for (const auto& [id, area] : in.areas()) {
      if (area.floor_id == floor) so_far.areas.insert(id);
    }
  }
}

}  // namespace

target_selection read_target(const json::object& target) {
  return {.entities = ids_of(target, "entity_id"),
          .devices = ids_of(target, "device_id"),
          .areas = ids_of(target, "area_id"),
          .floors = ids_of(target, "floor_id"),
          .labels = ids_of(target, "label_id")};
}

target_members resolve(const target_selection& target, const registries& in, bool primary_only) {
  target_members found;
  reach so_far{.areas = {target.areas.begin(), target.areas.end()},
               .devices = {target.devices.begin(), target.devices.end()},
               .entities = {}};
  follow_labels(target, in, so_far, found);
  follow_floors(target, in, so_far, found);
  for (const auto& id : so_far.areas) {
    if (!in.areas().contains(id)) found.missing_areas.insert(id);
  }
  for (const auto& id : so_far.devices) {
    if (!in.devices().contains(id)) found.missing_devices.insert(id);
  }
  std::set<std::string> by_area;
  for (const auto& [id, device] : in.devices()) {
    if (device.area_id && so_far.areas.contains(*device.area_id)) by_area.insert(id);
  }
  for (const auto& [id, entity] : in.entities()) {
    if (primary_only && !entity.category.empty()) continue;
    // One that has an area of its own is not where its device is.
    const bool here = entity.area_id ? so_far.areas.contains(*entity.area_id)
                                     : entity.device_id && by_area.contains(*entity.device_id);
    const bool of_device = entity.device_id && so_far.devices.contains(*entity.device_id);
    if (here || of_device) so_far.entities.insert(id);
  }
  so_far.devices.merge(by_area);
  found.named = target.entities;
  for (const auto& id : target.entities) so_far.entities.erase(id);
  found.reached.assign(so_far.entities.begin(), so_far.entities.end());
  found.devices = std::move(so_far.devices);
  found.areas = std::move(so_far.areas);
  return found;
}

}  // namespace hassle::mockha
