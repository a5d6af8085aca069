#pragma once

#include "reports/report.hpp"

#include <string>

namespace hassle::reports {

/// For dashboards: the Common Test Report Format (see schema/ctrf.schema.json), a test for each of
/// the report's checks. What is inconclusive is "other". All times are simulated, from 0 on: those
/// of the machine are no part of what was measured.
[[nodiscard]] std::string ctrf_report(const report& r);

}  // namespace hassle::reports
