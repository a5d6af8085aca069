// How connections end: by their programs, by their hosts, by middleboxes.
#include "harness/simulation/tests/two_hosts.hpp"

namespace hassle::harness {
namespace {

using Ending = NetworkFixture;
using scenario::expiry_style;

TEST_F(Ending, CloseIsSeenAsTheEndOfTheStreamBehindAllBytes) {
  connect();
  at_time(1s, [this] {
    server_writes("last words");
    at_server->close();
  });
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("1010 client: last words", "1010 client: end of stream"));
}

TEST_F(Ending, ShutdownLeavesTheOtherDirectionOpen) {
  connect();
  at_client->shutdown_send();
  run_until(1s);
  server_writes("go on");
  client_writes("too late");
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("110 server: end of stream", "1000 client: write broken pipe",
                               "1010 client: go on"));
}

TEST_F(Ending, BothClosedLeavesNothingBehind) {
  connect();
  at_client->close();
  run_until(1s);
  at_server->close();
  run_until(2s);
  EXPECT_EQ(net.open_connections(), 0U);
  EXPECT_EQ(world.pending_events(), 0U);
}

TEST_F(Ending, BytesForAClosedSocketAreAnsweredWithRst) {
  connect();
  at_time(1s, [this] { at_server->close(); });
  at_time(2s, [this] { client_writes("hello"); });
  at_time(3s, [this] { client_writes("again"); });
  run_until(4s);
  EXPECT_THAT(log,
              ElementsAre("1010 client: end of stream", "3000 client: write connection reset"));
}

TEST_F(Ending, WritingAfterAResetThatWasToldIsABrokenPipe) {
  connect();
  at_server->reset();
  run_until(1s);
  client_writes("hello");
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("110 client: connection reset", "1000 client: write broken pipe"));
}

// As Linux does: otherwise lost requests would look like a polite goodbye.
TEST_F(Ending, ClosingWithUnreadBytesSendsRst) {
  listen();
  dial();
  run_until(100ms);
  read("client", at_client.get());
  client_writes("never read");
  run_until(1s);
  log.clear();
  at_server->close();
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("1010 client: connection reset"));
}

TEST_F(Ending, BytesThatArrivedBeforeAResetCanStillBeRead) {
  listen();
  dial();
  run_until(100ms);
  server_writes("answer");
  at_server->reset();
  run_until(1s);
  log.clear();
  read("client", at_client.get());
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("1000 client: answer", "1000 client: connection reset"));
}

TEST_F(Ending, OurOwnCloseAbortsWhatIsPending) {
  connect();
  std::vector<error_code> seen;
  char byte = 0;
  at_server.reset();
  run_until(1s);
  at_client.reset();
  dial();
  run_until(2s);
  at_client->read_some(asio::buffer(&byte, 1),
                       [&](error_code ec, std::size_t) { seen.push_back(ec); });
  at_client->close();
  EXPECT_THAT(seen, IsEmpty());  // Never inline.
  at_client->read_some(asio::buffer(&byte, 1),
                       [&](error_code ec, std::size_t) { seen.push_back(ec); });
  at_client.reset();
  run_until(3s);
  EXPECT_THAT(seen, ElementsAre(asio::error::operation_aborted, asio::error::operation_aborted));
}

// The server's host lost its state: the client must find out by speaking.
TEST_F(Ending, HalfOpenIsNoticedByTheNextSegment) {
  connect();
  fault(scenario::forget_fault{}, 1s, 1s);
  at_time(1h, [this] { client_writes("hello"); });
  run_until(2h);
  EXPECT_THAT(log,
              ElementsAre("1000 server: connection reset", "3600020 client: connection reset"));
  EXPECT_THAT(journal, ::testing::IsSupersetOf(
                           {"1000 fault_hit c1 fault v1", "1000 connection_cut c1 fault"}));
}

TEST_F(Ending, AVanishedMachineAnswersNothing) {
  connect();
  at_time(1s, [this] { net.reset_host(client, ending::silent); });
  at_time(2s, [this] { server_writes("hello"); });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("926600 server: timed out"));
}

TEST_F(Ending, ResettingAHostEndsItsDialsAndListeners) {
  connect();
  at_time(1s, [this] {
    net.reset_host(server, ending::reset);
    dial();
  });
  at_time(2s, [this] {
    dial();
    net.reset_host(client, ending::fin);
  });
  run_until(3s);
  EXPECT_THAT(log, ElementsAre("1010 client: connection reset", "1020 client: connection refused",
                               "2000 client: cancelled"));
}

scenario::network with_box(const scenario::middlebox& box) { return {.latency = 10ms, .box = box}; }

TEST(Middlebox, SilentIdleExpirySwallowsAllThatFollows) {
  two_hosts pair(with_box({.idle = 15min, .on_expiry = expiry_style::silent}));
  pair.connect();
  pair.at_time(10min, [&] { pair.client_writes("in time"); });
  pair.at_time(1h, [&] { pair.client_writes("too late"); });
  pair.run_until(2h);
  // Traffic at 10 min restarts the timer: it expires at 25 min.
  EXPECT_THAT(pair.log, ElementsAre("600010 server: in time", "4524600 client: timed out"));
  EXPECT_THAT(pair.journal, ::testing::Contains("1500010 connection_cut c1 middlebox idle"));
}

TEST(Middlebox, LifetimeExpiresInSpiteOfTraffic) {
  two_hosts pair(with_box({.lifetime = 15min, .on_expiry = expiry_style::reset}));
  pair.connect();
  for (int i = 1; i < 20; ++i) pair.at_time(i * 1min, [&] { pair.client_writes("x"); });
  pair.run_until(16min);
  // Connected at 20 ms; the RST has half of the 10 ms to go.
  EXPECT_THAT(pair.log,
              ::testing::IsSupersetOf({"900010 server: x", "900025 client: connection reset",
                                       "900025 server: connection reset",
                                       "960000 client: write broken pipe"}));
  EXPECT_THAT(pair.journal, ::testing::Contains("900020 connection_cut c1 middlebox lifetime"));
}

TEST(Middlebox, FinExpiryEndsBothStreamsAndAnswersLaterBytesWithRst) {
  two_hosts pair(with_box({.idle = 1min, .on_expiry = expiry_style::fin}));
  pair.connect();
  pair.at_time(2min, [&] { pair.client_writes("hello"); });
  pair.at_time(3min, [&] { pair.client_writes("again"); });
  pair.run_until(1h);
  // The last traffic was the handshake, arriving at 30 ms.
  EXPECT_THAT(pair.log, ElementsAre("60035 client: end of stream", "60035 server: end of stream",
                                    "180000 client: write connection reset"));
}

TEST(Middlebox, BytesThatPassedTheBoxStillArriveBeforeItsFin) {
  two_hosts pair(with_box({.lifetime = 1min, .on_expiry = expiry_style::fin}));
  pair.connect();
  pair.at_time(1min + 12ms, [&] { pair.client_writes("passed"); });  // The box cuts at 60.02 s.
  pair.at_time(1min + 18ms, [&] { pair.server_writes("swallowed"); });
  pair.run_until(2min);
  EXPECT_THAT(pair.log, ElementsAre("60022 server: passed", "60025 client: end of stream",
                                    "60025 server: end of stream"));
}

TEST(Middlebox, AClosedConnectionIsForgotten) {
  two_hosts pair(with_box({.idle = 1min, .lifetime = 1h, .on_expiry = expiry_style::silent}));
  pair.connect();
  pair.at_client->close();
  pair.at_server->close();
  pair.run_until(1s);
  EXPECT_EQ(pair.net.open_connections(), 0U);
  EXPECT_EQ(pair.world.pending_events(), 0U);
}

TEST(Backpressure, WritingWaitsForAReaderThatDoesNotRead) {
  two_hosts pair({.latency = 10ms}, 1, {.send_buffer = 1000});
  pair.listen();
  pair.dial();
  pair.run_until(100ms);
  const std::string bytes(1500, 'x');
  std::vector<std::size_t> written;
  const auto write_rest = [&](std::size_t from) {
    const asio::const_buffer rest(bytes.data() + from, bytes.size() - from);
    pair.at_client->write_some({&rest, 1},
                               [&](error_code, std::size_t n) { written.push_back(n); });
  };
  write_rest(0);
  pair.run_until(200ms);
  write_rest(1000);
  pair.run_until(1h);
  EXPECT_THAT(written, ElementsAre(1000U));
  pair.read("server", pair.at_server.get());
  pair.run_until(2h);
  EXPECT_THAT(written, ElementsAre(1000U, 500U));
}

}  // namespace
}  // namespace hassle::harness
