#include "reports/compare.hpp"
#include "reports/compare_text.hpp"
#include "reports/statistics/dice.hpp"
#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hassle::reports::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double threshold = 0.05;

// Of runs with some weather around what their client is like.
compared_cell cell_of(std::string client, double errors, std::uint64_t first_seed,
                      std::size_t runs = 20) {
  compared_cell cell{.scenario = "lee-day",
                     .client = std::move(client),
                     .world = "simulated",
                     .seeds = {},
                     .figures = {{"error_rate", {}},
                                 {"wrong_answers", {}},
                                 {"recovery_max_s", {}},
                                 {"retries", {}},
                                 {"latency_p50_ms", {}}}};
  for (std::uint64_t seed = first_seed; seed < first_seed + runs; ++seed) {
    counted_dice dice(seed);
    const auto weather = [&] { return static_cast<double>(dice.below(1000)) / 1000; };
    cell.seeds.push_back(seed);
    cell.figures[0].values.emplace_back(errors * (0.9 + 0.2 * weather()));
    cell.figures[1].values.emplace_back(0);
    cell.figures[2].values.emplace_back(weather() < 0.1 ? std::nullopt
                                                        : std::optional(40 * weather()));
    cell.figures[3].values.emplace_back(static_cast<double>(dice.below(9)));
    cell.figures[4].values.emplace_back(44);
  }
  return cell;
}

compared_report report_of(std::vector<compared_cell> cells) {
  return {.tool_version = "1.2.3", .cells = std::move(cells)};
}

const figure_comparison& figure_in(const cell_comparison& cell, std::string_view name) {
  const auto found = std::ranges::find(cell.figures, name, &figure_comparison::name);
  if (found == cell.figures.end()) throw std::runtime_error("no such figure");
  return *found;
}

TEST(Compare, EveryFigureIsJudgedInOneWayOrIsSaidToHaveNone) {
  for (const std::string_view name : figure_names()) EXPECT_EQ(wish_of(name).name, name);
  EXPECT_EQ(wish_of("of another version").better, wish::none);
}

TEST(Compare, AReportIsTheSameAsItself) {
  const auto r = report_of({cell_of("production", 0.02, 1), cell_of("naive", 0.2, 1)});
  const comparison c = compare(r, r, threshold);
  EXPECT_EQ(c.verdict, change_verdict::same);
  ASSERT_EQ(c.cells.size(), 2U);
  for (const cell_comparison& cell : c.cells) {
    for (const figure_comparison& each : cell.figures) {
      EXPECT_EQ(each.verdict, change_verdict::same) << each.name;
      EXPECT_TRUE(each.paired) << each.name;
    }
  }
}

TEST(Compare, OtherSeedsOfTheSameClientAreTheSame) {
  const comparison c = compare(report_of({cell_of("production", 0.02, 1)}),
                               report_of({cell_of("production", 0.02, 1000)}), threshold);
  EXPECT_EQ(c.verdict, change_verdict::same) << compare_console(c, {});
  EXPECT_FALSE(figure_in(c.cells.at(0), "error_rate").paired);
}

// The promise of Holm's correction: a pipeline that never changes anything is hardly ever told that
// it became worse or better.
TEST(Compare, WhatIsAllChanceIsHardlyEverCalledAChange) {
  std::size_t alarms = 0;
  for (std::uint64_t n = 0; n < 400; ++n) {
    const comparison c =
        compare(report_of({cell_of("production", 0.02, 1 + n * 1000, 5)}),
                report_of({cell_of("production", 0.02, 500 + n * 1000, 5)}), threshold);
    if (c.verdict == change_verdict::worse || c.verdict == change_verdict::better) ++alarms;
  }
  EXPECT_LE(alarms, 30U) << "of 400, of which 20 are to be expected";
}

TEST(Compare, WhatBecameWorseIsNamed) {
  auto now = cell_of("production", 0.04, 1);
  for (std::size_t i = 0; i < now.seeds.size(); ++i) {
    now.figures[1].values[i] = static_cast<double>(3 + i % 2);
  }
  const comparison c =
      compare(report_of({cell_of("production", 0.02, 1)}), report_of({std::move(now)}), threshold);
  EXPECT_EQ(c.verdict, change_verdict::worse);
  const cell_comparison& cell = c.cells.at(0);
  EXPECT_EQ(figure_in(cell, "error_rate").verdict, change_verdict::worse);
  EXPECT_EQ(figure_in(cell, "wrong_answers").verdict, change_verdict::worse);
  EXPECT_EQ(figure_in(cell, "latency_p50_ms").verdict, change_verdict::same);
  EXPECT_NEAR(figure_in(cell, "error_rate").change.ratio->mean, 2, 1e-9);
  EXPECT_FALSE(figure_in(cell, "wrong_answers").change.ratio) << "there is no ratio to nothing";
  EXPECT_THAT(compare_console(c, {}), HasSubstr("Worse: error_rate, wrong_answers in lee-day"));
}

TEST(Compare, TheOtherWayRoundItBecameBetter) {
  const auto low = report_of({cell_of("production", 0.02, 1)});
  const auto high = report_of({cell_of("production", 0.04, 1)});
  EXPECT_EQ(compare(high, low, threshold).verdict, change_verdict::better);
  EXPECT_EQ(compare(low, high, threshold).verdict, change_verdict::worse);
}

TEST(Compare, AChangeWithinTheThresholdIsNone) {
  const auto base = report_of({cell_of("production", 0.1, 1)});
  const auto now = report_of({cell_of("production", 0.103, 1)});
  EXPECT_EQ(compare(base, now, 0.05).verdict, change_verdict::same);
  EXPECT_EQ(compare(base, now, 0.01).verdict, change_verdict::worse);
}

TEST(Compare, TwiceNextToNothingIsNextToNothing) {
  const auto base = report_of({cell_of("production", 0.0002, 1)});
  const auto now = report_of({cell_of("production", 0.0004, 1)});
  EXPECT_EQ(compare(base, now, threshold).verdict, change_verdict::same);
}

TEST(Compare, WhatHasNoDirectionIsDifferentAndNeverWorse) {
  auto now = cell_of("production", 0.02, 1);
  for (auto& value : now.figures[3].values) value = *value + 100;
  const comparison c =
      compare(report_of({cell_of("production", 0.02, 1)}), report_of({std::move(now)}), threshold);
  EXPECT_EQ(figure_in(c.cells.at(0), "retries").verdict, change_verdict::different);
  EXPECT_EQ(c.verdict, change_verdict::same);
}

TEST(Compare, ASingleRunProvesNothing) {
  const comparison c = compare(report_of({cell_of("production", 0.02, 1, 1)}),
                               report_of({cell_of("production", 0.2, 2, 1)}), threshold);
  EXPECT_EQ(c.verdict, change_verdict::inconclusive);
}

TEST(Compare, CellsThatOneLacksAreNamed) {
  const comparison c =
      compare(report_of({cell_of("production", 0.02, 1), cell_of("naive", 0.2, 1)}),
              report_of({cell_of("production", 0.02, 1), cell_of("pool", 0.1, 1)}), threshold);
  EXPECT_THAT(c.only_base, ElementsAre("lee-day with naive"));
  EXPECT_THAT(c.only_new, ElementsAre("lee-day with pool"));
  EXPECT_THAT(compare_console(c, {}), HasSubstr("Only in the base: lee-day with naive."));
}

TEST(Compare, DifferentClientsAreHeldAgainstEachOtherWhereEachReportHasOne) {
  const comparison c =
      compare(report_of({cell_of("production", 0.02, 1)}),
              report_of({cell_of("production-without-correlation", 0.08, 1)}), threshold);
  EXPECT_THAT(c.only_new, IsEmpty());
  EXPECT_EQ(c.verdict, change_verdict::worse);
  EXPECT_THAT(compare_console(c, {}),
              HasSubstr("lee-day · production → production-without-correlation: worse"));
}

TEST(Compare, NothingInCommonIsInconclusive) {
  const comparison c = compare(report_of({}), report_of({cell_of("pool", 0.1, 1)}), threshold);
  EXPECT_EQ(c.verdict, change_verdict::inconclusive);
  EXPECT_THAT(compare_console(c, {}), HasSubstr("have no cell in common"));
}

TEST(Compare, AFigureThatNoRunMeasuredAnyMoreIsNamed) {
  auto now = cell_of("production", 0.02, 1);
  for (auto& value : now.figures[2].values) value.reset();
  const comparison c =
      compare(report_of({cell_of("production", 0.02, 1)}), report_of({std::move(now)}), threshold);
  EXPECT_THAT(c.cells.at(0).only_base, ElementsAre("recovery_max_s"));
  EXPECT_THAT(compare_markdown(c), HasSubstr("recovery\\_max\\_s"));
}

TEST(Compare, OnlyRunsThatBothMeasuredAreAPairAndOtherwiseThereAreNone) {
  auto now = cell_of("production", 0.02, 1);
  for (std::size_t i = 0; i < 10; ++i) now.figures[0].values[i].reset();
  const comparison c =
      compare(report_of({cell_of("production", 0.02, 1)}), report_of({std::move(now)}), threshold);
  const figure_comparison& figure = figure_in(c.cells.at(0), "error_rate");
  EXPECT_FALSE(figure.paired);
  EXPECT_EQ(figure.base_runs, 20U);
  EXPECT_EQ(figure.new_runs, 10U);
}

// As many commands in each run, of which this share fails: by chance, run by run.
compared_cell counted_cell(double share, std::uint64_t first_seed, std::size_t runs,
                           std::uint64_t commands) {
  compared_cell cell{.scenario = "ha-restart",
                     .client = "production",
                     .world = "simulated",
                     .seeds = {},
                     .figures = {{"error_rate", {}}, {"commands", {}}}};
  for (std::uint64_t seed = first_seed; seed < first_seed + runs; ++seed) {
    counted_dice dice(seed * 7919);
    std::uint64_t errors = 0;
    for (std::uint64_t n = 0; n < commands; ++n) {
      if (static_cast<double>(dice.below(1000000)) < share * 1e6) ++errors;
    }
    cell.seeds.push_back(seed);
    cell.figures[0].values.emplace_back(static_cast<double>(errors) /
                                        static_cast<double>(commands));
    cell.figures[1].values.emplace_back(static_cast<double>(commands));
  }
  return cell;
}

std::size_t called_same(double before, double after, std::size_t runs, std::uint64_t commands) {
  std::size_t same = 0;
  for (std::uint64_t n = 0; n < 200; ++n) {
    const comparison c =
        compare(report_of({counted_cell(before, 1 + n * 1000, runs, commands)}),
                report_of({counted_cell(after, 500 + n * 1000, runs, commands)}), threshold);
    if (c.verdict == change_verdict::same) ++same;
  }
  return same;
}

// What lies at the very margin may be called the same in 2.5 %, beyond it in fewer still.
TEST(Compare, ARealRegressionIsNotCalledTheSame) {
  EXPECT_LE(called_same(0.02, 0.025, 5, 100), 10U);
  EXPECT_LE(called_same(0.02, 0.025, 20, 100), 10U);
  EXPECT_LE(called_same(0.2, 0.22, 20, 100), 10U);
  EXPECT_LE(called_same(0, 0.005, 3, 50), 10U) << "so few that often none is seen";
  EXPECT_LE(called_same(0.0005, 0.0055, 20, 50), 10U);
  EXPECT_EQ(called_same(0.02, 0.04, 20, 100), 0U);
}

TEST(Compare, WhatIsTheSameIsCalledSoWhereThereAreRunsEnough) {
  EXPECT_GE(called_same(0.002, 0.002, 20, 200), 180U);
  EXPECT_GE(called_same(0, 0, 20, 200), 200U);
  EXPECT_LE(called_same(0.1, 0.1, 3, 50), 20U) << "that nothing was found is not enough";
}

TEST(Compare, WhatIsNotToldSaysHowManySeedsItWouldTake) {
  const comparison c = compare(report_of({counted_cell(0.1, 1, 20, 100)}),
                               report_of({counted_cell(0.1, 500, 20, 100)}), threshold);
  ASSERT_EQ(c.verdict, change_verdict::inconclusive);
  const std::size_t needed = c.cells.at(0).runs_needed;
  ASSERT_GT(needed, 20U);
  EXPECT_THAT(compare_console(c, {}),
              HasSubstr("about " + std::to_string(needed) + " seeds on each side would tell"));
  const comparison enough = compare(report_of({counted_cell(0.1, 1, needed, 100)}),
                                    report_of({counted_cell(0.1, 5000, needed, 100)}), threshold);
  EXPECT_EQ(enough.verdict, change_verdict::same);
}

// 3 of 3 runs of 50 commands without an error: up to 3/150 may fail.
TEST(Compare, NoFailuresInFewCommandsAreNotTheSameAsNone) {
  const comparison few = compare(report_of({counted_cell(0, 1, 3, 50)}),
                                 report_of({counted_cell(0, 500, 3, 50)}), threshold);
  EXPECT_EQ(few.verdict, change_verdict::inconclusive);
  EXPECT_NEAR(few.cells.at(0).figures.at(0).change.difference.high, 0.02, 1e-12);
  EXPECT_EQ(few.cells.at(0).runs_needed, 12U);
  const comparison enough = compare(report_of({counted_cell(0, 1, 12, 50)}),
                                    report_of({counted_cell(0, 500, 12, 50)}), threshold);
  EXPECT_EQ(enough.verdict, change_verdict::same);
  const auto r = report_of({counted_cell(0, 1, 1, 50)});
  EXPECT_EQ(compare(r, r, threshold).verdict, change_verdict::same) << "pairs do not differ at all";
}

TEST(Compare, APromiseThatTheBaseKeptAndTheNewOneBrokeIsNotTheSame) {
  auto now = cell_of("production", 0.02, 1);
  now.figures[1].values[7] = 1;
  const comparison c =
      compare(report_of({cell_of("production", 0.02, 1)}), report_of({std::move(now)}), threshold);
  EXPECT_EQ(figure_in(c.cells.at(0), "error_rate").verdict, change_verdict::same);
  EXPECT_THAT(c.cells.at(0).broken, ElementsAre("wrong_answers"));
  EXPECT_EQ(c.verdict, change_verdict::inconclusive);
  EXPECT_THAT(compare_console(c, {}),
              HasSubstr("None in the base, but some in the new one: wrong"));
}

TEST(Compare, OneCellThatIsNotToldKeepsAllFromBeingTheSame) {
  auto told = cell_of("production", 0.02, 1);
  told.scenario = "told";
  const comparison c = compare(report_of({told, counted_cell(0.1, 1, 5, 50)}),
                               report_of({told, counted_cell(0.1, 500, 5, 50)}), threshold);
  EXPECT_EQ(c.cells.at(0).verdict, change_verdict::same);
  EXPECT_EQ(c.verdict, change_verdict::inconclusive);
  EXPECT_THAT(compare_console(c, {}), HasSubstr("1 of 2 cells: too few runs"));
}

comparison sample() {
  auto worse = cell_of("production", 0.04, 1);
  worse.scenario = "ha-restart";
  worse.complete = false;
  for (auto& value : worse.figures[4].values) value = 1234.5;
  auto better = cell_of("production", 0.01, 1);
  auto before = cell_of("production", 0.02, 1);
  before.scenario = "ha-restart";
  return compare(report_of({cell_of("production", 0.02, 1), before, cell_of("naive", 0.2, 1)}),
                 report_of({better, worse, cell_of("a|b", 0.2, 1)}), threshold);
}

TEST(Compare, LooksAsItAlwaysDid) {
  expect_golden("compare.txt", compare_console(sample(), {.all_figures = true}));
  expect_golden("compare-colour.txt", compare_console(sample(), {.colour = true, .width = 80}));
  expect_golden("compare.md", compare_markdown(sample()));
}

RC_GTEST_PROP(Compare, TheVerdictsOfTwoOrdersAreOpposite, ()) {
  const auto runs = *rc::gen::inRange<std::size_t>(1, 12);
  const double a = *rc::gen::inRange(1, 40) / 100.0;
  const double b = *rc::gen::inRange(1, 40) / 100.0;
  const auto base = report_of({cell_of("c", a, 1, runs)});
  const auto now = report_of({cell_of("c", b, 77, runs)});
  const comparison there = compare(base, now, 0);
  const comparison back = compare(now, base, 0);
  const auto what = figure_in(there.cells.at(0), "error_rate").verdict;
  const auto other = figure_in(back.cells.at(0), "error_rate").verdict;
  RC_ASSERT((what == change_verdict::worse) == (other == change_verdict::better));
  RC_ASSERT((what == change_verdict::better) == (other == change_verdict::worse));
  RC_ASSERT((what == change_verdict::same) == (other == change_verdict::same));
}

}  // namespace
}  // namespace hassle::reports::tests
