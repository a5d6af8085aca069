#pragma once

#include "mockha/home.hpp"
#include "mockha/wall_time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

// Home Assistant's registries, as its clients list them (section 4.8 of the protocol's reference).
// Each is made from the home's plan; all lists are sorted by id.

struct area_entry {
  std::string id;
  std::string name;
  std::optional<std::string> floor_id;
};
struct floor_entry {
  std::string id;
  std::string name;
  int level = 0;
};
struct label_entry {
  std::string id;
  std::string name;
};
struct device_entry {
  std::string id;
  std::string name;
  std::optional<std::string> area_id;
  std::string manufacturer;
  std::string model;
  std::string integration;  ///< Domain of its config entry.
};
struct entity_entry {
  std::string entity_id;
  std::string unique_id;
  std::string platform;  ///< Integration.
  std::optional<std::string> device_id;
  std::optional<std::string> area_id;
  std::vector<std::string> labels;
  std::string original_name;
};

/// Thread-safety: single-threaded.
class registries {
 public:
  registries(const home_plan& plan, wall_time created);
  // Lists, look-ups and the JSON of each are up to the implementation.
};

}  // namespace hassle::mockha
