#pragma once

#include "reports/report.hpp"

#include <string>

namespace hassle::reports {

/// For spreadsheets and statistics: RFC 4180 with a header, a row for each run, a column for each
/// named figure, which is empty where that run had nothing to measure. Numbers are the shortest
/// that read back as the same.
[[nodiscard]] std::string csv_report(const report& r);

}  // namespace hassle::reports
