#include "../src/health_watch.hpp"

#include <gtest/gtest.h>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;
using action = health_watch::action;

constexpr net::time_point t0{};
const health_config as_reported{.interval = 30s, .pong_limit = 5s, .unhealthy_after = 60s};

TEST(HealthWatch, PingsThirtySecondsAfterTheLastPong) {
  health_watch watch(as_reported, t0);
  EXPECT_EQ(watch.next(), t0 + 30s);
  EXPECT_EQ(watch.on_timer(t0 + 30s), action::send_ping);
  watch.on_pong(t0 + 31s);
  EXPECT_EQ(watch.next(), t0 + 61s);
  EXPECT_EQ(watch.on_timer(t0 + 61s), action::send_ping);
}

TEST(HealthWatch, GivesUpFiveSecondsAfterAPingWithoutPong) {
  health_watch watch(as_reported, t0);
  ASSERT_EQ(watch.on_timer(t0 + 30s), action::send_ping);
  EXPECT_EQ(watch.next(), t0 + 35s);
  EXPECT_EQ(watch.on_timer(t0 + 34s), action::none);
  EXPECT_EQ(watch.on_timer(t0 + 35s), action::give_up);
}

TEST(HealthWatch, IsUnhealthyAfterAMinuteWithoutAPong) {
  health_watch watch(as_reported, t0);
  EXPECT_TRUE(watch.healthy(t0 + 59s));
  EXPECT_FALSE(watch.healthy(t0 + 60s));
  watch.on_pong(t0 + 60s);
  EXPECT_TRUE(watch.healthy(t0 + 60s));
}

// What a pong nobody asked for proves is that the peer lives; the ping that is due stays due.
TEST(HealthWatch, AnUnsolicitedPongIsASignOfLifeOnly) {
  health_watch watch(as_reported, t0);
  watch.on_pong(t0 + 20s);
  EXPECT_TRUE(watch.healthy(t0 + 79s));
  EXPECT_EQ(watch.next(), t0 + 30s);
}

// A frozen process wakes up long after its pong was due: it gives up, although the peer may be
// fine.
TEST(HealthWatch, AThawedProcessGivesUpAPingThatItCouldNotHearAnswered) {
  health_watch watch(as_reported, t0);
  ASSERT_EQ(watch.on_timer(t0 + 30s), action::send_ping);
  EXPECT_EQ(watch.on_timer(t0 + 1h), action::give_up);
}

}  // namespace
}  // namespace hassle::client
