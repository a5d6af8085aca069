#include "reports/gauges.hpp"

#include "reports/event_ledger.hpp"
#include "reports/staleness.hpp"
#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

using testing::DoubleEq;
using testing::Optional;

std::optional<double> read(gauge which, const recorder& r) {
  return read_gauges(a_run(), r.written(),
                     keep_ledger(a_run(), r.written()))[static_cast<std::size_t>(which)];
}

TEST(Gauges, SlideTheirWindows) {
  recorder r;
  for (int i = 0; i < 10; ++i) r.at(55s + i * 1s).note(event_kind::ping_sent, 1);
  for (int i = 0; i < 4; ++i) r.at(70s + i * 400ms).note(event_kind::server_accepted, 1);
  EXPECT_THAT(read(gauge::pings_per_minute_max, r), Optional(DoubleEq(10)));
  EXPECT_THAT(read(gauge::handshakes_per_second_max, r), Optional(DoubleEq(3)));
  EXPECT_THAT(read(gauge::attempts_per_minute_max, r), Optional(DoubleEq(0)));
}

TEST(Gauges, AReconnectTakesTheLostOnesPlace) {
  recorder r;
  r.started().ready(1).ready(2).ready(3).closed(2, "x").ready(4).stopped("recycled").started(2);
  r.ready(5).closed(9, "never ready");
  EXPECT_THAT(read(gauge::reconnects, r), Optional(DoubleEq(1)));
}

TEST(Gauges, OnlyTheClientsOwnRefusalsCount) {
  recorder r;
  r.note(event_kind::attempt_stage, 1, 0, 1, "upgraded");
  r.note(event_kind::server_auth, 1, 0, 0, "auth_invalid");
  r.note(event_kind::server_auth, 2, 0, 0, "auth_invalid");
  r.note(event_kind::server_auth, 1, 0, 0, "timeout");  // No token came.
  EXPECT_THAT(read(gauge::auth_failures, r), Optional(DoubleEq(1)));
}

TEST(Gauges, WhatNobodyMeasuredIsUnknown) {
  recorder r;
  r.ready(1);
  EXPECT_EQ(read(gauge::wakeups_per_minute_max, r), std::nullopt);
  EXPECT_EQ(read(gauge::lost_events, r), std::nullopt);
  EXPECT_EQ(read(gauge::staleness_s, r), std::nullopt);
  EXPECT_EQ(read(gauge::connects_herd_peak_percent, r), std::nullopt);
  r.note(event_kind::measured, 0, 0, 12, measure::wakeups_per_minute_peak);
  EXPECT_THAT(read(gauge::wakeups_per_minute_max, r), Optional(DoubleEq(12)));
}

// The first connect of all clients at the start is the scenario's doing.
TEST(Gauges, AHerdIsCountedByItsClientsAfterTheFirstFault) {
  recorder r;
  for (int i = 2; i <= 10; ++i) r.note(event_kind::herd_attempt, 0, 0, i);
  r.at(60s).begin("restart-1").at(70s).end("restart-1");
  for (int i = 2; i <= 4; ++i) r.after(400ms).note(event_kind::herd_attempt, 0, 0, i);
  r.note(event_kind::herd_attempt, 0, 0, 4).after(300ms).note(event_kind::herd_ready, 7, 0, 4);
  r.note(event_kind::measured, 0, 0, 10, measure::clients);
  EXPECT_THAT(read(gauge::connects_herd_peak_percent, r), Optional(DoubleEq(30)));
  EXPECT_THAT(read(gauge::herd_ready_max_s, r), Optional(DoubleEq(1.5)));
}

TEST(Gauges, TheLargestOfTheRunsStandsForThem) {
  gauge_values all{};
  gauge_values one{};
  one[0] = 3;
  take_larger(all, one);
  one[0] = 2;
  one[1] = 0;
  take_larger(all, one);
  EXPECT_THAT(all[0], Optional(DoubleEq(3)));
  EXPECT_THAT(all[1], Optional(DoubleEq(0)));
  EXPECT_EQ(all[2], std::nullopt);
}

TEST(Staleness, RunsFromALossToTheNextSnapshot) {
  recorder r;
  r.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 5).at(60s).cut(1, "idle");
  r.at(90s).closed(1, "no pong").ready(2).at(100s).note(event_kind::mirror_replaced, 2, 0, 5);
  EXPECT_EQ(staleness(a_run(), r.written()), std::optional<nanoseconds>(40s));
  EXPECT_FALSE(mirror_live_within(r.written(), 60s, 99s));
  EXPECT_TRUE(mirror_live_within(r.written(), 59s, 99s));
  EXPECT_TRUE(mirror_live_within(r.written(), 99s, 100s));
  r.at(9min + 50s).closed(2, "x");
  EXPECT_EQ(staleness(a_run(), r.written()), std::optional<nanoseconds>(50s)) << "to the end";
}

TEST(Staleness, DoesNotCountASleepingHostOrADeadProcess) {
  recorder r;
  r.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 5).at(60s);
  r.note(event_kind::host_frozen).at(70s).cut(1, "idle").at(100s).note(event_kind::host_thawed);
  r.at(105s).stopped("recycled").at(200s).started(2).at(203s).ready(2);
  r.note(event_kind::mirror_replaced, 2, 0, 5);
  EXPECT_EQ(staleness(a_run(), r.written()), std::optional<nanoseconds>(5s + 3030ms));
}

}  // namespace
}  // namespace hassle::reports::tests
