#pragma once

#include <hassle/text/complaint.hpp>

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace hassle::text {

using duration = std::chrono::nanoseconds;

/// No length of time that a person writes is longer, so that sums of several cannot overflow.
inline constexpr duration duration_max = std::chrono::hours(24 * 366);

/// "15m", "1.5s", "250ms", "1h30m": numbers with units out of d h m s ms us ns, the larger unit
/// first. Exact: what is finer than a nanosecond is refused, as is what is negative or longer than
/// `duration_max`.
[[nodiscard]] std::expected<duration, complaint> parse_duration(std::string_view text);

/// The shortest text that `parse_duration` reads as `d`. REQUIRES: d >= 0.
[[nodiscard]] std::string format_duration(duration d);

}  // namespace hassle::text
