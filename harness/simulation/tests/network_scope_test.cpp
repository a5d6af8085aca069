// Which connections a fault of the network reaches.
#include "harness/simulation/tests/two_hosts.hpp"

namespace hassle::harness {
namespace {

using namespace scenario;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

struct ScopeFixture : ::testing::Test {
  two_hosts pair{{.latency = 10ms, .ipv6 = true}};

  void fault(hassle::scenario::fault what, net::duration from, net::duration to) {
    what.name = "fault";
    pair.fault(what, from, to);
  }
  void dial(const std::string& address) { pair.dial({address, 8123}); }
};
using Scope = ScopeFixture;

// Field failure ipv6-black-hole.
TEST_F(Scope, AFaultOfOneFamilyLeavesTheOtherAlone) {
  pair.listen();
  fault({.what = blackhole_fault{}, .way = {.family = address_family::v6}}, 0s, 1h);
  pair.at_time(1ms, [this] {
    dial("fd00::2");
    dial("10.0.0.2");
  });
  pair.run_until(200s);
  EXPECT_THAT(pair.log, ElementsAre("21 client: connected", "31 server: accepted",
                                    "127001 client: timed out"));
  EXPECT_THAT(pair.journal, Contains("11 fault_hit c1 fault v1"));
}

TEST_F(Scope, AFaultOfOneEndpointLeavesTheOtherAlone) {
  pair.net.add_endpoint("remote", pair.server);
  pair.listen();
  fault({.what = partition_fault{}, .way = {.endpoint = "remote"}}, 0s, 500ms);
  pair.at_time(1ms, [this] {
    dial("remote");
    dial("10.0.0.2");
  });
  pair.run_until(10s);
  EXPECT_THAT(pair.log, ElementsAre("21 client: connected", "31 server: accepted",
                                    "1021 client: connected", "1031 server: accepted"));
}

TEST_F(Scope, TheFirstWayIsCalledLocal) {
  pair.net.add_endpoint("remote", pair.server);
  pair.listen();
  fault({.what = partition_fault{}, .way = {.endpoint = "local"}}, 0s, 500ms);
  pair.at_time(1ms, [this] {
    dial("remote");
    dial("homeassistant.local");
  });
  pair.run_until(900ms);
  EXPECT_THAT(pair.log, ElementsAre("21 client: connected", "31 server: accepted"));
}

TEST_F(Scope, ACutOfOneEndpointLeavesTheOthersConnections) {
  pair.net.add_endpoint("remote", pair.server);
  pair.connect();
  fault({.what = cut_fault{expiry_style::reset}, .way = {.endpoint = "remote"}}, 1s, 1s);
  pair.run_until(2s);
  EXPECT_THAT(pair.log, IsEmpty());
  fault({.what = cut_fault{expiry_style::reset}, .way = {.endpoint = "local"}}, 3s, 3s);
  pair.run_until(4s);
  EXPECT_THAT(pair.log, Contains("3005 client: connection reset"));
}

TEST_F(Scope, ConnectionsAreCountedAsTheyAreDialedAfterTheBegin) {
  pair.connect();  // Before it began: not counted.
  fault({.what = blackhole_fault{}, .scope = {.connections = {2, 3}}}, 1s, 1h);
  pair.at_time(2s, [this] {
    for (int i = 0; i < 4; ++i) dial("10.0.0.2");
  });
  pair.run_until(10s);
  std::vector<std::string> connected;
  for (const auto& line : pair.journal) {
    if (line.find(" connected ") != std::string::npos) connected.push_back(line);
  }
  EXPECT_THAT(connected, ElementsAre("20 connected c1", "2020 connected c2", "2020 connected c5"));
}

TEST_F(Scope, TheConnectionsOfOneOccurrenceAreNotThoseOfTheNext) {
  pair.listen();
  fault({.what = blackhole_fault{}, .scope = {.connections = {1}}}, 0s, 10s);
  fault({.what = blackhole_fault{}, .scope = {.connections = {1}}}, 20s, 30s);
  for (const auto t : {1s, 2s, 21s, 22s}) pair.at_time(t, [this] { dial("10.0.0.2"); });
  pair.run_until(25s);
  EXPECT_THAT(pair.journal, Contains("2020 connected c2"));
  EXPECT_THAT(pair.journal, Contains("22020 connected c4"));
  EXPECT_THAT(pair.journal, Contains("21010 fault_hit c3 fault v2"));
  EXPECT_THAT(pair.journal, Not(Contains("21020 connected c3")));
}

TEST_F(Scope, LatencyReachesItsWayOnly) {
  pair.net.add_endpoint("remote", pair.server, 50ms);
  pair.listen();
  pair.fault(
      hassle::scenario::fault{
          .name = "fault", .what = latency_fault{}, .way = {.endpoint = "remote"}},
      0s, 1h, 1s);
  pair.at_time(1ms, [this] {
    dial("remote");
    dial("10.0.0.2");
  });
  pair.run_until(10s);
  EXPECT_EQ(pair.log.front(), "21 client: connected");
  EXPECT_THAT(pair.log, Contains("2101 client: connected"));
}

TEST_F(Scope, TheFaultThatBeganFirstIsToBlame) {
  pair.connect();
  pair.fault(hassle::scenario::fault{.name = "first", .what = partition_fault{}}, 1s, 5s);
  pair.fault(hassle::scenario::fault{.name = "second", .what = loss_fault{.chance = 1}}, 2s, 6s);
  pair.at_time(3s, [this] { pair.client_writes("x"); });
  pair.run_until(4s);
  EXPECT_THAT(pair.journal, Contains("3010 fault_hit c1 first v1"));
  EXPECT_THAT(pair.journal, Not(Contains(HasSubstr("second"))));
}

}  // namespace
}  // namespace hassle::harness
