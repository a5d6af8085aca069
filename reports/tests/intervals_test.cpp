#include "reports/intervals.hpp"

#include "reports/console_report.hpp"
#include "reports/report.hpp"
#include "reports/statistics/proportion.hpp"
#include "reports/tests/sample_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace hassle::reports {
namespace {

using namespace std::chrono_literals;
using testing::DoubleEq;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;

run_figures run_of(std::uint64_t seed, std::uint64_t timeouts, std::uint64_t commands = 100) {
  run_figures run;
  run.seed = seed;
  run.commands = commands;
  run.outcomes[static_cast<std::size_t>(outcome::timeout)] = timeouts;
  run.errors = {{"timeout", timeouts}};
  if (timeouts == 0) run.errors.clear();
  return run;
}

const figure_interval* find(const std::vector<figure_interval>& all, std::string_view figure) {
  const auto found = std::ranges::find(all, figure, &figure_interval::figure);
  return found == all.end() ? nullptr : &*found;
}

TEST(FigureIntervals, HoldTheFigureAndNothingThatWasNotMeasured) {
  for (const cell& each : tests::sample_ladder()) {
    const summary s = summarise(each);
    const auto all = figure_intervals(each.runs);
    EXPECT_GE(all.size(), 8U);
    for (const figure_interval& i : all) {
      EXPECT_TRUE(has_figure(s, i.figure)) << i.figure;
      EXPECT_NEAR(i.value, *figure(s, i.figure), 1e-9) << i.figure;
      EXPECT_LE(i.low, i.value) << i.figure;
      EXPECT_LE(i.value, i.high.value_or(i.value)) << i.figure;
    }
  }
  EXPECT_EQ(find(figure_intervals({}), "error_rate"), nullptr);
}

TEST(FigureIntervals, OfSharesAreStudentsTheRuleOfThreeOrWilsons) {
  const std::vector<run_figures> runs = {run_of(1, 10), run_of(2, 20), run_of(3, 12)};
  const auto all = figure_intervals(runs);
  EXPECT_EQ(find(all, "timeout_rate")->method, interval_method::student_t);
  EXPECT_NEAR(find(all, "timeout_rate")->value, 0.14, 1e-12);
  EXPECT_EQ(find(all, "other_rate")->method, interval_method::rule_of_three);
  EXPECT_THAT(find(all, "other_rate")->high, Optional(DoubleEq(0.01)));
  const auto one = figure_intervals(std::span(runs).first(1));
  EXPECT_EQ(find(one, "error_rate")->method, interval_method::wilson);
  EXPECT_EQ(find(one, "error_rate")->low, wilson_interval(10, 100, 0.95).low);
}

TEST(FigureIntervals, OfFewFailuresPromiseNoMoreThanIsGuaranteed) {
  // One in 300: Student's t of three runs would end at 0.018, and reach below none.
  const std::vector<run_figures> runs = {run_of(1, 0), run_of(2, 1), run_of(3, 0)};
  const auto all = figure_intervals(runs);
  const figure_interval* const few = find(all, "timeout_rate");
  const interval sure = clopper_pearson_interval(1, 300, 0.95);
  EXPECT_LE(few->low, sure.low);
  EXPECT_GE(few->high, sure.high);
  // One in each of twenty: there is no spread, and the rate is not known to the last digit.
  std::vector<run_figures> alike;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) alike.push_back(run_of(seed, 1));
  const auto known = figure_intervals(alike);
  const figure_interval* const same = find(known, "error_rate");
  EXPECT_EQ(same->method, interval_method::clopper_pearson);
  EXPECT_DOUBLE_EQ(same->low, clopper_pearson_interval(20, 2000, 0.95).low);
  EXPECT_THAT(same->high, Optional(clopper_pearson_interval(20, 2000, 0.95).high));
}

TEST(FigureIntervals, OfASingleSeedAreThoseOfTheSummaryToo) {
  cell c;
  c.runs = {run_of(1, 10)};
  const summary s = summarise(c);
  EXPECT_EQ(s.error_rate.low, wilson_interval(10, 100, 0.95).low);
  EXPECT_EQ(s.error_rate.high, wilson_interval(10, 100, 0.95).high);
  EXPECT_THAT(console_report(make_report({.tool_version = "1", .cells = {c}}), {}),
              HasSubstr("10.0%  "));
}

TEST(FigureIntervals, OfAQuantileHaveNoUpperEndWhereTooLittleWasSeen) {
  run_figures run = run_of(1, 0);
  run.latencies.assign(100, 20ms);
  const auto all = figure_intervals(std::span(&run, 1));
  EXPECT_THAT(find(all, "latency_p50_ms")->high, Optional(DoubleEq(20)));
  EXPECT_EQ(find(all, "latency_p99_ms")->high, std::nullopt);
}

TEST(FigureIntervals, AreWiderTheSurerTheyMustBe) {
  const std::vector<run_figures> runs = {run_of(1, 10), run_of(2, 20), run_of(3, 12)};
  EXPECT_LT(find(figure_intervals(runs, 0.99), "error_rate")->low,
            find(figure_intervals(runs, 0.95), "error_rate")->low);
}

cell client(std::string name, std::vector<std::uint64_t> timeouts) {
  cell c;
  c.scenario = "flapping";
  c.client = std::move(name);
  c.world = "simulated";
  for (std::size_t i = 0; i < timeouts.size(); ++i) c.runs.push_back(run_of(i + 1, timeouts[i]));
  return c;
}

// The differences 4, 1, 5, 1, 4, 3 have t = 3 / sqrt(2.8 / 6) = 4.392 and p = 0.0071: below 5 %
// alone, not among nine.
TEST(Changes, ThatAreSignificantAloneMayNotBeAmongMany) {
  const cell before = client("naive", {20, 20, 20, 20, 20, 20});
  const cell after = client("pool", {24, 21, 25, 21, 24, 23});
  const auto mark_of = [](std::vector<cell> cells) {
    const report r =
        make_report({.tool_version = "1", .against = baseline::first, .cells = std::move(cells)});
    return *r.evidence[1].change;
  };
  const change_evidence alone = mark_of({before, after});
  EXPECT_NEAR(alone.p, 0.0071, 5e-5);
  EXPECT_EQ(alone.p_holm, alone.p);
  EXPECT_TRUE(alone.significant);
  ASSERT_TRUE(alone.bootstrap);
  EXPECT_GT(alone.bootstrap->low, 0);
  std::vector<cell> many = {before, after};
  for (int n = 0; n < 8; ++n) many.push_back(client("other", {21, 19, 20, 20, 21, 19}));
  const change_evidence among = mark_of(many);
  EXPECT_NEAR(among.p_holm, 9 * among.p, 1e-12);
  EXPECT_FALSE(among.significant);
}

TEST(Changes, AreMarkedInTheConsoleAsTheyAreJudged) {
  const std::vector<cell> two = {client("naive", {20, 20, 20, 20, 20, 20}),
                                 client("pool", {24, 21, 25, 21, 24, 23})};
  const auto text_of = [](std::vector<cell> cells) {
    return console_report(
        make_report({.tool_version = "1", .against = baseline::first, .cells = std::move(cells)}),
        {});
  };
  EXPECT_THAT(text_of(two), Not(HasSubstr("~ +3.0")));
  std::vector<cell> many = two;
  for (int n = 0; n < 8; ++n) many.push_back(client("other", {21, 19, 20, 20, 21, 19}));
  EXPECT_THAT(text_of(many), HasSubstr("~ +3.0"));
  // Another scenario is another table.
  std::vector<cell> apart = two;
  for (cell& each : apart) each.scenario = "calm";
  apart.insert(apart.end(), two.begin(), two.end());
  EXPECT_THAT(text_of(apart), Not(HasSubstr("~ +3.0")));
}

}  // namespace
}  // namespace hassle::reports
