#include "../src/answer_cache.hpp"

#include <gtest/gtest.h>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;

constexpr net::time_point t0{};

shared_answer answer(boost::json::value value) {
  return std::make_shared<const boost::json::value>(std::move(value));
}

TEST(AnswerCache, ReturnsWhatWasPutWithItsAge) {
  answer_cache cache({.ttl = 30s, .entries_max = 4});
  cache.put("light.kitchen", answer("on"), t0);
  const auto hit = cache.find("light.kitchen", t0 + 12s);
  ASSERT_TRUE(hit);
  EXPECT_EQ(*hit->answer, boost::json::value("on"));
  EXPECT_EQ(hit->age, 12s);
}

// The report's flaw, kept: after its TTL an answer is no longer better than nothing.
TEST(AnswerCache, KnowsNothingAfterTheTtl) {
  answer_cache cache({.ttl = 30s, .entries_max = 4});
  cache.put("light.kitchen", answer("on"), t0);
  EXPECT_TRUE(cache.find("light.kitchen", t0 + 30s));
  EXPECT_FALSE(cache.find("light.kitchen", t0 + 30s + 1ns));
}

TEST(AnswerCache, DropsTheOldestEntryWhereThereIsNoRoom) {
  answer_cache cache({.ttl = 30s, .entries_max = 2});
  cache.put("a", answer(1), t0);
  cache.put("b", answer(2), t0 + 1s);
  cache.put("a", answer(3), t0 + 2s);  // Replacing needs no room.
  EXPECT_EQ(cache.size(), 2U);
  cache.put("c", answer(4), t0 + 3s);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_FALSE(cache.find("b", t0 + 3s));
  EXPECT_TRUE(cache.find("a", t0 + 3s));
}

}  // namespace
}  // namespace hassle::client
