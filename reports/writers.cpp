#include "reports/writers.hpp"

#include "reports/console_report.hpp"
#include "reports/csv_report.hpp"
#include "reports/ctrf_report.hpp"
#include "reports/github_report.hpp"
#include "reports/html_report.hpp"
#include "reports/json_report.hpp"
#include "reports/junit_report.hpp"
#include "reports/markdown_report.hpp"
#include "reports/measurement_file.hpp"
#include "reports/pcapng_report.hpp"
#include "reports/perfetto_trace.hpp"

#include <algorithm>
#include <array>

namespace hassle::reports {
namespace {

constexpr auto all_writers = std::to_array<writer>({
    {console_format, "report.txt", "for people, as on the terminal", report_need::figures,
     [](const report& r) { return console_report(r, {}); }},
    {"json", "report.json", "for programs, and for 'hassle compare'", report_need::figures,
     json_report},
    {"html", "report.html", "for people, a page for a browser with charts and stories",
     report_need::journals, html_report},
    {"junit", "junit.xml", "for CI servers: a test case for each check", report_need::figures,
     junit_report},
    {"ctrf", "ctrf.json", "for dashboards: the Common Test Report Format", report_need::figures,
     ctrf_report},
    {"md", "report.md", "for the summary of a GitHub step, and pull requests", report_need::figures,
     [](const report& r) { return markdown_report(r); }},
    {"github", "github.txt", "annotations, for the output of a GitHub step", report_need::figures,
     github_report},
    {"csv", "report.csv", "a row for each run, a column for each figure", report_need::figures,
     csv_report},
    {"perfetto", "trace.json", "a trace of the kept runs, for ui.perfetto.dev",
     report_need::journals, perfetto_trace},
    {"pcapng", "", "packets of the kept runs, for Wireshark", report_need::wire, pcapng_report},
    {measurement_format, "", "all that was measured, for 'hassle merge'", report_need::journals,
     [](const report& r) { return write_measurement(r.of); }},
    {wire_measurement_format, "", "and what went over the wires, if pcapng is wanted then",
     report_need::wire, [](const report& r) { return write_measurement(r.of); }},
});

}  // namespace

std::span<const writer> writers() { return all_writers; }

const writer* find_writer(std::string_view format) {
  const auto* const found = std::ranges::find(all_writers, format, &writer::format);
  return found == all_writers.end() ? nullptr : found;
}

}  // namespace hassle::reports
