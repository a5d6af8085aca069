#include "harness/cli/interrupt.hpp"
#include "harness/cli/output_file.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/runner.hpp"
#include "harness/version.hpp"
#include "reports/console_report.hpp"
#include "reports/json_report.hpp"
#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <expected>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness::cli {

namespace {

using errors = std::vector<scenario::input_error>;

/// Everything that was asked for, found and valid.
struct prepared_run {
  std::list<scenario::scenario> scenarios;  // The entries point into it.
  std::vector<entry> entries;
};

/// The scenario made shorter or longer. What it expects was said of its own duration.
std::expected<void, errors> change_duration(scenario::scenario& what, const std::string& text) {
  const auto given = scenario::parse_duration(text);
  if (!given || *given <= scenario::duration::zero()) {
    const std::string why = given ? "it must be above zero" : given.error().message;
    return std::unexpected(
        errors{{"--duration", {}, fmt::format("'{}': {}", text, why), "such as 2h"}});
  }
  for (const scenario::fault& each : what.faults) {
    if (each.at && *each.at >= *given) {
      return std::unexpected(errors{
          {what.name, each.where, fmt::format("fault '{}' is past the end at {}", each.name, text),
           "use a longer --duration"}});
    }
  }
  what.length = *given;
  what.expectations.clear();
  return {};
}

std::expected<std::vector<scenario::client_profile>, errors> find_clients(
    const std::vector<std::string>& names) {
  std::vector<scenario::client_profile> found;
  for (const std::string& name : names) {
    auto profile = scenario::find_profile(name);
    if (!profile) return std::unexpected(std::move(profile.error()));
    found.push_back(std::move(*profile));
  }
  return found;
}

std::expected<std::vector<scenario::client_profile>, errors> clients_for(
    const run_options& asked, const scenario::scenario& what) {
  switch (asked.clients) {
    case client_choice::of_scenario:
      return find_clients(what.clients);
    case client_choice::named:
      return find_clients(asked.named_clients);
    case client_choice::ladder: {
      const auto& rungs = scenario::ladder();
      return find_clients({rungs.begin(), rungs.end()});
    }
    case client_choice::leave_one_out: {
      auto whole = find_clients({"production"});
      if (!whole) return whole;
      const scenario::client_profile production = whole->front();
      for (const std::string& layer : production.layers) {
        whole->push_back(scenario::without(production, layer));
      }
      return whole;
    }
  }
  return {};
}

reports::baseline baseline_of(client_choice clients) {
  switch (clients) {
    case client_choice::of_scenario:  // Listed from the bottom of the ladder up.
    case client_choice::ladder:
      return reports::baseline::rung_below;
    case client_choice::leave_one_out:
      return reports::baseline::first;
    case client_choice::named:
      return reports::baseline::none;
  }
  return {};
}

std::expected<prepared_run, errors> prepare(const run_options& asked) {
  prepared_run all;
  for (const std::string& name : asked.scenarios) {
    auto found = scenario::find_scenario(name);
    if (!found) return std::unexpected(std::move(found.error()));
    scenario::scenario& what = all.scenarios.emplace_back(std::move(*found));
    if (asked.duration) {
      if (auto changed = change_duration(what, *asked.duration); !changed) {
        return std::unexpected(std::move(changed.error()));
      }
    }
    auto clients = clients_for(asked, what);
    if (!clients) return std::unexpected(std::move(clients.error()));
    for (scenario::client_profile& each : *clients) {
      all.entries.push_back({&what, std::move(each), asked.seeds.value_or(what.seeds)});
    }
  }
  return all;
}

exit_status status_of(const reports::report& report) {
  if (report.interrupted) return exit_status::interrupted;
  if (report.verdict == "passed") return exit_status::passed;
  if (report.verdict == "failed") return exit_status::failed;
  return exit_status::inconclusive;
}

std::string rendered(const reports::report& report, const report_target& where,
                     bool error_details) {
  if (where.format == "json") return reports::json_report(report);
  return reports::console_report(report, {.error_details = error_details});
}

/// False after complaining.
bool write_reports(const run_options& asked, const reports::report& report) {
  bool stdout_taken = false;
  for (const report_target& each : asked.reports) {
    const std::string text = rendered(report, each, asked.errors);
    if (each.path == "-") {
      stdout_taken = true;
      fmt::print("{}", text);
    } else if (auto written = write_file(each.path, text); !written) {
      complain(written.error());
      return false;
    }
  }
  if (!stdout_taken) {
    fmt::print("{}", reports::console_report(report, {.colour = stdout_wants_colour(),
                                                      .width = stdout_width(),
                                                      .error_details = asked.errors}));
  }
  return true;
}

/// What would only fail after the run is tried before it.
bool outputs_are_writable(const run_options& asked) {
  if (asked.journals) {
    if (auto ready = ready_directory(*asked.journals); !ready) {
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

}  // namespace

exit_status perform(const run_options& asked) {
  auto prepared = prepare(asked);
  if (!prepared) {
    complain(prepared.error());
    return exit_status::bad_input;
  }
  if (!outputs_are_writable(asked)) return exit_status::bad_input;
  if (asked.duration) complain("--duration: what the scenarios expect is not checked");

  const interrupt_guard interrupt;
  auto result = [&] {
    progress shown(asked.progress && stderr_is_terminal());
    return run_batch(
        prepared->entries,
        {.first_seed = asked.first_seed,
         .jobs = asked.jobs,
         .journals = asked.journals,
         .interrupted = interrupt.flag(),
         .on_progress = [&shown](std::size_t done, std::size_t all) { shown.update(done, all); }});
  }();
  if (!result) {
    complain(errors{result.error()});
    return exit_status::bad_input;
  }
  const reports::report report = reports::make_report(
      std::string(version), result->cells, baseline_of(asked.clients), result->interrupted);
  const bool written = write_reports(asked, report);
  if (result->bug) {
    complain("this is a bug of hassle: " + *result->bug);
    return exit_status::our_bug;
  }
  if (!written) return exit_status::bad_input;
  return status_of(report);
}

}  // namespace hassle::harness::cli
