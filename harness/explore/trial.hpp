#pragma once

#include "harness/simulated_run.hpp"
#include "reports/analysis.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/profile.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/client/config.hpp>

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace hassle::harness::explore {

/// Who is examined.
struct subject {
  std::string name;  ///< Of its profile.
  client::config settings;
  std::vector<std::string> layers;  ///< What it promises: see `reports::oracles`.
  /// One run. Called from several threads.
  std::function<run_result(const scenario::scenario&, const scenario::plan&, const subject&,
                           const std::atomic<bool>* interrupted)>
      run;
};

/// A client as it ships, with all that its layers promise.
[[nodiscard]] std::expected<subject, scenario::input_error> subject_of(
    const scenario::client_profile& profile);

/// Something that should not have happened in a run.
struct failure {
  /// Equal for what is the same failure, whatever the run: "oracle recovers", "expectation
  /// error_rate at most 0", "bug".
  std::string name;
  std::uint64_t violations = 1;
  std::uint32_t first_command = 0;  ///< Of an oracle's first violation, if it is about a command.
  std::string text;                 ///< For people: a sentence.

  bool operator==(const failure&) const = default;
};

/// What is to be known of one run.
struct trial {
  std::vector<failure> failures;        ///< Bugs of ours, then oracles, then expectations.
  std::vector<std::string> hit_faults;  ///< Names. Sorted.
  std::uint64_t digest = 0;
  bool interrupted = false;  ///< It says nothing then.
};

/// Runs a scenario once and judges it: by the oracles that the subject's layers promise, and by
/// what the scenario expects of a client of this name. The error is that of planning.
[[nodiscard]] std::expected<trial, scenario::input_error> try_scenario(
    const subject& whom, const scenario::scenario& what, std::uint64_t seed,
    const std::atomic<bool>* interrupted = nullptr);

}  // namespace hassle::harness::explore
