#pragma once

#include "scenarios/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hassle::harness::explore {

/// One thing that happens in a scenario with explicit times.
struct frozen_action {
  enum class kind : std::uint8_t { occurrence, command, recycle } what{};
  std::size_t fault = 0;  ///< Of an occurrence: index into scenario::faults.
  std::size_t index = 0;  ///< Into its list.

  bool operator==(const frozen_action&) const = default;
};

/// All of a kind. REQUIRES: the scenario has explicit times only (`frozen_scenario`).
[[nodiscard]] std::vector<frozen_action> actions_of(const scenario::scenario& frozen,
                                                    frozen_action::kind what);

/// The scenario with only these of that kind of action. Faults that never happen are left out.
[[nodiscard]] scenario::scenario with_only(const scenario::scenario& frozen,
                                           frozen_action::kind what,
                                           std::span<const frozen_action> kept);

/// Every instant at which something begins, to be changed in place: of occurrences, commands and
/// recycles.
[[nodiscard]] std::vector<scenario::duration*> instants_of(scenario::scenario& frozen);

}  // namespace hassle::harness::explore
