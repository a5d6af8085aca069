#include "cores/alarm_history.hpp"

#include <gtest/gtest.h>

namespace hassle::client {
namespace {

constexpr net::time_point t0{};
constexpr health_config settings{.interval = 20s, .life_limit = 10s};

TEST(AlarmHistory, ASecondAlarmMakesTheLimitGrowAndAQuietTimeSetsItBack) {
  alarm_history of;
  of.on_alarm(settings, t0);
  EXPECT_EQ(of.limit(settings, t0), 10s) << "links do die";
  of.on_alarm(settings, t0 + 30s);
  EXPECT_EQ(of.limit(settings, t0 + 30s), 40s) << "with 20 s of silence before the ping: a minute";
  of.on_alarm(settings, t0 + 90s);
  EXPECT_EQ(of.limit(settings, t0 + 90s), 60s);
  EXPECT_EQ(of.limit(settings, t0 + 7min), 10s);
  of.on_alarm(settings, t0 + 8min);
  EXPECT_EQ(of.limit(settings, t0 + 8min), 10s);
}

TEST(AlarmHistory, AnAnswerThatTookLongMakesItPatientBeforeAnyAlarm) {
  alarm_history of;
  of.on_pong(settings, 2s, t0);
  EXPECT_EQ(of.limit(settings, t0), 10s);
  of.on_pong(settings, 8s, t0);
  EXPECT_EQ(of.limit(settings, t0 + 1min), 32s);
  of.on_pong(settings, 3s, t0 + 1min);
  EXPECT_EQ(of.limit(settings, t0 + 5min), 32s) << "the worst counts";
  EXPECT_EQ(of.limit(settings, t0 + 7min), 10s);
  of.on_pong(settings, 1h, t0 + 8min);
  EXPECT_EQ(of.limit(settings, t0 + 8min), 10s) << "the process was frozen meanwhile";
}

TEST(AlarmHistory, ConnectionsThatDieTogetherAreOneAlarm) {
  alarm_history of;
  for (const duration at : {0s, 1s, 2s}) of.on_alarm(settings, t0 + at);
  EXPECT_EQ(of.limit(settings, t0 + 2s), 10s);
}

TEST(AlarmHistory, ALongLimitStaysAsItIs) {
  alarm_history of;
  constexpr health_config patient{.interval = 2min, .life_limit = 90s};
  of.on_alarm(patient, t0);
  of.on_alarm(patient, t0 + 1min);
  EXPECT_EQ(of.limit(patient, t0 + 1min), 90s);
}

}  // namespace
}  // namespace hassle::client
