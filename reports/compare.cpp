#include "reports/compare.hpp"

#include "reports/statistics/holm.hpp"
#include "reports/statistics/proportion.hpp"
#include "reports/statistics/student.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace hassle::reports {
namespace {

std::vector<double> measured(const run_column& column) {
  std::vector<double> values;
  values.reserve(column.values.size());
  for (const std::optional<double>& value : column.values) {
    if (value) values.push_back(*value);
  }
  return values;
}

bool has_any(const run_column& column) {
  return std::ranges::any_of(column.values, [](const auto& value) { return value.has_value(); });
}

const run_column* find_figure(const compared_cell& cell, std::string_view name) {
  const auto found = std::ranges::find(cell.figures, name, &run_column::name);
  return found == cell.figures.end() || !has_any(*found) ? nullptr : &*found;
}

bool same_seeds(const compared_cell& a, const compared_cell& b) {
  return std::set(a.seeds.begin(), a.seeds.end()) == std::set(b.seeds.begin(), b.seeds.end());
}

struct value_pairs {
  std::vector<double> before;
  std::vector<double> after;
};

value_pairs pairs_of(const compared_cell& base, const run_column& before, const compared_cell& now,
                     const run_column& after) {
  std::map<std::uint64_t, double> known;
  for (std::size_t i = 0; i < base.seeds.size(); ++i) {
    if (before.values[i]) known.emplace(base.seeds[i], *before.values[i]);
  }
  value_pairs pairs;
  for (std::size_t i = 0; i < now.seeds.size(); ++i) {
    const auto found = known.find(now.seeds[i]);
    if (found == known.end() || !after.values[i]) continue;
    pairs.before.push_back(found->second);
    pairs.after.push_back(*after.values[i]);
  }
  return pairs;
}

// So many of all commands of a report, for a figure that is a share of them. Nothing where it is
// not known of each run.
struct commands_hit {
  std::uint64_t hits = 0;
  std::uint64_t commands = 0;
};
std::optional<commands_hit> commands_hit_in(const compared_cell& cell, const run_column& share) {
  const run_column* const commands = find_figure(cell, "commands");
  if (commands == nullptr || !share.name.ends_with("_rate")) return std::nullopt;
  double hits = 0;
  double all = 0;
  for (std::size_t i = 0; i < share.values.size(); ++i) {
    if (!share.values[i]) continue;
    if (!commands->values[i]) return std::nullopt;
    hits += *share.values[i] * *commands->values[i];
    all += *commands->values[i];
  }
  if (!(all >= 1) || hits > all) return std::nullopt;
  return commands_hit{.hits = static_cast<std::uint64_t>(std::llround(hits)),
                      .commands = static_cast<std::uint64_t>(std::llround(all))};
}

// No narrower than what so few of so many say, if each were for itself: the bounds of both reports,
// put together as Newcombe does (Interval estimation for the difference, 1998).
void widen_of_few(mean_change& change, const compared_cell& base, const run_column& before,
                  const compared_cell& now, const run_column& after) {
  const auto a = commands_hit_in(base, before);
  const auto b = commands_hit_in(now, after);
  if (!a || !b || std::min(a->hits, b->hits) >= few_hits) return;
  const interval old = guaranteed_share(a->hits, a->commands, usual_confidence);
  const interval then = guaranteed_share(b->hits, b->commands, usual_confidence);
  interval& by = change.difference;
  const double down = std::hypot(then.mean - then.low, old.high - old.mean);
  const double up = std::hypot(then.high - then.mean, old.mean - old.low);
  by.low = std::min(by.low, by.mean - down);
  by.high = std::max(by.high, by.mean + up);
}

figure_comparison compare_figure(const compared_cell& base, const run_column& before,
                                 const compared_cell& now, const run_column& after) {
  figure_comparison figure{.name = after.name, .how = wish_of(after.name), .change = {}};
  const std::vector<double> a = measured(before);
  const std::vector<double> b = measured(after);
  figure.base_runs = a.size();
  figure.new_runs = b.size();
  const value_pairs pairs =
      same_seeds(base, now) ? pairs_of(base, before, now, after) : value_pairs{};
  // Runs that measured something in one report only are not pairs: where they are many (few
  // recovered any more), the rest is not what the figure is.
  figure.paired = !pairs.before.empty() && pairs.before.size() == std::max(a.size(), b.size());
  figure.change = figure.paired ? paired_change(pairs.before, pairs.after, usual_confidence)
                                : unpaired_change(a, b, usual_confidence);
  if (!figure.paired) widen_of_few(figure.change, base, before, now, after);
  return figure;
}

void compare_figures(cell_comparison& into, const compared_cell& base, const compared_cell& now) {
  for (const run_column& after : now.figures) {
    if (!has_any(after)) continue;
    if (const run_column* before = find_figure(base, after.name)) {
      into.figures.push_back(compare_figure(base, *before, now, after));
    } else {
      into.only_new.push_back(after.name);
    }
  }
  for (const run_column& before : base.figures) {
    if (has_any(before) && find_figure(now, before.name) == nullptr) {
      into.only_base.push_back(before.name);
    }
  }
}

// The reports' only client, or nothing.
std::optional<std::string_view> only_client(const compared_report& r) {
  if (r.cells.empty()) return std::nullopt;
  const std::string& first = r.cells.front().client;
  const bool alone =
      std::ranges::all_of(r.cells, [&](const compared_cell& each) { return each.client == first; });
  return alone ? std::optional<std::string_view>(first) : std::nullopt;
}

bool matches(const compared_cell& a, const compared_cell& b, bool any_client) {
  return a.scenario == b.scenario && a.world == b.world && (any_client || a.client == b.client);
}

std::string words_of(const compared_cell& cell) {
  const std::string world = cell.world == "simulated" ? "" : fmt::format(" ({})", cell.world);
  return fmt::format("{} with {}{}", cell.scenario, cell.client, world);
}

void match_cells(comparison& into, const compared_report& base, const compared_report& now) {
  const bool any_client = only_client(base) && only_client(now);
  std::set<const compared_cell*> matched;
  for (const compared_cell& after : now.cells) {
    const auto found = std::ranges::find_if(
        base.cells, [&](const compared_cell& each) { return matches(each, after, any_client); });
    if (found == base.cells.end()) {
      into.only_new.push_back(words_of(after));
      continue;
    }
    matched.insert(&*found);
    cell_comparison& cell =
        into.cells.emplace_back(cell_comparison{.scenario = after.scenario,
                                                .base_client = found->client,
                                                .new_client = after.client,
                                                .world = after.world,
                                                .complete = found->complete && after.complete,
                                                .figures = {},
                                                .only_base = {},
                                                .only_new = {},
                                                .broken = {}});
    compare_figures(cell, *found, after);
  }
  for (const compared_cell& before : base.cells) {
    if (!matched.contains(&before)) into.only_base.push_back(words_of(before));
  }
}

bool without_spread(const mean_change& change) {
  return change.difference.low == 0 && change.difference.high == 0;
}

// Not one of its runs differs from any other: there is nothing to ask.
bool is_asked(const figure_comparison& each, bool directed) {
  return (each.how.better != wish::none) == directed && !without_spread(each.change);
}

// Figures with a direction and those without are two questions, and corrected each for itself.
void correct(comparison& all, bool directed) {
  std::vector<mean_change*> asked;
  std::vector<double> p_values;
  for (cell_comparison& cell : all.cells) {
    for (figure_comparison& each : cell.figures) {
      if (!is_asked(each, directed)) continue;
      asked.push_back(&each.change);
      p_values.push_back(each.change.p);
    }
  }
  const std::vector<double> corrected = holm(p_values);
  for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->p = corrected[i];
}

void judge(cell_comparison& cell, double threshold) {
  for (figure_comparison& each : cell.figures) {
    judge(each, threshold);
    const bool broken = each.how.promise && each.change.before == 0 && each.change.after > 0;
    if (broken && each.verdict == change_verdict::inconclusive) cell.broken.push_back(each.name);
  }
  const auto any = [&](change_verdict v) {
    return std::ranges::any_of(cell.figures, [v](const auto& each) { return each.verdict == v; });
  };
  // The one figure that all others are there for.
  const auto errors = std::ranges::find(cell.figures, "error_rate", &figure_comparison::name);
  const bool same = errors != cell.figures.end() && errors->verdict == change_verdict::same;
  if (errors != cell.figures.end()) cell.runs_needed = errors->runs_needed;
  if (any(change_verdict::worse)) {
    cell.verdict = change_verdict::worse;
  } else if (any(change_verdict::better)) {
    cell.verdict = change_verdict::better;
  } else {
    cell.verdict =
        same && cell.broken.empty() ? change_verdict::same : change_verdict::inconclusive;
  }
}

change_verdict verdict_of(const comparison& all) {
  const auto is = [](change_verdict v) {
    return [v](const cell_comparison& each) { return each.verdict == v; };
  };
  if (std::ranges::any_of(all.cells, is(change_verdict::worse))) return change_verdict::worse;
  if (std::ranges::any_of(all.cells, is(change_verdict::better))) return change_verdict::better;
  const bool same = !all.cells.empty() && std::ranges::all_of(all.cells, is(change_verdict::same));
  return same ? change_verdict::same : change_verdict::inconclusive;
}

}  // namespace

std::string_view name_of(change_verdict v) noexcept {
  switch (v) {
    case change_verdict::same:
      return "same";
    case change_verdict::better:
      return "better";
    case change_verdict::worse:
      return "worse";
    case change_verdict::different:
      return "different";
    case change_verdict::inconclusive:
      return "inconclusive";
  }
  return {};
}

comparison compare(const compared_report& base, const compared_report& now, double threshold) {
  comparison all{.threshold = threshold,
                 .base_version = base.tool_version,
                 .new_version = now.tool_version,
                 .cells = {},
                 .only_base = {},
                 .only_new = {}};
  match_cells(all, base, now);
  correct(all, true);
  correct(all, false);
  for (cell_comparison& cell : all.cells) judge(cell, threshold);
  all.verdict = verdict_of(all);
  return all;
}

}  // namespace hassle::reports
