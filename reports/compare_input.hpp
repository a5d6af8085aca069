#pragma once

#include "reports/compare.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace hassle::reports {

/// Reads what `json_report` wrote, as far as it is compared. The error is one line with the place:
/// "base.json: cells[2].per_seed.seeds: is missing". `name` names the file in it.
[[nodiscard]] std::expected<compared_report, std::string> read_compared_report(
    std::string_view text, std::string_view name);

}  // namespace hassle::reports
