#pragma once

#include <string_view>

namespace hassle::reports {

/// The JSON Schema of what `json_report` writes: schema/hassle-report.schema.json.
[[nodiscard]] std::string_view report_json_schema();

}  // namespace hassle::reports
