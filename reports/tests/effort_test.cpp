#include "reports/effort.hpp"

#include "reports/report.hpp"
#include "reports/statistics/dice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.

#include <functional>
#include <vector>

namespace hassle::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A client of which about `percent` of a hundred commands fail in each seed, some more, some less.
cell client(std::uint64_t seeds, std::uint64_t percent, std::uint64_t spread = 3) {
  cell c;
  c.scenario = "flapping";
  c.world = "simulated";
  c.client = "pool";
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    counted_dice dice(seed);
    run_figures run;
    run.seed = seed;
    run.commands = 100;
    const std::uint64_t failed = percent + dice.below(2 * spread + 1) - spread;
    run.outcomes[static_cast<std::size_t>(outcome::timeout)] = percent == 0 ? 0 : failed;
    c.runs.push_back(std::move(run));
  }
  return c;
}

cell expecting(cell c, std::optional<double> min, std::optional<double> max) {
  c.expectations.push_back({.figure = "error_rate", .min = min, .max = max, .why = ""});
  return c;
}

// As the runner does it: how many seeds are run in the end.
std::uint64_t seeds_run(const effort_goal& goal, const std::function<cell(std::uint64_t)>& cells) {
  std::uint64_t seeds = goal.seeds_first;
  for (;;) {
    const std::uint64_t more = seeds_more(std::vector{cells(seeds)}, goal);
    if (more == 0) return seeds;
    seeds += more;
  }
}

constexpr effort_goal to_half_a_point{.width = 0.005};
constexpr effort_goal to_certainty{.certain = true};

TEST(Effort, GoesOnUntilTheIntervalIsNarrowEnough) {
  const auto cells = [](std::uint64_t seeds) { return client(seeds, 10); };
  const std::uint64_t seeds = seeds_run(to_half_a_point, cells);
  EXPECT_GT(seeds, 100U);
  EXPECT_LT(seeds, 1000U);
  const summary s = summarise(cells(seeds));
  EXPECT_LE(s.error_rate.high - s.error_rate.low, 0.005);
  const summary before = summarise(cells(seeds * 2 / 3));
  EXPECT_GT(before.error_rate.high - before.error_rate.low, 0.005);
  EXPECT_TRUE(doubts_left(cells(seeds), to_half_a_point).none());
}

TEST(Effort, WithoutAnyFailureGoesOnUntilThreeInNIsNarrowEnough) {
  const auto cells = [](std::uint64_t seeds) { return client(seeds, 0); };
  EXPECT_EQ(seeds_run(to_half_a_point, cells), 10U);  // 3 / 1000
  EXPECT_EQ(seeds_run({.width = 0.0025}, cells), 15U);
}

TEST(Effort, StopsAtTheMostSeedsAndSaysHowManyItWouldTake) {
  const effort_goal goal{.width = 0.001, .seeds_max = 100};
  const auto cells = [](std::uint64_t seeds) { return client(seeds, 10); };
  EXPECT_EQ(seeds_run(goal, cells), 35U);  // 100 would not be enough by far.
  const effort_goal nearly{.width = 0.005, .seeds_max = 100};
  EXPECT_EQ(seeds_run(nearly, cells), 100U);
  measurement m{.tool_version = "1", .cells = {cells(100)}, .until = nearly};
  const report r = make_report(std::move(m));
  EXPECT_EQ(r.verdict, "inconclusive");
  EXPECT_THAT(r.runs[0].reasons,
              ElementsAre(testing::AllOf(HasSubstr("After 100 seeds the error rate lies between"),
                                         HasSubstr("not 0.5 as asked for; about"),
                                         HasSubstr("seeds would be needed."))));
}

TEST(Effort, IsAtItsEndWhereEveryBoundIsOutsideOfTheInterval) {
  const auto far = [](std::uint64_t seeds) { return expecting(client(seeds, 10), 0.05, 0.2); };
  EXPECT_EQ(seeds_run(to_certainty, far), 10U);
  const auto failing = [](std::uint64_t seeds) { return expecting(client(seeds, 10), {}, 0.02); };
  EXPECT_EQ(seeds_run(to_certainty, failing), 10U);
  const auto near = [](std::uint64_t seeds) { return expecting(client(seeds, 10), {}, 0.105); };
  EXPECT_GT(seeds_run(to_certainty, near), 100U);
  const auto none = [](std::uint64_t seeds) { return client(seeds, 10); };
  EXPECT_EQ(seeds_run(to_certainty, none), 10U);
}

TEST(Effort, LeavesAnExpectationInconclusiveThatIsNotCertain) {
  const cell c = expecting(client(20, 10), {}, 0.1001);
  const report plain = make_report({.tool_version = "1", .cells = {c}});
  EXPECT_NE(plain.verdict, "inconclusive");
  const report r = make_report({.tool_version = "1", .cells = {c}, .until = to_certainty});
  EXPECT_EQ(r.verdict, "inconclusive");
  EXPECT_EQ(r.runs[0].expectations[0].verdict, "inconclusive");
  EXPECT_THAT(r.runs[0].reasons,
              ElementsAre(testing::AllOf(HasSubstr("After 20 seeds error_rate lies between"),
                                         HasSubstr("does not tell it from 0.1001; about"))));
}

// Nothing lies below no error at all: such a bound is held or not.
TEST(Effort, AsksForNoCertaintyThatCannotBeHad) {
  EXPECT_TRUE(doubts_left(expecting(client(10, 0), {}, 0.0), to_certainty).none());
  cell c = client(10, 10);
  c.expectations.push_back({.figure = "lost", .min = {}, .max = 0, .why = ""});
  EXPECT_TRUE(doubts_left(c, to_certainty).none());
  EXPECT_THAT(doubts_left(c, to_certainty).of_expectations, ElementsAre(IsEmpty()));
}

TEST(Effort, LooksOftenSoEachLookIsSurer) {
  EXPECT_DOUBLE_EQ(confidence_of_a_look({.certain = true, .seeds_first = 10, .seeds_max = 10}),
                   0.95);
  // 10, 15, 23, 35, 53, 80, 120, 180, 270, 405, 608, 912, 1000
  EXPECT_DOUBLE_EQ(confidence_of_a_look(to_certainty), 1 - 0.05 / 13);
}

// All clients of a scenario get the same seeds, or they could not be compared.
TEST(Effort, OfAScenarioIsThatOfItsMostUncertainClient) {
  EXPECT_EQ(seeds_more(std::vector{client(10, 0), client(10, 10)}, to_half_a_point), 5U);
  EXPECT_EQ(seeds_more(std::vector{client(10, 0), client(10, 0)}, to_half_a_point), 0U);
  EXPECT_EQ(seeds_more({}, to_half_a_point), 0U);
}

RC_GTEST_PROP(Effort, AlwaysEndsWithinItsBoundsAndAlwaysTheSame, ()) {
  const auto percent = *rc::gen::inRange<std::uint64_t>(4, 90);
  const auto bound = *rc::gen::inRange(1, 100);
  const effort_goal goal{.certain = true,
                         .seeds_first = *rc::gen::inRange<std::uint64_t>(2, 20),
                         .seeds_max = *rc::gen::inRange<std::uint64_t>(20, 100)};
  const auto cells = [&](std::uint64_t seeds) {
    return expecting(client(seeds, percent), {}, bound / 100.0);
  };
  const std::uint64_t seeds = seeds_run(goal, cells);
  RC_ASSERT(seeds >= goal.seeds_first && seeds <= goal.seeds_max);
  RC_ASSERT(seeds == seeds_run(goal, cells));
  const effort_doubts left = doubts_left(cells(seeds), goal);
  RC_ASSERT(left.none() || left.seeds_needed > seeds);
}

}  // namespace
}  // namespace hassle::reports
