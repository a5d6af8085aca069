#include "scenarios/form.hpp"

#include "scenarios/library.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hassle::scenario {

void site::complain(source_position where, std::string_view message, std::string hint) const {
  out.add(where, fmt::format("{}: {}", key, message), std::move(hint));
}

void site::complain(source_position where, const complaint& what) const {
  complain(where, what.message, what.hint);
}

void site::expected(std::string_view wanted, const value& found) const {
  complain(found.where, fmt::format("expected {}, found {}", wanted, found.kind_name()));
}

value_shape text_shape(std::string pattern) {
  value_shape shape;
  shape.what = value_shape::kind::text;
  shape.pattern = std::move(pattern);
  return shape;
}

value_shape word_shape(std::span<const std::string_view> words) {
  value_shape shape = text_shape();
  shape.words.assign(words.begin(), words.end());
  return shape;
}

value_shape integer_shape(double min, double max) {
  value_shape shape;
  shape.what = value_shape::kind::integer;
  shape.min = min;
  shape.max = max;
  return shape;
}

value_shape list_shape(value_shape item, bool may_be_empty) {
  value_shape shape;
  shape.what = value_shape::kind::list;
  shape.parts.push_back(std::move(item));
  if (!may_be_empty) shape.min = 1;
  return shape;
}

value_shape table_shape(std::vector<key_description> keys) {
  value_shape shape;
  shape.what = value_shape::kind::table;
  shape.keys = std::move(keys);
  return shape;
}

value_shape any_shape(std::vector<value_shape> alternatives) {
  value_shape shape;
  shape.what = value_shape::kind::any_of;
  shape.parts = std::move(alternatives);
  return shape;
}

std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\u{:04x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

form<std::string> a_text() {
  return {"string",
          [](const value& v, const site& at) -> std::optional<std::string> {
            if (v.what != value::kind::text) {
              at.expected("a string", v);
              return std::nullopt;
            }
            return v.text;
          },
          [](const std::string& text) { return toml_string(text); }, text_shape()};
}

form<std::string> a_line() {
  return {"string of one line",
          [](const value& v, const site& at) -> std::optional<std::string> {
            auto text = a_text().read(v, at);
            const auto is_control = [](char c) {
              const auto byte = static_cast<unsigned char>(c);
              return byte < 0x20 || byte == 0x7f;
            };
            if (text && text->empty()) {
              at.complain(v.where, "must not be empty");
              return std::nullopt;
            }
            if (text && std::any_of(text->begin(), text->end(), is_control)) {
              at.complain(v.where, "must be one line without control characters");
              return std::nullopt;
            }
            return text;
          },
          toml_string, text_shape(R"(^[^\x00-\x1f\x7f]+$)")};
}

form<bool> a_flag() {
  value_shape shape;
  shape.what = value_shape::kind::flag;
  return {"boolean",
          [](const value& v, const site& at) -> std::optional<bool> {
            if (v.what != value::kind::flag) {
              at.expected("true or false", v);
              return std::nullopt;
            }
            return v.flag;
          },
          [](const bool& flag) { return std::string(flag ? "true" : "false"); }, std::move(shape)};
}

form<double> a_number(double min, double max) {
  const bool bounded = std::isfinite(max);
  value_shape shape;
  shape.what = value_shape::kind::number;
  if (std::isfinite(min)) shape.min = min;
  if (bounded) shape.max = max;
  return {bounded ? fmt::format("number from {} to {}", min, max) : "number",
          [=](const value& v, const site& at) -> std::optional<double> {
            if (v.what != value::kind::number && v.what != value::kind::integer) {
              at.expected("a number", v);
              return std::nullopt;
            }
            if (!std::isfinite(v.number) || v.number < min || v.number > max) {
              at.complain(v.where, fmt::format("{} is out of range", v.number),
                          bounded ? fmt::format("{} to {}", min, max) : "a finite number");
              return std::nullopt;
            }
            return v.number;
          },
          [](const double& number) { return fmt::format("{}", number); }, std::move(shape)};
}

form<duration> a_duration(zero z) {
  return {z == zero::allowed ? "duration" : "duration above 0s",
          [z](const value& v, const site& at) -> std::optional<duration> {
            if (v.what == value::kind::integer || v.what == value::kind::number) {
              const bool negative = v.number < 0;
              at.complain(v.where, negative ? "negative duration" : "missing unit",
                          negative ? "write \"15s\"" : fmt::format("write \"{}s\"", v.number));
              return std::nullopt;
            }
            if (v.what != value::kind::text) {
              at.expected("a duration", v);
              return std::nullopt;
            }
            const auto parsed = parse_duration(v.text);
            if (!parsed) {
              at.complain(v.where, parsed.error());
              return std::nullopt;
            }
            if (z == zero::refused && parsed->count() == 0) {
              at.complain(v.where, "must be longer than 0s");
              return std::nullopt;
            }
            return *parsed;
          },
          [](const duration& d) { return toml_string(format_duration(d)); },
          text_shape(R"(^([0-9]+(\.[0-9]+)?(d|h|m|s|ms|us|ns))+$)")};
}

form<std::optional<duration>> a_duration_or_off() {
  const form<duration> inner = a_duration(zero::refused);
  return {"duration above 0s, or \"off\"",
          [inner](const value& v, const site& at) -> std::optional<std::optional<duration>> {
            if (v.what == value::kind::text && v.text == "off") {
              return std::optional<duration>();
            }
            const auto read = inner.read(v, at);
            return read ? std::optional(std::optional(*read)) : std::nullopt;
          },
          [inner](const std::optional<duration>& d) {
            return d ? inner.write(*d) : std::string("\"off\"");
          },
          any_shape({inner.shape, word_shape(std::array<std::string_view, 1>{"off"})})};
}

form<std::uint64_t> a_rate() {
  return {"bytes per second",
          [](const value& v, const site& at) -> std::optional<std::uint64_t> {
            if (v.what == value::kind::integer && v.integer >= 0) {
              at.complain(v.where, "missing unit", fmt::format("write \"{}B/s\"", v.integer));
              return std::nullopt;
            }
            if (v.what != value::kind::text) {
              at.expected("a rate such as \"64KiB/s\"", v);
              return std::nullopt;
            }
            const auto parsed = parse_rate(v.text);
            if (!parsed) {
              at.complain(v.where, parsed.error());
              return std::nullopt;
            }
            return *parsed;
          },
          [](const std::uint64_t& rate) { return toml_string(format_rate(rate)); },
          text_shape(R"(^[0-9]+(\.[0-9]+)?[A-Za-z]+/s$)")};
}

form<std::string> a_name(std::span<const std::string_view> known, std::string_view what) {
  return {fmt::format("one of {}", fmt::join(known, ", ")),
          [known, what](const value& v, const site& at) -> std::optional<std::string> {
            if (v.what != value::kind::text) {
              at.expected("a string", v);
              return std::nullopt;
            }
            if (std::find(known.begin(), known.end(), v.text) == known.end()) {
              at.complain(v.where, fmt::format("unknown {} {}", what, in_quotes(v.text)),
                          names_hint(v.text, known));
              return std::nullopt;
            }
            return v.text;
          },
          toml_string, word_shape(known)};
}

form<std::string> an_entity() {
  return {"entity id",
          [](const value& v, const site& at) -> std::optional<std::string> {
            auto text = a_line().read(v, at);
            if (!text) {
              return std::nullopt;
            }
            const auto dot = text->find('.');
            const bool shaped =
                dot != std::string::npos && dot != 0 && dot + 1 != text->size() &&
                text->find('.', dot + 1) == std::string::npos &&
                std::all_of(text->begin(), text->end(), [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
                });
            if (!shaped) {
              at.complain(v.where, in_quotes(*text) + " is not an entity id",
                          "write \"light.kitchen\"");
              return std::nullopt;
            }
            return text;
          },
          toml_string, text_shape(R"(^[a-z0-9_]+\.[a-z0-9_]+$)")};
}

}  // namespace hassle::scenario
