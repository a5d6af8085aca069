#include "harness/rounds.hpp"

#include "reports/writers.hpp"
#include "scenarios/library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace hassle::harness {
namespace {

scenario::scenario named(std::string_view name) { return scenario::find_scenario(name).value(); }

entry entry_of(const scenario::scenario& what, std::string_view client, std::uint32_t seeds) {
  return {&what, scenario::find_profile(client).value(), seeds};
}

std::string json_of(batch_result result, const reports::effort_goal& goal) {
  return reports::find_writer("json")->write(reports::make_report({.tool_version = "1",
                                                                   .cells = std::move(result.cells),
                                                                   .kept = std::move(result.kept),
                                                                   .until = goal}));
}

// One client needs more seeds, so the other gets them too; the other scenario needs none.
TEST(Rounds, GoOnWithAllClientsOfAScenarioUntilTheLastIsKnown) {
  const auto restart = named("ha-restart");
  const auto calm = named("network-interruption");
  const std::vector<entry> entries = {entry_of(restart, "naive", 2), entry_of(restart, "pool", 2),
                                      entry_of(calm, "production", 2)};
  const reports::effort_goal goal{.width = 0.05, .seeds_first = 2, .seeds_max = 12};
  const auto result = run_until(entries, {.jobs = 2, .keep_runs = true}, goal);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->cells.size(), 3U);
  const std::size_t seeds = result->cells[0].runs.size();
  EXPECT_GT(seeds, 2U);
  EXPECT_EQ(result->cells[1].runs.size(), seeds);
  EXPECT_EQ(result->cells[2].runs.size(), 2U);
  for (std::size_t i = 0; i < seeds; ++i) EXPECT_EQ(result->cells[0].runs[i].seed, i + 1);
  ASSERT_EQ(result->kept.size(), 3U);
  EXPECT_EQ(result->kept[0].context.client, "naive");

  // The same as all these seeds at once.
  std::vector<entry> at_once = entries;
  for (const std::size_t i : {0U, 1U}) at_once[i].seeds = static_cast<std::uint32_t>(seeds);
  const auto whole = run_batch(at_once, {.jobs = 1, .keep_runs = true});
  ASSERT_TRUE(whole);
  for (std::size_t i = 0; i < whole->kept.size(); ++i) {
    EXPECT_EQ(whole->kept[i].context.seed, result->kept[i].context.seed) << i;
  }
  EXPECT_EQ(json_of(*result, goal), json_of(*whole, goal));
}

// 'run --all --leave-one-out --until certain': without a layer it is production's bound that is
// asked for, which is told later than none at all.
TEST(Rounds, KnowWhoseExpectationsAreAsked) {
  const auto what = named("executed-but-unanswered");
  const auto production = scenario::find_profile("production").value();
  const entry without{.what = &what,
                      .client = scenario::without(production, "breaker"),
                      .seeds = 2,
                      .judged_as = &production};
  const reports::effort_goal goal{.certain = true, .seeds_first = 2, .seeds_max = 40};
  const auto result = run_until({without}, {.jobs = 2}, goal);
  ASSERT_TRUE(result);
  const reports::cell& cell = result->cells.at(0);
  EXPECT_EQ(cell.client, "production-without-breaker");
  EXPECT_EQ(cell.layers, production.layers);
  ASSERT_FALSE(cell.expectations.empty());
  EXPECT_TRUE(reports::doubts_left(cell, goal).none());
  EXPECT_GT(cell.runs.size(), 2U);
}

TEST(Rounds, EndAtTheFirstWhereItIsEnough) {
  const auto what = named("canary");
  const reports::effort_goal goal{.certain = true, .seeds_first = 2, .seeds_max = 50};
  std::size_t runs = 0;
  const auto result = run_until({entry_of(what, "naive", 2)},
                                {.on_progress = [&](std::size_t, std::size_t) { ++runs; }}, goal);
  ASSERT_TRUE(result);
  EXPECT_EQ(runs, result->cells[0].runs.size());
  EXPECT_LT(runs, 50U);
}

}  // namespace
}  // namespace hassle::harness
