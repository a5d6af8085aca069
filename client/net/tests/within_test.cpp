#include "manual_world.hpp"

#include <hassle/net/task_group.hpp>
#include <hassle/net/within.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;

asio::awaitable<result<int>> answer_after(world& where, duration how_long) {
  const error_code ec = co_await sleep_until(where.time(), where.time().now() + how_long);
  if (ec) co_return std::unexpected(ec);
  co_return 42;
}

asio::awaitable<void> ask(world& where, duration takes, time_point until,
                          std::optional<result<int>>& into) {
  into = co_await within(where.time(), until, answer_after(where, takes));
}

TEST(Within, GivesTheResultOfAnOperationThatIsInTime) {
  manual_world world;
  task_group tasks(world.executor());
  std::optional<result<int>> got;
  tasks.spawn(ask(world, 1s, time_point(2s), got));
  world.advance(1s);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->value(), 42);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST(Within, EndsAnOperationThatTakesTooLongWithTimedOut) {
  manual_world world;
  task_group tasks(world.executor());
  std::optional<result<int>> got;
  tasks.spawn(ask(world, 1h, time_point(2s), got));
  world.advance(2s);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error(), asio::error::timed_out);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST(Within, WithoutALimitItWaits) {
  manual_world world;
  task_group tasks(world.executor());
  std::optional<result<int>> got;
  tasks.spawn(ask(world, 24h, never, got));
  world.advance(24h);
  ASSERT_TRUE(got);
  EXPECT_TRUE(got->has_value());
}

}  // namespace
}  // namespace hassle::net
