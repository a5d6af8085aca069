#include "harness/simulation/tests/two_hosts.hpp"

namespace hassle::harness {
namespace {

using Fault = NetworkFixture;
using scenario::expiry_style;
using ::testing::Contains;

TEST_F(Fault, ACutMakesExistingConnectionsUselessAndNewOnesWork) {
  connect();
  fault(scenario::cut_fault{expiry_style::silent}, 1s, 1s);
  at_time(2s, [this] { client_writes("lost"); });
  run_until(3s);
  EXPECT_THAT(log, IsEmpty());
  EXPECT_THAT(journal, Contains("1000 connection_cut c1 fault"));
  const auto cut_off = std::move(at_client);
  dial();
  run_until(4s);
  client_writes("new");
  read("server", at_server.get());
  run_until(5s);
  EXPECT_THAT(log, Contains("4010 server: new"));
}

TEST_F(Fault, ACutMayReset) {
  connect();
  fault(scenario::cut_fault{expiry_style::reset}, 1s, 1s);
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("1005 client: connection reset", "1005 server: connection reset"));
}

TEST_F(Fault, AHitIsToldOncePerConnectionAndOccurrence) {
  connect();
  partition(1s, 5s);
  partition(10s, 15s);
  for (int i = 1; i < 15; ++i) at_time(i * 1s, [this] { client_writes("x"); });
  run_until(1min);
  std::vector<std::string> hits;
  std::ranges::copy_if(journal, std::back_inserter(hits), [](const std::string& line) {
    return line.find("fault_hit") != std::string::npos;
  });
  EXPECT_THAT(hits, ElementsAre("1010 fault_hit c1 fault v1", "10010 fault_hit c1 fault v2"));
}

TEST_F(Fault, ServerFaultsAreNoneOfTheNetworksBusiness) {
  const scenario::fault stall{.name = "stall", .what = scenario::stall_fault{}};
  EXPECT_FALSE(net.begin_fault(stall, {.number = 1}));
  EXPECT_FALSE(net.end_fault(stall, {.number = 1}));
}

// A frozen Lambda: the server's bytes are retransmitted, and handed over at thaw.
TEST_F(Fault, BytesForAFrozenHostArriveAtThaw) {
  connect();
  at_time(1s, [this] { client.freeze(); });
  at_time(2s, [this] { server_writes("ping"); });
  at_time(60s, [this] { client.thaw(); });
  run_until(2min);
  EXPECT_THAT(log, ElementsAre("60000 client: ping"));
}

// 924.6 s later the server has given up; what the thawed client says next finds nobody.
TEST_F(Fault, SenderToAHostFrozenTooLongTimesOut) {
  connect();
  at_time(1s, [this] { client.freeze(); });
  at_time(2s, [this] { server_writes("ping"); });
  at_time(1h, [this] { client.thaw(); });
  at_time(2h, [this] { client_writes("hello"); });
  run_until(3h);
  EXPECT_THAT(log, ElementsAre("926600 server: timed out", "7200020 client: connection reset"));
}

TEST_F(Fault, AFinForAFrozenHostArrivesAtThawIfItsSenderStillTries) {
  connect();
  at_time(1s, [this] { client.freeze(); });
  at_time(2s, [this] { at_server->close(); });
  at_time(60s, [this] { client.thaw(); });
  run_until(2min);
  EXPECT_THAT(log, ElementsAre("60000 client: end of stream"));
}

// This is why a thawed client believes in connections that have been dead for hours.
TEST_F(Fault, AFinForAHostFrozenLongerIsLost) {
  connect();
  at_time(1s, [this] { client.freeze(); });
  at_time(2s, [this] { at_server->close(); });
  at_time(1h, [this] { client.thaw(); });
  run_until(2h);
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(Fault, AnRstForAFrozenHostIsLost) {
  connect();
  at_time(1s, [this] { client.freeze(); });
  at_time(2s, [this] { at_server->reset(); });
  at_time(3s, [this] { client.thaw(); });
  at_time(1h, [this] { client_writes("hello"); });
  run_until(2h);
  EXPECT_THAT(log, ElementsAre("3600020 client: connection reset"));
}

// A frozen kernel does not retransmit either.
TEST_F(Fault, AFrozenSenderTriesAgainAtThaw) {
  connect();
  partition(1s, 10s);
  at_time(2s, [this] {
    client_writes("hello");
    client.freeze();
  });
  at_time(60s, [this] { client.thaw(); });
  run_until(2min);
  EXPECT_THAT(log, ElementsAre("60010 server: hello"));
}

TEST_F(Fault, ADialOfAFrozenHostGoesOnAtThaw) {
  listen();
  at_time(0s, [this] {
    dial();
    client.freeze();
  });
  at_time(30s, [this] { client.thaw(); });
  run_until(1min);
  EXPECT_EQ(log.front(), "30020 client: connected");
}

}  // namespace
}  // namespace hassle::harness
