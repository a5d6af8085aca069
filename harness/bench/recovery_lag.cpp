#include "harness/bench/recovery_lag.hpp"

#include "reports/statistics.hpp"

#include <boost/random/uniform_01.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace hassle::harness::bench {

namespace {

using net::duration;

/// Where a part (0 to 1) of the whole range ends.
duration at_part(const outage_range& range, double part) {
  const auto from = static_cast<double>(range.from.count());
  const auto to = static_cast<double>(range.to.count());
  const double value =
      range.how == spacing::linear ? from + (to - from) * part : from * std::pow(to / from, part);
  return duration(std::llround(value));
}

struct sample {
  duration outage;
  recovery end;
};

lag_figures figures_of(std::span<const sample> samples) {
  std::vector<duration> lags;
  lags.reserve(samples.size());
  double attempts = 0;
  double refused = 0;
  double minutes = 0;
  std::size_t back = 0;
  for (const sample& each : samples) {
    const bool returned = each.end.lag != never_back;
    lags.push_back(each.end.lag);
    attempts += each.end.attempts;
    refused += each.end.attempts - (returned ? 1 : 0);
    minutes += std::chrono::duration<double, std::ratio<60>>(each.outage).count();
    back += returned ? 1 : 0;
  }
  std::ranges::sort(lags);
  const auto count = static_cast<double>(samples.size());
  return {.p50 = reports::nearest_rank(lags, 50),
          .p99 = reports::nearest_rank(lags, 99),
          .attempts = attempts / count,
          .per_minute = refused / minutes,
          .back = static_cast<double>(back) / count};
}

bool beats(const lag_figures& a, const lag_figures& b) {
  return a.p50 <= b.p50 && a.per_minute <= b.per_minute &&
         (a.p50 < b.p50 || a.per_minute < b.per_minute);
}

}  // namespace

recovery recover(reconnect_schedule policy, duration outage, net::random_stream& random) {
  assert(outage >= duration::zero());
  recovery end;
  duration now{};
  for (ended last = ended::lost;; last = ended::refused) {
    const auto wait = policy.delay(end.attempts + 1, last, random);
    if (!wait) return {.lag = never_back, .attempts = end.attempts};
    now += *wait;
    ++end.attempts;
    if (now >= outage) break;
    now += refusal_takes;
  }
  end.lag = now - outage;
  return end;
}

std::vector<duration> draw_outages(const outage_range& range, net::random_stream& random) {
  assert(duration::zero() < range.from && range.from < range.to && range.cells > 0);
  std::vector<duration> all;
  all.reserve(std::size_t{range.cells} * range.per_cell);
  for (unsigned cell = 0; cell < range.cells; ++cell) {
    for (unsigned i = 0; i < range.per_cell; ++i) {
      const double within = boost::random::uniform_01<double>()(random);
      all.push_back(at_part(range, (cell + within) / range.cells));
    }
  }
  return all;
}

duration middle_of(const outage_range& range, unsigned cell) {
  return at_part(range, (cell + 0.5) / range.cells);
}

std::optional<lag_curve> measure_lag(const reconnect_schedule& policy,
                                     std::span<const duration> outages, const outage_range& range,
                                     net::random_stream& random,
                                     const std::atomic<bool>* interrupted) {
  assert(outages.size() == std::size_t{range.cells} * range.per_cell && !outages.empty());
  std::vector<sample> samples;
  samples.reserve(outages.size());
  for (const duration outage : outages) {
    if (interrupted != nullptr && interrupted->load()) return std::nullopt;
    samples.push_back({outage, recover(policy, outage, random)});
  }
  lag_curve curve{.all = figures_of(samples), .cells = {}};
  curve.cells.reserve(range.cells);
  for (unsigned cell = 0; cell < range.cells; ++cell) {
    const auto begin = std::size_t{cell} * range.per_cell;
    curve.cells.push_back(figures_of(std::span(samples).subspan(begin, range.per_cell)));
  }
  return curve;
}

std::vector<bool> pareto_front(std::span<const lag_figures> all) {
  std::vector<bool> front;
  front.reserve(all.size());
  const auto always_back = [](const lag_figures& each) { return each.back >= 1; };
  for (const lag_figures& each : all) {
    front.push_back(always_back(each) && std::ranges::none_of(all, [&](const lag_figures& other) {
                      return always_back(other) && beats(other, each);
                    }));
  }
  return front;
}

}  // namespace hassle::harness::bench
