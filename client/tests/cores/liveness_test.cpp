#include "cores/liveness.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace hassle::client {
namespace {

using enum liveness::action;

constexpr net::time_point t0{};
const health_config health{.interval = 30s, .life_limit = 10s};
const probe_config probe{.idle_limit = 5s, .probe_limit = 2s, .thaw_lateness = 1s};

TEST(Liveness, ASilentConnectionIsPingedAndThenGivenUp) {
  liveness link(health, probe, t0);
  EXPECT_EQ(link.next(), t0 + 30s);
  EXPECT_EQ(link.on_timer(t0 + 29s), none);
  EXPECT_EQ(link.on_timer(t0 + 30s), send_ping);
  EXPECT_EQ(link.on_timer(t0 + 34s), none);
  EXPECT_EQ(link.on_timer(t0 + 35s), ask);
  EXPECT_EQ(link.on_timer(t0 + 39s), none);
  EXPECT_EQ(link.on_timer(t0 + 40s), give_up);
  EXPECT_EQ(liveness::worst_detection(health), 40s);
}

// Field failure ping-pong-mismatch: a live link was cut because only pongs, or only texts, counted.
TEST(Liveness, AnyByteIsLife) {
  liveness link(health, std::nullopt, t0);
  link.on_bytes(t0 + 20s);
  EXPECT_EQ(link.next(), t0 + 50s);
  ASSERT_EQ(link.on_timer(t0 + 50s), send_ping);
  link.on_bytes(t0 + 59s);
  EXPECT_FALSE(link.ping_out());
  EXPECT_EQ(link.next(), t0 + 89s);
}

// The same: no Ping frame was ever answered, Home Assistant's own command was.
TEST(Liveness, WherePingsAreIgnoredItAsks) {
  liveness link(health, probe, t0);
  ASSERT_EQ(link.on_timer(t0 + 30s), send_ping);
  ASSERT_EQ(link.on_timer(t0 + 35s), ask);
  link.on_bytes(t0 + 36s);
  EXPECT_EQ(link.on_timer(t0 + 66s), ask) << "and loses no time with what does not help";
  EXPECT_EQ(link.on_timer(t0 + 71s), none);
  link.on_bytes(t0 + 72s);
  link.on_pong(t0 + 72s);
  EXPECT_EQ(link.on_timer(t0 + 102s), send_ping) << "they are answered after all";
}

TEST(Liveness, AnIdleConnectionIsProbedOnceForAllWhoWantIt) {
  liveness link(std::nullopt, probe, t0);
  EXPECT_EQ(link.next(), net::never);
  EXPECT_FALSE(link.suspect(t0 + 4s));
  ASSERT_TRUE(link.suspect(t0 + 5s));
  EXPECT_EQ(link.on_probe(t0 + 5s), send_ping);
  EXPECT_EQ(link.on_probe(t0 + 6s), none);
  EXPECT_EQ(link.on_timer(t0 + 6s), ask);
  EXPECT_EQ(link.next(), t0 + 7s) << "the second one may not prolong it";
  link.on_pong(t0 + 6s);
  EXPECT_FALSE(link.suspect(t0 + 6s));
}

TEST(Liveness, ACommandShortensThePingThatIsOut) {
  liveness link(health, probe, t0);
  ASSERT_EQ(link.on_timer(t0 + 30s), send_ping);
  EXPECT_EQ(link.on_probe(t0 + 31s), none);
  EXPECT_EQ(link.on_timer(t0 + 32s), ask);
  EXPECT_EQ(link.next(), t0 + 33s);
  EXPECT_EQ(link.on_timer(t0 + 33s), give_up);
}

// Field failure heartbeat-false-positive: probes of 2 s ended every connection of a link on which
// pings take 3 to 8 s, and to dial takes several times as long.
TEST(Liveness, WherePingsTakeLongAProbeMayToo) {
  liveness link(health, probe, t0);
  ASSERT_EQ(link.on_timer(t0 + 30s), send_ping);
  link.on_pong(t0 + 34s);
  ASSERT_EQ(link.on_probe(t0 + 50s), send_ping);
  EXPECT_EQ(link.next(), t0 + 54s);
  EXPECT_EQ(link.on_timer(t0 + 54s), ask);
  EXPECT_EQ(link.next(), t0 + 58s);
  link.on_pong(t0 + 57s);
  ASSERT_EQ(link.on_probe(t0 + 70s), send_ping);
  ASSERT_EQ(link.on_timer(t0 + 75s), ask);
  EXPECT_EQ(link.next(), t0 + 80s) << "not longer than life_limit";
}

TEST(Liveness, SlowPingsOfLongAgoAreForgotten) {
  liveness link(health, probe, t0);
  ASSERT_EQ(link.on_timer(t0 + 30s), send_ping);
  link.on_pong(t0 + 38s);
  net::time_point now = t0 + 38s;
  for (int i = 0; i < 3; ++i) {
    now = link.next();
    ASSERT_EQ(link.on_timer(now), send_ping);
    link.on_pong(now + 10ms);
  }
  ASSERT_EQ(link.on_probe(now + 10s), send_ping);
  ASSERT_EQ(link.on_timer(now + 11s), ask);
  EXPECT_EQ(link.next(), now + 12s);
}

// Field failure suspend-resume, and 12 h of sleep that killed a link with data a second before.
TEST(Liveness, ATimerThatComesTooLateCondemnsNobody) {
  liveness link(health, probe, t0);
  ASSERT_EQ(link.on_timer(t0 + 30s), send_ping);
  EXPECT_EQ(link.on_timer(t0 + 12h), send_ping);
  EXPECT_TRUE(link.suspect(t0 + 12h));
  EXPECT_EQ(link.on_timer(t0 + 12h + 1s), ask);
  EXPECT_EQ(link.next(), t0 + 12h + 2s);
  EXPECT_EQ(link.on_timer(t0 + 12h + 2s), give_up);
}

TEST(Liveness, WithoutTheProbeLayerALateTimerIsTakenAtItsWord) {
  liveness link(health, std::nullopt, t0);
  ASSERT_EQ(link.on_timer(t0 + 30s), send_ping);
  EXPECT_EQ(link.on_timer(t0 + 12h), give_up);
  EXPECT_FALSE(link.suspect(t0 + 12h)) << "used untested";
  link.on_thaw(t0 + 12h);
  EXPECT_FALSE(link.suspect(t0 + 12h));
}

// What is read after a thaw may have been in the buffer since before the link died.
TEST(Liveness, AfterAThawOldBytesProveNothing) {
  liveness link(health, probe, t0);
  link.on_thaw(t0 + 1s);
  EXPECT_TRUE(link.suspect(t0 + 1s));
  link.on_bytes(t0 + 1s);
  EXPECT_TRUE(link.suspect(t0 + 1s));
  ASSERT_EQ(link.on_probe(t0 + 1s), send_ping);
  link.on_bytes(t0 + 1s);
  EXPECT_EQ(link.on_timer(t0 + 2s), ask);
  EXPECT_EQ(link.on_timer(t0 + 3s), give_up);
}

TEST(Liveness, AfterAThawThePongProvesEverything) {
  liveness link(health, probe, t0);
  link.on_thaw(t0 + 1s);
  ASSERT_EQ(link.on_probe(t0 + 1s), send_ping);
  link.on_pong(t0 + 1s);
  EXPECT_FALSE(link.suspect(t0 + 1s));
  EXPECT_EQ(link.next(), t0 + 31s);
}

// A server that talks but answers no pings must not be cut off.
TEST(Liveness, AfterAThawBytesBehindThePingCountWhenItsLimitIsOver) {
  liveness link(health, probe, t0);
  link.on_thaw(t0 + 1s);
  ASSERT_EQ(link.on_probe(t0 + 1s), send_ping);
  link.on_bytes(t0 + 2s);
  EXPECT_TRUE(link.suspect(t0 + 2s));
  EXPECT_EQ(link.on_timer(t0 + 3s), none);
  EXPECT_FALSE(link.suspect(t0 + 3s));
}

// Fed with bytes at least every interval it never gives up; silent, it gives up in time.
RC_GTEST_PROP(Liveness, GivesUpTheSilentInTimeAndNobodyElse, ()) {
  const bool probed = *rc::gen::arbitrary<bool>();
  liveness link(health, probed ? std::optional(probe) : std::nullopt, t0);
  net::time_point now = t0;
  const auto gaps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 39'999));
  for (const int gap : gaps) {
    const net::time_point until = now + 1ms * gap;
    while (link.next() <= until) RC_ASSERT(link.on_timer(link.next()) != give_up);
    now = until;
    link.on_bytes(now);
  }
  const net::time_point silent_since = now;
  while (link.on_timer(now) != give_up) {
    RC_ASSERT(link.next() > now);
    now = link.next();
  }
  RC_ASSERT(now - silent_since == *liveness::worst_detection(health));
}

using wall_clock = std::chrono::system_clock::time_point;
const wall_clock noon{std::chrono::hours(12)};

TEST(SuspendWatch, AWallClockThatRanAheadMeansSleep) {
  suspend_watch watch(probe, t0, noon);
  EXPECT_FALSE(watch.on_look(t0 + 10s, noon + 10s));
  EXPECT_TRUE(watch.on_look(t0 + 20s, noon + 8h));
  EXPECT_FALSE(watch.on_look(t0 + 21s, noon + 8h + 1s)) << "once for each thaw";
}

TEST(SuspendWatch, ALateTimerMeansAFreeze) {
  suspend_watch watch(probe, t0, noon);
  EXPECT_FALSE(watch.on_look(t0 + 10s, noon + 10s, t0 + 9s));
  EXPECT_TRUE(watch.on_look(t0 + 60s, noon + 60s, t0 + 40s));
}

TEST(SuspendWatch, AClockSetBackSaysNothing) {
  suspend_watch watch(probe, t0, noon);
  EXPECT_FALSE(watch.on_look(t0 + 10s, noon - 1h));
  EXPECT_FALSE(watch.on_look(t0 + 20s, noon - 1h + 10s));
}

}  // namespace
}  // namespace hassle::client
