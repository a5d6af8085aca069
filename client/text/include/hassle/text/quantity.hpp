#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hassle::text {

// Numbers with units, read without a floating-point value in between: no digit is lost.

struct unit {
  std::string_view name;
  std::uint64_t size;  ///< In the smallest unit of its family.
};

/// A number as it is written.
struct decimal {
  std::string_view whole;
  std::string_view fraction;  ///< Without zeros at its end.
};

/// Takes a number off the front of `text`; empty if there is none, then `text` may be shorter.
[[nodiscard]] std::optional<decimal> take_decimal(std::string_view& text);

/// Takes everything up to the next digit.
[[nodiscard]] std::string_view take_unit_name(std::string_view& text);

enum class scale_error : std::uint8_t { too_large, too_fine };

/// `number` times `size`, exactly, if it is at most `max` (< 2^63).
[[nodiscard]] std::expected<std::uint64_t, scale_error> scaled(const decimal& number,
                                                               std::uint64_t size,
                                                               std::uint64_t max);

/// Null if there is none of this name.
[[nodiscard]] const unit* find_unit(std::span<const unit> units, std::string_view name);

/// "d h m s"
[[nodiscard]] std::string names_of(std::span<const unit> units);

}  // namespace hassle::text
