#include "reports/per_seed.hpp"

#include "reports/summary.hpp"

#include <algorithm>
#include <cstddef>
#include <map>

namespace hassle::reports {
namespace {

run_value value_of(const summary& s, std::string_view name) {
  return has_figure(s, name) ? figure(s, name) : std::nullopt;
}

}  // namespace

std::vector<run_value> figures_of(const run_figures& run) {
  const summary alone = measured({&run, 1});
  std::vector<run_value> values;
  values.reserve(figure_names().size());
  for (const std::string_view name : figure_names()) values.push_back(value_of(alone, name));
  return values;
}

run_value figure_of(const run_figures& run, std::string_view name) {
  return value_of(measured({&run, 1}), name);
}

const figure_series* per_seed_figures::find(std::string_view name) const {
  const auto found = std::ranges::find(figures, name, &figure_series::name);
  return found == figures.end() ? nullptr : &*found;
}

per_seed_figures per_seed(const cell& c) {
  per_seed_figures all;
  all.seeds.reserve(c.runs.size());
  all.figures.reserve(figure_names().size());
  for (const std::string_view name : figure_names()) {
    all.figures.push_back({.name = name, .values = {}});
    all.figures.back().values.reserve(c.runs.size());
  }
  for (const run_figures& run : c.runs) {
    all.seeds.push_back(run.seed);
    const std::vector<run_value> values = figures_of(run);
    for (std::size_t i = 0; i < values.size(); ++i) all.figures[i].values.push_back(values[i]);
  }
  return all;
}

seed_pairs pair_by_seed(const cell& before, const cell& after, std::string_view name) {
  std::map<std::uint64_t, double> known;
  for (const run_figures& run : before.runs) {
    if (const run_value value = figure_of(run, name)) known.emplace(run.seed, *value);
  }
  seed_pairs pairs;
  for (const run_figures& run : after.runs) {
    const auto found = known.find(run.seed);
    if (found == known.end()) continue;
    const run_value value = figure_of(run, name);
    if (!value) continue;
    pairs.seeds.push_back(run.seed);
    pairs.before.push_back(found->second);
    pairs.after.push_back(*value);
  }
  return pairs;
}

}  // namespace hassle::reports
