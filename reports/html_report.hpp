#pragma once

#include "reports/report.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace hassle::reports {

/// What an HTML report is put together from, beside its figures.
struct html_parts {
  std::string_view page;     ///< The mustache template.
  std::string_view style;    ///< CSS.
  std::string_view script;   ///< What the page does beyond showing: charts, filter, theme.
  std::string_view library;  ///< Vega: gzip in base64. May be empty: then there are no charts.
  std::string_view licence;  ///< Of that, as plain text.
  std::string_view charts;   ///< Vega specifications by name, as JSON.
};
/// Those that were built in.
[[nodiscard]] const html_parts& built_in_html_parts();

/// How many bytes the timelines of all kept runs may take together, and their stories; how many
/// runs are shown, unless each group would have none. So a report of the whole suite stays below
/// 2 MB; that of a few runs shows them in all detail.
inline constexpr std::size_t html_tracks_size_max = 420'000;
inline constexpr std::size_t html_stories_size_max = 320'000;
inline constexpr std::size_t html_runs_max = 250;
/// How many faults are listed for all runs together.
inline constexpr std::size_t html_faults_max = 4'000;
/// How many recoveries the charts of all cells show together.
inline constexpr std::size_t html_recoveries_max = 12'000;

/// One page that needs nothing else: figures as tables, and charts drawn from them in the browser.
[[nodiscard]] std::string html_report(const report& r);
[[nodiscard]] std::string html_report(const report& r, const html_parts& parts);

}  // namespace hassle::reports
