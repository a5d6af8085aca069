#pragma once

#include "scenarios/duration.hpp"
#include "scenarios/scenario.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace hassle::harness::explore {

struct grammar {
  scenario::duration length = std::chrono::minutes(10);  ///< Of every scenario. >= length_least
  /// Quiet time behind the last fault. Its second half is when a client must be well again, so that
  /// it should be twice what the client's settings say that recovery takes.
  scenario::duration settle = std::chrono::minutes(20);
  /// Only these kinds of faults, each in every other scenario. Empty = all, a few of them at a
  /// time.
  std::vector<std::string> kinds;
  /// "PATH=VALUE" as scenario::parse_options has them, of what every scenario has. One that does
  /// not fit a scenario, for what was drawn there, is left as it is.
  std::vector<std::string> changes;
};
inline constexpr scenario::duration length_least = std::chrono::seconds(10);

/// A random scenario of the whole fault model, the swarm way: each kind of fault is off or on, a
/// few of them a scenario, some of those heavily; network, server, host and workload are drawn
/// beside them. What is drawn heals: nothing in it is so bad for good that no client could work.
///
/// A pure function of its arguments. It is valid: writing it as a file and loading that gives the
/// same scenario.
[[nodiscard]] scenario::scenario random_scenario(std::uint64_t seed, const grammar& rules = {});

/// What is wrong with the changes whatever is drawn; empty if nothing is.
[[nodiscard]] std::vector<scenario::input_error> find_wrong_changes(const grammar& rules);

}  // namespace hassle::harness::explore
