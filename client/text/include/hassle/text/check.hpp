#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hassle::text {

/// A place in a text, from 1; 0 = the text as a whole.
struct position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  bool operator==(const position&) const = default;
};

/// Where byte `offset` of `text` stands. Columns count characters.
[[nodiscard]] position position_of(std::string_view text, std::size_t offset) noexcept;

/// The first byte that no text has: a NUL or what is not UTF-8. Nothing if there is none.
[[nodiscard]] std::optional<std::size_t> find_binary(std::string_view text) noexcept;

/// The first place at which TOML text is nested deeper than `max`: brackets within brackets or the
/// parts of a dotted key. Needed because a parser builds, and later destroys, one level of tables
/// per part: half a million dots would overflow the stack.
[[nodiscard]] std::optional<std::size_t> find_deep_nesting(std::string_view text,
                                                           std::size_t max) noexcept;

}  // namespace hassle::text
