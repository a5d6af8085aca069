#include "harness/explore/trial.hpp"

#include "harness/client_settings.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hassle::harness::explore {

namespace {

reports::cell cell_of(const subject& whom, const scenario::scenario& what,
                      reports::run_figures figures) {
  reports::cell cell{.scenario = what.name,
                     .client = whom.name,
                     .world = "simulated",
                     .runs = {},
                     .layers = whom.layers,
                     .expectations = {},
                     .title = {}};
  cell.runs.push_back(std::move(figures));
  for (const scenario::expectation& each : what.expectations) {
    if (each.client != whom.name) continue;
    cell.expectations.push_back(
        {.figure = each.figure, .min = each.min, .max = each.max, .why = each.why});
  }
  return cell;
}

failure failure_of(const reports::oracle_result& broken) {
  const auto all = reports::oracles();
  const auto found = std::ranges::find(all, broken.name, &reports::oracle_description::name);
  const std::string_view meaning = found == all.end() ? "" : found->meaning;
  failure result{.name = fmt::format("oracle {}", broken.name),
                 .violations = broken.violations,
                 .first_command = broken.first_command,
                 .text = fmt::format("{} ({}) was violated {}", broken.name, meaning,
                                     reports::counted(broken.violations, "time"))};
  if (broken.first_command != 0) {
    result.text += fmt::format(", first by command {}", broken.first_command);
  }
  return result;
}

/// Nearly every run is good, and found to be so without looking closer.
bool may_fail(const reports::run_figures& figures, const scenario::scenario& what) {
  return !what.expectations.empty() ||
         std::ranges::any_of(figures.oracles, [](const reports::oracle_result& each) {
           return each.violations > 0;
         });
}

void judge(const subject& whom, const scenario::scenario& what, reports::run_figures figures,
           std::vector<failure>& into) {
  if (!may_fail(figures, what)) return;
  const reports::summary judged = reports::summarise(cell_of(whom, what, std::move(figures)));
  for (const reports::oracle_result& each : judged.oracles) {
    if (each.promised && each.violations > 0) into.push_back(failure_of(each));
  }
  for (const reports::expectation_result& each : judged.expectations) {
    if (each.verdict != "failed") continue;
    into.push_back(
        {.name = "expectation " + each.text,
         .text = fmt::format("expected {}, but measured {:.4g}", each.text, each.measured)});
  }
}

}  // namespace

std::expected<subject, scenario::input_error> subject_of(const scenario::client_profile& profile) {
  auto settings = client_settings(profile);
  if (!settings) return std::unexpected(std::move(settings.error()));
  return subject{.name = profile.name,
                 .settings = std::move(*settings),
                 .layers = profile.layers,
                 .run = [](const scenario::scenario& what, const scenario::plan& plan,
                           const subject& whom, const std::atomic<bool>* interrupted) {
                   return simulate(what, plan, whom.settings, whom.name, interrupted);
                 }};
}

std::expected<trial, scenario::input_error> try_scenario(const subject& whom,
                                                         const scenario::scenario& what,
                                                         std::uint64_t seed,
                                                         const std::atomic<bool>* interrupted) {
  auto plan = scenario::make_plan(what, seed);
  if (!plan) return std::unexpected(std::move(plan.error()));
  const run_result run = whom.run(what, *plan, whom, interrupted);
  trial result;
  if (run.bug) {
    result.failures.push_back({.name = "bug", .text = "a bug of hassle: " + *run.bug});
    return result;
  }
  result.interrupted = run.interrupted;
  if (run.interrupted) return result;
  reports::run_figures figures = reports::analyse(run.context, run.journal);
  result.hit_faults = figures.hit_faults;
  result.digest = figures.digest;
  judge(whom, what, std::move(figures), result.failures);
  return result;
}

}  // namespace hassle::harness::explore
