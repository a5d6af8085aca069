#pragma once

#include "reports/analysis.hpp"
#include "reports/effort.hpp"

namespace hassle::reports {

inline constexpr std::string_view verdict_passed = "passed";
inline constexpr std::string_view verdict_failed = "failed";
inline constexpr std::string_view verdict_inconclusive = "inconclusive";

/// Fills the expectations, oracle promises, verdict and reasons of a summary whose figures are
/// complete.
///
/// failed: an expectation failed, or an oracle that the client promises is violated. Otherwise
/// inconclusive: an expectation could not be measured, a fault hit nothing in any run, there was no
/// command, or the cell was interrupted. Otherwise passed.
void judge(summary& s, const cell& c);
/// Once more, with what is not certain: such an expectation is inconclusive, whichever side of its
/// bound the figure is on.
void judge_again(summary& s, const cell& c, const effort_doubts& uncertain);

/// True if a client with these layers promises it.
[[nodiscard]] bool promises(const std::vector<std::string>& layers, const oracle_description& what);

}  // namespace hassle::reports
