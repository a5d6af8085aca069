#pragma once

#include "scenarios/scenario.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

/// Why a fault of a scenario makes no sense, although each of its keys does.
struct contradiction {
  std::size_t fault = 0;  ///< Index into scenario::faults.
  /// The key of it that is wrong; `after` stands for the name in `after = { fault = … }`.
  std::string_view key;
  std::string message;
  std::string hint;
};

/// Faults that can never begin (they wait for something that does not exist, never ends, ends too
/// late, or waits for them), faults of what the scenario does not have, and faults that exclude
/// each other at one time. What depends on chance is none: only what holds for every seed.
[[nodiscard]] std::vector<contradiction> find_contradictions(const scenario& s);

}  // namespace hassle::scenario
