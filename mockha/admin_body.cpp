#include "mockha/admin_body.hpp"

#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"
#include "scenarios/text_check.hpp"

#include <fmt/format.h>
#include <boost/json/parse_options.hpp>
#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::size_t nesting_max = 32;

scenario::input_error problem(scenario::source_position where, std::string message,
                              std::string hint = {}) {
  return {"body", where, std::move(message), std::move(hint)};
}

/// Where a key of the outermost object stands. The text is known to be JSON, and to have it.
std::size_t offset_of_key(std::string_view text, std::string_view key) {
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' || text[i] == '[') ++depth;
    if (text[i] == '}' || text[i] == ']') --depth;
    if (text[i] != '"') continue;
    begin = i++;
    while (text[i] != '"') i += text[i] == '\\' ? 2 : 1;
    const std::size_t behind = text.find_first_not_of(" \t\r\n", i + 1);
    const bool is_key = behind != std::string_view::npos && text[behind] == ':';
    if (depth == 1 && is_key && text.substr(begin + 1, i - begin - 1) == key) return begin;
  }
  return begin;  // A key that was written with escapes.
}

std::string_view name_of(body_field::kind kind) {
  switch (kind) {
    case body_field::kind::text:
      return "a string";
    case body_field::kind::object:
      return "an object";
    case body_field::kind::duration:
      return "a duration, as in \"1.5s\"";
  }
  return {};
}

std::optional<scenario::input_error> check_value(const json::value& value, const body_field& field,
                                                 scenario::source_position where) {
  const bool wants_object = field.type == body_field::kind::object;
  if (wants_object ? !value.is_object() : !value.is_string()) {
    return problem(where, fmt::format("'{}' is not {}", field.name, name_of(field.type)));
  }
  if (field.type != body_field::kind::duration) return std::nullopt;
  if (const auto read = scenario::parse_duration(value.as_string()); !read) {
    return problem(where, fmt::format("'{}': {}", field.name, read.error().message),
                   read.error().hint);
  }
  return std::nullopt;
}

}  // namespace

std::expected<json::object, scenario::input_error> read_object(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return json::object{};
  json::stream_parser parser({}, json::parse_options{.max_depth = nesting_max});
  json::error_code ec;
  const std::size_t read = parser.write_some(text.data(), text.size(), ec);
  if (!ec && read == text.size()) parser.finish(ec);
  if (ec)
    return std::unexpected(problem(scenario::position_of(text, read), "not JSON: " + ec.message()));
  if (read < text.size()) {
    return std::unexpected(
        problem(scenario::position_of(text, read), "something follows the object"));
  }
  json::value value = parser.release();
  if (!value.is_object()) return std::unexpected(problem({1, 1}, "not a JSON object"));
  return std::move(value.as_object());
}

std::vector<scenario::input_error> check_fields(const json::object& object, std::string_view text,
                                                std::span<const body_field> fields) {
  std::vector<scenario::input_error> found;
  std::vector<std::string_view> known;
  for (const auto& field : fields) known.push_back(field.name);
  for (const auto& [key, value] : object) {
    const auto where = scenario::position_of(text, offset_of_key(text, key));
    const auto field = std::ranges::find(fields, std::string_view(key), &body_field::name);
    if (field == fields.end()) {
      found.push_back(problem(where, "unknown key " + scenario::in_quotes(key),
                              scenario::names_hint(key, known)));
    } else if (auto wrong = check_value(value, *field, where)) {
      found.push_back(std::move(*wrong));
    }
  }
  std::ranges::stable_sort(found, {}, &scenario::input_error::where);
  // Last: a key that was mistyped is missing, too.
  for (const auto& field : fields) {
    if (field.required && !object.contains(field.name)) {
      found.push_back(
          problem({1, 1}, fmt::format("'{}' is missing", field.name), std::string(field.doc)));
    }
  }
  return found;
}

}  // namespace hassle::mockha
