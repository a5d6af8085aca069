// Exploring finds what is wrong with a client, and shrinking says it in a few lines.
#include "broken_clients.hpp"
#include "harness/explore/explorer.hpp"
#include "harness/explore/shrinker.hpp"
#include "harness/scenario_check.hpp"
#include "scenarios/library.hpp"
#include "scenarios/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::explore {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool has_failure(const finding& found, std::string_view name) {
  return std::ranges::find(found.failures, name, &failure::name) != found.failures.end();
}

/// The first run in which this oracle is violated, out of so many.
finding first_finding(const subject& whom, std::string_view oracle, std::size_t runs,
                      const grammar& rules) {
  for (std::uint64_t from = 1; from <= runs;) {
    const exploration all = explore_seeds(
        whom, {.first_seed = from, .runs = runs + 1 - from, .rules = rules, .enough = 1});
    if (all.findings.empty()) break;
    if (has_failure(all.findings.front(), oracle)) return all.findings.front();
    from = all.findings.front().seed + 1;
  }
  return {};
}

void expect_found_and_shrunk(const subject& whom, const std::string& oracle, std::size_t runs,
                             const grammar& rules = {}) {
  const finding found = first_finding(whom, oracle, runs, rules);
  ASSERT_TRUE(has_failure(found, oracle)) << "not found in " << runs << " runs";
  const auto small = shrink_run(whom, random_scenario(found.seed, rules),
                                {.seed = found.seed, .failure = oracle, .runs_max = 400});
  ASSERT_TRUE(small) << small.error();
  EXPECT_EQ(small->kept.name, oracle);
  EXPECT_LE(occurrences_of(small->what), 3U) << scenario::write_scenario(small->what);
  EXPECT_LE(small->what.load.commands->size(), 3U) << scenario::write_scenario(small->what);
  // What is printed fails in the same way.
  const auto read = scenario::parse_scenario(scenario::write_scenario(small->what), "small.toml");
  ASSERT_TRUE(read) << read.error().front().text();
  const auto again = try_scenario(whom, *read, found.seed);
  ASSERT_TRUE(again);
  EXPECT_TRUE(std::ranges::any_of(again->failures,
                                  [&](const failure& each) { return each.name == oracle; }));
}

TEST(Explore, FindsAClientThatTakesTheNextMessageForItsAnswer) {
  expect_found_and_shrunk(without_correlation(), "oracle answer-integrity", 200);
}

TEST(Explore, FindsAClientThatBlindlySendsTogglesAgain) {
  expect_found_and_shrunk(with_blind_resend(), "oracle at-most-once", 200);
}

// Ghosts need an entity that goes while nobody listens, which few scenarios have.
TEST(Explore, FindsAClientThatMergesWhatItShouldReplace) {
  expect_found_and_shrunk(with_merging_mirror(), "oracle mirror-equals-home", 200,
                          {.kinds = {"remove_entity", "rename_entity", "drop", "stall"}});
}

TEST(Explore, WhatItFindsDoesNotDependOnTheNumberOfThreads) {
  const subject whom = without_correlation();
  const grammar rules{.length = 2min, .settle = 1min};
  const exploration alone = explore_seeds(whom, {.runs = 12, .rules = rules, .jobs = 1});
  const exploration together = explore_seeds(whom, {.runs = 12, .rules = rules, .jobs = 4});
  EXPECT_EQ(alone.runs, 12U);
  EXPECT_EQ(alone.runs, together.runs);
  EXPECT_EQ(alone.findings, together.findings);
  EXPECT_EQ(alone.coverage, together.coverage);
  EXPECT_EQ(alone.digest, together.digest);
}

TEST(Explore, EndsWhenItHasFoundEnough) {
  const exploration all =
      explore_seeds(without_correlation(), {.runs = 200, .enough = 2, .jobs = 2});
  ASSERT_EQ(all.findings.size(), 2U);
  EXPECT_EQ(all.runs, all.findings.back().seed);
}

TEST(Explore, InterruptedItSaysWhatIsComplete) {
  std::atomic<bool> interrupted = false;
  const exploration all = explore_seeds(
      production(),
      {.runs = 100,
       .rules = {.length = 1min, .settle = 0s},
       .interrupted = &interrupted,
       .on_progress = [&](std::size_t done, std::size_t) { interrupted = done == 3; }});
  EXPECT_TRUE(all.interrupted);
  EXPECT_EQ(all.runs, 3U);
}

TEST(Explore, ProductionKeepsItsPromises) {
  const exploration all = explore_seeds(production(), {.runs = 30});
  for (const finding& each : all.findings) {
    ADD_FAILURE() << each.seed << ": " << each.failures.front().text;
  }
}

TEST(Shrink, ARunThatDoesNotFailIsRefused) {
  const auto small = shrink_run(production(), random_scenario(1, {.length = 1min}), {.seed = 1});
  ASSERT_FALSE(small);
  EXPECT_THAT(small.error(), HasSubstr("does not fail"));
}

TEST(Shrink, AnExpectationIsKeptAsItIsBroken) {
  const auto canary = scenario::find_scenario("canary").value();
  const subject naive = subject_of(scenario::find_profile("naive").value()).value();
  const auto small = shrink_run(naive, canary, {.seed = 1, .failure = "expectation"});
  ASSERT_TRUE(small) << small.error();
  EXPECT_THAT(small->kept.name, HasSubstr("expectation"));
  EXPECT_LE(occurrences_of(small->what), 1U);
  EXPECT_EQ(small->what.load.commands->size(), 1U);
}

TEST(Shrink, SaysWhenTheRunsWereUsedUp) {
  const auto canary = scenario::find_scenario("canary").value();
  const subject naive = subject_of(scenario::find_profile("naive").value()).value();
  const auto small =
      shrink_run(naive, canary, {.seed = 1, .failure = "expectation", .runs_max = 3});
  ASSERT_TRUE(small) << small.error();
  EXPECT_EQ(small->runs, 3U);
  EXPECT_FALSE(small->complete);
}

// A fault waits for a command that the workload may send, and does not with this seed: as a list of
// commands the scenario would be refused.
TEST(Shrink, WhatIsLeftIsNothingThatRunRefuses) {
  auto canary = scenario::find_scenario("canary").value();
  canary.load.mix = {{scenario::command_kind::turn_on, 1'000'000},
                     {scenario::command_kind::toggle, 1}};
  scenario::fault waits = canary.faults.front();
  waits.name = "waits";
  waits.at.reset();
  waits.after = scenario::fault_trigger{};
  waits.after->command = "light.toggle";
  canary.faults.push_back(waits);
  ASSERT_FALSE(find_scenario_error(canary).has_value());
  const subject naive = subject_of(scenario::find_profile("naive").value()).value();
  const auto small =
      shrink_run(naive, canary, {.seed = 1, .failure = "expectation", .runs_max = 1});
  ASSERT_TRUE(small) << small.error();
  EXPECT_FALSE(find_scenario_error(small->what).has_value());
}

}  // namespace
}  // namespace hassle::harness::explore
