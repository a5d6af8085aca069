#include "reports/merge.hpp"

#include "reports/measurement_file.hpp"
#include "reports/tests/sample_report.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace hassle::reports::tests {
namespace {

measurement make_whole() {
  measurement m = sample_measurement();
  m.part = {.plan = 7, .keeps_runs = true};
  // What is only carried along is made short: it is copied often here.
  for (cell& each : m.cells) {
    for (run_figures& run : each.runs) run.latencies.resize(2);
  }
  for (kept_run& each : m.kept) {
    journal begin;
    for (std::size_t i = 0; i < 3; ++i) begin.add(each.events.events().at(i));
    each.events = std::move(begin);
  }
  return m;
}

const measurement& whole() {
  static const measurement made = make_whole();
  return made;
}

// As the runner deals: run after run, entry after entry. A kept run goes where its seed is.
std::vector<shard_file> shards_of(const measurement& m, std::uint32_t count) {
  std::vector<shard_file> shards;
  for (std::uint32_t number = 1; number <= count; ++number) {
    measurement part = m;
    part.part.number = number;
    part.part.count = count;
    std::size_t next = 0;
    for (cell& each : part.cells) {
      std::erase_if(each.runs, [&](const run_figures&) { return next++ % count + 1 != number; });
    }
    std::erase_if(part.kept, [&](const kept_run& kept) {
      return std::ranges::none_of(part.cells, [&](const cell& each) {
        return each.client == kept.context.client &&
               std::ranges::count(each.runs, kept.context.seed, &run_figures::seed) > 0;
      });
    });
    shards.push_back({.name = "part-" + std::to_string(number), .of = std::move(part)});
  }
  return shards;
}

std::string error_of(std::vector<shard_file> shards) {
  const auto merged = merge(std::move(shards));
  return merged ? "none" : merged.error();
}

RC_GTEST_PROP(Merge, AnyNumberOfShardsInAnyOrderIsTheWhole, ()) {
  auto shards = shards_of(whole(), *rc::gen::inRange<std::uint32_t>(1, 30));
  const auto order =
      *rc::gen::container<std::vector<unsigned>>(shards.size(), rc::gen::arbitrary<unsigned>());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    std::swap(shards[i], shards[order[i] % shards.size()]);
  }
  const auto merged = merge(std::move(shards));
  RC_ASSERT(merged.has_value());
  RC_ASSERT(write_measurement(*merged) == write_measurement(whole()));
}

TEST(Merge, OfRunsThatShardsKeptTheOneStaysThatTheWholeWouldHaveKept) {
  auto shards = shards_of(whole(), 2);
  const kept_run first = whole().kept.at(0);
  for (shard_file& each : shards) {
    each.of.kept.clear();
    for (const run_figures& run : each.of.cells.at(0).runs) {
      kept_run kept = first;
      kept.context.seed = run.seed;
      each.of.kept.push_back(std::move(kept));
    }
  }
  std::uint64_t most = 0;
  std::uint64_t seed = 0;
  for (const run_figures& run : whole().cells.at(0).runs) {
    const std::uint64_t worth = worth_keeping(run, first.context.layers);
    if (worth <= most) continue;
    most = worth;
    seed = run.seed;
  }
  const auto merged = merge(std::move(shards));
  ASSERT_TRUE(merged) << merged.error();
  ASSERT_EQ(merged->kept.size(), 1U);
  EXPECT_EQ(merged->kept[0].context.seed, seed);
}

TEST(Merge, ShardsThatAreMissingAreNamed) {
  auto shards = shards_of(whole(), 4);
  shards.erase(shards.begin() + 2);
  EXPECT_EQ(error_of(shards), "a shard is missing: 3/4");
  shards.pop_back();
  EXPECT_EQ(error_of(shards), "2 shards are missing: 3/4, 4/4");
  shards = shards_of(whole(), 100);
  shards.resize(1);
  EXPECT_EQ(error_of(shards),
            "99 shards are missing: 2/100, 3/100, 4/100, 5/100, 6/100, 7/100, 8/100, 9/100, "
            "10/100, 11/100, 12/100, 13/100, 14/100, 15/100, 16/100, 17/100, …");
}

TEST(Merge, AShardThatIsThereTwiceIsNamed) {
  auto shards = shards_of(whole(), 3);
  shards[2] = shards[1];
  EXPECT_EQ(error_of(shards), "shard 2/3 is there twice: part-2 and part-2");
}

TEST(Merge, ShardsOfSomethingElseAreRefusedWithTheReason) {
  const auto refused = [](const auto& change) {
    auto shards = shards_of(whole(), 2);
    change(shards[1].of);
    return error_of(std::move(shards));
  };
  const std::string stranger = "part-2 does not belong to part-1: ";
  EXPECT_EQ(refused([](measurement& m) { m.tool_version = "1.0"; }),
            stranger + "another version of hassle wrote it");
  EXPECT_EQ(refused([](measurement& m) { m.part.count = 3; }),
            stranger + "it is one of another number of shards");
  EXPECT_EQ(refused([](measurement& m) { m.against = baseline::first; }),
            stranger + "it asks another question");
  EXPECT_EQ(refused([](measurement& m) { m.scenarios.clear(); }),
            stranger + "its scenarios are others");
  EXPECT_EQ(refused([](measurement& m) { m.cells.pop_back(); }),
            stranger + "its clients are others");
  EXPECT_EQ(refused([](measurement& m) { m.part.plan = 8; }),
            stranger + "its scenarios, clients or seeds have the same names and are others");
  EXPECT_EQ(
      refused([](measurement& m) { m.part.keeps_runs = false; }),
      stranger +
          "one of the two keeps what happened in its runs, or on the wire, and the other not");
}

TEST(Merge, WhatOneDidNotFinishTheWholeDidNot) {
  auto shards = shards_of(whole(), 2);
  shards[1].of.interrupted = true;
  shards[1].of.cells[2].complete = false;
  const auto merged = merge(std::move(shards));
  ASSERT_TRUE(merged);
  EXPECT_TRUE(merged->interrupted);
  EXPECT_FALSE(merged->cells[2].complete);
  EXPECT_TRUE(merged->cells[1].complete);
}

}  // namespace
}  // namespace hassle::reports::tests
