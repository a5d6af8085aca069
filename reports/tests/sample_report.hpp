#pragma once

#include "reports/analysis.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports::tests {

/// What the fabricated runs of one client look like. Counts are per run.
struct sample {
  std::string_view client;
  std::vector<std::string> layers;
  std::uint64_t connection = 0, timeout = 0, other = 0, stale = 0;
  std::uint64_t wrong_answers = 0, duplicates = 0, past_limit = 0;
};

/// Runs of 1,000 commands each, with a little weather per seed.
[[nodiscard]] cell sample_cell(const sample& s, std::size_t seeds = 4);

/// A ladder with a rung for every kind of note, verdict and change.
[[nodiscard]] std::vector<cell> sample_ladder();

}  // namespace hassle::reports::tests
