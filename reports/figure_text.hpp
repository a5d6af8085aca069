#pragma once

#include "reports/analysis.hpp"
#include "reports/intervals.hpp"

#include <string>

namespace hassle::reports {

// Figures as people read them, the same in every report.

/// Of a fraction, without the sign: "12.3", "0.45", "<0.01", "0".
[[nodiscard]] std::string percent_text(double fraction);

/// "12.3% ±0.8"; without a single error "< 0.075%"; "-" without commands.
[[nodiscard]] std::string error_rate_text(const summary& s);

/// Of an outcome among all commands: "12.3". REQUIRES: s.commands > 0.
[[nodiscard]] std::string share_text(const summary& s, outcome o);

/// "-12.3 ±0.8 pp"; with a '~' if it may be no change at all, among so many that were looked for.
/// Empty where there is none.
[[nodiscard]] std::string change_text(const summary& s, const cell_evidence& evidence);

/// See `human_duration`.
[[nodiscard]] std::string human_seconds(double seconds);

}  // namespace hassle::reports
