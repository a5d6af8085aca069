#pragma once

#include "reports/console_report.hpp"
#include "reports/report.hpp"

#include <string>
#include <string_view>

namespace hassle::reports {

/// passed if for each scenario it could be said who saves how much. Whether the clients passed is
/// not asked: most of them lack what the scenario is about.
[[nodiscard]] std::string_view attribution_verdict(const report& r);

/// A table for each scenario: what each layer saves, its interval and its share, and a bar; then
/// what is remarkable.
[[nodiscard]] std::string attribution_report(const report& r, const console_style& style);

}  // namespace hassle::reports
