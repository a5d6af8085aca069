// The tape of a scenario's faults: whatever is done to it, nothing is lost and nothing comes twice.
#include "mockha/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <map>
#include <vector>

namespace hassle::mockha {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

scenario::planned_fault planned(std::uint32_t number, net::duration at, net::duration lasts) {
  scenario::planned_fault f;
  f.number = number;
  f.at = at;
  f.lasts = lasts;
  return f;
}

/// "+1": the first occurrence begins; "-1": it ends.
std::vector<std::string> words(const std::vector<timeline_step>& steps) {
  std::vector<std::string> result;
  result.reserve(steps.size());
  for (const auto& each : steps) {
    result.push_back((each.begins ? "+" : "-") + std::to_string(each.occurrence.number));
  }
  return result;
}

const net::time_point begin{5s};
constexpr net::duration length = 50s;

}  // namespace

TEST(Timeline, BeginsAndEndsWhatIsDue) {
  timeline tape({planned(1, 10s, 5s), planned(2, 12s, 0s)}, length, begin);
  EXPECT_THAT(tape.due(begin), IsEmpty());
  EXPECT_EQ(tape.deadline(), begin + 10s);
  EXPECT_THAT(words(tape.due(begin + 10s)), ElementsAre("+1"));
  EXPECT_EQ(tape.deadline(), begin + 12s);
  EXPECT_THAT(words(tape.due(begin + 20s)), ElementsAre("+2", "-2", "-1"));
  EXPECT_EQ(tape.where(), timeline::state::finished);
  EXPECT_EQ(tape.deadline(), net::never);
}

TEST(Timeline, APauseMovesEverythingBehindIt) {
  timeline tape({planned(1, 10s, 5s)}, length, begin);
  tape.pause(begin + 4s);
  EXPECT_EQ(tape.deadline(), net::never);
  EXPECT_THAT(tape.due(begin + 100s), IsEmpty());
  EXPECT_EQ(tape.position(begin + 100s), 4s);
  tape.resume(begin + 100s);
  EXPECT_EQ(tape.deadline(), begin + 106s);
  EXPECT_EQ(tape.position(begin + 101s), 5s);
}

TEST(Timeline, AStepGoesToTheNextThingAndStaysThere) {
  timeline tape({planned(1, 10s, 5s), planned(2, 10s, 7s)}, length, begin);
  EXPECT_THAT(words(tape.step(begin + 1s)), ElementsAre("+1"));
  EXPECT_EQ(tape.where(), timeline::state::paused);
  EXPECT_EQ(tape.position(begin + 50s), 10s);
  EXPECT_THAT(words(tape.step(begin + 50s)), ElementsAre("+2"));
  EXPECT_THAT(words(tape.step(begin + 51s)), ElementsAre("-1"));
  tape.resume(begin + 60s);
  EXPECT_EQ(tape.deadline(), begin + 62s);
  EXPECT_THAT(words(tape.step(begin + 61s)), ElementsAre("-2"));
  EXPECT_THAT(tape.step(begin + 62s), IsEmpty());
}

TEST(Timeline, ARestartEndsWhatIsInForceAndBeginsAnew) {
  timeline tape({planned(1, 10s, 5s), planned(2, 11s, 100s)}, length, begin);
  (void)tape.due(begin + 20s);
  EXPECT_THAT(words(tape.restart(begin + 21s)), ElementsAre("-2"));
  EXPECT_EQ(tape.where(), timeline::state::running);
  EXPECT_EQ(tape.performed(), 0U);
  EXPECT_EQ(tape.deadline(), begin + 31s);
  EXPECT_THAT(words(tape.due(begin + 31s)), ElementsAre("+1"));
}

// What waits for something ends by itself, or is given up with the scenario.
TEST(Timeline, WhatIsArmedEndsWithTheScenario) {
  auto armed = planned(1, 10s, 5s);
  armed.armed = true;
  timeline tape({armed}, length, begin);
  EXPECT_THAT(words(tape.due(begin + 49s)), ElementsAre("+1"));
  EXPECT_THAT(words(tape.due(begin + 50s)), ElementsAre("-1"));
}

TEST(Timeline, WithoutFaultsItIsFinishedAtOnce) {
  timeline tape({}, length, begin);
  EXPECT_EQ(tape.where(), timeline::state::finished);
  EXPECT_THAT(tape.step(begin + 1s), IsEmpty());
  EXPECT_THAT(tape.restart(begin + 1s), IsEmpty());
}

// Whatever is pressed when: between two restarts the steps come in their order, each once; each
// fault that begins ends once, and none ends that has not begun.
RC_GTEST_PROP(Timeline, LosesAndRepeatsNothing, ()) {
  const auto intervals = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange(0, 20)));
  std::vector<scenario::planned_fault> faults;
  for (const auto& [at, lasts] : intervals) {
    faults.push_back(planned(static_cast<std::uint32_t>(faults.size() + 1),
                             std::chrono::seconds(at), std::chrono::seconds(lasts)));
    faults.back().armed = lasts % 3 == 0;
  }
  net::time_point now = begin;
  timeline tape(faults, length, now);
  std::size_t next = 0;
  std::map<std::uint32_t, int> in_force;
  const auto play = [&](const std::vector<timeline_step>& steps, bool by_restart) {
    for (const auto& each : steps) {
      if (!by_restart) RC_ASSERT(each == tape.steps()[next++]);
      in_force[each.occurrence.number] += each.begins ? 1 : -1;
      RC_ASSERT(in_force[each.occurrence.number] == (each.begins ? 1 : 0));
    }
    RC_ASSERT(tape.performed() == (by_restart ? 0 : next));
  };
  for (const int button : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8))) {
    now += std::chrono::seconds(*rc::gen::inRange(0, 6));
    const net::duration before = tape.position(now);
    switch (button) {
      case 0:
        tape.pause(now);
        break;
      case 1:
        tape.resume(now);
        break;
      case 2:
        play(tape.step(now), false);
        break;
      case 3:
        next = 0;
        play(tape.restart(now), true);
        for (const auto& [number, count] : in_force) RC_ASSERT(count == 0);
        break;
      default:
        play(tape.due(now), false);
    }
    if (button != 3) RC_ASSERT(tape.position(now) >= before);
  }
  tape.resume(now);
  play(tape.due(now + 100s), false);
  RC_ASSERT(tape.where() == timeline::state::finished);
  for (const auto& [number, count] : in_force) RC_ASSERT(count == 0);
}

}  // namespace hassle::mockha
