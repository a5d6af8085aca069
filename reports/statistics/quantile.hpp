#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace hassle::reports {

/// Between which of n sorted values a quantile lies, whatever their distribution is: the number
/// below it is binomial. Ranks from 1; nothing where no value is far enough out.
struct rank_interval {
  std::optional<std::size_t> low;
  std::optional<std::size_t> high;
};
/// Each side is wrong with at most half of what `confidence` leaves.
/// REQUIRES: share and confidence in (0, 1).
[[nodiscard]] rank_interval quantile_ranks(std::size_t n, double share, double confidence);

/// A quantile by nearest rank, with the values at the ends of its interval.
struct time_quantile {
  std::chrono::nanoseconds value{};
  std::optional<std::chrono::nanoseconds> low;
  std::optional<std::chrono::nanoseconds> high;
};

/// Of the values of all groups together. Values of one group (a run) may have much in common, so
/// that they say less than as many of different ones: as many are taken to be there as would spread
/// like the groups do (the design effect, with Student's t for few groups: Korn and Graubard 1998;
/// Woodruff's way for quantiles), never more than there are. A single group is taken as it is.
/// Nothing if there is no value. REQUIRES: percent in [1, 99].
[[nodiscard]] std::optional<time_quantile> pooled_quantile(
    std::span<const std::span<const std::chrono::nanoseconds>> groups, unsigned percent,
    double confidence);

}  // namespace hassle::reports
