#pragma once

#include "scenarios/scenario.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

struct key_description;

/// What a value looks like, for machines: JSON Schema is made of it. It may allow more than the
/// loader does, never less.
struct value_shape {
  enum class kind : std::uint8_t { anything, text, integer, number, flag, list, table, any_of };

  kind what = kind::anything;
  std::vector<std::string> words;  ///< Of a text: one of these, if there are any.
  std::string pattern;             ///< Of a text: a regular expression; empty: any text.
  std::optional<double> min;       ///< Of a number; of a list: how many items.
  std::optional<double> max;
  std::vector<value_shape> parts;  ///< Of a list: its items. any_of: these. A table: other values.
  std::vector<key_description> keys;  ///< Of a table.

  bool operator==(const value_shape&) const = default;
};

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
  value_shape shape;

  bool operator==(const key_description&) const = default;
};

/// Every key that a scenario file may hold, in the order in which files are written.
[[nodiscard]] std::vector<key_description> scenario_keys();

/// A kind of fault: what it is, and which keys it has in [[fault]]. Those of its occurrences are
/// left out. Required are those that a fault by hand must have.
struct fault_kind_description {
  std::string_view kind;
  std::string doc;         ///< A sentence.
  bool by_server = false;  ///< Not the network: `parse_fault_json` takes it.
  std::vector<key_description> keys;
};
[[nodiscard]] const std::vector<fault_kind_description>& fault_kinds();

/// How a fault comes about: by its scenario, or by hand, where the keys that say when mean nothing.
enum class begun : std::uint8_t { by_scenario, by_hand };

/// All of it for people, as Markdown.
[[nodiscard]] std::string scenario_reference();
/// All of it for editors, as a JSON Schema (draft 7): what a scenario file is as JSON.
[[nodiscard]] std::string scenario_json_schema();

/// The fault as its keys, on one line: `kind = "stall" for = "5s"`. For people.
[[nodiscard]] std::string write_fault(const fault& f, begun how = begun::by_scenario);

/// The scenario as a file: parsing it gives the same scenario again.
[[nodiscard]] std::string write_scenario(const scenario& s);

}  // namespace hassle::scenario
