#pragma once

#include "reports/analysis.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hassle::reports {

/// When enough seeds have been run: one of the two. Sizes of samples are fixed beforehand (a half
/// more each time), so that the same goal gives the same seeds.
struct effort_goal {
  /// The 95 % interval of each client's error rate is at most so wide, from end to end. In (0, 1].
  std::optional<double> width;
  /// Every expectation of a figure that has an interval has its bounds outside of it.
  bool certain = false;
  std::uint64_t seeds_first = 10;  ///< > 1
  std::uint64_t seeds_max = 1000;  ///< >= seeds_first

  bool operator==(const effort_goal&) const = default;
};

/// What is not yet known of a cell, and what it would take.
struct effort_doubts {
  /// For each of the cell's expectations a sentence, empty where its verdict is certain.
  std::vector<std::string> of_expectations;
  std::string of_width;  ///< A sentence, or empty.
  /// How many seeds would be needed, as far as can be told from those that there are.
  std::uint64_t seeds_needed = 0;

  [[nodiscard]] bool none() const noexcept { return seeds_needed == 0; }
};
[[nodiscard]] effort_doubts doubts_left(const cell& c, const effort_goal& goal);

/// How confident each look must be: who stops at the first one that pleases looks more often than
/// once, and all looks together may be wrong in 5 % only.
[[nodiscard]] double confidence_of_a_look(const effort_goal& goal);

/// How many seeds more to run with all clients of a scenario; 0 if the goal is reached for all of
/// them, or out of reach: beyond `seeds_max` by far. REQUIRES: cells of one scenario and world.
[[nodiscard]] std::uint64_t seeds_more(std::span<const cell> cells, const effort_goal& goal);

}  // namespace hassle::reports
