#include "scenarios/distribution.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

namespace hassle::scenario {
namespace {

using namespace std::chrono_literals;
using durations = duration_distribution;
using counts = count_distribution;

template <class Distribution>
double mean_of(const Distribution& d, int draws) {
  random_stream random(stream_seed(1, "test"));
  double sum = 0;
  for (int i = 0; i < draws; ++i) {
    const auto drawn = d.draw(random);
    if constexpr (std::is_arithmetic_v<decltype(drawn)>) {
      sum += drawn;
    } else {
      sum += std::chrono::duration<double>(drawn).count();
    }
  }
  return sum / draws;
}

std::vector<std::int64_t> first_draws(const durations& d) {
  random_stream random(stream_seed(7, "pinned"));
  std::vector<std::int64_t> result(4);
  std::ranges::generate(result, [&] { return d.draw(random).count(); });
  return result;
}

// Plans are compared between compilers, optimisation levels and machines: these numbers may never
// change, or every digest does.
TEST(Distribution, DrawsAreTheSameEverywhere) {
  EXPECT_EQ(stream_seed(1, "workload"), 3119353116540715118ULL);
  EXPECT_THAT(first_draws({durations::kind::uniform, 1s, 9s}),
              testing::ElementsAre(3318947895, 2497099927, 7995441386, 1673442560));
  EXPECT_THAT(first_draws({durations::kind::exponential, 40s}),
              testing::ElementsAre(31683932000, 2550283000, 77748822000, 4437291000));
  EXPECT_THAT(first_draws({durations::kind::lognormal, 60ms, 0ns, 0.6}),
              testing::ElementsAre(42053000, 64131000, 155979000, 56098000));
}

TEST(Distribution, StreamsDependOnTheSeedAndOnTheName) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    for (const char* const name : {"", "workload", "recycle", "fault a", "fault b"}) {
      seeds.insert(stream_seed(seed, name));
    }
  }
  EXPECT_EQ(seeds.size(), 5000U);
}

// Means within 2 %: 40,000 draws have a standard error of half a per cent or less.
TEST(Distribution, MeansAreThoseThatWereAskedFor) {
  constexpr int draws = 40'000;
  EXPECT_NEAR(mean_of(durations{durations::kind::exponential, 40s}, draws), 40, 0.8);
  EXPECT_NEAR(mean_of(durations{durations::kind::uniform, 5min, 23min}, draws), 840, 17);
  // exp(sigma^2 / 2) times the median.
  EXPECT_NEAR(mean_of(durations{durations::kind::lognormal, 10s, 0s, 0.5}, draws), 11.331, 0.23);
  EXPECT_NEAR(mean_of(counts{counts::kind::geometric, 1, 1, 1.5}, draws), 1.5, 0.03);
  EXPECT_NEAR(mean_of(counts{counts::kind::uniform, 2, 4}, draws), 3, 0.06);
}

TEST(Distribution, DrawsStayWithinTheirBounds) {
  random_stream random(1);
  const durations wide{durations::kind::lognormal, draw_max, 0ns, 10};
  const durations narrow{durations::kind::uniform, 3ns, 4ns};
  const counts many{counts::kind::geometric, 1, 1, 1e9};
  bool longest = false;
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto drawn = wide.draw(random);
    EXPECT_GE(drawn, 0ns);
    EXPECT_LE(drawn, draw_max);
    longest = longest || drawn == draw_max;
    seen.insert(narrow.draw(random).count());
    const auto count = many.draw(random);
    EXPECT_GE(count, 1U);
    EXPECT_LE(count, count_max);
  }
  EXPECT_TRUE(longest) << "the bound was never needed: the test proves nothing";
  EXPECT_EQ(seen, (std::set<std::int64_t>{3, 4}));
}

TEST(Distribution, WhatIsAlwaysZeroIsKnownToBe) {
  EXPECT_TRUE(durations{}.always_zero());
  EXPECT_TRUE((durations{durations::kind::uniform, 0s, 0s}.always_zero()));
  EXPECT_TRUE((durations{durations::kind::exponential, 999ns}.always_zero()));
  EXPECT_FALSE((durations{durations::kind::uniform, 0s, 1ns}.always_zero()));
  EXPECT_FALSE((durations{durations::kind::exponential, 1us}.always_zero()));
}

TEST(Distribution, AChanceIsDrawnOnceWhateverItIs) {
  random_stream never(1);
  random_stream always(1);
  int hits = 0;
  for (int i = 0; i < 1000; ++i) {
    hits += draw_chance(never, 0) ? 1 : 0;
    hits += draw_chance(always, 1) ? 0 : 1;
  }
  EXPECT_EQ(hits, 0);
  EXPECT_EQ(never, always);
}

}  // namespace
}  // namespace hassle::scenario
