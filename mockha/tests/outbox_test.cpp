#include "mockha/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;

constexpr net::time_point start{};

send_text message(std::string text) {
  send_text m;
  m.text = std::move(text);
  return m;
}

outbox_limits small() {
  outbox_limits limits;
  limits.messages_max = 8;
  limits.peak = 3;
  limits.peak_time = 10s;
  limits.front_bytes_max = 100;
  limits.front_messages_max = 4;
  return limits;
}

// --- what is in front of it ---

TEST(Outbox, IsOpenUntilTheSocketHoldsEnough) {
  outbox box(small());
  EXPECT_TRUE(box.is_open());
  box.on_handed(99);
  EXPECT_TRUE(box.is_open());
  box.on_handed(1);
  EXPECT_FALSE(box.is_open());
  box.on_drained();
  EXPECT_TRUE(box.is_open());
}

TEST(Outbox, ManySmallMessagesAreEnough) {
  outbox box(small());
  for (int n = 0; n < 4; ++n) box.on_handed(1);
  EXPECT_FALSE(box.has_room());
}

TEST(Outbox, IsNotOpenWhileSomethingWaits) {
  outbox box(small());
  EXPECT_TRUE(box.push(message("a"), start));
  EXPECT_FALSE(box.is_open()) << "else the next one would overtake it";
  EXPECT_TRUE(box.has_room());
}

// --- too much of it ---

TEST(Outbox, IsTooFullWithTheLastByteOfItsLimit) {
  outbox_limits limits = small();
  limits.bytes_max = 10;
  outbox box(limits);
  EXPECT_TRUE(box.push(message("12345"), start));
  EXPECT_TRUE(box.push(message("1234"), start));
  (void)box.take(false);
  EXPECT_TRUE(box.push(message("12345"), start));
  (void)box.take_all();
  EXPECT_FALSE(box.push(message("1234567890"), start));
}

TEST(Outbox, IsTooFullWithTheLastMessageOfItsLimit) {
  outbox box(small());
  for (int n = 0; n < 7; ++n) EXPECT_TRUE(box.push(message("a"), start)) << n;
  EXPECT_FALSE(box.push(message("a"), start));
}

TEST(Outbox, LimitsAreThoseOfHomeAssistant) {
  outbox box({});
  for (int n = 0; n < 1024; ++n) ASSERT_TRUE(box.push(message("a"), start));
  EXPECT_EQ(box.deadline(), net::never) << "as many as the peak are not yet above it";
  ASSERT_TRUE(box.push(message("a"), start + 1s));
  EXPECT_EQ(box.deadline(), start + 11s);
  for (int n = 1025; n < 4095; ++n) ASSERT_TRUE(box.push(message("a"), start + 2s));
  EXPECT_EQ(box.deadline(), start + 11s) << "it counts from the first that was too many";
  EXPECT_FALSE(box.push(message("a"), start + 2s)) << "the 4096th";
}

TEST(Outbox, IsOverdueIfItIsStillLongWhenTheTimeIsUp) {
  outbox box(small());
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(box.push(message("a"), start));
  EXPECT_FALSE(box.overdue(start + 9s));
  (void)box.take(false);  // Three are left, which is not less than the peak.
  EXPECT_TRUE(box.overdue(start + 10s));
}

TEST(Outbox, IsForgivenIfItIsShorterWhenTheTimeIsUp) {
  outbox box(small());
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(box.push(message("a"), start));
  (void)box.take(false);
  (void)box.take(false);
  EXPECT_FALSE(box.overdue(start + 10s));
  EXPECT_EQ(box.deadline(), net::never);
}

TEST(Outbox, IsForgivenWhenALaterMessageFindsItShort) {
  outbox box(small());
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(box.push(message("a"), start));
  (void)box.take_all();
  EXPECT_EQ(box.deadline(), start + 10s) << "nobody has looked since";
  EXPECT_TRUE(box.push(message("a"), start + 1s));
  EXPECT_EQ(box.deadline(), net::never);
}

TEST(Outbox, TimeInWhichTheServerStoodStillDoesNotCount) {
  outbox box(small());
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(box.push(message("a"), start));
  box.on_stalled(100s);
  EXPECT_EQ(box.deadline(), start + 110s);
}

// --- frames ---

TEST(OutboxFrames, OneMessageIsItself) {
  std::vector<send_text> one;
  one.push_back(message(R"({"id":1})"));
  EXPECT_EQ(joined_text(one), R"({"id":1})");
}

TEST(OutboxFrames, SeveralAreAnArrayInTheirOrder) {
  outbox box(small());
  for (const char* text : {"1", "2", "3"}) EXPECT_TRUE(box.push(message(text), start));
  auto all = box.take(true);
  EXPECT_EQ(joined_text(all), "[1,2,3]");
  EXPECT_EQ(box.size(), 0U);
}

RC_GTEST_PROP(OutboxFrames, NothingIsLostOrReordered, (const std::vector<bool>& joins)) {
  outbox box({});
  std::string put;
  std::string got;
  int next = 0;
  for (const bool joined : joins) {
    for (int n = 0; n < 3; ++n) {
      const std::string text = std::to_string(next++) + " ";
      put += text;
      RC_ASSERT(box.push(message(text), start));
    }
    for (const auto& m : box.take(joined)) got += m.text;
  }
  for (const auto& m : box.take_all()) got += m.text;
  RC_ASSERT(got == put);
}

}  // namespace
}  // namespace hassle::mockha
