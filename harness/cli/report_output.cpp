#include "harness/cli/report_output.hpp"

#include "harness/cli/client_command.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/output_file.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/real_world.hpp"
#include "harness/cli/report_directory.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/rounds.hpp"
#include "reports/console_report.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace hassle::harness::cli {

namespace {

bool wants_runs(const run_options& asked) {
  return asks_for(asked, reports::report_need::journals) ||
         asks_for(asked, reports::report_need::wire);
}

reports::shard_part part_of(const run_options& asked, std::uint64_t plan) {
  const shard part = asked.part.value_or(shard{});
  return {.number = part.number,
          .count = part.count,
          .plan = plan,
          .keeps_runs = wants_runs(asked),
          .keeps_wire = asks_for(asked, reports::report_need::wire)};
}

/// What a person reads of a part of the runs: it has no verdict.
std::string shard_text(const reports::measurement& of) {
  std::size_t runs = 0;
  for (const reports::cell& each : of.cells) runs += each.runs.size();
  return fmt::format("Shard {}/{}: {}. 'hassle merge' reports on the whole.\n", of.part.number,
                     of.part.count, reports::counted(runs, "run"));
}

/// What a person asked for is as --errors and --waterfall say, wherever it is written.
std::string text_of(const run_options& asked, const reports::writer& as,
                    const reports::report& report) {
  if (as.format != reports::console_format) return as.write(report);
  return reports::console_report(report,
                                 {.error_details = asked.errors, .waterfall = asked.waterfall});
}

/// All formats, of which each is made when it is its turn: some are large.
std::expected<void, std::string> write_directory(const run_options& asked,
                                                 const reports::report& report) {
  std::vector<report_file> files;
  files.reserve(reports::writers().size());
  for (const reports::writer& each : reports::writers()) {
    if (each.file.empty()) continue;
    files.push_back({.name = std::string(each.file),
                     .text = [&asked, &each, &report] { return text_of(asked, each, report); }});
  }
  return write_report_directory(*asked.report_directory, files);
}

/// False after complaining.
bool write_reports(const run_options& asked, const reports::report& report) {
  bool stdout_taken = false;
  for (const report_target& each : asked.reports) {
    const std::string text = text_of(asked, *each.as, report);
    if (each.path == "-") {
      stdout_taken = true;
      std::fwrite(text.data(), 1, text.size(), stdout);
    } else if (auto written = write_file(each.path, text); !written) {
      complain(written.error());
      return false;
    }
  }
  if (asked.report_directory) {
    if (auto made = write_directory(asked, report); !made) {
      complain(made.error());
      return false;
    }
  }
  if (!stdout_taken && report.of.part.count > 1) {
    fmt::print("{}", shard_text(report.of));
  } else if (!stdout_taken) {
    fmt::print("{}", reports::console_report(report, {.colour = stdout_wants_colour(),
                                                      .width = stdout_width(),
                                                      .error_details = asked.errors,
                                                      .waterfall = asked.waterfall}));
  }
  return true;
}

exit_status status_of(const reports::report& report) {
  if (report.of.interrupted) return exit_status::interrupted;
  if (report.of.part.count > 1) return exit_status::passed;  // Its verdict is the whole's.
  if (report.verdict == reports::verdict_passed) return exit_status::passed;
  if (report.verdict == reports::verdict_failed) return exit_status::failed;
  return exit_status::inconclusive;
}

}  // namespace

bool asks_for(const run_options& asked, reports::report_need need) {
  const auto in_directory = [&](const reports::writer& each) {
    return each.need == need && !each.file.empty();
  };
  return (asked.report_directory && std::ranges::any_of(reports::writers(), in_directory)) ||
         std::ranges::any_of(asked.reports,
                             [&](const report_target& each) { return each.as->need == need; });
}

bool outputs_are_writable(const run_options& asked) {
  if (asked.journals) {
    if (auto ready = ready_directory(*asked.journals); !ready) {
      complain(ready.error());
      return false;
    }
  }
  if (asked.report_directory) {
    if (auto ready = ready_report_directory(*asked.report_directory); !ready) {
      complain(ready.error());
      return false;
    }
  }
  for (const report_target& each : asked.reports) {
    if (each.path == "-") continue;
    if (auto ready = ready_file(each.path); !ready) {
      complain(ready.error());
      return false;
    }
  }
  return true;
}

std::vector<std::string> changes_again(const run_options& asked) {
  std::vector<std::string> arguments;
  arguments.reserve(2 * asked.changes.size());
  for (const std::string& each : asked.changes) {
    arguments.emplace_back("--set");
    arguments.push_back(each);
  }
  return arguments;
}

std::expected<batch_result, exit_status> run_entries(const run_options& asked,
                                                     const std::vector<entry>& entries) {
  const interrupt_guard interrupt;
  if (const auto why = too_slow_for(asked)) {
    complain(*why);
    return std::unexpected(exit_status::inconclusive);
  }
  std::optional<real_runs> real;
  if (asked.real) real.emplace(asked);
  auto result = [&] {
    progress shown(asked.progress && stderr_is_terminal());
    const batch_options how{
        .first_seed = asked.first_seed,
        .where = real ? &real->world() : nullptr,
        .part = asked.part.value_or(shard{}),
        .jobs = asked.jobs,
        .journals = asked.journals,
        .keep_runs = wants_runs(asked),
        .keep_wire = asks_for(asked, reports::report_need::wire),
        .interrupted = interrupt.flag(),
        .on_progress = [&shown](std::size_t done, std::size_t all) { shown.update(done, all); }};
    return asked.until ? run_until(entries, how, *asked.until) : run_batch(entries, how);
  }();
  if (real) real->say();
  if (result) return *std::move(result);
  complain(std::vector{result.error()});
  return std::unexpected(exit_status::bad_input);
}

exit_status finish(const run_options& asked, const reports::report& report,
                   const std::optional<std::string>& bug) {
  const bool written = write_reports(asked, report);
  if (bug) {
    complain("this is a bug of hassle: " + *bug);
    return exit_status::our_bug;
  }
  return written ? status_of(report) : exit_status::bad_input;
}

namespace {

/// Of a client nothing is known whose adapter fails.
exit_status with_faults(exit_status status, const batch_result& ran) {
  say_faults(ran.client_faults);
  const bool said = status == exit_status::passed || status == exit_status::inconclusive;
  return said && !ran.client_faults.empty() ? exit_status::failed : status;
}

}  // namespace

exit_status conclude(const run_options& asked, reports::measurement of, const batch_result& ran) {
  of.part = part_of(asked, ran.plan);
  // Of a part there is nothing to say: the whole is what reports are made of.
  if (of.part.count > 1) {
    return with_faults(finish(asked, reports::report{.of = std::move(of)}, ran.bug), ran);
  }
  return with_faults(finish(asked, reports::make_report(std::move(of)), ran.bug), ran);
}

}  // namespace hassle::harness::cli
