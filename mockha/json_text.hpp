#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace hassle::mockha {

namespace json = boost::json;

/// Appends a string as Home Assistant writes it: compact, non-ASCII left as it is. `text` is UTF-8.
void append_string(std::string& to, std::string_view text);

/// Appends a value as Home Assistant writes it: 0.35 and 21.0 for numbers where Boost.JSON writes
/// 3.5E-1 and 2.1E1; infinities and NaN become null.
void append_json(std::string& to, const json::value& value);
void append_json(std::string& to, const json::object& value);

/// Appends a value as Python's repr() shows it, which is how validation texts quote the input.
void append_python(std::string& to, const json::value& value);

/// The value on its own.
[[nodiscard]] std::string json_text(const json::value& value);
[[nodiscard]] std::string python_text(const json::value& value);

}  // namespace hassle::mockha
