#include "harness/relay/tests/one_flow.hpp"

#include <gmock/gmock.h>

namespace hassle::harness {
namespace {

using scenario::expiry_style;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RelayFlow, WithoutFaultsItDeliversAtOnce) {
  one_flow f;
  f.send("hello");
  f.flow.finish(f.now);
  f.run();
  EXPECT_THAT(f.log, ElementsAre("0 hello", "0 FIN"));
  EXPECT_THAT(f.hits, IsEmpty());
}

TEST(RelayFlow, LatencyDelaysEachSegmentAndLaterOnesTravelMeanwhile) {
  one_flow f;
  f.begin(scenario::latency_fault{}, 50ms);
  f.send("a");
  f.run_until(20ms);
  f.send("b");
  f.run_until(1s);
  EXPECT_THAT(f.log, ElementsAre("50 a", "70 b"));
  EXPECT_THAT(f.hits, ElementsAre(1));
}

TEST(RelayFlow, AThrottledPathPacesAndItsEndHastensWhatWaits) {
  one_flow f;
  const auto fault = f.begin(scenario::throttle_fault{.bandwidth = 10});
  f.send("a");
  f.send("b");
  f.send("c");
  f.run_until(250ms);
  f.end(fault);
  f.run_until(1s);
  EXPECT_THAT(f.log, ElementsAre("100 a", "200 b", "250 c"));
}

TEST(RelayFlow, SlicesArriveOneByOne) {
  one_flow f;
  f.begin(scenario::slice_fault{.bytes = 2, .gap = 10ms});
  f.send("abcde");
  f.send("f");
  f.run_until(1s);
  EXPECT_THAT(f.log, ElementsAre("0 ab", "10 cd", "20 e", "20 f"));
}

TEST(RelayFlow, APartitionHoldsAllBackUntilARetransmissionFindsItOver) {
  one_flow f;
  const auto fault = f.begin(scenario::partition_fault{});
  f.send("a");
  f.send("b");
  f.flow.finish(f.now);
  f.run_until(500ms);
  EXPECT_THAT(f.log, IsEmpty());
  f.end(fault);
  f.run_until(2s);  // Tried after 200 ms and 400 ms more.
  EXPECT_THAT(f.log, ElementsAre("600 ab", "600 FIN"));
  EXPECT_THAT(f.hits, ElementsAre(1));
}

TEST(RelayFlow, APartitionOfTheOtherDirectionLetsBytesPass) {
  one_flow f;
  f.begin(scenario::partition_fault{scenario::flow::to_client});
  f.send("a");
  EXPECT_THAT(f.log, ElementsAre("0 a"));
}

TEST(RelayFlow, WhatIsNotAcknowledgedHoldsBackWhatIsBehindIt) {
  one_flow f;
  const auto fault = f.begin(scenario::partition_fault{scenario::flow::to_client});
  f.send("a");
  f.send("b");
  f.run_until(100ms);
  f.end(fault);
  f.run_until(1s);
  EXPECT_THAT(f.log, ElementsAre("0 a", "200 b"));
}

TEST(RelayFlow, WhatIsSentAgainTravelsAgain) {
  one_flow f({.latency = 50ms});
  const auto fault = f.begin(scenario::partition_fault{});
  f.send("a");
  f.run_until(220ms);
  f.end(fault);
  f.run_until(1s);
  EXPECT_THAT(f.log, ElementsAre("250 a"));
}

TEST(RelayFlow, TheEndOfTheHandshakeGoesBeforeTheFirstBytes) {
  one_flow f;
  const auto fault = f.begin(scenario::partition_fault{});
  f.flow.open(f.now);
  f.run();
  EXPECT_THAT(f.hits, ElementsAre(1));
  f.end(fault);
  f.send("a");
  f.run_until(1s);
  EXPECT_THAT(f.log, ElementsAre("200 a"));
}

TEST(RelayFlow, AMachineThatStandsStillTakesNothingUntilItGoesOn) {
  one_flow f;
  bool asleep = true;
  f.line.ask_for_sleepers([&asleep](direction) { return asleep; });
  f.send("a");
  f.run_until(10s);
  EXPECT_THAT(f.log, IsEmpty());
  asleep = false;
  f.flow.thaw(f.now);
  f.run();
  EXPECT_THAT(f.log, ElementsAre("10000 a"));
}

TEST(RelayFlow, APartitionWithoutEndIsGivenUpAsTcpDoes) {
  one_flow f;
  f.begin(scenario::partition_fault{});
  f.send("a");
  f.run_until(2000s);
  EXPECT_THAT(f.log, ElementsAre("924600 given up"));
}

TEST(RelayFlow, AResetThatMeetsAPartitionIsLost) {
  one_flow f;
  const auto fault = f.begin(scenario::partition_fault{});
  f.flow.broke(f.now);
  f.run();
  f.end(fault);
  f.run_until(1000s);
  EXPECT_THAT(f.log, IsEmpty());
}

TEST(RelayFlow, AResetOtherwisePassesBehindTheBytes) {
  one_flow f({.latency = 5ms});
  f.send("a");
  f.flow.broke(f.now);
  f.run_until(1s);
  EXPECT_THAT(f.log, ElementsAre("5 a", "5 RST"));
}

TEST(RelayFlow, CorruptionChangesBytesButNotTheirNumber) {
  one_flow f;
  f.begin(scenario::corrupt_fault{.chance = 1});
  f.send("aaaa");
  EXPECT_EQ(f.received.size(), 4U);
  EXPECT_EQ(std::ranges::count(f.received, 'a'), 3);
  EXPECT_THAT(f.hits, ElementsAre(1));
}

TEST(RelayFlow, ACutByResetComesBehindTheLastByteThatPasses) {
  one_flow f;
  f.begin(scenario::cut_after_fault{.bytes = 3, .age = {}, .how = expiry_style::reset});
  f.send("ab");
  f.send("cdef");
  EXPECT_THAT(f.log, ElementsAre("0 ab", "0 c", "0 RST"));
  EXPECT_THAT(f.cuts, ElementsAre("fault"));
}

TEST(RelayFlow, ASilentCutSaysNothingEverAgain) {
  one_flow f;
  f.begin(scenario::cut_after_fault{.bytes = 1, .age = {}, .how = expiry_style::silent});
  f.send("abc");
  f.flow.finish(f.now);
  f.run_until(1000s);
  EXPECT_THAT(f.log, ElementsAre("0 a"));
}

TEST(RelayFlow, AfterACutByFinTheSenderWhoGoesOnIsRefused) {
  one_flow f;
  f.begin(scenario::cut_after_fault{.bytes = 1, .age = {}, .how = expiry_style::fin});
  f.send("abc");
  EXPECT_THAT(f.log, ElementsAre("0 a", "0 FIN"));
  f.send("d");
  EXPECT_THAT(f.log, ElementsAre("0 a", "0 FIN", "0 refused"));
}

TEST(RelayFlow, AReaderThatStopsHoldsTheSenderBack) {
  one_flow f({.latency = {}}, {.buffer = 8, .read = 4});
  f.reads = false;
  EXPECT_EQ(f.send("0123456789"), 8U);
  EXPECT_TRUE(f.flow.space().empty());
  f.reads = true;
  f.run();
  EXPECT_EQ(f.send("89"), 2U);
  EXPECT_EQ(f.received, "0123456789");
}

}  // namespace
}  // namespace hassle::harness
