#pragma once

#include "scenarios/error.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

namespace hassle::scenario {

/// Where byte `offset` of `text` stands. Columns count characters.
[[nodiscard]] source_position position_of(std::string_view text, std::size_t offset) noexcept;

/// The first byte that no text has: a NUL or what is not UTF-8. Nothing if there is none.
[[nodiscard]] std::optional<std::size_t> find_binary(std::string_view text) noexcept;

/// The first place at which TOML text is nested deeper than `max`: brackets within brackets or the
/// parts of a dotted key. Needed because a parser builds, and later destroys, one level of tables
/// per part: half a million dots would overflow the stack.
[[nodiscard]] std::optional<std::size_t> find_deep_nesting(std::string_view text,
                                                           std::size_t max) noexcept;

}  // namespace hassle::scenario
