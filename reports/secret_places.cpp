#include "reports/secret_places.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>

namespace hassle::reports {
namespace {

using std::size_t;
constexpr size_t npos = std::string_view::npos;

// Members of JSON and fields of forms and queries. An error of Home Assistant's has a "code", too,
// which is none.
constexpr auto secret_names = std::to_array<std::string_view>(
    {"access_token", "refresh_token", "token", "password", "client_secret", "authSig", "code"});
constexpr std::string_view field_only = "code";
constexpr auto secret_headers = std::to_array<std::string_view>(
    {"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"});
constexpr std::string_view jwt_head = "eyJ";
constexpr size_t jwt_size_min = 16;
constexpr size_t hex_digits_min = 128;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_jwt(char c) { return is_name(c) || c == '-' || c == '.'; }

template <class Accepts>
size_t end_of_run(std::string_view text, size_t from, Accepts accepts) {
  while (from < text.size() && accepts(text[from])) ++from;
  return from;
}

size_t skip_blanks(std::string_view text, size_t from) {
  return end_of_run(text, from, [](char c) { return c == ' ' || c == '\t'; });
}

// The value of a JSON member whose name ends at `at`; it may stand in a string of JSON itself.
text_range json_value(std::string_view text, size_t at) {
  const bool nested = at < text.size() && text[at] == '\\';
  if (nested) ++at;
  if (at >= text.size() || text[at] != '"') return {};
  at = skip_blanks(text, at + 1);
  if (at >= text.size() || text[at] != ':') return {};
  at = skip_blanks(text, at + 1);
  if (nested && at < text.size() && text[at] == '\\') ++at;
  if (at >= text.size() || text[at] != '"') return {};
  const size_t begin = ++at;
  while (at < text.size() && text[at] != '"' && !is_control(text[at])) {
    if (text[at] == '\\' && nested) break;
    at += text[at] == '\\' ? 2 : 1;
  }
  return {begin, std::min(at, text.size())};
}

text_range field_value(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '=') return {};
  const auto goes_on = [](char c) { return c != '&' && c != ' ' && c != '"' && !is_control(c); };
  return {at + 1, end_of_run(text, at + 1, goes_on)};
}

void find_members(std::string_view text, std::vector<text_range>& found) {
  for (const std::string_view name : secret_names) {
    for (size_t at = text.find(name); at != npos; at = text.find(name, at + name.size())) {
      if (at > 0 && is_name(text[at - 1])) continue;
      const bool quoted = at > 0 && text[at - 1] == '"';
      if (quoted && name == field_only) continue;
      const size_t end = at + name.size();
      found.push_back(quoted ? json_value(text, end) : field_value(text, end));
    }
  }
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](unsigned char c) { return std::tolower(c); },
      [](unsigned char c) { return std::tolower(c); });
}

// All but its first word, which says what kind it is.
text_range header_value(std::string_view text, size_t begin) {
  const size_t value = skip_blanks(text, begin);
  const size_t end = std::min(text.find_first_of("\r\n", value), text.size());
  const size_t blank = text.find(' ', value);
  return {blank < end ? blank + 1 : value, end};
}

void find_headers(std::string_view text, std::vector<text_range>& found) {
  for (size_t line = 0; line < text.size();) {
    const size_t end = std::min(text.find('\n', line), text.size());
    // A long line is no header's; looking for ':' in it is no use.
    const size_t colon = text.substr(line, std::min<size_t>(end - line, 32)).find(':');
    if (colon != npos) {
      const std::string_view name = text.substr(line, colon);
      if (std::ranges::any_of(secret_headers,
                              [&](std::string_view each) { return same_letters(each, name); })) {
        found.push_back(header_value(text, line + colon + 1));
      }
    }
    line = end + 1;
  }
}

void find_shapes(std::string_view text, std::vector<text_range>& found) {
  for (size_t at = text.find(jwt_head); at != npos; at = text.find(jwt_head, at)) {
    const size_t end = end_of_run(text, at, is_jwt);
    if (end - at >= jwt_size_min) found.push_back({at, end});
    at = end;
  }
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t end = end_of_run(text, at, is_hex);
    if (end - at >= hex_digits_min) found.push_back({at, end});
    at = end;
  }
}

}  // namespace

std::vector<text_range> secret_places(std::string_view text,
                                      std::span<const std::string_view> known) {
  std::vector<text_range> found;
  for (const std::string_view each : known) {
    if (each.empty()) continue;
    for (size_t at = text.find(each); at != npos; at = text.find(each, at + each.size())) {
      found.push_back({at, at + each.size()});
    }
  }
  find_members(text, found);
  find_headers(text, found);
  find_shapes(text, found);
  std::erase_if(found, [](const text_range& each) { return each.begin >= each.end; });
  std::ranges::sort(found, {}, [](const text_range& r) { return std::tuple(r.begin, r.end); });
  return found;
}

}  // namespace hassle::reports
