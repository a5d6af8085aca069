#include "reports/intervals.hpp"

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/equal_values.hpp"
#include "reports/statistics/holm.hpp"
#include "reports/statistics/proportion.hpp"
#include "reports/statistics/quantile.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;
using found_interval = std::optional<figure_interval>;
using runs_of = std::span<const run_figures>;

double commands_of(const run_figures& run) { return static_cast<double>(run.commands); }

double count_of(const run_figures& run, outcome what) {
  return static_cast<double>(run.outcomes[static_cast<std::size_t>(what)]);
}

double errors_of(const run_figures& run) {
  return count_of(run, outcome::connection) + count_of(run, outcome::timeout) +
         count_of(run, outcome::other);
}

// No narrower than what is guaranteed of as many commands, if each were for itself.
void widen_to_guaranteed(figure_interval& i, std::uint64_t hits, std::uint64_t commands,
                         double confidence) {
  const interval sure = clopper_pearson_interval(hits, commands, confidence);
  if (sure.low >= i.low && sure.high <= i.high) return;
  i.low = std::min(i.low, sure.low);
  i.high = std::max(*i.high, sure.high);
  i.method = interval_method::clopper_pearson;
}

// Of a share of all commands. `mean` is how it is shown: over the seeds' own shares or over all
// commands.
figure_interval of_share(const interval& over_seeds, std::uint64_t hits, std::uint64_t commands,
                         std::size_t seeds, double confidence) {
  figure_interval i{.value = over_seeds.mean,
                    .low = std::max(over_seeds.low, 0.0),
                    .high = std::min(over_seeds.high, 1.0)};
  if (hits == 0) {
    // Without any the seeds' spread is zero, which is not what is known.
    i.low = 0;
    i.high = bound_of_none(commands, confidence);
    i.method = interval_method::rule_of_three;
  } else if (seeds == 1) {
    const interval alone = wilson_interval(hits, commands, confidence);
    i.low = alone.low;
    i.high = alone.high;
    i.method = interval_method::wilson;
  } else if (std::min(hits, commands - hits) < few_hits || !(over_seeds.low < over_seeds.high)) {
    widen_to_guaranteed(i, hits, commands, confidence);
  }
  return i;
}

found_interval share_interval(runs_of runs, double (*hits_of)(const run_figures&), bool by_seed,
                              double confidence) {
  std::vector<double> hits;
  std::vector<double> commands;
  std::vector<double> rates;
  double all_hits = 0;
  double all_commands = 0;
  for (const run_figures& run : runs) {
    hits.push_back(hits_of(run));
    commands.push_back(commands_of(run));
    rates.push_back(run.commands == 0 ? 0 : hits.back() / commands.back());
    all_hits += hits.back();
    all_commands += commands.back();
  }
  if (!(all_commands > 0)) return std::nullopt;
  const interval over_seeds =
      by_seed ? mean_interval(rates, confidence) : ratio_interval(hits, commands, confidence);
  return of_share(over_seeds, static_cast<std::uint64_t>(all_hits),
                  static_cast<std::uint64_t>(all_commands), runs.size(), confidence);
}

template <outcome What>
found_interval outcome_share(runs_of runs, double confidence) {
  return share_interval(
      runs, [](const run_figures& run) { return count_of(run, What); }, false, confidence);
}

template <std::vector<nanoseconds> run_figures::* Times, unsigned Percent, typename Unit>
found_interval time_quantile_of(runs_of runs, double confidence) {
  std::vector<std::span<const nanoseconds>> groups;
  groups.reserve(runs.size());
  for (const run_figures& run : runs) groups.emplace_back(run.*Times);
  const auto found = pooled_quantile(groups, Percent, confidence);
  if (!found) return std::nullopt;
  const auto in_unit = [](nanoseconds d) { return std::chrono::duration<double, Unit>(d).count(); };
  figure_interval i{.value = in_unit(found->value),
                    .low = in_unit(found->low.value_or(nanoseconds(0))),
                    .high = {},
                    .method = interval_method::order_statistics};
  if (found->high) i.high = in_unit(*found->high);
  return i;
}

found_interval mean_lifetime(runs_of runs, double confidence) {
  std::vector<double> seconds;
  std::vector<double> counts;
  double all = 0;
  for (const run_figures& run : runs) {
    std::chrono::duration<double> sum{};
    for (const nanoseconds lifetime : run.lifetimes) sum += lifetime;
    seconds.push_back(sum.count());
    counts.push_back(static_cast<double>(run.lifetimes.size()));
    all += counts.back();
  }
  if (!(all > 0) || runs.size() < 2) return std::nullopt;
  const interval i = ratio_interval(seconds, counts, confidence);
  return figure_interval{.value = i.mean, .low = std::max(i.low, 0.0), .high = i.high};
}

struct rule {
  std::string_view figure;
  found_interval (*of)(runs_of, double confidence);
};

using milli = std::milli;
using second = std::ratio<1>;

constexpr auto rules = std::to_array<rule>({
    {"error_rate", error_rate_interval},
    {"connection_rate", outcome_share<outcome::connection>},
    {"timeout_rate", outcome_share<outcome::timeout>},
    {"other_rate", outcome_share<outcome::other>},
    {"stale_rate", outcome_share<outcome::stale>},
    {"latency_p50_ms", time_quantile_of<&run_figures::latencies, 50, milli>},
    {"latency_p90_ms", time_quantile_of<&run_figures::latencies, 90, milli>},
    {"latency_p99_ms", time_quantile_of<&run_figures::latencies, 99, milli>},
    {"fast_fail_p50_ms", time_quantile_of<&run_figures::failure_latencies, 50, milli>},
    {"lifetime_mean_s", mean_lifetime},
    {"recovery_p50_s", time_quantile_of<&run_figures::recoveries, 50, second>},
    {"detect_p50_s", time_quantile_of<&run_figures::detections, 50, second>},
});

}  // namespace

found_interval error_rate_interval(runs_of runs, double confidence) {
  return share_interval(runs, errors_of, true, confidence);
}

std::string_view name_of(interval_method method) noexcept {
  switch (method) {
    case interval_method::student_t:
      return "student_t";
    case interval_method::rule_of_three:
      return "rule_of_three";
    case interval_method::wilson:
      return "wilson";
    case interval_method::clopper_pearson:
      return "clopper_pearson";
    case interval_method::order_statistics:
      return "order_statistics";
  }
  return "";
}

std::vector<figure_interval> figure_intervals(std::span<const run_figures> runs,
                                              double confidence) {
  std::vector<figure_interval> intervals;
  intervals.reserve(rules.size());
  for (const rule& each : rules) {
    found_interval found = each.of(runs, confidence);
    if (!found) continue;
    found->figure = each.figure;
    intervals.push_back(*found);
  }
  return intervals;
}

const figure_interval* cell_evidence::find(std::string_view figure) const {
  const auto found = std::ranges::find(intervals, figure, &figure_interval::figure);
  return found == intervals.end() ? nullptr : &*found;
}

change_evidence evidence_of(std::span<const double> before, std::span<const double> after) {
  assert(before.size() == after.size());
  std::vector<double> differences;
  differences.reserve(before.size());
  for (std::size_t i = 0; i < before.size(); ++i) differences.push_back(after[i] - before[i]);
  change_evidence evidence{.pairs = differences.size(),
                           .p = tested_difference(differences, usual_confidence).p};
  // Differences that are all the same say nothing when they are drawn again.
  if (differences.size() >= bootstrap_values_min && !without_spread(differences)) {
    evidence.bootstrap = bca_mean_interval(differences, usual_confidence);
  }
  return evidence;
}

void correct_together(std::span<cell_evidence> table) {
  std::vector<change_evidence*> changes;
  std::vector<double> plain;
  for (cell_evidence& each : table) {
    if (!each.change) continue;
    changes.push_back(&*each.change);
    plain.push_back(each.change->p);
  }
  const std::vector<double> adjusted = holm(plain);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i]->p_holm = adjusted[i];
    changes[i]->significant = adjusted[i] < significance;
  }
}

}  // namespace hassle::reports
