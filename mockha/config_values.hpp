#pragma once

#include "mockha/json_text.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

// How triggers, conditions and actions write their values. Errors are validation texts without what
// was got: `expected str for dictionary value @ data['event_type']`.

using config_error = std::unexpected<std::string>;

/// The error about a key that must be there.
[[nodiscard]] config_error missing_key(std::string_view key);
/// The error about a value of the wrong kind.
[[nodiscard]] config_error wrong_value(std::string_view what, std::string_view key);
/// The error about the first key that is none of these, if there is one.
[[nodiscard]] std::optional<std::string> foreign_key(const json::object& config,
                                                     std::initializer_list<std::string_view> known);

/// Seconds, "HH:MM", "HH:MM:SS" or a dictionary of days, hours, minutes, seconds, milliseconds.
/// Nothing if it is none of them, negative, or longer than a year.
[[nodiscard]] std::optional<std::chrono::microseconds> read_duration(const json::value& from);

/// One text or a list of texts; numbers and truth values as they are shown. Nothing if it is
/// neither.
[[nodiscard]] std::optional<std::vector<std::string>> read_texts(const json::value& from);

/// `config[key]`, or null.
[[nodiscard]] const json::value* value_of(const json::object& config, std::string_view key);

/// The value itself if it is a list, else a list of it.
[[nodiscard]] json::array as_list(const json::value& one_or_more);

}  // namespace hassle::mockha
