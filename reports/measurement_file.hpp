#pragma once

#include "reports/report.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace hassle::reports {

/// Counts up whenever the meaning of the file changes. The members may change with every version of
/// the program: a file is read by the version that wrote it.
inline constexpr int measurement_schema = 1;

/// All that was measured, as JSON with a line for each run and each event: reading it gives exactly
/// the same measurement, so that reports can be made of it later, or of several shards. Numbers
/// that are not whole are strings, the shortest that read back as the same; so is text that is not
/// UTF-8, as {"hex":"…"}.
[[nodiscard]] std::string write_measurement(const measurement& m);

/// Reads what `write_measurement` of the same version of the program wrote. The error is one line
/// with the place: "part.json: cells[2].runs[0].seed: is missing". `name` names the file in it.
[[nodiscard]] std::expected<measurement, std::string> read_measurement(std::string_view text,
                                                                       std::string_view name,
                                                                       std::string_view version);

}  // namespace hassle::reports
