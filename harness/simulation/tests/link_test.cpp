#include "harness/simulation/link.hpp"
#include "harness/simulation/retransmission.hpp"

#include <gtest/gtest.h>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;

net::time_point at(net::duration t) { return net::time_point(t); }

struct LinkFixture : ::testing::Test {
  active_faults faults;
  jitter_random random{1};
  fault_dice dice;
  route anybody{.endpoint = "local", .connection = 1};

  link::sender from(std::size_t end) const {
    return {
        .end = end, .who = anybody, .way = end == 0 ? direction::to_server : direction::to_client};
  }
  const active_fault* blocks(const link& path, direction d) {
    const active_faults* active = path.faults();
    return active == nullptr ? nullptr : active->swallows(anybody, d, 0, dice);
  }
  const active_fault* blocks_connect(const link& path) {
    const active_faults* active = path.faults();
    return active == nullptr ? nullptr : active->swallows_connect(anybody, dice);
  }

  static active_fault partition(std::uint32_t number, scenario::partition_fault::direction way) {
    return {.number = number, .name = "p", .what = scenario::partition_fault{way}, .amount = {}};
  }
};

TEST_F(LinkFixture, ASegmentTakesTheLatency) {
  link path({.latency = 20ms}, faults, false);
  EXPECT_EQ(path.transmit(1000, from(0), at(1s), random).arrives, at(1020ms));
  EXPECT_EQ(path.round_trip(anybody), 40ms);
}

TEST_F(LinkFixture, JitterIsAddedWithinItsBound) {
  link path({.latency = 20ms, .jitter = 5ms}, faults, false);
  net::time_point earliest = net::never;
  net::time_point latest{};
  for (int i = 0; i < 1000; ++i) {
    const auto arrives = path.transmit(1, from(0), at(0s), random).arrives;
    earliest = std::min(earliest, arrives);
    latest = std::max(latest, arrives);
  }
  EXPECT_GE(earliest, at(20ms));
  EXPECT_LE(latest, at(25ms));
  EXPECT_LT(earliest, at(20100us));  // It reaches near both ends.
  EXPECT_GT(latest, at(24900us));
}

TEST_F(LinkFixture, BandwidthIsSharedInOneDirectionAndNotWithTheOther) {
  link path({.latency = 10ms, .bandwidth = 1000}, faults, false);
  EXPECT_EQ(path.transmit(100, from(0), at(0s), random).arrives, at(110ms));
  EXPECT_EQ(path.transmit(100, from(0), at(0s), random).arrives, at(210ms));
  EXPECT_EQ(path.transmit(100, from(1), at(0s), random).arrives, at(110ms));
  EXPECT_EQ(path.transmit(100, from(0), at(1s), random).departs, at(1100ms));
}

TEST_F(LinkFixture, LatencyFaultsAddUp) {
  link path({.latency = 10ms}, faults, false);
  faults.begin({.number = 1, .name = "a", .what = scenario::latency_fault{}, .amount = 100ms});
  faults.begin({.number = 2, .name = "b", .what = scenario::latency_fault{}, .amount = 1s});
  EXPECT_EQ(path.one_way(anybody), 1110ms);
  faults.end(1);
  EXPECT_EQ(path.one_way(anybody), 1010ms);
}

TEST_F(LinkFixture, OneWayPartitionsBlockOneWay) {
  link path({}, faults, false);
  faults.begin(partition(1, scenario::partition_fault::direction::to_client));
  EXPECT_EQ(blocks(path, direction::to_server), nullptr);
  ASSERT_NE(blocks(path, direction::to_client), nullptr);
  EXPECT_EQ(blocks(path, direction::to_client)->number, 1U);
  EXPECT_EQ(blocks_connect(path), nullptr);
}

// Two occurrences may overlap: lifting one must not lift the other.
TEST_F(LinkFixture, OverlappingPartitionsEndOneByOne) {
  link path({}, faults, false);
  faults.begin(partition(1, scenario::partition_fault::direction::both));
  faults.begin(partition(2, scenario::partition_fault::direction::both));
  faults.end(1);
  ASSERT_NE(blocks(path, direction::to_server), nullptr);
  EXPECT_EQ(blocks(path, direction::to_server)->number, 2U);
  faults.end(2);
  EXPECT_EQ(blocks(path, direction::to_server), nullptr);
}

TEST_F(LinkFixture, ABlackHoleSwallowsConnectsOnly) {
  link path({}, faults, false);
  faults.begin({.number = 1, .name = "b", .what = scenario::blackhole_fault{}, .amount = {}});
  EXPECT_NE(blocks_connect(path), nullptr);
  EXPECT_EQ(blocks(path, direction::to_server), nullptr);
}

TEST_F(LinkFixture, NoFaultReachesTheLinkWithinAHost) {
  link path({.latency = 10ms}, faults, true);
  faults.begin(partition(1, scenario::partition_fault::direction::both));
  faults.begin({.number = 2, .name = "l", .what = scenario::latency_fault{}, .amount = 1s});
  EXPECT_EQ(blocks(path, direction::to_server), nullptr);
  EXPECT_EQ(path.transmit(1000, from(0), at(1s), random).arrives, at(1s));
}

// Linux's own figures: 15 retries at the minimal RTO take 924.6 s.
TEST(Retransmission, DoublesToItsCeilingAndGivesUpWithTheSixteenthTimeout) {
  const tcp_settings tcp;
  retransmission schedule(tcp, at(0s), 20ms);
  std::vector<net::duration> times;
  while (!schedule.exhausted(schedule.due(), tcp.give_up)) {
    times.push_back(schedule.due().time_since_epoch());
    schedule.sent(schedule.due());
  }
  ASSERT_EQ(times.size(), 15U);
  EXPECT_EQ(times[0], 200ms);
  EXPECT_EQ(times[1], 600ms);
  EXPECT_EQ(times[8], 102'200ms);
  EXPECT_EQ(times[14], 804'600ms);
  EXPECT_EQ(schedule.due(), at(924'600ms));
}

TEST(Retransmission, ALongRoundTripSetsTheFirstTimeout) {
  const retransmission schedule({}, at(1s), 300ms);
  EXPECT_EQ(schedule.due(), at(1600ms));
}

}  // namespace
}  // namespace hassle::harness
