#pragma once

#include "reports/analysis.hpp"
#include "reports/intervals.hpp"

#include <string>
#include <string_view>

namespace hassle::reports {

// Figures as HTML reports spell them.

/// A share as percent, without the sign: "0", "<0.01", "1.35", "19.7".
[[nodiscard]] std::string html_percent(double share);
/// For scripts: percent with all the digits that a chart can show.
[[nodiscard]] std::string html_number(double value);
/// Seconds as people read them.
[[nodiscard]] std::string html_seconds(double seconds);
/// "-12.3 ±0.8 pp", with "~ " in front if it may be no change at all, among so many looked for.
[[nodiscard]] std::string html_change(const summary& s, const cell_evidence& evidence);
/// "better", "worse", or empty where nothing can be said.
[[nodiscard]] std::string_view html_change_kind(const summary& s, const cell_evidence& evidence);
[[nodiscard]] std::string_view html_mark(std::string_view verdict);
/// Letters, digits and hyphens only: for ids and links.
[[nodiscard]] std::string html_id(std::string_view text);

}  // namespace hassle::reports
