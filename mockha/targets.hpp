#pragma once

#include "mockha/registries.hpp"

#include <boost/json/object.hpp>

#include <set>
#include <string>
#include <vector>

namespace hassle::mockha {

/// What a target names: `target` of call_service and of extract_from_target.
struct target_selection {
  std::vector<std::string> entities;  ///< Lower-cased, without duplicates, in the order given.
  std::vector<std::string> devices;
  std::vector<std::string> areas;
  std::vector<std::string> floors;
  std::vector<std::string> labels;
};

/// Reads a target whose form was found good; "none" names nothing.
[[nodiscard]] target_selection read_target(const json::object& target);

/// What it comes to.
struct target_members {
  std::vector<std::string> named;    ///< The entities it names, known or not, in their order.
  std::vector<std::string> reached;  ///< The others, through device, area, floor or label; sorted.
  std::set<std::string> devices;     ///< Referenced, known or not.
  std::set<std::string> areas;
  std::set<std::string> missing_devices;
  std::set<std::string> missing_areas;
  std::set<std::string> missing_floors;
  std::set<std::string> missing_labels;
};

/// A floor reaches its areas; an area its devices and the entities in it; a device its entities; a
/// label everything that wears it. Entities with a category are reached only if `primary_only` is
/// false, or by a label that they wear themselves.
[[nodiscard]] target_members resolve(const target_selection& target, const registries& in,
                                     bool primary_only = true);

}  // namespace hassle::mockha
