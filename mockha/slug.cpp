#include "mockha/slug.hpp"

#include <array>
#include <cstdint>

namespace hassle::mockha {

namespace {

// U+00C0..U+00FF without accents. UNVERIFIED for the rarer ones.
constexpr std::array<std::string_view, 64> latin = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "_", "o", "u", "u", "u", "u", "y", "th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "_", "o", "u", "u", "u", "u", "y", "th", "y"};

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

std::string slug_of(std::string_view text) {
  std::string slug;
  const auto add = [&](std::string_view letters) {
    for (const char c : letters) {
      if (is_plain(c)) {
        slug += c;
      } else if (!slug.empty() && slug.back() != '_') {
        slug += '_';
      }
    }
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    if (byte >= 'A' && byte <= 'Z') {
      add(std::string(1, static_cast<char>(byte - 'A' + 'a')));
    } else if (byte < 0x80 && byte != '\'') {
      add(text.substr(at, 1));
    } else if (byte == 0xC3 && at + 1 < text.size()) {  // Two bytes of UTF-8 for U+00C0..U+00FF.
      add(latin.at(static_cast<std::uint8_t>(text[++at]) & 0x3FU));
    }
  }
  while (!slug.empty() && slug.back() == '_') slug.pop_back();
  return slug.empty() && !text.empty() ? "unknown" : slug;
}

}  // namespace hassle::mockha
