#pragma once

#include "reports/report.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hassle::reports {

/// What a view shows that is not part of every measurement.
enum class report_need : std::uint8_t {
  figures,   ///< Nothing more.
  journals,  ///< `measurement::kept`.
  wire,      ///< That, and what went over the wires.
};

/// A form in which a report is written.
struct writer {
  std::string_view format;   ///< "json", as in --report json=PATH.
  std::string_view file;     ///< "report.json": its name in a report directory; empty: not there.
  std::string_view meaning;  ///< Who reads it, in a few words: for --help.
  report_need need = report_need::figures;
  std::string (*write)(const report&) = nullptr;
};

/// The one that people read in a terminal.
inline constexpr std::string_view console_format = "console";
/// All that was measured, and the same with what went over the wires: for `merge`.
inline constexpr std::string_view measurement_format = "measurement";
inline constexpr std::string_view wire_measurement_format = "measurement-wire";

/// All of them, in the order in which the help lists them.
[[nodiscard]] std::span<const writer> writers();
/// Null if there is no such format.
[[nodiscard]] const writer* find_writer(std::string_view format);

}  // namespace hassle::reports
