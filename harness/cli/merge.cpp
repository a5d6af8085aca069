#include "reports/merge.hpp"

#include "harness/cli/input_file.hpp"
#include "harness/cli/report_output.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/version.hpp"
#include "reports/measurement_file.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

/// Nothing after complaining.
std::optional<std::vector<reports::shard_file>> read_shards(const std::vector<std::string>& files) {
  std::vector<reports::shard_file> shards;
  shards.reserve(files.size());
  for (const std::string& file : files) {
    const auto text = read_file(file);
    if (!text) {
      complain(text.error());
      return std::nullopt;
    }
    auto read = reports::read_measurement(*text, file, version);
    if (!read) {
      complain(read.error());
      return std::nullopt;
    }
    shards.push_back({.name = file, .of = *std::move(read)});
  }
  return shards;
}

/// Whether the shards kept what the views show. False after complaining.
bool keeps_enough(const run_options& writing, const reports::shard_part& part) {
  for (const report_target& each : writing.reports) {
    const bool runs = each.as->need != reports::report_need::figures;
    const bool wire = each.as->need == reports::report_need::wire;
    if ((!runs || part.keeps_runs) && (!wire || part.keeps_wire)) continue;
    complain(
        fmt::format("--report {}: the shards did not keep what it shows; run them with "
                    "--report {}=PATH",
                    each.as->format, reports::wire_measurement_format));
    return false;
  }
  const bool runs = asks_for(writing, reports::report_need::journals) ||
                    asks_for(writing, reports::report_need::wire);
  const bool wire = asks_for(writing, reports::report_need::wire);
  if ((!runs || part.keeps_runs) && (!wire || part.keeps_wire)) return true;
  complain(
      fmt::format("--report-dir: the shards did not keep what it shows; run them with "
                  "--report {}=PATH",
                  reports::measurement_format));
  return false;
}

}  // namespace

exit_status perform(const merge_options& asked) {
  run_options writing;
  writing.reports = asked.reports;
  writing.report_directory = asked.report_directory;
  writing.errors = asked.errors;
  writing.waterfall = asked.waterfall;
  if (!outputs_are_writable(writing)) return exit_status::bad_input;
  auto shards = read_shards(asked.files);
  if (!shards) return exit_status::bad_input;
  auto whole = reports::merge(*std::move(shards));
  if (!whole) {
    complain(whole.error());
    return exit_status::bad_input;
  }
  if (!keeps_enough(writing, whole->part)) return exit_status::bad_input;
  return finish(writing, reports::make_report(*std::move(whole)), std::nullopt);
}

}  // namespace hassle::harness::cli
