#include "reports/report.hpp"

#include "reports/attribution_report.hpp"
#include "reports/notes.hpp"
#include "reports/suite_report.hpp"
#include "reports/verdict.hpp"

#include <algorithm>
#include <map>

namespace hassle::reports {

std::string_view name_of(wanted_verdict wanted) noexcept {
  switch (wanted) {
    case wanted_verdict::passed:
      return verdict_passed;
    case wanted_verdict::failed:
      return verdict_failed;
    case wanted_verdict::inconclusive:
      return verdict_inconclusive;
  }
  return {};
}

namespace {

// Paired by seed: runs of one seed share their weather, so that only the client differs. Seeds that
// one of the two lacks (an interrupted run) are left out.
struct paired_rates {
  std::vector<double> before;
  std::vector<double> after;
};
paired_rates rates_of(const cell& before, const cell& after) {
  std::map<std::uint64_t, double> rates;
  for (const run_figures& run : before.runs) rates.emplace(run.seed, run.error_rate());
  paired_rates pairs;
  for (const run_figures& run : after.runs) {
    const auto found = rates.find(run.seed);
    if (found == rates.end()) continue;
    pairs.before.push_back(found->second);
    pairs.after.push_back(run.error_rate());
  }
  return pairs;
}

// The cell that the i-th one is compared with, or null.
const cell* baseline_of(std::span<const cell> cells, std::size_t i, baseline against) {
  const auto comparable = [&](const cell& other) {
    return other.scenario == cells[i].scenario && other.world == cells[i].world;
  };
  const auto before = cells.first(i);
  if (against == baseline::none) return nullptr;
  if (against == baseline::first) {
    const auto found = std::ranges::find_if(before, comparable);
    return found == before.end() ? nullptr : &*found;
  }
  const auto found = std::find_if(before.rbegin(), before.rend(), comparable);
  return found == before.rend() ? nullptr : &*found;
}

// Equal digests over the same seeds: the runs are the same to the byte.
bool same_runs(const cell& a, const cell& b) {
  return !a.runs.empty() &&
         std::ranges::equal(a.runs, b.runs, {}, &run_figures::digest, &run_figures::digest);
}

void compare(summary& s, cell_evidence& evidence, const cell& before, const cell& after) {
  const paired_rates pairs = rates_of(before, after);
  if (!pairs.before.empty()) {
    s.change = paired_difference(pairs.before, pairs.after);
    evidence.change = evidence_of(pairs.before, pairs.after);
  }
  if (same_runs(before, after)) s.notes.push_back(same_runs_note(before.client));
}

// Changes that are shown in one table are judged together.
void correct_tables(report& r) {
  const std::span<const cell> cells = r.of.cells;
  for (std::size_t begin = 0; begin < cells.size();) {
    std::size_t end = begin;
    while (end < cells.size() && cells[end].scenario == cells[begin].scenario &&
           cells[end].world == cells[begin].world) {
      ++end;
    }
    correct_together(std::span(r.evidence).subspan(begin, end - begin));
    begin = end;
  }
}

std::string_view worst_verdict(const report& r) {
  const auto any = [&](std::string_view verdict) {
    return std::ranges::any_of(r.runs, [&](const summary& s) { return s.verdict == verdict; });
  };
  if (any(verdict_failed)) return verdict_failed;
  if (r.runs.empty() || r.of.interrupted || any(verdict_inconclusive)) return verdict_inconclusive;
  return verdict_passed;
}

std::string verdict_of(const report& r) {
  switch (r.of.kind) {
    case report_kind::clients:
      return std::string(worst_verdict(r));
    case report_kind::suite:
      return suite_verdict(r);
    case report_kind::losses:
      return loss_verdict(r, losses(r));
    case report_kind::attribution:
      return std::string(attribution_verdict(r));
  }
  return {};
}

}  // namespace

report make_report(measurement of) {
  report r{.of = std::move(of),
           .runs = {},
           .verdict = {},
           .evidence = {},
           .attributed = {},
           .checks = {}};
  const std::span<const cell> cells = r.of.cells;
  r.runs.reserve(cells.size());
  r.evidence.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    summary s = summarise(cells[i]);
    if (r.of.until) judge_again(s, cells[i], doubts_left(cells[i], *r.of.until));
    cell_evidence& evidence = r.evidence.emplace_back();
    evidence.intervals = figure_intervals(cells[i].runs);
    if (const cell* before = baseline_of(cells, i, r.of.against)) {
      compare(s, evidence, *before, cells[i]);
    }
    r.runs.push_back(std::move(s));
  }
  correct_tables(r);
  if (r.of.kind == report_kind::attribution) r.attributed = attributions(r.of.cells);
  r.verdict = verdict_of(r);
  r.checks = checks_of(r);
  return r;
}

scenario_info report::info_of(std::string_view scenario) const {
  const auto found = std::ranges::find(of.scenarios, scenario, &scenario_info::name);
  if (found != of.scenarios.end()) return *found;
  scenario_info unknown;
  unknown.name = scenario;
  return unknown;
}

const cell_evidence& report::evidence_at(std::size_t i) const {
  static const cell_evidence nothing{};
  return i < evidence.size() ? evidence[i] : nothing;
}

const kept_run* report::kept_of(const summary& s) const {
  const auto found = std::ranges::find_if(of.kept, [&](const kept_run& each) {
    return each.context.scenario == s.scenario && each.context.client == s.client &&
           each.context.world == s.world;
  });
  return found == of.kept.end() ? nullptr : &*found;
}

std::uint64_t worth_keeping(const run_figures& run, const std::vector<std::string>& layers) {
  // A broken promise is what a reader looks for first, then the run with the most errors.
  constexpr std::uint64_t broken_promise = std::uint64_t{1} << 32U;
  std::uint64_t worth = 0;
  for (std::size_t i = 0; i < run.oracles.size(); ++i) {
    if (run.oracles[i].violations > 0 && promises(layers, oracles()[i])) worth = broken_promise;
  }
  for (const auto& [error, count] : run.errors) worth += count;
  return worth;
}

}  // namespace hassle::reports
