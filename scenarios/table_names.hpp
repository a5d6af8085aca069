#pragma once

#include "scenarios/document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

/// What may stand behind a key of a scenario file, as far as putting documents together goes.
enum class key_role : std::uint8_t {
  value,         ///< One value, however it is written: nothing inside it is merged.
  table,         ///< [name]
  named_tables,  ///< [[name]], told apart by their names.
  tables,        ///< [[name]] without names: one list.
};

/// Of a path such as "network.middlebox". What is unknown is a value.
[[nodiscard]] key_role role_of(std::string_view path);

/// Keys of a table that say the same thing in different ways, of which one may be given.
[[nodiscard]] std::vector<std::string_view> alternatives(std::string_view table,
                                                         std::string_view key);

/// The names that the tables of an array have, in their order: those that are given, and for a
/// fault without one the one that it will be given.
[[nodiscard]] std::vector<std::string> names_of_tables(const value& array);

}  // namespace hassle::scenario
