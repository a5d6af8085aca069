#include "reports/csv_report.hpp"

#include "reports/escaping.hpp"
#include "reports/per_seed.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <span>
#include <string_view>

namespace hassle::reports {
namespace {

constexpr std::string_view line_end = "\r\n";

std::string row_of(const std::string& cell, const run_figures& run) {
  std::string row = fmt::format("{},{},{:016x},{:.9g}", cell, run.seed, run.digest,
                                std::chrono::duration<double>(run.simulated).count());
  for (const std::uint64_t number : run.outcomes)
    fmt::format_to(std::back_inserter(row), ",{}", number);
  for (const run_value& value : figures_of(run)) {
    row += ',';
    if (value) fmt::format_to(std::back_inserter(row), "{}", *value);
  }
  return row.append(line_end);
}

}  // namespace

std::string csv_report(const report& r) {
  std::string out = "scenario,group,client,world,seed,digest,simulated_s";
  for (std::size_t i = 0; i < run_figures{}.outcomes.size(); ++i) {
    out += fmt::format(",{}", name_of(static_cast<outcome>(i)));
  }
  out += fmt::format(",{}{}", fmt::join(figure_names(), ","), line_end);
  for (const cell& each : r.of.cells) {
    const std::string names = fmt::format("{},{},{},{}", csv_field(each.scenario),
                                          csv_field(r.info_of(each.scenario).group),
                                          csv_field(each.client), csv_field(each.world));
    for (const run_figures& run : each.runs) out += row_of(names, run);
  }
  return out;
}

}  // namespace hassle::reports
