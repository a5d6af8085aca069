#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::reports {

struct text_range {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const text_range&) const = default;
};

/// Where in what was said over HTTP or WebSocket something stands that logs somebody in: the values
/// of JSON members, form fields and headers that hold such things, JSON Web Tokens, rows of 128
/// hexadecimal digits and more, and the `known` texts wherever they are. What is cut off counts as
/// far as it goes. Sorted; ranges may overlap. Pure.
[[nodiscard]] std::vector<text_range> secret_places(std::string_view text,
                                                    std::span<const std::string_view> known);

}  // namespace hassle::reports
