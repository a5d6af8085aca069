#include "mockha/form_body.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::size_t boundary_bytes_max = 70;  // RFC 2046, 5.1.1

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Takes the value of a parameter, quoted or not, from the front of `rest`.
std::string take_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(';'), rest.size());
    value = trimmed(rest.substr(0, end));
    rest.remove_prefix(end);
    return value;
  }
  std::size_t n = 1;
  for (; n < rest.size() && rest[n] != '"'; ++n) {
    if (rest[n] == '\\' && n + 1 < rest.size()) ++n;
    value += rest[n];
  }
  rest.remove_prefix(std::min(n + 1, rest.size()));
  return value;
}

// The value of a parameter of a header: `form-data; name="x"`.
std::optional<std::string> parameter(std::string_view header, std::string_view wanted) {
  std::string_view rest = header;
  for (auto semicolon = rest.find(';'); semicolon != std::string_view::npos;
       semicolon = rest.find(';')) {
    rest.remove_prefix(semicolon + 1);
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    std::string value = take_value(rest);
    if (same_word(name, wanted)) return value;
  }
  return std::nullopt;
}

std::string_view main_value(std::string_view header) {
  return trimmed(header.substr(0, header.find(';')));
}

// The header of this name in the block of a part's headers.
std::optional<std::string_view> part_header(std::string_view block, std::string_view wanted) {
  while (!block.empty()) {
    const auto end = std::min(block.find("\r\n"), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 2, block.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (same_word(trimmed(line.substr(0, colon)), wanted)) return trimmed(line.substr(colon + 1));
  }
  return std::nullopt;
}

/// Collects fields within the limits.
class collector {
 public:
  explicit collector(const form_limits& limits) : limits_(limits) {}

  /// What is wrong, or nothing.
  [[nodiscard]] std::string add(std::string name, std::string value) {
    if (fields_.all.size() >= limits_.fields_max) return "too many fields";
    if (name.size() > limits_.name_bytes_max) return "the name of a field is too long";
    if (value.size() > limits_.value_bytes_max) return "the value of a field is too long";
    fields_.all.push_back({.name = std::move(name), .value = std::move(value)});
    return {};
  }
  [[nodiscard]] form_fields take() { return std::move(fields_); }

 private:
  const form_limits& limits_;
  form_fields fields_;
};

// One part: headers, an empty line, content.
std::string add_part(std::string_view part, const form_limits& limits, collector& into) {
  // Without headers the empty line comes first.
  const bool bare = part.starts_with("\r\n");
  const auto blank = bare ? 0 : part.find("\r\n\r\n");
  if (blank == std::string_view::npos) return "a part has no end of its headers";
  if (blank > limits.part_header_bytes_max) return "the headers of a part are too long";
  const auto disposition = part_header(part.substr(0, blank), "content-disposition");
  if (!disposition || !same_word(main_value(*disposition), "form-data")) {
    return "a part is no form-data";
  }
  auto name = parameter(*disposition, "name");
  if (!name) return "a part has no name";
  if (parameter(*disposition, "filename")) return {};
  const std::string_view content = part.substr(blank + (bare ? 2 : 4));
  if (content.size() > limits.value_bytes_max) return "the value of a field is too long";
  return into.add(std::move(*name), std::string(content));
}

std::expected<form_fields, std::string> read_multipart(std::string_view boundary,
                                                       std::string_view body,
                                                       const form_limits& limits) {
  const std::string delimiter = "\r\n--" + std::string(boundary);
  collector fields(limits);
  std::size_t parts = 0;
  // The first delimiter may stand at the very beginning, without a line before it.
  std::size_t at = 0;
  if (body.starts_with(std::string_view(delimiter).substr(2))) {
    at = delimiter.size() - 2;
  } else {
    at = body.find(delimiter);
    if (at == std::string_view::npos) return std::unexpected("the boundary does not appear");
    at += delimiter.size();
  }
  for (;;) {
    if (body.substr(at).starts_with("--")) return fields.take();
    const auto line_end = body.find("\r\n", at);
    if (line_end == std::string_view::npos || !trimmed(body.substr(at, line_end - at)).empty()) {
      return std::unexpected("something stands behind a boundary");
    }
    if (++parts > limits.fields_max) return std::unexpected("too many fields");
    const std::size_t begin = line_end + 2;
    const auto end = body.find(delimiter, begin);
    if (end == std::string_view::npos) return std::unexpected("the last boundary is missing");
    if (std::string wrong = add_part(body.substr(begin, end - begin), limits, fields);
        !wrong.empty()) {
      return std::unexpected(std::move(wrong));
    }
    at = end + delimiter.size();
  }
}

}  // namespace

const std::string* form_fields::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(all, name, &field::name);
  return found == all.end() ? nullptr : &found->value;
}

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t n = 0; n < text.size(); ++n) {
    const char c = text[n];
    const int high = c == '%' && n + 2 < text.size() ? hex_digit(text[n + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[n + 2]) : -1;
    if (low >= 0) {
      decoded += static_cast<char>(high * 16 + low);
      n += 2;
    } else {
      decoded += c == '+' && plus_is_space ? ' ' : c;
    }
  }
  return decoded;
}

std::expected<form_fields, std::string> read_urlencoded(std::string_view text,
                                                        const form_limits& limits) {
  collector fields(limits);
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    std::string wrong =
        fields.add(percent_decoded(pair.substr(0, equals), true), percent_decoded(value, true));
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
  }
  return fields.take();
}

std::expected<form_fields, std::string> read_form(std::string_view content_type,
                                                  std::string_view body,
                                                  const form_limits& limits) {
  const std::string_view type = main_value(content_type);
  if (same_word(type, "application/x-www-form-urlencoded")) {
    const auto end = body.find_last_not_of(" \t\r\n");
    return read_urlencoded(body.substr(0, end == std::string_view::npos ? 0 : end + 1), limits);
  }
  if (!same_word(type, "multipart/form-data")) return form_fields{};
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > boundary_bytes_max) {
    return std::unexpected("multipart/form-data without a proper boundary");
  }
  return read_multipart(*boundary, body, limits);
}

}  // namespace hassle::mockha
