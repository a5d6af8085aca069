#pragma once

#include <cstddef>
#include <string_view>

namespace hassle::mockha {

/// Whether a text matches a pattern of plain characters, `*` (any, or none) and `?` (any one).
/// Takes at most the product of both lengths.
[[nodiscard]] constexpr bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // The last star, …
  std::size_t behind = 0;                     // … and where the text goes on behind what it took.
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      behind = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++behind;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace hassle::mockha
