#pragma once

#include "reports/report.hpp"

#include <string>

namespace hassle::reports {

/// Counts up whenever a program that reads these reports has to change.
inline constexpr int json_report_schema = 2;

/// The report for programs: JSON, see schema/hassle-report.schema.json. Equal reports give equal
/// bytes; numbers are the shortest that read back as the same. Ends with a newline.
[[nodiscard]] std::string json_report(const report& r);

}  // namespace hassle::reports
