#pragma once

#include "harness/explore/dice.hpp"
#include "scenarios/scenario.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace hassle::harness::explore {

/// What random scenarios know of one kind of fault: a row for each of `scenario::fault_kinds()`.
struct fault_row {
  std::string_view kind;
  scenario::fault_parameters initial;  ///< As a file that gives nothing but the kind.
  /// How often it is taken, against `usual_weight`. 0 = never.
  unsigned weight = 0;
  /// Draws what only this kind has; when, how long, how often and whom are drawn before. Null:
  /// there is nothing more.
  std::function<void(dice&, scenario::fault&)> draw;
  std::string_view why_never;  ///< Where the weight is 0.
};
inline constexpr unsigned usual_weight = 10;

/// One row for each kind.
[[nodiscard]] const std::vector<fault_row>& fault_table();

}  // namespace hassle::harness::explore
