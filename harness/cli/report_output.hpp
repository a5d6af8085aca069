#pragma once

#include "harness/cli/exit_status.hpp"
#include "harness/cli/options.hpp"
#include "harness/runner.hpp"
#include "reports/report.hpp"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness::cli {

/// Whether any of the views asked for shows this.
[[nodiscard]] bool asks_for(const run_options& asked, reports::report_need need);

/// Tries before the run what would only fail after it. False after complaining.
[[nodiscard]] bool outputs_are_writable(const run_options& asked);

/// The changes of the scenarios, as the command line named them.
[[nodiscard]] std::vector<std::string> changes_again(const run_options& asked);

/// Runs the entries, with progress, until done or interrupted. The error has been complained about.
[[nodiscard]] std::expected<batch_result, exit_status> run_entries(
    const run_options& asked, const std::vector<entry>& entries);

/// Writes all reports that were asked for, and the one for people unless standard output is taken;
/// says what the program ends with.
/// A measurement that was interrupted is reported all the same.
[[nodiscard]] exit_status finish(const run_options& asked, const reports::report& report,
                                 const std::optional<std::string>& bug);

/// Makes the report and finishes with it. Of a shard there is only the measurement, and no verdict.
[[nodiscard]] exit_status conclude(const run_options& asked, reports::measurement of,
                                   const batch_result& ran);

}  // namespace hassle::harness::cli
