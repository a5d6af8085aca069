#include "reports/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace hassle::reports {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(HumanDuration, HasTheUnitThatFits) {
  EXPECT_EQ(human_duration(0ns), "0.0 ms");
  EXPECT_EQ(human_duration(4240us), "4.2 ms");
  EXPECT_EQ(human_duration(9960us), "10 ms");
  EXPECT_EQ(human_duration(45ms), "45 ms");
  EXPECT_EQ(human_duration(999'600us), "1.0 s");
  EXPECT_EQ(human_duration(30s), "30.0 s");
  EXPECT_EQ(human_duration(59'960ms), "1m 00s");
  EXPECT_EQ(human_duration(11min + 58s), "11m 58s");
  EXPECT_EQ(human_duration(59min + 59s + 600ms), "1h 00m");
  EXPECT_EQ(human_duration(2h + 5min), "2h 05m");
  EXPECT_EQ(human_duration(76h), "3d 04h");
  EXPECT_EQ(human_duration(-45ms), "-45 ms");
}

// A journal from a file may hold any number.
TEST(HumanDuration, SurvivesTheExtremes) {
  EXPECT_FALSE(human_duration(std::chrono::nanoseconds::max()).empty());
  EXPECT_FALSE(human_duration(std::chrono::nanoseconds::min()).empty());
}

TEST(ClockTime, CountsFromTheRunsBegin) {
  EXPECT_EQ(clock_time(5min + 12s + 345ms), "00:05:12.345");
  EXPECT_EQ(clock_time(27h), "27:00:00.000");
}

// A close reason of a hostile server must not recolour or retitle a terminal.
TEST(Printable, HoldsNoControlCharacters) {
  EXPECT_EQ(printable("\x1b[31mred\x07\n"), "?[31mred??");
  EXPECT_EQ(printable("gr\xc3\xbcn \xe2\x9c\x93"), "gr\xc3\xbcn \xe2\x9c\x93");
  EXPECT_EQ(printable("\xff\xc3"), "??");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m");
}

TEST(Utf8, RefusesWhatJsonMustNotHold) {
  EXPECT_TRUE(is_utf8("gr\xc3\xbcn \xf0\x9f\x8f\xa0"));
  EXPECT_FALSE(is_utf8("\xc0\xaf")) << "overlong";
  EXPECT_FALSE(is_utf8("\xed\xa0\x80")) << "surrogate";
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80")) << "beyond U+10FFFF";
  EXPECT_FALSE(is_utf8("\xe2\x9c")) << "cut short";
}

TEST(Padding, CountsColumnsNotBytes) {
  EXPECT_EQ(columns_of("±1 ✓"), 4U);
  EXPECT_EQ(pad_left("±1", 4), "  ±1");
  EXPECT_EQ(pad_right("±1", 4), "±1  ");
  EXPECT_EQ(pad_left("too long", 4), "too long");
}

TEST(Wrap, BreaksAtSpaces) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("extraordinarily big", 7), ElementsAre("extraordinarily", "big"));
  EXPECT_TRUE(wrap("", 7).empty());
}

TEST(Counted, GroupsAndAgrees) {
  EXPECT_EQ(counted(1, "command"), "1 command");
  EXPECT_EQ(counted(0, "command"), "0 commands");
  EXPECT_EQ(counted(1234567, "command"), "1,234,567 commands");
}

TEST(Paint, WritesNoCodesUnlessAsked) {
  EXPECT_EQ(paint("x", colour::red, false), "x");
  EXPECT_EQ(paint("x", colour::red, true), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace hassle::reports
