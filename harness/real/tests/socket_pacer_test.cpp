#include "harness/real/socket_pacer.hpp"

#include <hassle/net/real_world.hpp>

#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;

class SocketPacerTest : public ::testing::Test {
 protected:
  void run(const pace_settings& settings, net::duration until) {
    socket_pacer pace(sockets, settings);
    world.pace_with(pace);
    world.run_until(net::time_point(until));
    late = pace.late();
    skipped = pace.skipped();
  }

  asio::io_context sockets;
  simulated_world world{1};
  lateness late;
  net::duration skipped{};
};

TEST_F(SocketPacerTest, AnHourInWhichNothingHappensIsSkipped) {
  bool rang = false;
  world.at(net::time_point(1h), [&] { rang = true; });
  const net::time_point began = net::machine_now();
  run({.time_scale = 1}, 2h);
  EXPECT_TRUE(rang);
  EXPECT_GT(skipped, 59min);
  EXPECT_LT(net::machine_now() - began, 10min);
}

TEST_F(SocketPacerTest, WithoutSkippingTheMachineWaitsItsShare) {
  world.at(net::time_point(1s), [] {});
  const net::time_point began = net::machine_now();
  run({.time_scale = 100, .skip = false}, 2s);
  EXPECT_GE(net::machine_now() - began, 10ms);
  EXPECT_EQ(skipped, 0s);
}

TEST_F(SocketPacerTest, WhatASocketHasReadyComesBeforeATimerThatIsNotDue) {
  std::vector<int> order;
  world.at(net::time_point(1h), [&] { order.push_back(2); });
  asio::post(sockets, [&] { world.post([&] { order.push_back(1); }); });
  run({.time_scale = 1}, 2h);
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(SocketPacerTest, TimeNeverGoesBackwards) {
  std::vector<net::time_point> seen;
  for (const auto at : {1ms, 1ms, 2ms, 500ms}) {
    world.at(net::time_point(at), [&] { seen.push_back(world.now()); });
  }
  run({.time_scale = 1000}, 1s);
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST(Lateness, AQuantileIsABoundThatTheShareStayedBelow) {
  lateness late;
  for (int i = 0; i < 99; ++i) late.add(1us);
  late.add(1s);
  EXPECT_GE(late.quantile(0.5), 1us);
  EXPECT_LE(late.quantile(0.5), 2us);
  EXPECT_EQ(late.quantile(1), 1s);
  EXPECT_EQ(late.max(), 1s);
}

TEST(Lateness, OfNothingThereIsNone) {
  EXPECT_EQ(lateness().quantile(0.99), 0s);
  EXPECT_EQ(lateness().max(), 0s);
}

}  // namespace
}  // namespace hassle::harness
