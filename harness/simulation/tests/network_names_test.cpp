// Names that go wrong, and a host that moves.
#include "harness/simulation/tests/asking_fixture.hpp"

namespace hassle::harness {
namespace {

using namespace scenario;
using ::testing::Contains;
using how = enum dns_fault::how;

struct LookupFixture : AskingFixture {
  using AskingFixture::AskingFixture;

  void look_up(net::duration at, const std::string& name = "homeassistant.local") {
    pair.at_time(at, [this, name] { pair.tasks.spawn(ask(name)); });
  }
};
struct LookupWithIpv6Fixture : LookupFixture {
  LookupWithIpv6Fixture() : LookupFixture(true) {}
};
using Lookup = LookupFixture;
using LookupWithIpv6 = LookupWithIpv6Fixture;

TEST_F(Lookup, FailsAfterARoundTripWhereNobodyKnows) {
  pair.fault(dns_fault{how::fail}, 1s, 5s);
  look_up(2s);
  look_up(5s);
  pair.run_until(10s);
  EXPECT_THAT(pair.log, ElementsAre("2020 client: name server failed", "5000 client: 10.0.0.2"));
  EXPECT_THAT(pair.journal, ElementsAre("2000 fault_hit c0 fault v1"));
}

TEST_F(Lookup, GivesUpAfterTenSecondsWhereNobodyAnswers) {
  pair.fault(dns_fault{how::silent}, 1s, 1min);
  look_up(2s);
  pair.run_until(1min);
  EXPECT_THAT(pair.log, ElementsAre("12000 client: name server failed"));
}

TEST_F(Lookup, AsksOnceMoreAfterFiveSeconds) {
  pair.fault(dns_fault{how::silent}, 1s, 4s);
  look_up(2s);
  pair.run_until(1min);
  EXPECT_THAT(pair.log, ElementsAre("7000 client: 10.0.0.2"));
}

TEST_F(Lookup, MayLeadToWhereNobodyIs) {
  pair.listen();
  pair.fault(dns_fault{how::stale}, 1s, 5s);
  look_up(2s);
  look_up(6s);
  pair.at_time(3s, [this] { pair.dial({"10.1.0.3", 8123}); });
  pair.run_until(200s);
  EXPECT_THAT(pair.log, ElementsAre("2000 client: 10.1.0.3", "6000 client: 10.0.0.2",
                                    "130000 client: timed out"));
  EXPECT_THAT(pair.journal, ::testing::IsSupersetOf(
                                {"2000 fault_hit c0 fault v1", "3010 fault_hit c1 fault v1"}));
}

TEST_F(LookupWithIpv6, LosesOneFamilyOnly) {
  pair.fault(
      hassle::scenario::fault{
          .name = "fault", .what = dns_fault{how::fail}, .way = {.family = address_family::v6}},
      1s, 5s);
  look_up(2s);
  pair.run_until(10s);
  EXPECT_THAT(pair.log, ElementsAre("2020 client: 10.0.0.2"));
}

// What glibc does with a name server that drops questions for AAAA.
TEST_F(LookupWithIpv6, ASilentFamilyHoldsUpTheOther) {
  pair.fault(
      hassle::scenario::fault{
          .name = "fault", .what = dns_fault{how::silent}, .way = {.family = address_family::v6}},
      1s, 1min);
  look_up(2s);
  pair.run_until(1min);
  EXPECT_THAT(pair.log, ElementsAre("12000 client: 10.0.0.2"));
}

TEST_F(Lookup, OfAnotherEndpointIsNotAffected) {
  pair.net.add_endpoint("remote", pair.server);
  pair.fault(
      hassle::scenario::fault{
          .name = "fault", .what = dns_fault{how::fail}, .way = {.endpoint = "remote"}},
      1s, 1min);
  look_up(2s);
  look_up(2s, "remote");
  pair.run_until(1min);
  EXPECT_THAT(pair.log, ElementsAre("2000 client: 10.0.0.2", "2020 client: name server failed"));
}

TEST_F(Lookup, OfAnAddressNeedsNobody) {
  pair.fault(dns_fault{how::fail}, 1s, 5s);
  look_up(2s, "10.0.0.2");
  pair.run_until(10s);
  EXPECT_THAT(pair.log, ElementsAre("2000 client: 10.0.0.2"));
}

TEST_F(Lookup, CanBeCancelledAndLeavesNothing) {
  pair.fault(dns_fault{how::silent}, 0s, 1h);
  net::task_group asking(pair.world.executor());
  pair.at_time(1s, [&] { asking.spawn(ask("homeassistant.local")); });
  pair.at_time(2s, [&] { asking.stop(); });
  pair.run_until(1min);
  EXPECT_THAT(pair.log, ElementsAre("2000 client: cancelled"));
}

TEST_F(Lookup, OfAFrozenHostEndsAtThaw) {
  pair.fault(dns_fault{how::silent}, 0s, 1h);
  look_up(1s);
  pair.at_time(2s, [this] { pair.client.freeze(); });
  pair.at_time(60s, [this] { pair.client.thaw(); });
  pair.run_until(2min);
  EXPECT_THAT(pair.log, ElementsAre("60000 client: name server failed"));
}

TEST_F(Lookup, WithItsHostReset) {
  pair.fault(dns_fault{how::silent}, 0s, 1h);
  look_up(1s);
  pair.at_time(2s, [this] { pair.net.reset_host(pair.client, ending::silent); });
  pair.run_until(1min);
  EXPECT_THAT(pair.log, ElementsAre("2000 client: cancelled"));
}

TEST_F(Lookup, NeedNotEndBeforeTheWorldDoes) {
  pair.fault(dns_fault{how::silent}, 0s, 1h);
  look_up(1s);
  pair.run_until(2s);
  EXPECT_THAT(pair.log, IsEmpty());
}

// Field failure server-ip-change.
struct MoveFixture : NetworkFixture {
  asio::awaitable<void> ask_and_dial() {
    const net::endpoint wanted{"homeassistant.local", 8123};
    const auto answer = co_await client.resolve(wanted);
    note("name", answer ? answer->front().host : error_text(answer.error()));
    if (answer) dial(answer->front());
  }
};
using Move = MoveFixture;

TEST_F(Move, KillsConnectionsSilently) {
  connect();
  fault(move_fault{}, 1s, 5s);
  at_time(2s, [this] {
    client_writes("anybody");
    server_writes("hello");
  });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("926600 client: timed out", "926600 server: timed out"));
  EXPECT_THAT(journal, ::testing::IsSupersetOf(
                           {"1000 fault_hit c1 fault v1", "1000 connection_cut c1 fault"}));
}

TEST_F(Move, LeavesNobodyAtTheOldAddressForGood) {
  listen();
  fault(move_fault{}, 1s, 5s);
  at_time(2s, [this] { dial({"10.0.0.2", 8123}); });
  at_time(6s, [this] { dial({"10.0.0.2", 8123}); });
  run_until(200s);
  EXPECT_THAT(log, ElementsAre("129000 client: timed out", "133000 client: timed out"));
  EXPECT_THAT(journal, Contains("2010 fault_hit c1 fault v1"));
}

TEST_F(Move, IsKnownToNamesAtItsEnd) {
  listen();
  fault(move_fault{}, 1s, 5s);
  at_time(2s, [this] { tasks.spawn(ask_and_dial()); });
  at_time(5s, [this] { tasks.spawn(ask_and_dial()); });
  run_until(6s);
  EXPECT_THAT(log, ElementsAre("2000 name: 10.0.0.2", "5000 name: 10.1.0.2",
                               "5020 client: connected", "5030 server: accepted"));
  EXPECT_EQ(server.address(), "10.1.0.2");
  EXPECT_THAT(journal, Contains("2000 fault_hit c0 fault v1"));
}

TEST_F(Move, ReachesADialUnderWay) {
  listen();
  at_time(990ms, [this] { dial(); });
  fault(move_fault{}, 995ms, 5s);
  run_until(200s);
  EXPECT_THAT(log, ElementsAre("127990 client: timed out"));
}

TEST_F(Move, MayHappenAgain) {
  listen();
  fault(move_fault{}, 1s, 2s);
  fault(move_fault{}, 3s, 4s);
  at_time(5s, [this] { dial({"homeassistant.local", 8123}); });
  run_until(6s);
  EXPECT_THAT(log, ElementsAre("5020 client: connected", "5030 server: accepted"));
  EXPECT_EQ(at_client->peer_address(), "10.1.0.3");
}

// The programs there need not know: they go on listening, also anew.
TEST_F(Move, AServerMayListenAtItsFormerAddress) {
  fault(move_fault{}, 1s, 1s);
  run_until(2s);
  auto again = server.listen({"10.0.0.2", 8123});
  EXPECT_TRUE(again.has_value());
  EXPECT_FALSE(client.listen({"10.0.0.2", 8123}).has_value());
}

}  // namespace
}  // namespace hassle::harness
