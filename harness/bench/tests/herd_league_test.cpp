#include "harness/bench/herd_league.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string_view>

namespace hassle::harness::bench {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

herd_options two_policies() {
  return {.clients = {500, 2'000},
          .policies = {find_policy("official"), find_policy("ours")},
          .server = {.capacity = 100},
          .target = std::nullopt};
}

std::optional<double> value_of(const herd_result& of, std::string_view name) {
  const auto rows = figures_of(of);
  const auto found = std::ranges::find(rows, name, &figure::name);
  return found == rows.end() ? std::nullopt : found->value;
}

TEST(HerdLeague, RunsEachSizeAndTheQuickestComesFirst) {
  const herd_result result = run_herds(two_policies());
  ASSERT_EQ(result.entries.size(), 4U);
  EXPECT_EQ(result.entries[0].clients, 500U);
  EXPECT_EQ(result.entries[3].clients, 2'000U);
  EXPECT_EQ(result.entries[0].policy->name, "ours");
  EXPECT_LE(result.entries[2].figures.back_99, result.entries[3].figures.back_99);
  EXPECT_THAT(result.tunings, IsEmpty());
}

TEST(HerdLeague, TheBaselineOfTheTimeIsWhatTheDoorAllows) {
  for (const figure& each : figures_of(run_herds(two_policies()))) {
    if (each.name.ends_with(".back_99")) {
      EXPECT_GE(each.ratio().value(), 1) << each.name;
    }
  }
}

TEST(HerdLeague, TheSmallestSpreadThatMeetsTheTargetIsFound) {
  herd_options how = two_policies();
  how.clients = {2'000};
  how.target = 1min;
  const herd_result result = run_herds(how);
  ASSERT_TRUE(target_is_met(result));
  for (const herd_tuning& each : result.tunings) {
    if (!each.spread) continue;
    const auto policy = our_schedule({.backoff_cap = each.cap}, {.restart_spread = *each.spread});
    const auto end = stampede(policy, {.clients = 2'000, .server = how.server});
    EXPECT_LE(end->back_99.value(), *how.target);
  }
  EXPECT_THAT(herd_tables(result, 120, false),
              AllOf(HasSubstr("99 % of 2,000 back within 1m 00s: "), HasSubstr("is the least")));
}

TEST(HerdLeague, WhatTheDoorDoesNotAllowIsImpossible) {
  herd_options how = two_policies();
  how.target = 10s;  // The larger herd takes 19.8 s at least.
  const herd_result result = run_herds(how);
  EXPECT_FALSE(target_is_met(result));
  EXPECT_THAT(herd_tables(result, 120, false), HasSubstr("impossible, the door needs 19.8 s"));
  EXPECT_FALSE(value_of(result, "ours.2000.least_spread_with_cap_60s"));
}

TEST(HerdLeague, AnInterruptLeavesWhatWasComplete) {
  std::atomic<bool> stop = false;
  herd_options how = two_policies();
  how.interrupted = &stop;
  how.on_progress = [&](std::size_t done, std::size_t) { stop = done == 3; };
  const herd_result result = run_herds(how);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.entries.size(), 3U);
  EXPECT_THAT(herd_json(result), HasSubstr("\"complete\": false"));
  EXPECT_THAT(herd_tables(result, 120, false), Not(IsEmpty()));
}

}  // namespace
}  // namespace hassle::harness::bench
