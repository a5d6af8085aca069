#include "reports/effort.hpp"

#include "reports/intervals.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hassle::reports {
namespace {

// Beyond so many it is as good as never.
constexpr double seeds_ever = 1e9;
// What fewer seeds say of how many are needed is too rough to give up for.
constexpr std::uint64_t seeds_to_judge_by = 30;
constexpr std::uint64_t out_of_reach = 10;  // times `seeds_max`

std::uint64_t next_size(std::uint64_t seeds, const effort_goal& goal) {
  return std::min(seeds + (seeds + 1) / 2, goal.seeds_max);
}

std::size_t looks_of(const effort_goal& goal) {
  std::size_t looks = 1;
  for (std::uint64_t n = goal.seeds_first; n < goal.seeds_max; n = next_size(n, goal)) ++looks;
  return looks;
}

// To make it `factor` times as narrow. Where nothing was seen it goes with n, else with its root.
std::uint64_t seeds_for(std::uint64_t seeds, double factor, interval_method method) {
  const double more = method == interval_method::rule_of_three ? factor : factor * factor;
  const double needed = std::ceil(static_cast<double>(seeds) * more);
  if (!(needed < seeds_ever)) return static_cast<std::uint64_t>(seeds_ever);
  return std::max(static_cast<std::uint64_t>(needed), seeds + 1);
}

std::string seeds_text(std::uint64_t needed) {
  if (static_cast<double>(needed) >= seeds_ever) return "no number of seeds would be enough";
  return fmt::format("about {} would be needed", counted(needed, "seed"));
}

bool inside(const expectation& e, double value) {
  return (!e.min || value >= *e.min) && (!e.max || value <= *e.max);
}

// A share cannot be below 0 or above 1: there is nothing beyond such a bound.
bool is_edge(const expectation& e) {
  return (e.max && *e.max <= 0) || (e.min && !e.max && *e.min <= 0);
}

bool is_certain(const expectation& e, const figure_interval& i) {
  if (is_edge(e)) return true;
  const bool below = e.min && i.high && *i.high < *e.min;
  const bool above = e.max && i.low > *e.max;
  const bool within = inside(e, i.low) && (!e.max || (i.high && *i.high <= *e.max));
  return below || above || within;
}

// The way from the figure to the nearest bound, and how far the interval reaches on that side.
struct gap {
  double to_bound = 0;
  double reach = 0;
};
gap nearest(const expectation& e, const figure_interval& i) {
  const double up = i.high ? *i.high - i.value : 2 * i.value;
  const double down = i.value - i.low;
  const auto to = [&](double bound) {
    return gap{.to_bound = std::abs(bound - i.value), .reach = bound > i.value ? up : down};
  };
  if (!e.min) return to(*e.max);
  if (!e.max) return to(*e.min);
  const gap low = to(*e.min);
  const gap high = to(*e.max);
  return low.to_bound < high.to_bound ? low : high;
}

void doubt_width(effort_doubts& doubts, const cell& c, double width) {
  const std::vector<figure_interval> all = figure_intervals(c.runs);
  const auto found = std::ranges::find(all, "error_rate", &figure_interval::figure);
  if (found == all.end()) return;
  const std::uint64_t seeds = c.runs.size();
  const double reached = found->high.value_or(1) - found->low;
  if (reached <= width) return;
  doubts.seeds_needed = seeds_for(seeds, reached / width, found->method);
  doubts.of_width = fmt::format(
      "After {} the error rate lies between {:.3g} and {:.3g} %: {:.3g} percentage points apart, "
      "not {:.3g} as asked for; {}.",
      counted(seeds, "seed"), found->low * 100, *found->high * 100, reached * 100, width * 100,
      seeds_text(doubts.seeds_needed));
}

void doubt_expectation(effort_doubts& doubts, std::size_t index, const cell& c,
                       const figure_interval& i) {
  const expectation& e = c.expectations[index];
  if (!(e.min || e.max) || is_certain(e, i)) return;
  const std::uint64_t seeds = c.runs.size();
  const gap way = nearest(e, i);
  const double factor = way.to_bound > 0 ? way.reach / way.to_bound : seeds_ever;
  const std::uint64_t needed = seeds_for(seeds, factor, i.method);
  doubts.seeds_needed = std::max(doubts.seeds_needed, needed);
  const std::string bound = e.min && e.max ? fmt::format("{} and {}", *e.min, *e.max)
                            : e.min        ? fmt::format("{}", *e.min)
                                           : fmt::format("{}", *e.max);
  const std::string range = i.high ? fmt::format("between {:.4g} and {:.4g}", i.low, *i.high)
                                   : fmt::format("above {:.4g}", i.low);
  doubts.of_expectations[index] =
      fmt::format("After {} {} lies {}, which does not tell it from {}; {}.",
                  counted(seeds, "seed"), e.figure, range, bound, seeds_text(needed));
}

bool is_hopeless(const effort_doubts& doubts, std::uint64_t seeds, const effort_goal& goal) {
  return seeds >= seeds_to_judge_by && doubts.seeds_needed > out_of_reach * goal.seeds_max;
}

}  // namespace

double confidence_of_a_look(const effort_goal& goal) {
  return 1 - (1 - usual_confidence) / static_cast<double>(looks_of(goal));
}

effort_doubts doubts_left(const cell& c, const effort_goal& goal) {
  effort_doubts doubts;
  doubts.of_expectations.resize(c.expectations.size());
  if (c.runs.empty()) return doubts;
  if (goal.width) doubt_width(doubts, c, *goal.width);
  if (!goal.certain || c.expectations.empty()) return doubts;
  const auto all = figure_intervals(c.runs, confidence_of_a_look(goal));
  for (std::size_t i = 0; i < c.expectations.size(); ++i) {
    const auto found = std::ranges::find(all, c.expectations[i].figure, &figure_interval::figure);
    if (found != all.end()) doubt_expectation(doubts, i, c, *found);
  }
  return doubts;
}

std::uint64_t seeds_more(std::span<const cell> cells, const effort_goal& goal) {
  assert(goal.seeds_first > 1 && goal.seeds_first <= goal.seeds_max);
  std::uint64_t seeds = 0;
  bool open = false;
  for (const cell& each : cells) {
    const std::uint64_t done = each.runs.size();
    seeds = std::max(seeds, done);
    const effort_doubts doubts = doubts_left(each, goal);
    if (is_hopeless(doubts, done, goal)) return 0;
    open = open || !doubts.none();
  }
  return open ? next_size(seeds, goal) - seeds : 0;
}

}  // namespace hassle::reports
