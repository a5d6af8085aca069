#pragma once

#include "scenarios/scenario.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

/// The shortest scenario there is, with what a test wants to say behind it.
inline std::string minimal(std::string_view more = {}) {
  return "schema = 1\ntitle = \"t\"\nduration = \"1h\"\n" + std::string(more);
}

inline std::vector<std::string> error_texts(const std::vector<input_error>& errors) {
  std::vector<std::string> texts;
  texts.reserve(errors.size());
  for (const input_error& e : errors) {
    texts.push_back(e.text());
  }
  return texts;
}

/// The errors of a text as a user sees them; none if it is right.
inline std::vector<std::string> errors_of(std::string_view text) {
  const auto parsed = parse_scenario(text, "x.toml");
  return parsed ? std::vector<std::string>() : error_texts(parsed.error());
}

/// A scenario that is right, or the test ends here.
inline scenario parsed(std::string_view text) {
  auto result = parse_scenario(text, "x.toml");
  if (!result) {
    for (const std::string& each : error_texts(result.error())) {
      ADD_FAILURE() << each;
    }
    return {};
  }
  return *std::move(result);
}

}  // namespace hassle::scenario
