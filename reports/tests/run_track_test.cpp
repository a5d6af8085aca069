#include "reports/run_track.hpp"

#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace hassle::reports {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using tests::recorder;

constexpr std::size_t plenty = 100;

std::vector<std::string> states_in(const run_track& track, std::string_view lane) {
  std::vector<track_mark> marks;
  for (const track_mark& each : track.marks) {
    if (track.lanes[each.lane] == lane) marks.push_back(each);
  }
  std::ranges::stable_sort(marks, {}, &track_mark::from);
  std::vector<std::string> states;
  states.reserve(marks.size());
  for (const track_mark& each : marks) states.push_back(each.state);
  return states;
}

TEST(RunTrack, ARunInWhichNothingHappenedHasNoLanes) {
  const run_track track = track_of(tests::a_run(), journal(), plenty);
  EXPECT_THAT(track.lanes, IsEmpty());
  EXPECT_THAT(track.marks, IsEmpty());
  EXPECT_EQ(track.length, 10min);
}

TEST(RunTrack, ShowsWhatTheClientHadToSendOn) {
  recorder r;
  r.started().after(1s).ready(1).after(5s).cut(1, "cut-1").after(3s).closed(1, "timeout");
  r.note(event_kind::backoff_began, 0, 0, 1'000'000'000).after(1s).attempt(2).after(1s);
  r.ready(2).after(1s).stopped("killed");
  const run_track track = track_of(tests::a_run(), r.written(), plenty);
  EXPECT_THAT(states_in(track, "connection"),
              ElementsAre("down", "connecting", "connected", "dead, unnoticed", "backing off",
                          "connecting", "connected", "no process"));
}

TEST(RunTrack, ShowsFaultsPhasesAndTheBreakerAsLongAsTheyLasted) {
  recorder r;
  r.started().ready(1).after(1s).begin("restart-1").phase("stopping").after(2s).phase("running");
  r.end("restart-1").note(event_kind::breaker_changed, 0, 0, 0, "open").after(30s);
  r.note(event_kind::breaker_changed, 0, 0, 0, "closed");
  const run_track track = track_of(tests::a_run(), r.written(), plenty);
  EXPECT_THAT(track.lanes, ElementsAre("restart-1", "Home Assistant", "connection", "breaker"));
  EXPECT_THAT(states_in(track, "Home Assistant"), ElementsAre("stopping"));
  EXPECT_THAT(states_in(track, "breaker"), ElementsAre("open"));
  EXPECT_EQ(track.marks.front().to - track.marks.front().from, 2s);
  EXPECT_EQ(track.marks.back().to - track.marks.back().from, 30s);
}

TEST(RunTrack, FaultsThatFindNoLaneShareTheLast) {
  recorder r;
  for (int i = 1; i <= 12; ++i)
    r.after(1s).begin("cut-" + std::to_string(i)).end("cut-" + std::to_string(i));
  const run_track track = track_of(tests::a_run(), r.written(), plenty);
  ASSERT_GT(track.lanes.size(), fault_lanes_max);
  EXPECT_EQ(track.lanes[fault_lanes_max - 1], "further faults");
  EXPECT_EQ(track.lanes[fault_lanes_max], "connection");
  EXPECT_EQ(states_in(track, "further faults").size(), 5U);
}

TEST(RunTrack, ACommandIsDrawnFromItsIssueToItsOutcome) {
  recorder r;
  r.started().ready(1).succeed(1, 1, 1).issue(2, tests::toggle).after(5s);
  r.done(2, "timeout: answer limit");
  const run_track track = track_of(tests::a_run(), r.written(), plenty);
  EXPECT_THAT(states_in(track, "answered"), ElementsAre("fresh"));
  const track_mark& failed = track.marks.back();
  EXPECT_EQ(failed.state, "timeout");
  EXPECT_EQ(failed.text, "answer limit");
  EXPECT_EQ(failed.command, 2U);
  EXPECT_EQ(failed.to - failed.from, 5s);
}

TEST(RunTrack, WhatFindsNoRoomIsPutTogetherAndNothingIsLost) {
  recorder r;
  r.started().ready(1);
  for (std::uint32_t n = 1; n <= 500; ++n) r.after(500ms).succeed(n, 1, n);
  const run_track whole = track_of(tests::a_run(), r.written(), 1000);
  EXPECT_FALSE(whole.thinned);
  const run_track track = track_of(tests::a_run(), r.written(), 20);
  EXPECT_TRUE(track.thinned);
  std::uint64_t commands = 0;
  std::size_t marks = 0;
  for (const track_mark& each : track.marks) {
    if (track.lanes[each.lane] != "answered") continue;
    commands += each.count;
    ++marks;
  }
  EXPECT_EQ(commands, 500U);
  EXPECT_LE(marks, 20U);
}

TEST(RunTrack, AsJsonItIsCompact) {
  recorder r;
  r.started().ready(1).after(1s).issue(1, tests::toggle).after(1500ms).done(1, "timeout: x<y");
  const std::string json = track_json(track_of(tests::a_run(), r.written(), plenty));
  EXPECT_THAT(json, HasSubstr(R"({"length":600,"lanes":["connection","failed"])"));
  EXPECT_THAT(json, HasSubstr(R"("texts":["","x<y"])"));
  EXPECT_THAT(json, HasSubstr(",1.5,1,1,1]"));
  EXPECT_THAT(json, Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace hassle::reports
