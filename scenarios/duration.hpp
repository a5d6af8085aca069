#pragma once

#include "scenarios/error.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace hassle::scenario {

using duration = std::chrono::nanoseconds;

/// No length of time that a user writes is longer, so that sums of several cannot overflow.
inline constexpr duration duration_max = std::chrono::hours(24 * 366);

/// "15m", "1.5s", "250ms", "1h30m": numbers with units out of d h m s ms us ns, the larger unit
/// first. Exact: what is finer than a nanosecond is refused, as is what is negative or longer than
/// `duration_max`.
[[nodiscard]] std::expected<duration, complaint> parse_duration(std::string_view text);

/// The shortest text that `parse_duration` reads as `d`. REQUIRES: d >= 0.
[[nodiscard]] std::string format_duration(duration d);

/// Bytes per second: "100KB/s", "64KiB/s", "10Mbit/s". At least one.
[[nodiscard]] std::expected<std::uint64_t, complaint> parse_rate(std::string_view text);

/// A text that `parse_rate` reads as `bytes_per_second`.
[[nodiscard]] std::string format_rate(std::uint64_t bytes_per_second);

}  // namespace hassle::scenario
