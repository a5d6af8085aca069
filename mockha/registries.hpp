#pragma once

#include "mockha/home.hpp"
#include "mockha/registry_entries.hpp"
#include "mockha/services.hpp"
#include "mockha/wall_time.hpp"

#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// A registry has changed: what is to be fired on the bus.
struct registry_event {
  std::string type;
  std::string data;  ///< JSON object.
};

/// Home Assistant's registries, as its clients list them. Made from the home's plan; all lists are
/// sorted by id. They survive restarts, and their JSON is made once per change.
///
/// Thread-safety: single-threaded.
class registries {
 public:
  template <class Entry>
  using by_id = std::map<std::string, Entry, std::less<>>;

  registries(const home_plan& plan, wall_time created);

  [[nodiscard]] const by_id<entity_entry>& entities() const noexcept { return entities_; }
  [[nodiscard]] const by_id<device_entry>& devices() const noexcept { return devices_; }
  [[nodiscard]] const by_id<area_entry>& areas() const noexcept { return areas_; }
  [[nodiscard]] const by_id<floor_entry>& floors() const noexcept { return floors_; }
  [[nodiscard]] const by_id<label_entry>& labels() const noexcept { return labels_; }

  /// Where an entity is: its own area, else that of its device; empty if it has none.
  [[nodiscard]] std::string_view area_of(const entity_entry& of) const;

  // Results of commands.

  [[nodiscard]] const std::string& entities_json() const;  ///< …/entity_registry/list
  [[nodiscard]] const std::string& display_json() const;   ///< …/list_for_display
  [[nodiscard]] const std::string& sources_json() const;   ///< entity/source
  [[nodiscard]] const std::string& devices_json() const;   ///< …/device_registry/list
  [[nodiscard]] const std::string& areas_json() const;     ///< …/area_registry/list
  [[nodiscard]] const std::string& floors_json() const;    ///< …/floor_registry/list
  [[nodiscard]] const std::string& labels_json() const;    ///< …/label_registry/list
  /// config_entries/get: all, or those of one integration.
  [[nodiscard]] std::string config_entries_json(std::string_view integration = {}) const;
  /// …/entity_registry/get: the entry with all its keys; nothing if there is none.
  [[nodiscard]] std::optional<std::string> entity_json(std::string_view entity_id) const;
  /// …/entity_registry/get_entries: `{"light.desk":{…},"light.nowhere":null}`.
  [[nodiscard]] std::string entities_json(std::span<const std::string> entity_ids) const;

  // Changes. Each returns what is to be fired.

  /// Nothing if it is there already.
  std::optional<registry_event> add_entity(std::string_view entity_id, std::string_view name,
                                           wall_time now);
  /// Nothing if it is not there.
  std::optional<registry_event> remove_entity(std::string_view entity_id);
  /// The error is Home Assistant's: no such entity, the new id is taken or no id.
  std::expected<registry_event, failure> rename_entity(std::string_view from, std::string_view to,
                                                       wall_time now);

 private:
  struct times {
    wall_time created;
    wall_time modified;
  };
  void append_entry(std::string& to, const entity_entry& e, bool whole) const;
  void append_times(std::string& to, wall_time created, wall_time modified) const;
  void forget_texts();

  const wall_time created_;
  by_id<entity_entry> entities_;
  by_id<times> entity_times_;  // Of those that are not as the plan made them.
  by_id<device_entry> devices_;
  by_id<area_entry> areas_;
  by_id<floor_entry> floors_;
  by_id<label_entry> labels_;
  // Made when they are asked for.
  mutable std::string entities_json_, display_json_, sources_json_, devices_json_, areas_json_,
      floors_json_, labels_json_;
};

/// Entity ids as Home Assistant makes them: a domain, a dot, a name of a-z, 0-9 and _.
[[nodiscard]] bool is_entity_id(std::string_view text);

}  // namespace hassle::mockha
