#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hassle::reports {

/// The exact quantile by nearest rank: the smallest value such that at least `percent` % of all are
/// not above it. Never interpolates, so that it is always a value that occurred. Zero if empty.
/// REQUIRES: sorted, percent in [1, 100].
[[nodiscard]] std::chrono::nanoseconds nearest_rank(
    std::span<const std::chrono::nanoseconds> sorted, unsigned percent);

/// What was counted, most first, and by name where counts are equal.
[[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> most_first(
    const std::map<std::string, std::uint64_t>& counts);

}  // namespace hassle::reports
