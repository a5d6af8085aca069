// The schedules of others, held against what is published of them.
#include "harness/bench/policies/known_policies.hpp"
#include "harness/client_settings.hpp"
#include "scenarios/library.hpp"
#include "scenarios/profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <string_view>
#include <vector>

namespace hassle::harness::bench {
namespace {

using namespace std::chrono_literals;
using net::duration;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;

/// The delays before the first attempts after a loss; fewer if it gives up.
std::vector<duration> delays(std::string_view name, unsigned count, std::uint64_t seed = 1) {
  reconnect_schedule one = find_policy(name)->schedule;
  net::random_stream random(seed);
  std::vector<duration> all;
  for (unsigned n = 1; n <= count; ++n) {
    const auto next = one.delay(n, n == 1 ? ended::lost : ended::refused, random);
    if (!next) break;
    all.push_back(*next);
  }
  return all;
}

/// When the nth attempt starts, on average over a thousand clients.
duration mean_start(std::string_view name, unsigned nth) {
  duration sum{};
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    const auto each = delays(name, nth, seed);
    sum += std::accumulate(each.begin(), each.end(), duration{});
  }
  return sum / 1'000;
}

/// One delay, the nth, of a thousand clients.
std::vector<duration> nth_delays(std::string_view name, unsigned nth) {
  std::vector<duration> all;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) all.push_back(delays(name, nth, seed).back());
  return all;
}

TEST(KnownPolicies, TheOfficialClientTriesAtOnceAndThenUpToEveryFiveSeconds) {
  EXPECT_THAT(delays("official", 8), ElementsAre(0s, 1s, 2s, 3s, 4s, 5s, 5s, 5s));
  EXPECT_EQ(mean_start("official", 5), 10s);
}

TEST(KnownPolicies, NodeRedStaysAtFiveSeconds) {
  EXPECT_THAT(delays("node-red", 4), ElementsAre(0s, 5s, 5s, 5s));
}

TEST(KnownPolicies, TheReportDoublesFromOneSecondToAMinute) {
  EXPECT_THAT(delays("report", 9), ElementsAre(0s, 1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s));
}

TEST(KnownPolicies, SignalrGivesUpAfterFourAttempts) {
  EXPECT_THAT(delays("signalr", 9), ElementsAre(0s, 2s, 10s, 30s));
}

TEST(KnownPolicies, PhoenixStartsItsFifthAttemptAfterHalfASecond) {
  EXPECT_EQ(mean_start("phoenix", 5), 510ms);
  EXPECT_THAT(delays("phoenix", 12),
              ElementsAre(10ms, 50ms, 100ms, 150ms, 200ms, 250ms, 500ms, 1s, 2s, 5s, 5s, 5s));
}

TEST(KnownPolicies, BoostRedisWaitsASecondForGood) {
  EXPECT_THAT(delays("boost.redis", 3), ElementsAre(1s, 1s, 1s));
}

TEST(KnownPolicies, LibsignalRemembersFailures) {
  const auto all = delays("libsignal", 8);
  const std::vector<duration> published = {0s, 1'900ms, 5s, 9'900ms, 17'700ms, 30s, 30s, 30s};
  ASSERT_EQ(all.size(), published.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_LE(std::chrono::abs(all[i] - published[i]), 60ms) << i;
  }
}

TEST(KnownPolicies, SocketIoSpreadsByHalfAndStaysBelowFiveSeconds) {
  EXPECT_THAT(nth_delays("socket.io", 1), Each(AllOf(Ge(500ms), Le(1'500ms))));
  EXPECT_THAT(nth_delays("socket.io", 6), Each(AllOf(Ge(2'500ms), Le(5s))));
  // 1 + 2 + 4 + 5 + 5 nominal; cut at the cap, the last three lose upwards.
  EXPECT_THAT(mean_start("socket.io", 5), AllOf(Ge(14s), Le(17s)));
}

TEST(KnownPolicies, CentrifugeHasAFloorOfHalfASecondAndACapOfTwenty) {
  EXPECT_THAT(nth_delays("centrifuge", 1), Each(AllOf(Ge(500ms), Le(1s))));
  EXPECT_THAT(nth_delays("centrifuge", 9), Each(AllOf(Ge(500ms), Le(20s))));
  EXPECT_THAT(mean_start("centrifuge", 5), AllOf(Ge(10'100ms), Le(10'500ms)));
}

TEST(KnownPolicies, GrpcGrowsByThreeFifthsToTwoMinutes) {
  EXPECT_THAT(nth_delays("grpc", 1), Each(AllOf(Ge(800ms), Le(1'200ms))));
  EXPECT_THAT(mean_start("grpc", 5), AllOf(Ge(15'500ms), Le(16'100ms)));
  EXPECT_THAT(nth_delays("grpc", 30), Each(AllOf(Ge(96s), Le(144s))))
      << "the dice come after the cap";
}

TEST(KnownPolicies, OursIsWhatTheProfileProductionHas) {
  const auto settings = client_settings(scenario::find_profile("production").value()).value();
  ASSERT_TRUE(settings.reconnect && settings.jitter);
  EXPECT_EQ(*settings.reconnect, client::reconnect_config{});
  EXPECT_EQ(*settings.jitter, client::jitter_config{});
  EXPECT_THAT(nth_delays("ours", 1), Each(AllOf(Ge(0s), Le(500ms))));
  EXPECT_THAT(nth_delays("ours", 12), Each(AllOf(Ge(30s), Le(60s))));
}

TEST(KnownPolicies, OursSpreadsAHerdThatWasSentAway) {
  net::random_stream random(1);
  duration most{};
  for (int i = 0; i < 1'000; ++i) {
    reconnect_schedule one = find_policy("ours")->schedule;
    most = std::max(most, one.delay(1, ended::server_stopped, random).value());
  }
  EXPECT_THAT(most, AllOf(Ge(7'900ms), Le(8s)));
}

TEST(KnownPolicies, ANewLossBeginsAnew) {
  net::random_stream random(1);
  for (const known_policy& each : known_policies()) {
    reconnect_schedule one = each.schedule;
    for (unsigned n = 1; n <= 20; ++n) {
      (void)one.delay(n, n == 1 ? ended::lost : ended::refused, random);
    }
    EXPECT_LE(one.delay(1, ended::lost, random).value(), 1'500ms) << each.name;
    EXPECT_FALSE(each.source.empty());
  }
}

}  // namespace
}  // namespace hassle::harness::bench
