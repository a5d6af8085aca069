// What every world promises: the same bodies on the simulated one and on real sockets over
// loopback. No elapsed time is asserted, and ports are picked by the world.
#include "arena.hpp"

#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>

#include <memory>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using stream_ptr = std::unique_ptr<net::byte_stream>;

struct WorldFixture : ::testing::TestWithParam<std::string> {
  std::unique_ptr<arena> place = make_arena(GetParam());
  net::task_group tasks{place->near().executor()};
  stream_ptr client;
  stream_ptr server;

  std::unique_ptr<net::acceptor> listen() {
    auto listening = place->far().listen({place->far_address(), 0});
    EXPECT_TRUE(listening.has_value());
    return std::move(*listening);
  }

  static asio::awaitable<void> accept_into(net::acceptor& from, stream_ptr& into) {
    auto accepted = co_await from.accept();
    if (accepted) into = std::move(*accepted);
  }
  static asio::awaitable<void> dial_into(net::world& w, net::endpoint to, stream_ptr& into,
                                         error_code& ec) {
    auto dialed = co_await w.connect(std::move(to));
    if (dialed) {
      into = std::move(*dialed);
    } else {
      ec = dialed.error();
    }
  }

  void connect() {
    error_code ec;
    const auto acceptor = listen();
    tasks.spawn(accept_into(*acceptor, server));
    tasks.spawn(dial_into(place->near(), acceptor->local_endpoint(), client, ec));
    place->run();
    EXPECT_FALSE(ec) << ec.message();
    EXPECT_TRUE(client && server);
  }

  /// Reads until the end or an error, which it returns in `ec`.
  static void read_all(net::byte_stream& from, std::string& into, error_code& ec) {
    auto buffer = std::make_shared<std::string>(70'000, '\0');
    from.read_some(asio::buffer(*buffer), [&, buffer](error_code e, std::size_t n) {
      into.append(*buffer, 0, n);
      ec = e;
      if (!e) read_all(from, into, ec);
    });
  }

  /// Writes all of `text`, which must stay alive.
  static void write_all(
      net::byte_stream& to, std::string_view text, std::move_only_function<void()> then = [] {}) {
    const asio::const_buffer rest(text.data(), text.size());
    to.write_some({&rest, 1},
                  [&to, text, then = std::move(then)](error_code ec, std::size_t n) mutable {
                    if (ec) return;
                    if (n == text.size()) return then();
                    write_all(to, text.substr(n), std::move(then));
                  });
  }
};

TEST_P(WorldFixture, ConnectsAndBothEndsKnowTheSameNumber) {
  connect();
  EXPECT_NE(client->connection_id(), 0U);
  EXPECT_EQ(client->connection_id(), server->connection_id());
}

TEST_P(WorldFixture, BothEndsKnowWhereTheOtherIs) {
  connect();
  EXPECT_EQ(client->peer_address(), place->far_address());
  EXPECT_NE(server->peer_address(), "");
}

TEST_P(WorldFixture, NobodyListeningIsRefused) {
  net::endpoint closed;
  {
    const auto acceptor = listen();
    closed = acceptor->local_endpoint();
  }
  error_code ec;
  tasks.spawn(dial_into(place->near(), closed, client, ec));
  place->run();
  EXPECT_EQ(ec, asio::error::connection_refused);
  EXPECT_EQ(client, nullptr);
}

TEST_P(WorldFixture, BytesArriveInOrderBothWays) {
  connect();
  std::string at_server;
  std::string at_client;
  error_code server_ec;
  error_code client_ec;
  read_all(*server, at_server, server_ec);
  read_all(*client, at_client, client_ec);
  std::string sent;
  for (int i = 0; i < 1000; ++i) sent += std::to_string(i) + " ";
  write_all(*client, sent, [&] { client->shutdown_send(); });
  write_all(*server, sent, [&] { server->shutdown_send(); });
  place->run();
  EXPECT_EQ(at_server, sent);
  EXPECT_EQ(at_client, sent);
  EXPECT_EQ(server_ec, asio::error::eof);
  EXPECT_EQ(client_ec, asio::error::eof);
}

TEST_P(WorldFixture, GatheredBuffersArriveAsOne) {
  connect();
  std::string at_server;
  error_code ec;
  read_all(*server, at_server, ec);
  {
    const std::vector<asio::const_buffer> parts{asio::buffer("abc", 3), asio::buffer("", 0),
                                                asio::buffer("def", 3)};
    client->write_some(parts, [&](error_code, std::size_t) { client->close(); });
  }  // The list itself need not live on.
  place->run();
  EXPECT_EQ(at_server, "abcdef");
  EXPECT_EQ(ec, asio::error::eof);
}

TEST_P(WorldFixture, AReaderThatComesLateStillGetsAll) {
  connect();
  write_all(*client, "early", [&] { client->shutdown_send(); });
  place->run();
  std::string at_server;
  error_code ec;
  read_all(*server, at_server, ec);
  place->run();
  EXPECT_EQ(at_server, "early");
  EXPECT_EQ(ec, asio::error::eof);
}

TEST_P(WorldFixture, AResetIsToldApartFromAnEnd) {
  connect();
  std::string nothing;
  error_code ec;
  read_all(*client, nothing, ec);
  asio::post(place->near().executor(), [&] { server->reset(); });
  place->run();
  EXPECT_EQ(ec, asio::error::connection_reset);
}

TEST_P(WorldFixture, OurOwnCloseAbortsTheReadAndLaterOperations) {
  connect();
  std::vector<error_code> seen;
  char byte = 0;
  const asio::const_buffer one(&byte, 1);
  const auto note = [&](error_code e, std::size_t) { seen.push_back(e); };
  client->read_some(asio::buffer(&byte, 1), note);
  client->close();
  client->read_some(asio::buffer(&byte, 1), note);
  client->write_some({&one, 1}, note);
  EXPECT_TRUE(seen.empty());  // Handlers are never called inline.
  place->run();
  EXPECT_THAT(seen, ElementsAre(asio::error::operation_aborted, asio::error::operation_aborted,
                                asio::error::operation_aborted));
}

TEST_P(WorldFixture, AStreamMayBeDestroyedWithAReadPending) {
  connect();
  std::vector<error_code> seen;
  char byte = 0;
  client->read_some(asio::buffer(&byte, 1), [&](error_code e, std::size_t) { seen.push_back(e); });
  client.reset();
  EXPECT_TRUE(seen.empty());
  place->run();
  EXPECT_THAT(seen, ElementsAre(asio::error::operation_aborted));
}

TEST_P(WorldFixture, WritingBehindOurOwnFinIsABrokenPipe) {
  connect();
  client->shutdown_send();
  error_code seen;
  const char byte = 0;
  const asio::const_buffer one(&byte, 1);
  client->write_some({&one, 1}, [&](error_code e, std::size_t) { seen = e; });
  place->run();
  EXPECT_EQ(seen, asio::error::broken_pipe);
}

TEST_P(WorldFixture, ReadsOfBytesThatAreThereAreNotInlineEither) {
  connect();
  write_all(*client, "x");
  place->run();
  char byte = 0;
  bool called = false;
  server->read_some(asio::buffer(&byte, 1), [&](error_code, std::size_t) { called = true; });
  EXPECT_FALSE(called);
  place->run();
  EXPECT_TRUE(called);
  EXPECT_EQ(byte, 'x');
}

// Ten megabytes do not fit any buffer: the writer has to wait for the reader, who starts late.
TEST_P(WorldFixture, ALargeTransferWaitsForItsReader) {
  connect();
  std::string sent(10'000'000, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 / 7);
  bool done = false;
  std::string received;
  error_code ec;
  write_all(*client, sent, [&] {
    done = true;
    client->shutdown_send();
  });
  bool done_before_reading = true;
  const net::time_point soon = place->near().time().now() + 1ms;
  place->near().time().call_at(soon, [&] {
    done_before_reading = done;
    read_all(*server, received, ec);
  });
  place->run();
  EXPECT_FALSE(done_before_reading);
  EXPECT_TRUE(done);
  EXPECT_EQ(received.size(), sent.size());
  EXPECT_TRUE(received == sent);  // Not EXPECT_EQ: nobody wants to read ten megabytes.
  EXPECT_EQ(ec, asio::error::eof);
}

TEST_P(WorldFixture, PortZeroPicksDistinctPorts) {
  const auto first = listen();
  const auto second = listen();
  EXPECT_NE(first->local_endpoint().port, 0);
  EXPECT_NE(first->local_endpoint().port, second->local_endpoint().port);
}

TEST_P(WorldFixture, AcceptEndsWhenTheTaskIsCancelled) {
  const auto acceptor = listen();
  error_code seen;
  asio::awaitable<void> task = [](net::acceptor& a, error_code& ec) -> asio::awaitable<void> {
    const auto accepted = co_await a.accept();
    if (!accepted) ec = accepted.error();
  }(*acceptor, seen);
  tasks.spawn(std::move(task));
  asio::post(place->near().executor(), [&] { tasks.stop(); });
  place->run();
  EXPECT_EQ(tasks.size(), 0U);
  EXPECT_EQ(seen, asio::error::operation_aborted);
}

TEST_P(WorldFixture, AcceptEndsWhenTheListenerIsClosed) {
  const auto acceptor = listen();
  std::vector<error_code> seen;
  asio::awaitable<void> task = [](net::acceptor& a,
                                  std::vector<error_code>& to) -> asio::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      const auto accepted = co_await a.accept();
      if (!accepted) to.push_back(accepted.error());
    }
  }(*acceptor, seen);
  tasks.spawn(std::move(task));
  asio::post(place->near().executor(), [&] { acceptor->close(); });
  place->run();
  EXPECT_THAT(seen, ElementsAre(asio::error::operation_aborted, asio::error::operation_aborted));
}

TEST_P(WorldFixture, ACancelledTaskCanStillAskAndIsTurnedAway) {
  const auto acceptor = listen();
  std::vector<error_code> seen;
  asio::awaitable<void> task = [](net::world& w, net::acceptor& a,
                                  std::vector<error_code>& to) -> asio::awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    to.push_back(co_await net::sleep_until(w.time(), net::never));
    to.push_back(co_await net::sleep_until(w.time(), w.time().now() + 1h));
    const auto dialed = co_await w.connect(a.local_endpoint());
    if (!dialed) to.push_back(dialed.error());
    const auto accepted = co_await a.accept();
    if (!accepted) to.push_back(accepted.error());
  }(place->near(), *acceptor, seen);
  tasks.spawn(std::move(task));
  asio::post(place->near().executor(), [&] { tasks.stop(); });
  place->run();
  EXPECT_EQ(tasks.size(), 0U);
  const error_code aborted = asio::error::operation_aborted;
  EXPECT_THAT(seen, ElementsAre(aborted, aborted, aborted, aborted));
}

TEST_P(WorldFixture, SleepersWakeInTheOrderOfTheirDeadlines) {
  std::vector<int> order;
  const net::time_point begin = place->near().time().now();
  const auto sleep = [](net::world& w, net::time_point at, int number,
                        std::vector<int>& to) -> asio::awaitable<void> {
    const error_code ec = co_await net::sleep_until(w.time(), at);
    if (!ec) to.push_back(number);
  };
  for (const int number : {3, 1, 2}) {
    tasks.spawn(sleep(place->near(), begin + number * 2ms, number, order));
  }
  tasks.spawn(sleep(place->near(), begin - 1s, 0, order));
  place->run();
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
}

TEST_P(WorldFixture, UnknownNamesAreNotFound) {
  std::vector<error_code> seen;
  asio::awaitable<void> task = [](net::world& w,
                                  std::vector<error_code>& to) -> asio::awaitable<void> {
    // Named, because g++ 12 destroys a braced temporary within a co_await twice.
    const net::endpoint name{"no such name.invalid", 80};
    const auto answer = co_await w.resolve(name);
    if (!answer) to.push_back(answer.error());
  }(place->near(), seen);
  tasks.spawn(std::move(task));
  place->run();
  ASSERT_EQ(seen.size(), 1U);
  if (GetParam() == "simulated") {  // What the system's resolver says depends on the machine.
    EXPECT_EQ(seen[0], asio::error::host_not_found);
  }
}

INSTANTIATE_TEST_SUITE_P(Worlds, WorldFixture, ::testing::Values("simulated", "real"),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace hassle::harness
