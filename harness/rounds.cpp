#include "harness/rounds.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <span>
#include <utility>

namespace hassle::harness {

namespace {

/// The entries that need more seeds, with how many; and where they stand among all.
struct next_round {
  std::vector<entry> entries;
  std::vector<std::size_t> places;
};

next_round plan_round(const std::vector<entry>& entries, std::span<const reports::cell> cells,
                      const reports::effort_goal& goal) {
  next_round next;
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin;
    while (end < entries.size() && entries[end].what == entries[begin].what) ++end;
    const std::uint64_t more = reports::seeds_more(cells.subspan(begin, end - begin), goal);
    for (std::size_t i = begin; more > 0 && i < end; ++i) {
      entry again = entries[i];
      again.skip = cells[i].runs.size();
      again.seeds = static_cast<std::uint32_t>(more);
      next.entries.push_back(std::move(again));
      next.places.push_back(i);
    }
    begin = end;
  }
  return next;
}

bool are_of(const reports::kept_run& kept, const reports::cell& cell) {
  return kept.context.scenario == cell.scenario && kept.context.client == cell.client &&
         kept.context.world == cell.world;
}

std::uint64_t worth_of(const reports::kept_run& kept, const reports::cell& cell) {
  const auto run = std::ranges::find(cell.runs, kept.context.seed, &reports::run_figures::seed);
  assert(run != cell.runs.end());
  return reports::worth_keeping(*run, cell.layers);
}

/// The better one of two; of equals the earlier seed stays.
void keep_better(batch_result& all, const reports::cell& cell, reports::kept_run later) {
  const auto found = std::ranges::find_if(
      all.kept, [&](const reports::kept_run& each) { return are_of(each, cell); });
  if (found == all.kept.end()) {
    all.kept.push_back(std::move(later));
  } else if (worth_of(later, cell) > worth_of(*found, cell)) {
    *found = std::move(later);
  }
}

void add(batch_result& all, batch_result round, const std::vector<std::size_t>& places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    reports::cell& cell = all.cells[places[i]];
    std::ranges::move(round.cells[i].runs, std::back_inserter(cell.runs));
    cell.complete = cell.complete && round.cells[i].complete;
    for (reports::kept_run& each : round.kept) {
      if (are_of(each, cell)) keep_better(all, cell, std::move(each));
    }
  }
  all.interrupted = all.interrupted || round.interrupted;
  all.bug = std::move(round.bug);
}

}  // namespace

std::expected<batch_result, scenario::input_error> run_until(const std::vector<entry>& entries,
                                                             const batch_options& options,
                                                             const reports::effort_goal& goal) {
  auto all = run_batch(entries, options);
  while (all && !all->interrupted && !all->bug) {
    const next_round next = plan_round(entries, all->cells, goal);
    if (next.entries.empty()) break;
    auto round = run_batch(next.entries, options);
    if (!round) return round;
    add(*all, *std::move(round), next.places);
  }
  return all;
}

}  // namespace hassle::harness
