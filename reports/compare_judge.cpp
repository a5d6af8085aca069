#include "reports/compare.hpp"
#include "reports/statistics/holm.hpp"

#include <algorithm>
#include <cmath>

namespace hassle::reports {
namespace {

// Beyond so many it is as good as never.
constexpr double runs_ever = 1e6;

// With so many the interval reaches half as far as the margin: then one of two that are equal is
// within it nineteen times of twenty, and what differs by one and a half of it never.
std::uint64_t runs_needed(const figure_comparison& figure, double margin) {
  const mean_change& change = figure.change;
  const auto runs = static_cast<double>(std::max(figure.base_runs, figure.new_runs));
  const double reach = (change.difference.high - change.difference.low) / 2;
  const double more = std::max(runs + 1, static_cast<double>(compared_runs_min));
  if (!(margin > 0)) return 0;
  // Where nothing was seen the bound goes with the number of runs, else with its root.
  const bool none = change.before == 0 && change.after == 0;
  const double factor = none ? reach / margin : 4 * reach * reach / (margin * margin);
  const double needed = std::max(std::ceil(runs * factor), more);
  return needed < runs_ever ? static_cast<std::uint64_t>(needed) : 0;
}

change_verdict verdict_of(const figure_comparison& figure, const change_margins& margins) {
  const mean_change& change = figure.change;
  const interval& by = change.difference;
  if (figure.paired && by.low == 0 && by.high == 0) return change_verdict::same;
  if (std::min(figure.base_runs, figure.new_runs) < compared_runs_min) {
    return change_verdict::inconclusive;
  }
  if (std::abs(by.mean) > margins.counts && change.p < significance) {
    if (figure.how.better == wish::none) return change_verdict::different;
    return (by.mean < 0) == (figure.how.better == wish::lower) ? change_verdict::better
                                                               : change_verdict::worse;
  }
  const bool within = by.low >= -margins.same && by.high <= margins.same;
  return within ? change_verdict::same : change_verdict::inconclusive;
}

}  // namespace

change_margins margins_of(const figure_wish& how, double base, double threshold) {
  const double share = threshold * std::abs(base);
  return {.counts = std::max(share, how.grain),
          .same = std::max(same_thresholds * share, same_grains * how.grain)};
}

void judge(figure_comparison& figure, double threshold) {
  const change_margins margins = margins_of(figure.how, figure.change.before, threshold);
  figure.verdict = verdict_of(figure, margins);
  figure.runs_needed =
      figure.verdict == change_verdict::inconclusive ? runs_needed(figure, margins.same) : 0;
}

}  // namespace hassle::reports
