#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hassle::text {

/// "did you mean 'x'?" for the nearest of `known`, or empty if none is near.
[[nodiscard]] std::string nearest_hint(std::string_view word,
                                       std::span<const std::string_view> known);

/// The same, or "one of: …" with all the known names.
[[nodiscard]] std::string names_hint(std::string_view word,
                                     std::span<const std::string_view> known);

}  // namespace hassle::text
