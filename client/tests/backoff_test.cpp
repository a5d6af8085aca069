#include "../src/backoff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;
using net::duration;
using ::testing::ElementsAre;

std::vector<duration> delays(backoff& from, std::size_t count) {
  std::vector<duration> all(count);
  std::ranges::generate(all, [&] { return from.next(); });
  return all;
}

TEST(Backoff, DoublesFromOneSecondToSixtyAsTheReportSays) {
  backoff delay(1s, 60s);
  EXPECT_THAT(delays(delay, 8), ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s));
}

TEST(Backoff, StartsOverAfterReset) {
  backoff delay(1s, 60s);
  delays(delay, 5);
  delay.reset();
  EXPECT_EQ(delay.next(), 1s);
}

// No base, cap or number of failures overflows, shrinks a delay, or passes the cap.
RC_GTEST_PROP(Backoff, NeverShrinksAndNeverPassesTheCap, ()) {
  const duration base{*rc::gen::inRange<std::int64_t>(1, 1'000'000'000'000)};
  const duration cap{*rc::gen::inRange<std::int64_t>(base.count(), duration::max().count())};
  backoff delay(base, cap);
  duration before = duration::zero();
  for (int i = 0; i < 100; ++i) {
    const duration now = delay.next();
    RC_ASSERT(before <= now && now <= cap && duration::zero() < now);
    before = now;
  }
}

}  // namespace
}  // namespace hassle::client
