#include "reports/escaping.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace hassle::reports {
namespace {

/// U+FFFE and U+FFFF are well-formed UTF-8, but no characters of XML.
std::string without_noncharacters(std::string_view text) {
  constexpr std::string_view lead = "\xEF\xBF";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool none =
        text.starts_with(lead) && text.size() > 2 && (text[2] == '\xBE' || text[2] == '\xBF');
    out += none ? '?' : text.front();
    text.remove_prefix(none ? 3 : 1);
  }
  return out;
}

std::string xml(const std::string& printable_text) {
  const std::string clean = without_noncharacters(printable_text);
  std::string out;
  out.reserve(clean.size());
  for (const char c : clean) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':  // Of "]]>", which must not stand in a text.
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::size_t longest_row_of(char wanted, std::string_view text) {
  std::size_t longest = 0;
  std::size_t row = 0;
  for (const char c : text) {
    row = c == wanted ? row + 1 : 0;
    longest = std::max(longest, row);
  }
  return longest;
}

}  // namespace

std::string xml_text(std::string_view text) { return xml(printable_lines(text)); }

std::string xml_attribute(std::string_view text) { return xml(printable(text)); }

std::string csv_field(std::string_view text) {
  std::string clean = printable(text);
  if (clean.find_first_of(",\"") == std::string::npos) return clean;
  std::string out = "\"";
  for (const char c : clean) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
  return out;
}

std::string markdown_text(std::string_view text) {
  constexpr std::string_view with_backslash = "\\`*_[]|~#!";
  std::string out;
  for (const char c : printable(text)) {
    if (with_backslash.find(c) != std::string_view::npos) {
      out += '\\';
      out += c;
    } else if (c == '&' || c == '<' || c == '>' || c == '@' || c == '$') {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string markdown_html(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '&' || c == '<' || c == '>' || c == '@' || c == '$') {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view text, std::string_view language) {
  const std::string fence(std::max<std::size_t>(3, longest_row_of('`', text) + 1), '`');
  return fmt::format("\n{}{}\n{}\n{}\n", fence, language, printable_lines(text), fence);
}

std::string workflow_data(std::string_view text) {
  std::string out;
  for (const char c : printable_lines(text)) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\n') {
      out += "%0A";
    } else {
      out += c;
    }
  }
  return out;
}

std::string workflow_property(std::string_view text) {
  std::string out;
  for (const char c : workflow_data(printable(text))) {
    if (c == ':') {
      out += "%3A";
    } else if (c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace hassle::reports
