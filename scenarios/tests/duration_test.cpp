#include "scenarios/duration.hpp"

#include <gtest/gtest.h>

#include <rapidcheck.h>

namespace hassle::scenario {
namespace {

using namespace std::chrono_literals;

std::string complaint_about(std::string_view text) {
  const auto parsed = parse_duration(text);
  return parsed ? "none" : parsed.error().message;
}

TEST(Duration, UnitsAreReadExactly) {
  EXPECT_EQ(parse_duration("15m"), 15min);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("20us"), 20us);
  EXPECT_EQ(parse_duration("7ns"), 7ns);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("2d"), 48h);
  EXPECT_EQ(parse_duration("0s"), 0ns);
  // A double would make 100'000'000'000'000'001 of it.
  EXPECT_EQ(parse_duration("1d3h46m40.000000001s"), 100'000s + 1ns);
  EXPECT_EQ(parse_duration("0.000001ms"), 1ns);
  EXPECT_EQ(parse_duration("1.50000000000000s"), 1500ms);
}

TEST(Duration, WhatIsNotOneSaysWhy) {
  EXPECT_EQ(complaint_about("15"), "missing unit");
  EXPECT_EQ(complaint_about("1h30"), "missing unit");
  EXPECT_EQ(complaint_about("-5s"), "negative duration '-5s'");
  EXPECT_EQ(complaint_about(""), "'' is not a duration");
  EXPECT_EQ(complaint_about("s"), "'s' is not a duration");
  EXPECT_EQ(complaint_about("1.s"), "'1.s' is not a duration");
  EXPECT_EQ(complaint_about("5 minutes"), "unknown unit ' minutes'");
  EXPECT_EQ(complaint_about("30m1h"), "units out of order in '30m1h'");
  EXPECT_EQ(complaint_about("5m5m"), "units out of order in '5m5m'");
  EXPECT_EQ(complaint_about("0.5ns"), "'0.5ns' is finer than a nanosecond");
}

TEST(Duration, LongerThanTheLongestIsAnErrorAndNotAnOverflow) {
  EXPECT_EQ(parse_duration("366d"), duration_max);
  EXPECT_EQ(complaint_about("366d1ns"), "duration overflows: longer than 366 days");
  EXPECT_EQ(complaint_about("99999999999999999999999999d"),
            "duration overflows: longer than 366 days");
  EXPECT_EQ(complaint_about("18446744073709551616ns"), "duration overflows: longer than 366 days");
}

TEST(Duration, EveryOneIsWrittenSoThatItIsReadBack) {
  EXPECT_EQ(format_duration(24h), "24h");
  EXPECT_EQ(format_duration(90min + 1500ms), "1h30m1.5s");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1500us), "1.5ms");
  EXPECT_EQ(format_duration(0ns), "0s");
  EXPECT_TRUE(rc::check([] {
    const duration d(*rc::gen::inRange<duration::rep>(0, duration_max.count() + 1));
    RC_ASSERT(parse_duration(format_duration(d)).value() == d);
    const duration small(*rc::gen::inRange<duration::rep>(0, 3'000'000'000));
    RC_ASSERT(parse_duration(format_duration(small)).value() == small);
  }));
}

TEST(Rate, UnitsAreReadExactly) {
  EXPECT_EQ(parse_rate("100KB/s"), 100'000);
  EXPECT_EQ(parse_rate("64KiB/s"), 65'536);
  EXPECT_EQ(parse_rate("1.5MB/s"), 1'500'000);
  EXPECT_EQ(parse_rate("10Mbit/s"), 1'250'000);
  EXPECT_EQ(parse_rate(format_rate(123'456'789)), 123'456'789);
}

TEST(Rate, WhatIsNotOneSaysWhy) {
  const auto complaint_of = [](std::string_view text) {
    const auto parsed = parse_rate(text);
    return parsed ? "none" : parsed.error().message;
  };
  EXPECT_EQ(complaint_of("100"), "missing unit");
  EXPECT_EQ(complaint_of("100KB"), "unknown unit 'KB'");
  EXPECT_EQ(complaint_of("0B/s"), "rate must be above 0");
  EXPECT_EQ(complaint_of("-1B/s"), "negative rate '-1B/s'");
  EXPECT_EQ(complaint_of("1.5B/s"), "'1.5B/s' is not a whole number of bytes per second");
  EXPECT_EQ(complaint_of("99999999999999999GB/s"), "rate overflows: above 1000000 GB/s");
}

}  // namespace
}  // namespace hassle::scenario
