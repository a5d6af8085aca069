#include "reports/summary.hpp"

#include "reports/analysis.hpp"
#include "reports/intervals.hpp"
#include "reports/notes.hpp"
#include "reports/statistics.hpp"
#include "reports/verdict.hpp"
#include "reports/waterfall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;
using milliseconds_d = std::chrono::duration<double, std::milli>;
using seconds_d = std::chrono::duration<double>;

double in_ms(nanoseconds d) { return milliseconds_d(d).count(); }
double in_s(nanoseconds d) { return seconds_d(d).count(); }

std::vector<nanoseconds> pooled(std::span<const run_figures> runs,
                                std::vector<nanoseconds> run_figures::* of) {
  std::vector<nanoseconds> all;
  for (const run_figures& run : runs) {
    all.insert(all.end(), (run.*of).begin(), (run.*of).end());
  }
  std::ranges::sort(all);
  return all;
}

void add_counts(summary& s, std::span<const run_figures> runs) {
  std::map<std::string, std::uint64_t> errors;
  for (const run_figures& run : runs) {
    s.commands += run.commands;
    for (std::size_t i = 0; i < s.outcomes.size(); ++i) s.outcomes[i] += run.outcomes[i];
    for (const auto& [error, count] : run.errors) errors[error] += count;
    s.duplicates += run.duplicates;
    s.wrong_answers += run.wrong_answers;
    s.past_limit += run.past_limit;
    s.lost += run.lost;
    s.unknown += run.unknown;
    s.attempts += run.attempts;
    s.connections += run.connections;
    s.executions += run.executions;
    take_larger(s.gauges, run.gauges);
    s.recoveries += run.recoveries.size();
    s.simulated_s += in_s(run.simulated);
  }
  s.errors = most_first(errors);
}

void add_rates(summary& s, std::span<const run_figures> runs) {
  const std::optional<figure_interval> found = error_rate_interval(runs, usual_confidence);
  if (found) s.error_rate = {found->value, found->low, found->high.value_or(1)};
}

void add_times(summary& s, std::span<const run_figures> runs) {
  const auto latencies = pooled(runs, &run_figures::latencies);
  s.latency_p50_ms = in_ms(nearest_rank(latencies, 50));
  s.latency_p90_ms = in_ms(nearest_rank(latencies, 90));
  s.latency_p99_ms = in_ms(nearest_rank(latencies, 99));
  s.latency_max_ms = in_ms(nearest_rank(latencies, 100));
  const auto lifetimes = pooled(runs, &run_figures::lifetimes);
  std::vector<double> seconds;
  seconds.reserve(lifetimes.size());
  for (const nanoseconds lifetime : lifetimes) seconds.push_back(in_s(lifetime));
  s.lifetime_mean_s = mean_interval(seconds).mean;
  s.lifetime_max_s = in_s(nearest_rank(lifetimes, 100));
  const auto recoveries = pooled(runs, &run_figures::recoveries);
  s.recovery_p50_s = in_s(nearest_rank(recoveries, 50));
  s.recovery_max_s = in_s(nearest_rank(recoveries, 100));
}

std::optional<double> rank_of(std::span<const nanoseconds> sorted, unsigned percent,
                              double (*unit)(nanoseconds)) {
  if (sorted.empty()) return std::nullopt;
  return unit(nearest_rank(sorted, percent));
}

void add_other_times(summary& s, std::span<const run_figures> runs) {
  const auto uncorrected = pooled(runs, &run_figures::uncorrected_latencies);
  s.latency_uncorrected_p50_ms = rank_of(uncorrected, 50, in_ms);
  s.latency_uncorrected_p90_ms = rank_of(uncorrected, 90, in_ms);
  s.latency_uncorrected_p99_ms = rank_of(uncorrected, 99, in_ms);
  s.latency_uncorrected_max_ms = rank_of(uncorrected, 100, in_ms);
  const auto failures = pooled(runs, &run_figures::failure_latencies);
  s.failure_p50_ms = rank_of(failures, 50, in_ms);
  s.failure_max_ms = rank_of(failures, 100, in_ms);
  const auto detections = pooled(runs, &run_figures::detections);
  s.detect_p50_s = rank_of(detections, 50, in_s);
  s.detect_max_s = rank_of(detections, 100, in_s);
  s.connect_max_s = rank_of(pooled(runs, &run_figures::connect_times), 100, in_s);
  s.reconnect_max_s = rank_of(pooled(runs, &run_figures::reconnections), 100, in_s);
}

void add_oracles(summary& s, std::span<const run_figures> runs) {
  for (const oracle_description& oracle : oracles()) s.oracles.push_back({.name = oracle.name});
  for (const run_figures& run : runs) {
    for (std::size_t i = 0; i < run.oracles.size() && i < s.oracles.size(); ++i) {
      const oracle_result& found = run.oracles[i];
      oracle_result& total = s.oracles[i];
      if (found.violations > 0 && total.violations == 0) {
        total.first_command = found.first_command;
        total.first_at = found.first_at;
        total.first = found.first;
        total.first_seed = run.seed;
      }
      total.violations += found.violations;
    }
  }
}

void add_idle_faults(summary& s, std::span<const run_figures> runs) {
  std::set<std::string> idle;
  for (const run_figures& run : runs) idle.insert(run.idle_faults.begin(), run.idle_faults.end());
  for (const run_figures& run : runs) {
    for (const std::string& name : run.hit_faults) idle.erase(name);
  }
  s.idle_faults.assign(idle.begin(), idle.end());
}

std::string digest_of(std::span<const run_figures> runs) {
  std::uint64_t digest = 14695981039346656037ULL;
  for (const run_figures& run : runs) {
    digest = (digest ^ run.digest) * 0x9E3779B97F4A7C15ULL;
    digest ^= digest >> 29U;
  }
  return fmt::format("{:016x}", digest);
}

}  // namespace

summary measured(std::span<const run_figures> runs) {
  summary s;
  s.seeds = runs.size();
  s.first_seed = runs.empty() ? 0 : runs.front().seed;
  s.digest = digest_of(runs);
  add_counts(s, runs);
  add_rates(s, runs);
  add_times(s, runs);
  add_other_times(s, runs);
  s.waterfall = pooled_waterfall(runs);
  add_oracles(s, runs);
  add_idle_faults(s, runs);
  return s;
}

summary summarise(const cell& c) {
  summary s = measured(c.runs);
  s.scenario = c.scenario;
  s.client = c.client;
  s.world = c.world;
  s.title = c.title;
  s.layers = c.layers;
  s.complete = c.complete;
  judge(s, c);
  s.notes = mechanism_notes(s);
  return s;
}

}  // namespace hassle::reports
