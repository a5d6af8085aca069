#include "manual_world.hpp"

#include <hassle/net/task_group.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> sleep_then_count(world& where, duration how_long, int& count) {
  const error_code ec = co_await sleep_until(where.time(), where.time().now() + how_long);
  if (!ec) ++count;
}

asio::awaitable<void> sleep_twice(world& where, int& reached) {
  static_cast<void>(co_await sleep_until(where.time(), where.time().now() + 1s));
  ++reached;
  // Cancelled by now: this wait throws, and the group takes that for an end like any other.
  static_cast<void>(co_await sleep_until(where.time(), where.time().now() + 1s));
  ++reached;
}

asio::awaitable<void> fail() {
  throw std::logic_error("a bug");
  co_return;
}

asio::awaitable<void> join_then_count(task_group& group, int& count) {
  co_await group.join();
  ++count;
}

TEST(TaskGroup, TasksRunSideBySide) {
  manual_world world;
  task_group group(world.executor());
  int done = 0;
  group.spawn(sleep_then_count(world, 1s, done));
  group.spawn(sleep_then_count(world, 1s, done));
  world.advance(1s);
  EXPECT_EQ(done, 2);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, StopCancelsWhatRuns) {
  manual_world world;
  task_group group(world.executor());
  int done = 0;
  group.spawn(sleep_then_count(world, 1h, done));
  world.settle();
  group.stop();
  world.settle();
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(done, 0);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST(TaskGroup, ATaskThatWaitsAgainAfterItsCancellationEnds) {
  manual_world world;
  task_group group(world.executor());
  int reached = 0;
  group.spawn(sleep_twice(world, reached));
  world.settle();
  group.stop();
  world.settle();
  EXPECT_EQ(reached, 1);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, ATaskOfAStoppedGroupIsCancelledFromTheBeginning) {
  manual_world world;
  task_group group(world.executor());
  group.stop();
  int done = 0;
  group.spawn(sleep_then_count(world, 1h, done));
  world.settle();
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, JoinWaitsForTheLastTask) {
  manual_world world;
  task_group group(world.executor());
  task_group others(world.executor());
  int done = 0;
  int joined = 0;
  group.spawn(sleep_then_count(world, 2s, done));
  others.spawn(join_then_count(group, joined));
  world.advance(1s);
  EXPECT_EQ(joined, 0);
  world.advance(1s);
  EXPECT_EQ(joined, 1);
}

TEST(TaskGroup, AnErrorThatIsNoCancellationComesOutOfRunning) {
  manual_world world;
  task_group group(world.executor());
  group.spawn(fail());
  EXPECT_THROW(world.settle(), std::logic_error);
  EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace hassle::net
