#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

// What Home Assistant's registries hold (section 4.8 of the protocol's reference).

struct floor_entry {
  std::string id;
  std::string name;
  int level = 0;
};
struct area_entry {
  std::string id;
  std::string name;
  std::optional<std::string> floor_id;
  std::vector<std::string> labels;
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
  std::vector<std::string> labels;
};
struct entity_entry {
  std::string entity_id;
  std::string unique_id;
  std::string platform;  ///< Integration.
  std::optional<std::string> device_id;
  std::optional<std::string> area_id;  ///< Its own; without one it is where its device is.
  std::vector<std::string> labels;
  std::string original_name;
  std::string category;  ///< "config" or "diagnostic"; empty: a primary entity.
};

/// 32 hex characters that are always the same for the same text: ids of devices, config entries.
[[nodiscard]] std::string stable_id(std::string_view of);

}  // namespace hassle::mockha
