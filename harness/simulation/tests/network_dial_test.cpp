#include "harness/simulation/tests/two_hosts.hpp"

namespace hassle::harness {
namespace {

using Dial = NetworkFixture;

TEST_F(Dial, ConnectingTakesOneRoundTripAndAcceptingHalfAOneMore) {
  listen();
  dial();
  run_until(1s);
  EXPECT_THAT(log, ElementsAre("20 client: connected", "30 server: accepted"));
  EXPECT_THAT(journal, ElementsAre("0 dialed c1 10.0.0.2:8123", "20 connected c1"));
  EXPECT_EQ(at_client->connection_id(), 1U);
  EXPECT_EQ(at_server->connection_id(), 1U);
}

TEST_F(Dial, NobodyListeningIsRefusedAfterOneRoundTrip) {
  dial();
  run_until(1s);
  EXPECT_THAT(log, ElementsAre("20 client: connection refused"));
  EXPECT_THAT(journal,
              ElementsAre("0 dialed c1 10.0.0.2:8123", "20 dial_failed c1 connection refused"));
}

TEST_F(Dial, AnAddressOfNobodyIsUnreachable) {
  dial({"10.9.9.9", 80});
  run_until(1s);
  EXPECT_THAT(log, ElementsAre("0 client: host unreachable"));
}

TEST_F(Dial, NamesResolveToAddresses) {
  asio::awaitable<void> task = [](two_hosts& t) -> asio::awaitable<void> {
    // Named, because g++ 12 destroys a braced temporary within a co_await twice.
    const net::endpoint good{"homeassistant.local", 8123};
    const auto known = co_await t.client.resolve(good);
    t.note("known", known ? known->front().host : error_text(known.error()));
    const net::endpoint bad{"nowhere.local", 1};
    const auto unknown = co_await t.client.resolve(bad);
    t.note("unknown", unknown ? "?" : error_text(unknown.error()));
  }(*this);
  tasks.spawn(std::move(task));
  run_until(1s);
  EXPECT_THAT(log, ElementsAre("0 known: 10.0.0.2", "0 unknown: host not found"));
}

// Linux's schedule with tcp_syn_retries = 6: it decides how long a program hangs without limits of
// its own.
TEST_F(Dial, ABlackHoleEndsAfter127Seconds) {
  listen();
  fault(scenario::blackhole_fault{}, 0s, 1h);
  at_time(1ms, [this] { dial(); });
  run_until(200s);
  EXPECT_THAT(log, ElementsAre("127001 client: timed out"));
  EXPECT_THAT(journal, ElementsAre("1 dialed c1 10.0.0.2:8123", "11 fault_hit c1 fault v1",
                                   "127001 dial_failed c1 timed out"));
}

TEST_F(Dial, TheNextSynAfterHealingConnects) {
  struct story {
    net::duration healed;
    const char* connected;
  };
  for (const auto& [healed, connected] :
       std::initializer_list<story>{{.healed = 500ms, .connected = "1020 client: connected"},
                                    {.healed = 2s, .connected = "3020 client: connected"},
                                    {.healed = 3500ms, .connected = "7020 client: connected"},
                                    {.healed = 8s, .connected = "15020 client: connected"},
                                    {.healed = 16s, .connected = "31020 client: connected"},
                                    {.healed = 32s, .connected = "63020 client: connected"}}) {
    two_hosts pair;
    pair.listen();
    pair.partition(0s, healed);
    pair.at_time(0s, [&pair] { pair.dial(); });
    pair.run_until(130s);
    ASSERT_FALSE(pair.log.empty());
    EXPECT_EQ(pair.log.front(), connected);
  }
}

// The fault begins while the SYN is on its way: connects that are not complete are hit too.
TEST_F(Dial, APartitionReachesAConnectUnderWay) {
  listen();
  at_time(0s, [this] { dial(); });
  partition(15ms, 500ms);  // The SYN has arrived, its answer has not.
  run_until(2s);
  EXPECT_EQ(log.front(), "1020 client: connected");
  EXPECT_THAT(journal, ::testing::Contains("20 fault_hit c1 fault v1"));
}

TEST_F(Dial, AConnectCanBeCancelledAndLeavesNothing) {
  listen();
  fault(scenario::blackhole_fault{}, 0s, 1h);
  net::task_group dialing(world.executor());
  asio::awaitable<void> task = [](two_hosts& t) -> asio::awaitable<void> {
    const auto dialed = co_await t.client.connect(t.server_endpoint());
    t.note("client", dialed ? "?" : error_text(dialed.error()));
  }(*this);
  dialing.spawn(std::move(task));
  at_time(5s, [&] { dialing.stop(); });
  run_until(200s);
  EXPECT_EQ(dialing.size(), 0U);
  EXPECT_THAT(log, ElementsAre("5000 client: cancelled"));
  EXPECT_EQ(net.open_connections(), 0U);
}

TEST_F(Dial, AcceptCanBeCancelled) {
  net::task_group accepting(world.executor());
  auto listening = server.listen({"", 0});
  asio::awaitable<void> task = [](two_hosts& t, net::acceptor& a) -> asio::awaitable<void> {
    const auto accepted = co_await a.accept();
    t.note("server", accepted ? "?" : error_text(accepted.error()));
  }(*this, **listening);
  accepting.spawn(std::move(task));
  at_time(1s, [&] { accepting.stop(); });
  run_until(2s);
  EXPECT_EQ(accepting.size(), 0U);
  EXPECT_THAT(log, ElementsAre("1000 server: cancelled"));
}

TEST_F(Dial, ConnectionsWaitForAccept) {
  auto listening = server.listen(server_endpoint());
  dial();
  run_until(1s);
  EXPECT_THAT(log, ElementsAre("20 client: connected"));
  client_writes("early");
  acceptor = std::move(*listening);
  asio::awaitable<void> task = [](two_hosts& t) -> asio::awaitable<void> {
    auto accepted = co_await t.acceptor->accept();
    t.at_server = std::move(*accepted);
    t.read("server", t.at_server.get());
  }(*this);
  tasks.spawn(std::move(task));
  run_until(2s);
  EXPECT_THAT(log, ::testing::Contains("1010 server: early"));
}

TEST_F(Dial, AFullBacklogDropsTheSyn) {
  two_hosts pair({.latency = 10ms}, 1, {.backlog = 1});
  auto listening = pair.server.listen(pair.server_endpoint());
  pair.dial();
  pair.run_until(100ms);
  pair.dial();
  pair.run_until(200s);
  EXPECT_THAT(pair.log, ElementsAre("20 client: connected", "127100 client: timed out"));
}

// A listener that closes takes the connections with it that nobody has accepted.
TEST_F(Dial, ClosingTheListenerResetsWhatWasNotAccepted) {
  auto listening = server.listen(server_endpoint());
  dial();
  run_until(1s);
  read("client", at_client.get());
  (*listening)->close();
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("20 client: connected", "1010 client: connection reset"));
}

TEST_F(Dial, PortsAreTakenOrPicked) {
  auto first = server.listen({"0.0.0.0", 0});
  auto second = server.listen({server.address(), 0});
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->local_endpoint().port, (*second)->local_endpoint().port);
  const auto taken = server.listen((*first)->local_endpoint());
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error(), asio::error::address_in_use);
  EXPECT_FALSE(server.listen({client.address(), 80}).has_value());
  (*first)->close();
  EXPECT_TRUE(server.listen((*first)->local_endpoint()).has_value());
}

TEST_F(Dial, AHostMayTalkToItselfWithoutDelay) {
  listen();
  partition(0s, 1h);
  asio::awaitable<void> task = [](two_hosts& t) -> asio::awaitable<void> {
    const auto dialed = co_await t.server.connect(t.server_endpoint());
    t.note("server", dialed ? "connected" : error_text(dialed.error()));
  }(*this);
  at_time(1s, [&] { tasks.spawn(std::move(task)); });
  run_until(2s);
  EXPECT_EQ(log.front(), "1000 server: connected");
}

}  // namespace
}  // namespace hassle::harness
