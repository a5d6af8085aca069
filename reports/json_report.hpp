#pragma once

#include "reports/analysis.hpp"

#include <string>

namespace hassle::reports {

/// The report for programs: JSON, schema 1. Equal reports give equal bytes; numbers are the
/// shortest that read back as the same. Ends with a newline.
[[nodiscard]] std::string json_report(const report& r);

}  // namespace hassle::reports
