#include "mockha/restart_core.hpp"

#include <gtest/gtest.h>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using enum restart_phase;

constexpr net::time_point start{100s};

restart_core begun() {
  restart_core core;
  core.begin(start, {.stopping = 5s, .refused = 10s, .not_running = 20s, .starting = 2s});
  return core;
}

TEST(RestartCore, RunsUntilToldOtherwise) {
  restart_core core;
  EXPECT_EQ(core.phase(), running);
  EXPECT_EQ(core.deadline(), net::never);
  EXPECT_EQ(core.next(start), std::nullopt);
}

TEST(RestartCore, GoesThroughItsPhasesAtTheirTimes) {
  restart_core core = begun();
  EXPECT_EQ(core.phase(), stopping);
  EXPECT_EQ(core.deadline(), start + 5s);
  EXPECT_EQ(core.next(start + 5s - 1ns), std::nullopt);
  EXPECT_EQ(core.next(start + 5s), refused);
  EXPECT_EQ(core.next(start + 5s), std::nullopt);
  EXPECT_EQ(core.deadline(), start + 15s);
  EXPECT_EQ(core.next(start + 15s), not_running);
  EXPECT_EQ(core.next(start + 35s), starting);
  EXPECT_EQ(core.next(start + 37s), running);
  EXPECT_EQ(core.next(start + 99s), std::nullopt);
}

// Whoever looks late still enters every phase, one after the other.
TEST(RestartCore, LeavesNoPhaseOut) {
  restart_core core;
  core.begin(start, {});
  for (const auto phase : {refused, not_running, starting, running}) {
    EXPECT_EQ(core.next(start), phase);
  }
}

TEST(RestartCore, HurryEndsWhatIsLeftAndNothingEarlier) {
  restart_core core = begun();
  core.hurry(start + 1s);
  EXPECT_EQ(core.phase(), stopping);
  EXPECT_EQ(core.next(start + 1s), refused);
  EXPECT_EQ(core.next(start + 1s), not_running);
}

TEST(RestartCore, BeginsAnewWithinARestart) {
  restart_core core = begun();
  (void)core.next(start + 5s);
  core.begin(start + 6s, {.stopping = 1s, .refused = {}, .not_running = {}, .starting = {}});
  EXPECT_EQ(core.phase(), stopping);
  EXPECT_EQ(core.deadline(), start + 7s);
}

TEST(RestartCore, ListensFromNotRunningOn) {
  EXPECT_FALSE(listens(stopping));
  EXPECT_FALSE(listens(refused));
  EXPECT_TRUE(listens(not_running));
  EXPECT_TRUE(listens(starting));
  EXPECT_TRUE(listens(running));
}

}  // namespace
}  // namespace hassle::mockha
