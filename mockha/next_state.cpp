#include "mockha/next_state.hpp"

#include <charconv>

namespace hassle::mockha {

std::string next_state(const std::string& state) {
  if (state == "on") return "off";
  if (state == "off") return "on";
  double number = 0;
  const char* const end = state.data() + state.size();
  const auto [stop, ec] = std::from_chars(state.data(), end, number);
  if (ec == std::errc() && stop == end) return std::to_string(static_cast<long>(number) + 1);
  return state;
}

}  // namespace hassle::mockha
