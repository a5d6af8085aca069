#include "harness/simulation/tests/two_hosts.hpp"

namespace hassle::harness {
namespace {

using Partition = NetworkFixture;
using way = scenario::partition_fault::direction;

TEST_F(Partition, BytesTakeTheLatencyBothWays) {
  connect();
  at_time(1s, [this] { client_writes("hello"); });
  at_time(2s, [this] { server_writes("world"); });
  run_until(3s);
  EXPECT_THAT(log, ElementsAre("1010 server: hello", "2010 client: world"));
}

// The report's "brief network loss". A segment sent at 1.0 s is lost; it is sent again at 1.2, 1.6,
// 2.4 and 4.0 s (RTO 200 ms, doubling), and the network heals at 3 s: it arrives at 4.01 s.
TEST_F(Partition, TwoSecondsDelayBytesByTheRetransmissionSchedule) {
  connect();
  partition(1s, 3s);
  at_time(1s, [this] { client_writes("hello"); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("4010 server: hello"));
  EXPECT_THAT(journal, ::testing::Contains("1010 fault_hit c1 fault v1"));
}

TEST_F(Partition, BytesInFlightWhenItBeginsAreLost) {
  connect();
  at_time(995ms, [this] { client_writes("hello"); });
  partition(1s, 1100ms);
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("1205 server: hello"));  // Sent again at 995 + 200 ms.
}

TEST_F(Partition, WhatWasWrittenMeanwhileArrivesInOrderBehind) {
  connect();
  partition(1s, 3s);
  at_time(1s, [this] { client_writes("a"); });
  at_time(2s, [this] { client_writes("b"); });
  at_time(3500ms, [this] { client_writes("c"); });  // Healed, but the first one still waits.
  at_time(5s, [this] { client_writes("d"); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("4010 server: abc", "5010 server: d"));
}

TEST_F(Partition, AnIdleConnectionDoesNotNotice) {
  connect();
  partition(1s, 1h);
  at_time(2h, [this] { client_writes("still here"); });
  run_until(3h);
  EXPECT_THAT(log, ElementsAre("7200010 server: still here"));
  EXPECT_THAT(journal, ::testing::Not(::testing::Contains(::testing::HasSubstr("fault_hit"))));
}

// 15 retransmissions without an answer, the last wait 120 s: 924.6 s in all.
TEST_F(Partition, SenderWithoutAnAnswerTimesOut) {
  connect();
  partition(1s, 1h);
  at_time(2s, [this] { client_writes("hello"); });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("926600 client: timed out"));
}

TEST_F(Partition, AfterATimeoutThePeerFindsNobody) {
  connect();
  partition(1s, 1h);
  at_time(2s, [this] { client_writes("hello"); });
  at_time(2h, [this] { server_writes("are you there"); });
  run_until(3h);
  EXPECT_THAT(log, ElementsAre("926600 client: timed out", "7200020 server: connection reset"));
}

// One way only, away from the sender: what it says arrives, what it should hear does not.
TEST_F(Partition, TowardsTheSenderItAlsoTimesOut) {
  connect();
  partition(1s, 1h, way::to_client);
  at_time(2s, [this] { client_writes("hello"); });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("2010 server: hello", "926600 client: timed out"));
}

TEST_F(Partition, TowardsTheSenderHealsWithTheNextRetransmission) {
  connect();
  partition(1s, 3s, way::to_client);
  at_time(2s, [this] { client_writes("a"); });
  at_time(2500ms, [this] { client_writes("b"); });  // Not sent while "a" is unacknowledged.
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("2010 server: a", "3410 server: b"));
}

TEST_F(Partition, TheOtherDirectionGoesOn) {
  connect();
  partition(1s, 1h, way::to_server);
  at_time(2s, [this] { client_writes("lost"); });
  at_time(3s, [this] { server_writes("arrives"); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("3010 client: arrives"));
}

TEST_F(Partition, AFinIsRetransmittedLikeBytes) {
  connect();
  partition(1s, 3s);
  at_time(1s, [this] { at_server->close(); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("4010 client: end of stream"));
}

// A closed socket is not tried for a quarter of an hour: 100 s, and nobody is told.
TEST_F(Partition, TheFinOfAClosedSocketIsGivenUpSilently) {
  connect();
  partition(1s, 150s);
  at_time(1s, [this] { at_server->close(); });
  run_until(1h);
  EXPECT_THAT(log, IsEmpty());
  client_writes("anybody");
  run_until(2h);
  EXPECT_THAT(log, ElementsAre("3600020 client: connection reset"));
}

// RST is sent once: the other end never learns.
TEST_F(Partition, ALostRstLeavesAHalfOpenConnection) {
  connect();
  partition(1s, 3s);
  at_time(2s, [this] { at_server->reset(); });
  run_until(1h);
  EXPECT_THAT(log, IsEmpty());
  client_writes("anybody");
  run_until(2h);
  EXPECT_THAT(log, ElementsAre("3600020 client: connection reset"));
}

TEST_F(Partition, AnRstInAnswerIsRepeatedWithTheRetransmission) {
  connect();
  at_time(500ms, [this] { at_server->reset(); });
  partition(505ms, 600ms);                    // The RST is lost.
  partition(1005ms, 1100ms, way::to_client);  // And so is the answer to the next segment,
  at_time(1s, [this] { client_writes("anybody"); });
  run_until(1h);
  // which was sent at 1.0 s and is sent again.
  ASSERT_EQ(log.size(), 1U);
  EXPECT_THAT(log[0], ::testing::HasSubstr("client: connection reset"));
}

TEST_F(Partition, LatencyFaultsDelayAndKeepTheOrder) {
  connect();
  fault(scenario::latency_fault{}, 1s, 2s, 5s);
  at_time(1500ms, [this] { client_writes("slow"); });
  at_time(2500ms, [this] { client_writes("behind"); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("6510 server: slowbehind"));
  EXPECT_THAT(journal, ::testing::Contains("1500 fault_hit c1 fault v1"));
}

TEST(Jitter, KeepsTheOrderOfBytes) {
  two_hosts pair({.latency = 10ms, .jitter = 50ms});
  pair.listen();
  pair.dial();
  pair.run_until(1s);
  std::string received;
  pair.read("server", pair.at_server.get());
  std::string sent;
  for (int i = 0; i < 200; ++i) {
    const std::string piece = std::to_string(i) + ",";
    sent += piece;
    pair.at_time(1s + i * 1ms, [&pair, piece] { pair.client_writes(piece); });
  }
  pair.log.clear();
  pair.run_until(5s);
  for (const auto& line : pair.log) received += line.substr(line.find(": ") + 2);
  EXPECT_EQ(received, sent);
}

TEST(Bandwidth, DelaysBySize) {
  two_hosts pair({.latency = 10ms, .bandwidth = 1000});
  pair.connect();
  pair.at_time(1s, [&] { pair.client_writes(std::string(500, 'x')); });
  pair.at_time(1s, [&] { pair.client_writes("end"); });
  pair.run_until(5s);
  EXPECT_THAT(pair.log, ElementsAre("1510 server: " + std::string(500, 'x'), "1513 server: end"));
}

}  // namespace
}  // namespace hassle::harness
