#include "mockha/json_text.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace hassle::mockha {

namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// Whether one of eight characters needs an escape.
bool any_needs_escape(const char* eight) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  // The highest bit of a byte is set in the result if the byte was below `limit` (up to 0x80), or
  // if a lower one was.
  const auto below = [](std::uint64_t of, std::uint64_t limit) {
    return (of - ones * limit) & ~of & (ones * 0x80U);
  };
  return (below(word, 0x20) | below(word ^ (ones * '"'), 1) | below(word ^ (ones * '\\'), 1)) != 0;
}

std::size_t find_escape(std::string_view text, std::size_t at) {
  while (at + 8 <= text.size() && !any_needs_escape(text.data() + at)) at += 8;
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

void append_escaped(std::string& to, char c) {
  switch (c) {
    case '"':
      to += "\\\"";
      return;
    case '\\':
      to += "\\\\";
      return;
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    case '\b':
      to += "\\b";
      return;
    case '\f':
      to += "\\f";
      return;
    default:
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

// The shortest text that reads back the same, and never one that looks like an integer.
void append_double(std::string& to, double number) {
  const std::size_t begin = to.size();
  fmt::format_to(std::back_inserter(to), "{}", number);
  if (to.find_first_of(".en", begin) == std::string::npos) to += ".0";
}

void append_number(std::string& to, const json::value& value) {
  if (const auto* i = value.if_int64()) {
    fmt::format_to(std::back_inserter(to), "{}", *i);
  } else if (const auto* u = value.if_uint64()) {
    fmt::format_to(std::back_inserter(to), "{}", *u);
  } else {
    append_double(to, value.get_double());
  }
}

void append_python_string(std::string& to, std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  to += quote;
  for (const char c : text) {
    if (c == quote || c == '\\') {
      to += '\\';
      to += c;
    } else if (c == '\n') {
      to += "\\n";
    } else if (c == '\r') {
      to += "\\r";
    } else if (c == '\t') {
      to += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(to), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      to += c;
    }
  }
  to += quote;
}

void append_python_object(std::string& to, const json::object& object) {
  to += '{';
  bool first = true;
  for (const auto& member : object) {
    if (!first) to += ", ";
    first = false;
    append_python_string(to, member.key());
    to += ": ";
    append_python(to, member.value());
  }
  to += '}';
}

}  // namespace

void append_string(std::string& to, std::string_view text) {
  to += '"';
  for (std::size_t plain = 0;;) {
    const std::size_t escape = find_escape(text, plain);
    to.append(text, plain, escape - plain);
    if (escape == text.size()) break;
    append_escaped(to, text[escape]);
    plain = escape + 1;
  }
  to += '"';
}

void append_json(std::string& to, const json::object& value) {
  to += '{';
  bool first = true;
  for (const auto& member : value) {
    if (!first) to += ',';
    first = false;
    append_string(to, member.key());
    to += ':';
    append_json(to, member.value());
  }
  to += '}';
}

void append_json(std::string& to, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      to += "null";
      return;
    case json::kind::bool_:
      to += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64:
    case json::kind::uint64:
      append_number(to, value);
      return;
    case json::kind::double_:
      if (std::isfinite(value.get_double())) {
        append_number(to, value);
      } else {
        to += "null";
      }
      return;
    case json::kind::string:
      append_string(to, value.get_string());
      return;
    case json::kind::array: {
      to += '[';
      bool first = true;
      for (const auto& element : value.get_array()) {
        if (!first) to += ',';
        first = false;
        append_json(to, element);
      }
      to += ']';
      return;
    }
    case json::kind::object:
      append_json(to, value.get_object());
      return;
  }
  assert(false);
}

void append_python(std::string& to, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      to += "None";
      return;
    case json::kind::bool_:
      to += value.get_bool() ? "True" : "False";
      return;
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      append_number(to, value);
      return;
    case json::kind::string:
      append_python_string(to, value.get_string());
      return;
    case json::kind::array: {
      to += '[';
      bool first = true;
      for (const auto& element : value.get_array()) {
        if (!first) to += ", ";
        first = false;
        append_python(to, element);
      }
      to += ']';
      return;
    }
    case json::kind::object:
      append_python_object(to, value.get_object());
      return;
  }
  assert(false);
}

std::string json_text(const json::value& value) {
  std::string text;
  append_json(text, value);
  return text;
}

std::string python_text(const json::value& value) {
  std::string text;
  append_python(text, value);
  return text;
}

}  // namespace hassle::mockha
