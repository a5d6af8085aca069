#pragma once

#include "scenarios/scenario.hpp"

#include <string>
#include <vector>

namespace hassle::scenario {

/// A key of a scenario file, as the loader knows it.
struct key_description {
  std::string table;      ///< "" for the root, "network.middlebox", "fault".
  bool repeated = false;  ///< [[table]] rather than [table].
  std::string kind;       ///< The `kind` of the table, where its keys depend on it.
  std::string table_doc;
  std::string name;
  std::string type;      ///< For people: "duration above 0s".
  std::string fallback;  ///< TOML of the default; empty if there is none.
  bool required = false;
  std::string doc;  ///< What it means: a sentence or two.
};

/// Every key that a scenario file may hold, in the order in which files are written.
[[nodiscard]] std::vector<key_description> scenario_keys();

/// The scenario as a file: parsing it gives the same scenario again.
[[nodiscard]] std::string write_scenario(const scenario& s);

}  // namespace hassle::scenario
