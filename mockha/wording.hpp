#pragma once

#include "mockha/json_text.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hassle::mockha {

/// How Home Assistant words what its validation finds: with 2026.9.0 it changed its library.
enum class wording : std::uint8_t {
  classic,  ///< `expected str for dictionary value @ data['x']. Got 1`
  modern,   ///< `expected str at 'x'. Got 1`; secrets are not repeated.
};

/// Of a version like "2026.6.0", "2026.9.0b3"; what cannot be read is taken for an old one.
[[nodiscard]] wording wording_of(std::string_view version);

/// Where in a message a value is: keys and indexes from the outside in.
using message_path = std::vector<std::variant<std::string, std::size_t>>;

// One line each.

/// `problem`: "expected str", "not a valid value", "value must be at least 0".
[[nodiscard]] std::string bad_value(wording how, std::string_view problem, const message_path& at,
                                    const json::value& got);
[[nodiscard]] std::string missing_key(wording how, const message_path& at);
[[nodiscard]] std::string extra_key(wording how, const message_path& at, const json::value& got);
/// A line without its last part, as the schemas of services word it.
[[nodiscard]] std::string without_value(std::string line);
/// Any key on a command that takes none.
[[nodiscard]] std::string extra_keys(wording how, const json::object& command);

}  // namespace hassle::mockha
