#include <hassle/text/check.hpp>

#include <algorithm>

namespace hassle::text {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// The length of the UTF-8 sequence at `at`, or 0 if there is none: RFC 3629, so neither overlong
/// forms nor surrogates.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const unsigned char first = byte_at(text, at);
  if (first < 0x80) {
    return 1;
  }
  std::size_t length = 0;
  unsigned char low = 0x80;  // Range of the second byte.
  unsigned char high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    low = first == 0xe0 ? 0xa0 : low;
    high = first == 0xed ? 0x9f : high;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    low = first == 0xf0 ? 0x90 : low;
    high = first == 0xf4 ? 0x8f : high;
  } else {
    return 0;
  }
  if (at + length > text.size() || byte_at(text, at + 1) < low || byte_at(text, at + 1) > high) {
    return 0;
  }
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xc0U) != 0x80U) {
      return 0;
    }
  }
  return length;
}

/// The end of the string that begins at `at`, one past its closing quote. A string without an end
/// ends with its line, or with the text if it may have many lines.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool escapes = quote == '"';
  const std::string_view rest = text.substr(at);
  const bool many_lines = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
  at += many_lines ? 3 : 1;
  while (at < text.size()) {
    if (escapes && text[at] == '\\') {
      at += 2;
      continue;
    }
    if (!many_lines && (text[at] == quote || text[at] == '\n')) {
      return at + 1;
    }
    if (many_lines && text.substr(at, 3) == std::string_view(rest.data(), 3)) {
      at += 3;
      // Up to two more quotes belong to the string's content.
      for (int extra = 0; extra < 2 && at < text.size() && text[at] == quote; ++extra) {
        ++at;
      }
      return at;
    }
    ++at;
  }
  return text.size();
}

}  // namespace

position position_of(std::string_view text, std::size_t offset) noexcept {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  const std::string_view line = before.substr(line_start);
  const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  });
  return {static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<std::uint32_t>(characters + 1)};
}

std::optional<std::size_t> find_binary(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '\0' ? 0 : sequence_length(text, at);
    if (length == 0) {
      return at;
    }
    at += length;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_deep_nesting(std::string_view text, std::size_t max) noexcept {
  std::size_t brackets = 0;
  std::size_t dots = 0;  // Since the last character that begins a key.
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '"':
      case '\'':
        at = skip_string(text, at);
        continue;
      case '#':
        at = std::min(text.find('\n', at), text.size());
        continue;
      case '[':
      case '{':
        ++brackets;
        dots = 0;
        break;
      case ']':
      case '}':
        brackets -= brackets > 0 ? 1 : 0;
        dots = 0;
        break;
      case '\n':
      case '=':
      case ',':
        dots = 0;
        break;
      case '.':
        ++dots;
        break;
      default:
        break;
    }
    if (brackets > max || dots > max) {
      return at;
    }
    ++at;
  }
  return std::nullopt;
}

}  // namespace hassle::text
