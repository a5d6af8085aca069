// Time that passes faster or slower than below it.
#include "mockha/scaled_world.hpp"

#include <gtest/gtest.h>
#include <manual_world.hpp>

#include <chrono>

namespace hassle::mockha {

using namespace std::chrono_literals;

TEST(ScaledWorld, ATimerFiresAfterItsShareOfTheTimeBelow) {
  net::manual_world below;
  scaled_world fast(below, 10);
  net::timer timer(fast.time());
  bool fired = false;
  timer.call_at(fast.time().now() + 30s, [&] { fired = true; });
  below.advance(2'999ms);
  EXPECT_FALSE(fired);
  below.advance(1ms);
  EXPECT_TRUE(fired);
  EXPECT_EQ(fast.time().now().time_since_epoch(), 30s);
}

TEST(ScaledWorld, WhoeverIsWokenFindsThatItsTimeHasCome) {
  for (const double scale : {3.0, 7.77, 1.0 / 3, 0.1, 1e6, 1.0}) {
    net::manual_world below;
    scaled_world world(below, scale);
    net::timer timer(world.time());
    for (int i = 1; i <= 50; ++i) {
      const net::time_point due = world.time().now() + net::duration(i * 7'919);
      bool fired = false;
      timer.call_at(due, [&] {
        fired = true;
        EXPECT_GE(world.time().now(), due) << scale;
      });
      below.advance(1s);
      EXPECT_TRUE(fired) << scale;
    }
  }
}

TEST(ScaledWorld, NeverStaysNever) {
  net::manual_world below;
  scaled_world slow(below, 0.001);
  net::timer timer(slow.time());
  timer.call_at(net::never - 1s, [] { FAIL(); });
  below.advance(24h * 365);
}

}  // namespace hassle::mockha
