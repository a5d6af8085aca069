#include "reports/analysis.hpp"
#include "reports/notes.hpp"
#include "reports/verdict.hpp"

#include <algorithm>
#include <map>

namespace hassle::reports {
namespace {

// Paired by seed: runs of one seed share their weather, so that only the client differs. Seeds that
// one of the two lacks (an interrupted run) are left out.
std::optional<interval> change_between(const cell& before, const cell& after) {
  std::map<std::uint64_t, double> rates;
  for (const run_figures& run : before.runs) rates.emplace(run.seed, run.error_rate());
  std::vector<double> a;
  std::vector<double> b;
  for (const run_figures& run : after.runs) {
    const auto found = rates.find(run.seed);
    if (found == rates.end()) continue;
    a.push_back(found->second);
    b.push_back(run.error_rate());
  }
  if (a.empty()) return std::nullopt;
  return paired_difference(a, b);
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

std::string_view worst_verdict(const report& r) {
  const auto any = [&](std::string_view verdict) {
    return std::ranges::any_of(r.runs, [&](const summary& s) { return s.verdict == verdict; });
  };
  if (any(verdict_failed)) return verdict_failed;
  if (r.runs.empty() || r.interrupted || any(verdict_inconclusive)) return verdict_inconclusive;
  return verdict_passed;
}

}  // namespace

report make_report(std::string version, std::span<const cell> cells, baseline against,
                   bool interrupted) {
  report r{.tool_version = std::move(version), .interrupted = interrupted};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    summary s = summarise(cells[i]);
    if (const cell* before = baseline_of(cells, i, against)) {
      s.change = change_between(*before, cells[i]);
      if (same_runs(*before, cells[i])) s.notes.push_back(same_runs_note(before->client));
    }
    r.runs.push_back(std::move(s));
  }
  r.verdict = worst_verdict(r);
  return r;
}

}  // namespace hassle::reports
