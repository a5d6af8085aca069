// Faults that limit what a connection or the path carries, and swizzle.
#include "harness/simulation/tests/two_hosts.hpp"

#include <algorithm>

namespace hassle::harness {
namespace {

using namespace scenario;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

using CutAfter = NetworkFixture;
using Throttle = NetworkFixture;
using Mtu = NetworkFixture;

// Within a message: the reader gets its beginning.
TEST_F(CutAfter, BytesOfBothDirectionsCountFromItsBegin) {
  connect();
  at_time(500ms, [this] { client_writes("before it began"); });
  fault(cut_after_fault{.bytes = 10, .how = expiry_style::reset}, 1s, 1h);
  at_time(2s, [this] { client_writes("12345"); });
  at_time(3s, [this] { server_writes("678"); });
  at_time(4s, [this] { client_writes("90abc"); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("510 server: before it began", "2010 server: 12345",
                               "3010 client: 678", "4010 server: 90",
                               "4015 client: connection reset", "4015 server: connection reset"));
  EXPECT_THAT(journal, ::testing::IsSupersetOf(
                           {"4010 fault_hit c1 fault v1", "4010 connection_cut c1 fault"}));
}

TEST_F(CutAfter, SilentlyTheSenderGoesOnTrying) {
  connect();
  fault(cut_after_fault{.bytes = 2}, 1s, 1h);
  at_time(2s, [this] { client_writes("1234"); });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("2010 server: 12", "926600 client: timed out"));
}

TEST_F(CutAfter, BothEndsMayGetAFin) {
  connect();
  fault(cut_after_fault{.bytes = 2, .how = expiry_style::fin}, 1s, 1h);
  at_time(2s, [this] { client_writes("1234"); });
  run_until(3s);
  EXPECT_THAT(log, ElementsAre("2010 server: 12", "2015 client: end of stream",
                               "2015 server: end of stream"));
}

TEST_F(CutAfter, TheLastByteThatPassesMayEndASegment) {
  connect();
  fault(cut_after_fault{.bytes = 4, .how = expiry_style::reset}, 1s, 1h);
  at_time(2s, [this] { client_writes("1234"); });
  run_until(3s);
  EXPECT_THAT(log, ElementsAre("2010 server: 1234", "2015 client: connection reset",
                               "2015 server: connection reset"));
}

TEST_F(CutAfter, ANewConnectionHasItsOwnCount) {
  connect();
  fault(cut_after_fault{.bytes = 4, .how = expiry_style::reset}, 1s, 1h);
  at_time(2s, [this] { client_writes("1234"); });
  at_time(3s, [this] { dial(); });
  at_time(4s, [this] {
    read("server", at_server.get());
    client_writes("567");
  });
  run_until(5s);
  EXPECT_EQ(log.back(), "4010 server: 567");
}

TEST_F(CutAfter, AgeCountsFromItsBeginOrTheConnections) {
  connect();
  fault(cut_after_fault{.bytes = {}, .age = 5s, .how = expiry_style::reset}, 1s, 1h);
  for (int i = 1; i < 10; ++i) at_time(i * 1s, [this] { client_writes("traffic"); });
  at_time(20s, [this] { dial(); });
  run_until(30s);
  EXPECT_THAT(journal, Contains("6000 connection_cut c1 fault"));
  EXPECT_THAT(journal, Contains("25020 connection_cut c2 fault"));
}

TEST_F(CutAfter, NothingIsCutOnceItIsOver) {
  connect();
  fault(cut_after_fault{.bytes = {}, .age = 5s}, 1s, 5s);
  fault(cut_after_fault{.bytes = 3}, 1s, 5s);
  at_time(7s, [this] { client_writes("1234"); });
  run_until(30s);
  EXPECT_THAT(log, ElementsAre("7010 server: 1234"));
  EXPECT_THAT(journal, Not(Contains(HasSubstr("connection_cut"))));
}

TEST_F(CutAfter, RetransmittedBytesCount) {
  connect();
  fault(cut_after_fault{.bytes = 6, .how = expiry_style::reset}, 1s, 1h);
  partition(1s, 3s);
  at_time(2s, [this] { client_writes("1234"); });
  at_time(2100ms, [this] { client_writes("5678"); });
  run_until(1min);
  EXPECT_THAT(log, ElementsAre("3410 server: 123456", "3415 client: connection reset",
                               "3415 server: connection reset"));
}

TEST_F(Throttle, SharesWhatItCarriesAmongConnections) {
  connect();
  fault(throttle_fault{.bandwidth = 1000}, 1s, 1h);
  at_time(2s, [this] { client_writes(std::string(500, 'x')); });
  at_time(2s, [this] { dial(); });
  at_time(2s, [this] { server_writes("the other direction"); });
  run_until(10s);
  EXPECT_THAT(
      log, ElementsAre("2029 client: the other direction", "2510 server: " + std::string(500, 'x'),
                       "2520 client: connected", "2530 server: accepted"));
  EXPECT_THAT(journal, Contains("2000 fault_hit c1 fault v1"));
}

TEST_F(Throttle, ReachesOneDirection) {
  connect();
  fault(throttle_fault{.direction = flow::to_client, .bandwidth = 1000}, 1s, 1h);
  at_time(2s, [this] { client_writes(std::string(500, 'x')); });
  at_time(3s, [this] { server_writes(std::string(500, 'y')); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("2010 server: " + std::string(500, 'x'),
                               "3510 client: " + std::string(500, 'y')));
}

// What still waits for the wire leaves when it is wide again.
TEST_F(Throttle, AtItsEndTheQueueEmpties) {
  connect();
  fault(throttle_fault{.bandwidth = 10}, 1s, 5s);
  at_time(2s, [this] { client_writes("0123456789"); });           // Leaves at 3 s.
  at_time(2s, [this] { client_writes(std::string(500, 'x')); });  // Would leave at 53 s.
  at_time(4s, [this] { client_writes("behind"); });
  at_time(6s, [this] { client_writes("after"); });
  run_until(1min);
  EXPECT_THAT(
      log, ElementsAre("3010 server: 0123456789",
                       "5010 server: " + std::string(500, 'x') + "behind", "6010 server: after"));
}

TEST(ThrottleWithBandwidth, AtItsEndThePathsOwnPaceHolds) {
  two_hosts pair({.latency = 10ms, .bandwidth = 1000});
  pair.connect();
  pair.fault(throttle_fault{.bandwidth = 10}, 1s, 5s);
  pair.at_time(2s, [&] { pair.client_writes(std::string(500, 'x')); });
  pair.run_until(1min);
  EXPECT_THAT(pair.log, ElementsAre("5510 server: " + std::string(500, 'x')));
}

// Field failure mtu-blackhole: small ones pass, a large one takes all behind it with it.
TEST_F(Mtu, ALargeWriteHoldsUpAllThatIsBehindIt) {
  connect();
  fault(mtu_fault{.bytes = 10}, 1s, 1h);
  at_time(2s, [this] { client_writes("0123456789"); });
  at_time(3s, [this] { client_writes("0123456789a"); });
  at_time(4s, [this] { client_writes("small"); });
  at_time(5s, [this] { server_writes("fine"); });
  run_until(1h);
  EXPECT_THAT(
      log, ElementsAre("2010 server: 0123456789", "5010 client: fine", "927600 client: timed out"));
  EXPECT_THAT(journal, Contains("3010 fault_hit c1 fault v1"));
}

TEST_F(Mtu, HealsWithTheNextRetransmission) {
  connect();
  fault(mtu_fault{.bytes = 4}, 1s, 3s);
  at_time(2s, [this] { client_writes("large"); });
  at_time(2500ms, [this] { client_writes("ok"); });
  run_until(1min);
  EXPECT_THAT(log, ElementsAre("3410 server: largeok"));
}

// Something small was lost and is sent again, with something large behind it.
TEST_F(Mtu, ARetransmissionIsNotTooLargeForWhatIsBehindIt) {
  connect();
  fault(mtu_fault{.bytes = 4}, 1s, 10s);
  partition(1s, 3s);
  at_time(2s, [this] { client_writes("ok"); });
  at_time(2100ms, [this] { client_writes("large"); });
  run_until(1min);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0], "3410 server: ok");
  EXPECT_THAT(log[1], HasSubstr("server: large"));
}

struct SwizzleFixture : NetworkFixture {
  static constexpr int connections = 8;
  std::vector<std::unique_ptr<net::byte_stream>> near;
  std::vector<std::unique_ptr<net::byte_stream>> far;

  /// One connection after the other, until t = 1 s.
  void connect_all() {
    listen();
    for (int i = 0; i < connections; ++i) {
      dial();
      world.run_until(world.now() + 100ms);
      read("s" + std::to_string(i), at_server.get());
      near.push_back(std::move(at_client));
      far.push_back(std::move(at_server));
    }
    run_until(1s);
    log.clear();
  }
  /// How many of them pass a byte that is sent now, within 50 ms.
  std::string passing() {
    log.clear();
    for (int i = 0; i < connections; ++i) {
      write("c" + std::to_string(i) + "@" + std::to_string(world.now().time_since_epoch().count()),
            near[static_cast<std::size_t>(i)].get(), "x");
    }
    world.run_until(world.now() + 50ms);
    std::string who(connections, '.');
    for (const auto& line : log) {
      const auto at = line.find(" s");
      if (at != std::string::npos) who[static_cast<std::size_t>(line[at + 2] - '0')] = 'x';
    }
    return who;
  }
};
using Swizzle = SwizzleFixture;

TEST_F(Swizzle, ConnectionsFailOneByOneAndHealInAnotherOrder) {
  connect_all();
  fault(swizzle_fault{.chance = 1}, 10s, 170s);  // One fails every 10 s, the first at once.
  std::vector<std::ptrdiff_t> passed;
  std::vector<std::string> seen;
  for (int i = 0; i < 8; ++i) {
    run_until(11s + i * 10s);
    // Asking would leave a segment that is retransmitted: only those are asked that still pass.
    seen.push_back(passing());
    passed.push_back(std::ranges::count(seen.back(), 'x'));
  }
  EXPECT_THAT(passed, ElementsAre(7, 6, 5, 4, 3, 2, 1, 0));
  run_until(15min);
  EXPECT_EQ(passing(), "xxxxxxxx");
}

TEST_F(Swizzle, ReachesOnlySome) {
  connect_all();
  fault(swizzle_fault{.chance = 0.5}, 10s, 170s);
  run_until(90s);
  const auto left = std::ranges::count(passing(), 'x');
  EXPECT_GT(left, 0);
  EXPECT_LT(left, 8);
}

TEST_F(Swizzle, ANewConnectionIsNotAmongThem) {
  connect_all();
  fault(swizzle_fault{.chance = 1}, 10s, 170s);
  run_until(89s);
  dial();
  run_until(90s);
  EXPECT_THAT(log, Contains("89020 client: connected"));
  ASSERT_TRUE(at_server);
  read("new", at_server.get());
  client_writes("hello");
  run_until(91s);
  EXPECT_THAT(log, Contains("90010 new: hello"));
}

TEST_F(Swizzle, OfNobodyDoesNothing) {
  fault(swizzle_fault{.chance = 1}, 1s, 2s);
  run_until(3s);
  EXPECT_THAT(journal, IsEmpty());
}

}  // namespace
}  // namespace hassle::harness
