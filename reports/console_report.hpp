#pragma once

#include "reports/report.hpp"

#include <cstddef>
#include <string>

namespace hassle::reports {

struct console_style {
  bool colour = false;   ///< No escape codes at all otherwise.
  unsigned width = 120;  ///< Columns. Below `compact_width`, only the essential ones are shown.
  bool error_details = false;  ///< The most frequent errors of each client.
  bool waterfall = false;      ///< What their recoveries waited for, stage by stage.
};

inline constexpr unsigned compact_width = 100;
inline constexpr std::size_t error_details_max = 5;

/// The report for people, in the form of its kind. Clients: for each scenario a table with a line
/// per client, what lies behind its figures, expectations, violated oracles; at the end the verdict
/// with its reasons.
[[nodiscard]] std::string console_report(const report& r, const console_style& style);

}  // namespace hassle::reports
