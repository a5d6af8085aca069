#include "cores/vanguard.hpp"

#include <gtest/gtest.h>

#include <array>

namespace hassle::client {
namespace {

constexpr net::time_point t0{};

struct VanguardTest : ::testing::Test {
  std::array<vanguard::slot, 3> slots{};
  vanguard rule{jitter_config{.stable_after = 30s}};

  net::time_point ask(std::size_t which, net::time_point now = t0) {
    return rule.may_begin(which, slots, now);
  }
};

TEST_F(VanguardTest, OneGoesAheadWhileNoConnectionStands) {
  EXPECT_EQ(ask(1), t0);
  EXPECT_EQ(ask(0), net::never);
  EXPECT_EQ(ask(2), net::never);
  EXPECT_EQ(ask(1, t0 + 1min), t0 + 1min) << "as often as its own delays say";
}

TEST_F(VanguardTest, TheOthersFollowAtOnceWhereTheFirstAttemptSucceeded) {
  EXPECT_EQ(ask(0), t0);
  slots[0].up_since = t0 + 1s;
  EXPECT_EQ(ask(1, t0 + 1s), t0 + 1s);
  EXPECT_EQ(ask(2, t0 + 1s), t0 + 1s);
}

// Field failure flapping-connect-close.
TEST_F(VanguardTest, AfterFailuresTheyFollowWhenItHasProvedStable) {
  EXPECT_EQ(ask(0), t0);
  slots[0] = {.up_since = t0 + 10s, .failures = 3};
  EXPECT_EQ(ask(1, t0 + 11s), t0 + 40s);
  slots[0] = {.failures = 4};  // Lost again.
  EXPECT_EQ(ask(1, t0 + 40s), net::never);
  EXPECT_EQ(ask(0, t0 + 45s), t0 + 45s);
}

TEST_F(VanguardTest, OneThatIsOutMakesRoomForAnother) {
  EXPECT_EQ(ask(0), t0);
  EXPECT_EQ(ask(1), net::never);
  slots[0].out = true;
  EXPECT_EQ(ask(1), t0);
  EXPECT_EQ(ask(2), net::never);
}

TEST_F(VanguardTest, WithoutJitterEverybodyGoesAtOnce) {
  rule = vanguard(std::nullopt);
  for (const std::size_t each : {0U, 1U, 2U}) EXPECT_EQ(ask(each), t0);
}

}  // namespace
}  // namespace hassle::client
