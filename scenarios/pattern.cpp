#include "scenarios/server_faults.hpp"

namespace hassle::scenario {

// Linear in practice: only the last `*` is ever gone back to.
bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

bool matches_command(std::string_view pattern, std::string_view called) {
  constexpr std::string_view call = "call_service";
  const std::string_view first = called.substr(0, called.find(' '));
  if (matches_pattern(pattern, called) || matches_pattern(pattern, first)) {
    return true;
  }
  if (first.find('.') == std::string_view::npos) {
    return false;
  }
  // Only the name of a service has a dot.
  if (matches_pattern(pattern, call)) {
    return true;
  }
  const std::string_view prefix = "call_service ";
  if (!pattern.starts_with(prefix)) {
    return false;
  }
  pattern.remove_prefix(prefix.size());
  return matches_pattern(pattern, called) || matches_pattern(pattern, first);
}

}  // namespace hassle::scenario
