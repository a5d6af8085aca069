#include "manual_world.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GateTest : public ::testing::Test {
 protected:
  asio::awaitable<void> waiter(time_point until) {
    const wait_end how = co_await gate_.wait(world_.time(), until);
    ends_.push_back(how);
  }

  manual_world world_;
  gate gate_;
  std::vector<wait_end> ends_;
  task_group tasks_{world_.executor()};
};

TEST_F(GateTest, LetsEverybodyThroughOnceOpened) {
  tasks_.spawn(waiter(never));
  tasks_.spawn(waiter(never));
  world_.settle();
  EXPECT_THAT(ends_, IsEmpty());
  gate_.open();
  EXPECT_THAT(ends_, IsEmpty()) << "waiters resume from the executor, not inside open()";
  world_.settle();
  EXPECT_THAT(ends_, ElementsAre(wait_end::opened, wait_end::opened));
}

TEST_F(GateTest, AnOpenGateHoldsNobody) {
  gate_.open();
  tasks_.spawn(waiter(never));
  world_.settle();
  EXPECT_THAT(ends_, ElementsAre(wait_end::opened));
}

TEST_F(GateTest, AWaitEndsAtItsLimitAndLeavesNoTimer) {
  tasks_.spawn(waiter(time_point(5s)));
  world_.advance(4999ms);
  EXPECT_THAT(ends_, IsEmpty());
  world_.advance(1ms);
  EXPECT_THAT(ends_, ElementsAre(wait_end::timed_out));
  EXPECT_EQ(world_.armed_timers(), 0U);
}

TEST_F(GateTest, OpeningInTimeLeavesNoTimer) {
  tasks_.spawn(waiter(time_point(5s)));
  world_.settle();
  gate_.open();
  world_.settle();
  EXPECT_THAT(ends_, ElementsAre(wait_end::opened));
  EXPECT_EQ(world_.armed_timers(), 0U);
}

TEST_F(GateTest, ACancelledWaitEndsAtOnce) {
  tasks_.spawn(waiter(time_point(5s)));
  world_.settle();
  tasks_.stop();
  world_.settle();
  EXPECT_THAT(ends_, ElementsAre(wait_end::cancelled));
  EXPECT_EQ(world_.armed_timers(), 0U);
}

}  // namespace
}  // namespace hassle::net
