#include "harness/bench/stampede.hpp"

#include "harness/bench/policies/known_policies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>

namespace hassle::harness::bench {
namespace {

using namespace std::chrono_literals;
using net::duration;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

stampede_figures by(std::string_view policy, const stampede_options& how) {
  return stampede(find_policy(policy)->schedule, how).value();
}

TEST(Stampede, OneClientWaitsForItsHandshakeAlone) {
  constexpr std::array<duration, 1> after = {3s};
  const reconnect_schedule one(listed_delays{after});
  const auto end =
      stampede(one, {.clients = 1, .server = {.away = 2s, .capacity = 10}, .notice_spread = 0s})
          .value();
  EXPECT_EQ(end.back, 1U);
  EXPECT_EQ(end.back_99, 1s + 100ms) << "3 s after the loss, and a tenth for the handshake";
  EXPECT_EQ(end.attempts, 1U);
  EXPECT_EQ(end.peak, 1U);
  EXPECT_EQ(end.jain, 1);
}

TEST(Stampede, AttemptsWhileItIsAwayAreRefused) {
  constexpr std::array<duration, 1> each_second = {1s};
  const reconnect_schedule one(listed_delays{each_second});
  const auto end =
      stampede(one, {.clients = 3, .server = {.away = 2500ms}, .notice_spread = 0s}).value();
  EXPECT_EQ(end.refused, 6U) << "after 1 s and 2 s, three of them each";
  EXPECT_EQ(end.attempts, 9U);
  EXPECT_EQ(end.peak, 3U);
}

TEST(Stampede, AFullBacklogCostsAnAttemptsWholeLimit) {
  constexpr std::array<duration, 1> each_second = {1s};
  const reconnect_schedule one(listed_delays{each_second});
  const auto end = stampede(one, {.clients = 3,
                                  .server = {.away = 0s, .capacity = 1, .backlog = 2},
                                  .attempt_limit = 10s,
                                  .notice_spread = 0s})
                       .value();
  EXPECT_EQ(end.dropped, 1U);
  EXPECT_EQ(end.back, 3U);
  EXPECT_EQ(end.back_99, 13s) << "1 s, 10 s in vain, 1 s, and a handshake of 1 s";
  EXPECT_EQ(end.wait_p50, 3s);
}

TEST(Stampede, ADeepBacklogMakesHandshakesForThoseWhoLeft) {
  constexpr std::array<duration, 1> each_second = {1s};
  const reconnect_schedule one(listed_delays{each_second});
  const auto end = stampede(one, {.clients = 8,
                                  .server = {.away = 0s, .capacity = 1, .backlog = 100},
                                  .attempt_limit = 5s,
                                  .notice_spread = 0s})
                       .value();
  EXPECT_EQ(end.dropped, 0U);
  EXPECT_EQ(end.late, 3U);
  EXPECT_EQ(end.back, 8U);
  EXPECT_EQ(end.attempts, 11U);
}

TEST(Stampede, NobodyIsFasterThanTheDoor) {
  const stampede_options how{.clients = 5'000, .server = {.capacity = 200}};
  EXPECT_EQ(least_back_99(how), 24'750ms);
  for (const known_policy& each : known_policies()) {
    const auto end = stampede(each.schedule, how).value();
    if (end.back_99) {
      EXPECT_GE(*end.back_99, least_back_99(how)) << each.name;
    }
    EXPECT_EQ(end.attempts, end.back + end.refused + end.dropped + end.late) << each.name;
    EXPECT_THAT(end.jain, AllOf(Ge(0.0), Le(1.0))) << each.name;
  }
}

TEST(Stampede, ThoseWithoutJitterComeAllAtOnceAndOursDoNot) {
  const stampede_options how{.clients = 10'000};
  EXPECT_EQ(by("official", how).peak, 10'000U);
  EXPECT_LE(by("ours", how).peak, 2'000U) << "in any second, of eight at least";
}

TEST(Stampede, WhoGivesUpIsMissing) {
  const auto end = by("signalr", {.clients = 1'000, .server = {.away = 1min}});
  EXPECT_EQ(end.back, 0U);
  EXPECT_FALSE(end.back_99);
  EXPECT_EQ(end.refused, 4'000U);
}

TEST(Stampede, ItEndsThoughTheDoorIsFarTooNarrow) {
  const auto end = by("phoenix", {.clients = 1'000, .server = {.capacity = 0.1}, .give_up = 10min});
  EXPECT_FALSE(end.back_99);
  EXPECT_LE(end.back, 61U);
}

TEST(Stampede, TheSameSeedIsTheSameStampede) {
  const stampede_options how{.clients = 2'000, .server = {.capacity = 100}, .seed = 3};
  EXPECT_EQ(by("ours", how).back_99, by("ours", how).back_99);
  EXPECT_EQ(by("ours", how).attempts, by("ours", how).attempts);
}

TEST(Stampede, AnInterruptEndsIt) {
  const std::atomic<bool> stop = true;
  EXPECT_FALSE(stampede(find_policy("ours")->schedule, {.clients = 10, .interrupted = &stop}));
}

}  // namespace
}  // namespace hassle::harness::bench
