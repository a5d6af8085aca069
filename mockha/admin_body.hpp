#pragma once

#include "mockha/admin.hpp"

#include "scenarios/error.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// Reads a JSON object; an empty text is an empty object. Errors have their place in the text.
[[nodiscard]] std::expected<json::object, scenario::input_error> read_object(std::string_view text);

/// Everything that is wrong with an object that was read from `text`: unknown keys (with the
/// nearest known one), missing ones, wrong types, durations that are none.
[[nodiscard]] std::vector<scenario::input_error> check_fields(const json::object& object,
                                                              std::string_view text,
                                                              std::span<const body_field> fields);

}  // namespace hassle::mockha
