#pragma once

#include "harness/explore/trial.hpp"
#include "scenarios/scenario.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>

namespace hassle::harness::explore {

/// Enough for a hundred commands and a dozen faults. A run takes milliseconds.
inline constexpr std::size_t shrink_runs_max = 2'000;

struct shrinker_options {
  std::uint64_t seed = 1;
  /// The failure to keep, by a part of its name; empty = the run's first.
  std::string failure;
  std::size_t runs_max = shrink_runs_max;
  const std::atomic<bool>* interrupted = nullptr;
  /// Called after each run: how many there were, and what is left.
  std::function<void(std::size_t runs, std::size_t faults, std::size_t commands)> on_progress;
};

struct shrunk {
  /// Fails in the same way with the same seed. Valid as a file, and `find_scenario_error` agrees.
  scenario::scenario what;
  failure kept;
  std::size_t runs = 0;
  bool complete = true;  ///< False where the runs were used up, or the user interrupted.
};

/// How many occurrences of faults a scenario with explicit times has.
[[nodiscard]] std::size_t occurrences_of(const scenario::scenario& what);

/// Reduces a failing run to the least that fails in the same way: everything gets explicit times,
/// what is not needed of faults, commands and recycles is taken away, then settings go back to
/// their defaults and times become short and round. The error is a sentence: the run does not fail
/// so.
[[nodiscard]] std::expected<shrunk, std::string> shrink_run(const subject& whom,
                                                            const scenario::scenario& what,
                                                            const shrinker_options& options);

}  // namespace hassle::harness::explore
