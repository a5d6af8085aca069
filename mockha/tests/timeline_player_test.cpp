#include "mockha/timeline_player.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <manual_world.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace hassle::mockha {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class TimelinePlayerTest : public testing::Test {
 protected:
  static std::vector<scenario::planned_fault> plan() {
    scenario::planned_fault first;
    first.number = 1;
    first.at = 10s;
    first.lasts = 5s;
    scenario::planned_fault second = first;
    second.number = 2;
    second.at = 30s;
    return {first, second};
  }

  net::manual_world world_;
  std::vector<std::string> seen_;
  timeline_player player_{
      world_.time(), plan(), 60s, [this](const timeline_step& s) {
        seen_.push_back((s.begins ? "+" : "-") + std::to_string(s.occurrence.number));
      }};
};

}  // namespace

TEST_F(TimelinePlayerTest, PlaysByTheClock) {
  world_.advance(10s);
  EXPECT_THAT(seen_, ElementsAre("+1"));
  world_.advance(60s);
  EXPECT_THAT(seen_, ElementsAre("+1", "-1", "+2", "-2"));
  EXPECT_EQ(world_.armed_timers(), 0U);
}

TEST_F(TimelinePlayerTest, APausedTapeHasNoTimer) {
  world_.advance(12s);
  player_.pause();
  EXPECT_EQ(world_.armed_timers(), 0U);
  world_.advance(1h);
  EXPECT_THAT(seen_, ElementsAre("+1"));
  player_.resume();
  world_.advance(3s);
  EXPECT_THAT(seen_, ElementsAre("+1", "-1"));
}

TEST_F(TimelinePlayerTest, StepsAndRestarts) {
  player_.step();
  EXPECT_THAT(seen_, ElementsAre("+1"));
  player_.restart();
  EXPECT_THAT(seen_, ElementsAre("+1", "-1"));
  world_.advance(10s);
  EXPECT_THAT(seen_, ElementsAre("+1", "-1", "+1"));
}

TEST_F(TimelinePlayerTest, AStoppedTapeStaysSilent) {
  player_.stop();
  world_.advance(1h);
  EXPECT_THAT(seen_, IsEmpty());
}

}  // namespace hassle::mockha
