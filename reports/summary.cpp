#include "reports/analysis.hpp"
#include "reports/notes.hpp"
#include "reports/statistics.hpp"
#include "reports/verdict.hpp"

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

std::vector<nanoseconds> pooled(const cell& c, std::vector<nanoseconds> run_figures::* of) {
  std::vector<nanoseconds> all;
  for (const run_figures& run : c.runs) {
    all.insert(all.end(), (run.*of).begin(), (run.*of).end());
  }
  std::ranges::sort(all);
  return all;
}

void add_counts(summary& s, const cell& c) {
  std::map<std::string, std::uint64_t> errors;
  for (const run_figures& run : c.runs) {
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
    s.recoveries += run.recoveries.size();
    s.simulated_s += in_s(run.simulated);
  }
  s.errors = most_first(errors);
}

void add_rates(summary& s, const cell& c) {
  std::vector<double> rates;
  rates.reserve(c.runs.size());
  for (const run_figures& run : c.runs) rates.push_back(run.error_rate());
  s.error_rate = mean_interval(rates);
  s.error_rate.low = std::max(s.error_rate.low, 0.0);
  s.error_rate.high = std::min(s.error_rate.high, 1.0);
  // Without any failure the seeds' spread is zero, which is not what is known: the rule of three
  // is.
  if (s.commands > 0 && s.errors.empty()) {
    s.error_rate.high = std::min(3.0 / static_cast<double>(s.commands), 1.0);
  }
}

void add_times(summary& s, const cell& c) {
  const auto latencies = pooled(c, &run_figures::latencies);
  s.latency_p50_ms = in_ms(nearest_rank(latencies, 50));
  s.latency_p90_ms = in_ms(nearest_rank(latencies, 90));
  s.latency_p99_ms = in_ms(nearest_rank(latencies, 99));
  s.latency_max_ms = in_ms(nearest_rank(latencies, 100));
  const auto lifetimes = pooled(c, &run_figures::lifetimes);
  std::vector<double> seconds;
  seconds.reserve(lifetimes.size());
  for (const nanoseconds lifetime : lifetimes) seconds.push_back(in_s(lifetime));
  s.lifetime_mean_s = mean_interval(seconds).mean;
  s.lifetime_max_s = in_s(nearest_rank(lifetimes, 100));
  const auto recoveries = pooled(c, &run_figures::recoveries);
  s.recovery_p50_s = in_s(nearest_rank(recoveries, 50));
  s.recovery_max_s = in_s(nearest_rank(recoveries, 100));
}

void add_oracles(summary& s, const cell& c) {
  for (const oracle_description& oracle : oracles()) s.oracles.push_back({.name = oracle.name});
  for (const run_figures& run : c.runs) {
    for (std::size_t i = 0; i < run.oracles.size() && i < s.oracles.size(); ++i) {
      const oracle_result& found = run.oracles[i];
      oracle_result& total = s.oracles[i];
      if (found.violations > 0 && total.violations == 0) {
        total.first_command = found.first_command;
        total.first_seed = run.seed;
      }
      total.violations += found.violations;
    }
  }
}

void add_idle_faults(summary& s, const cell& c) {
  std::set<std::string> idle;
  for (const run_figures& run : c.runs) idle.insert(run.idle_faults.begin(), run.idle_faults.end());
  for (const run_figures& run : c.runs) {
    for (const std::string& name : run.hit_faults) idle.erase(name);
  }
  s.idle_faults.assign(idle.begin(), idle.end());
}

std::string digest_of(const cell& c) {
  std::uint64_t digest = 14695981039346656037ULL;
  for (const run_figures& run : c.runs) {
    digest = (digest ^ run.digest) * 0x9E3779B97F4A7C15ULL;
    digest ^= digest >> 29U;
  }
  return fmt::format("{:016x}", digest);
}

}  // namespace

summary summarise(const cell& c) {
  summary s{.scenario = c.scenario, .client = c.client, .world = c.world, .title = c.title};
  s.layers = c.layers;
  s.complete = c.complete;
  s.seeds = c.runs.size();
  s.first_seed = c.runs.empty() ? 0 : c.runs.front().seed;
  s.digest = digest_of(c);
  add_counts(s, c);
  add_rates(s, c);
  add_times(s, c);
  add_oracles(s, c);
  add_idle_faults(s, c);
  judge(s, c);
  s.notes = mechanism_notes(s);
  return s;
}

}  // namespace hassle::reports
