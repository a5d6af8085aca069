#include "harness/explore/grammar.hpp"
#include "harness/explore/dice.hpp"
#include "harness/explore/fault_table.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness::explore {
namespace {

using namespace std::chrono_literals;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

constexpr std::uint64_t scenarios = 300;

TEST(Grammar, HasARowForEveryKindOfFault) {
  std::vector<std::string_view> known;
  for (const auto& each : scenario::fault_kinds()) known.push_back(each.kind);
  std::vector<std::string_view> rows;
  for (const auto& each : fault_table()) rows.push_back(each.kind);
  EXPECT_THAT(rows, UnorderedElementsAreArray(known));
}

TEST(Grammar, SaysWhyAKindIsNeverDrawn) {
  for (const fault_row& each : fault_table()) {
    EXPECT_EQ(each.weight == 0, !each.why_never.empty()) << each.kind;
  }
}

TEST(Grammar, DrawsEveryKindThatItDoesNotRefuse) {
  std::map<std::string_view, int> drawn;
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    for (const auto& each : random_scenario(seed).faults) ++drawn[kind_of(each.what)];
  }
  for (const fault_row& each : fault_table()) {
    EXPECT_EQ(drawn[each.kind] > 0, each.weight > 0) << each.kind;
  }
}

TEST(Grammar, TheSameSeedGivesTheSameScenario) {
  EXPECT_EQ(scenario::write_scenario(random_scenario(7)),
            scenario::write_scenario(random_scenario(7)));
  EXPECT_NE(scenario::write_scenario(random_scenario(7)),
            scenario::write_scenario(random_scenario(8)));
}

TEST(Grammar, WhatItDrawsIsAValidFileThatSaysTheSame) {
  for (std::uint64_t seed = 1; seed <= scenarios; ++seed) {
    const std::string text = scenario::write_scenario(random_scenario(seed));
    const auto read = scenario::parse_scenario(text, "drawn.toml");
    ASSERT_TRUE(read) << read.error().front().text() << "\n" << text;
    EXPECT_EQ(scenario::write_scenario(*read), text);
    const auto drawn_plan = scenario::make_plan(random_scenario(seed), seed);
    const auto read_plan = scenario::make_plan(*read, seed);
    ASSERT_TRUE(drawn_plan && read_plan) << text;
    EXPECT_EQ(drawn_plan->commands, read_plan->commands);
    EXPECT_EQ(drawn_plan->faults, read_plan->faults);
    EXPECT_EQ(drawn_plan->recycles, read_plan->recycles);
  }
}

TEST(Grammar, ChangesByHandAreInEveryScenario) {
  grammar rules;
  rules.changes = {"network.latency=77ms", "seeds=3"};
  EXPECT_TRUE(find_wrong_changes(rules).empty());
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto made = random_scenario(seed, rules);
    EXPECT_EQ(made.path.latency, std::chrono::milliseconds(77));
    EXPECT_EQ(made.seeds, 3U);
    EXPECT_EQ(made.name, random_scenario(seed).name);
  }
  rules.changes = {"network.latenzy=77ms"};
  ASSERT_EQ(find_wrong_changes(rules).size(), 1U);
  EXPECT_EQ(find_wrong_changes(rules).front().file, "--set");
}

TEST(Grammar, ScenariosAreAsLongAsAsked) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto made = random_scenario(seed, {.length = 1min, .settle = 5min});
    EXPECT_EQ(made.length, 1min);
    EXPECT_EQ(made.settle, 5min);
    ASSERT_TRUE(scenario::make_plan(made, seed));
    EXPECT_TRUE(scenario::parse_scenario(scenario::write_scenario(made), "short.toml"));
  }
}

TEST(Grammar, DrawsOnlyTheKindsThatItIsAskedFor) {
  const grammar only{.kinds = {"restart", "cut"}};
  std::set<std::string_view> drawn;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    for (const auto& each : random_scenario(seed, only).faults) drawn.insert(kind_of(each.what));
  }
  EXPECT_THAT(drawn, UnorderedElementsAre("restart", "cut"));
}

TEST(Grammar, SomeScenariosHaveOneFaultAndSomeHaveMany) {
  std::set<std::size_t> sizes;
  for (std::uint64_t seed = 1; seed <= scenarios; ++seed) {
    sizes.insert(random_scenario(seed).faults.size());
  }
  EXPECT_TRUE(sizes.contains(1));
  EXPECT_GE(*sizes.rbegin(), 8U);
}

TEST(Dice, PartsAreIndependentOfEachOther) {
  dice a(1, "a");
  dice again(1, "a");
  dice b(1, "b");
  const auto drawn = a.whole(0, 1'000'000'000);
  EXPECT_EQ(drawn, again.whole(0, 1'000'000'000));
  EXPECT_NE(drawn, b.whole(0, 1'000'000'000));
}

TEST(Dice, LengthsStayWithinTheirBoundsAndAreReadable) {
  dice from(1, "lengths");
  int below_ten_seconds = 0;
  for (int n = 0; n < 1'000; ++n) {
    const auto drawn = from.length(1s, 100s);
    ASSERT_GE(drawn, 1s);
    ASSERT_LE(drawn, 100s);
    EXPECT_EQ(drawn.count() % 10'000'000, 0);
    if (drawn < 10s) ++below_ten_seconds;
  }
  EXPECT_GT(below_ten_seconds, 350);
  EXPECT_LT(below_ten_seconds, 650);
}

}  // namespace
}  // namespace hassle::harness::explore
