#pragma once

#include "harness/explore/grammar.hpp"
#include "harness/explore/trial.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hassle::harness::explore {

/// Exploring ends when so many runs have failed, unless asked for less: there is something to do
/// first.
inline constexpr std::size_t findings_max = 1'000;

struct explorer_options {
  std::uint64_t first_seed = 1;  ///< Of the scenarios and of their runs; then one after the other.
  std::size_t runs = 1'000;      ///< > 0
  grammar rules;
  std::size_t enough = findings_max;  ///< Findings. > 0
  unsigned jobs = 1;                  ///< Threads; the findings do not depend on it. > 0
  const std::atomic<bool>* interrupted = nullptr;
  /// Asked before each run, from any of the threads: no more are begun. Empty = never.
  std::function<bool()> time_is_up;
  /// Called from any of the threads, one at a time, after each run.
  std::function<void(std::size_t done, std::size_t failed)> on_progress;
};

struct finding {
  std::uint64_t seed = 0;  ///< Of the scenario and of its run.
  std::vector<failure> failures;

  bool operator==(const finding&) const = default;
};

/// How often a kind of fault was drawn, and how often it hit something.
struct kind_coverage {
  std::uint64_t drawn = 0;  ///< Faults.
  std::uint64_t hit = 0;

  bool operator==(const kind_coverage&) const = default;
};

struct exploration {
  std::size_t runs = 0;           ///< Complete ones: those of the first so many seeds.
  std::vector<finding> findings;  ///< In the order of their seeds; at most `enough`.
  std::map<std::string, kind_coverage, std::less<>> coverage;  ///< By kind.
  std::uint64_t digest = 0;  ///< Of all runs; the order in which they ended is no matter.
  bool interrupted = false;
};

/// Runs one random scenario after the other with a client, side by side.
[[nodiscard]] exploration explore_seeds(const subject& whom, const explorer_options& options);

}  // namespace hassle::harness::explore
