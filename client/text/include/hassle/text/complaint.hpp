#pragma once

#include <string>
#include <string_view>

namespace hassle::text {

/// What is wrong with what a person wrote, and what to write instead; where it stands is its
/// reader's business.
struct complaint {
  std::string message;
  std::string hint;

  bool operator==(const complaint&) const = default;
};

/// A person's word as messages show it: in quotes, on one line, without control characters, cut
/// short if it is long.
[[nodiscard]] std::string in_quotes(std::string_view word);

}  // namespace hassle::text
