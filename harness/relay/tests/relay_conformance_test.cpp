// What the relay does, with the same bodies on the simulated world and on real sockets over
// loopback. No elapsed time is asserted, and ports are picked by the world.
#include "harness/relay/relay.hpp"
#include "harness/simulation/tests/arena.hpp"

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

using scenario::expiry_style;
using ::testing::ElementsAre;
using stream_ptr = std::unique_ptr<net::byte_stream>;

struct RelayFixture : ::testing::TestWithParam<std::string> {
  struct party {
    stream_ptr stream;
    std::string received;
    error_code ended;
  };
  std::unique_ptr<arena> place = make_arena(GetParam());
  std::unique_ptr<net::acceptor> upstream =
      std::move(*place->far().listen({place->far_address(), 0}));
  std::vector<std::string> events;
  relay between{place->far(),
                upstream->local_endpoint(),
                {.latency = {}},
                1,
                [this](const reports::event& e) {
                  events.push_back(std::string(reports::name_of(e.kind)) + " " + e.text);
                }};
  net::task_group tasks{place->near().executor()};
  party client;
  party server;
  error_code dialed;
  std::uint32_t faults = 0;

  ~RelayFixture() override {
    between.stop();
    tasks.stop();
    client.stream.reset();
    server.stream.reset();
    upstream.reset();
    place->run();
  }

  scenario::planned_fault begin(scenario::fault_parameters what, net::duration amount = {}) {
    const scenario::planned_fault occurrence{.number = ++faults, .amount = amount};
    EXPECT_TRUE(between.begin_fault({.name = "trouble", .what = std::move(what)}, occurrence));
    return occurrence;
  }

  void connect() {
    EXPECT_FALSE(between.listen({place->far_address(), 0}));
    tasks.spawn(accept());
    tasks.spawn(dial());
  }
  asio::awaitable<void> accept() {
    auto accepted = co_await upstream->accept();
    if (!accepted) co_return;
    server.stream = std::move(*accepted);
    read(server);
    if (when_connected) when_connected();
  }
  asio::awaitable<void> dial() {
    auto result = co_await place->near().connect(between.local_endpoint());
    if (!result) {
      dialed = result.error();
      co_return;
    }
    client.stream = std::move(*result);
    read(client);
    if (when_dialed) when_dialed();
  }
  void read(party& p) {
    auto buffer = std::make_shared<std::string>(4096, '\0');
    p.stream->read_some(asio::buffer(*buffer), [this, &p, buffer](error_code ec, std::size_t n) {
      p.received.append(*buffer, 0, n);
      if (ec) {
        p.ended = ec;
        if (ec == asio::error::eof) p.stream->close();
        return;
      }
      if (on_bytes) on_bytes(p);
      read(p);
    });
  }
  static void write(party& p, const std::string& text) {
    auto kept = std::make_shared<std::string>(text);
    const asio::const_buffer buffer(kept->data(), kept->size());
    p.stream->write_some({&buffer, 1}, [kept](error_code, std::size_t) {});
  }
  /// When all is done but the relay still listens.
  void run_until_ended() {
    on_idle_stop();
    place->run();
  }
  void on_idle_stop() {
    // The accept of the relay waits for ever on real sockets: it ends with the connection.
    tasks.spawn(watch());
  }
  asio::awaitable<void> watch() {
    while (!(dialed || (client.ended && (server.ended || !server.stream)))) {
      const net::time_point soon = place->near().time().now() + 1ms;
      const error_code ec = co_await net::sleep_until(place->near().time(), soon);
      if (ec) co_return;
    }
    upstream->close();
    between.stop();
  }

  std::function<void()> when_connected;
  std::function<void()> when_dialed;
  std::function<void(party&)> on_bytes;
};

TEST_P(RelayFixture, BytesAndTheirEndPassBothWays) {
  when_dialed = [this] {
    write(client, "hello");
    client.stream->shutdown_send();
  };
  when_connected = [this] {
    write(server, "welcome");
    server.stream->shutdown_send();
  };
  connect();
  run_until_ended();
  EXPECT_EQ(server.received, "hello");
  EXPECT_EQ(client.received, "welcome");
  EXPECT_EQ(client.ended, asio::error::eof);
  EXPECT_EQ(server.ended, asio::error::eof);
  EXPECT_EQ(between.relayed_bytes(), 12U);
  EXPECT_EQ(between.open_connections(), 0U);
}

TEST_P(RelayFixture, AResetOfTheServerReachesTheClient) {
  when_connected = [this] {
    server.stream->reset();
    server.ended = asio::error::operation_aborted;
  };
  connect();
  run_until_ended();
  EXPECT_EQ(client.ended, asio::error::connection_reset);
}

TEST_P(RelayFixture, WhileItRefusesConnectsAreRefused) {
  EXPECT_FALSE(between.listen({place->far_address(), 0}));
  between.refuse();
  tasks.spawn(dial());
  run_until_ended();
  EXPECT_EQ(dialed, asio::error::connection_refused);
}

TEST_P(RelayFixture, ACutByResetIsOneForBothSides) {
  when_connected = [this] { begin(scenario::cut_fault{expiry_style::reset}); };
  connect();
  run_until_ended();
  EXPECT_EQ(client.ended, asio::error::connection_reset);
  EXPECT_EQ(server.ended, asio::error::connection_reset);
  EXPECT_THAT(events, ElementsAre("fault_hit trouble", "connection_cut trouble"));
}

TEST_P(RelayFixture, ACutByFinIsAnEndForBothSides) {
  when_connected = [this] { begin(scenario::cut_fault{expiry_style::fin}); };
  connect();
  run_until_ended();
  EXPECT_EQ(client.ended, asio::error::eof);
  EXPECT_EQ(server.ended, asio::error::eof);
}

TEST_P(RelayFixture, AForgetfulServerAnswersTheNextBytesWithAReset) {
  when_connected = [this] {
    begin(scenario::forget_fault{});
    write(client, "anybody?");
  };
  connect();
  run_until_ended();
  EXPECT_EQ(server.ended, asio::error::connection_reset);
  EXPECT_EQ(client.ended, asio::error::connection_reset);
  EXPECT_EQ(server.received, "");
}

TEST_P(RelayFixture, ACutAfterSomeBytesLetsExactlyThosePass) {
  begin(scenario::cut_after_fault{.bytes = 3, .age = {}, .how = expiry_style::fin});
  when_connected = [this] { write(client, "abcdef"); };
  connect();
  run_until_ended();
  EXPECT_EQ(server.received, "abc");
  EXPECT_EQ(server.ended, asio::error::eof);
}

TEST_P(RelayFixture, ACutAtAnAgeNeedsNoTraffic) {
  begin(scenario::cut_after_fault{.bytes = {}, .age = 5ms, .how = expiry_style::reset});
  connect();
  run_until_ended();
  EXPECT_EQ(client.ended, asio::error::connection_reset);
  EXPECT_EQ(server.ended, asio::error::connection_reset);
}

TEST_P(RelayFixture, WhatAPartitionHeldBackArrivesAfterIt) {
  const auto fault = begin(scenario::partition_fault{scenario::flow::to_client});
  when_connected = [this] { write(client, "question"); };
  on_bytes = [this, fault](party& p) {
    if (&p == &client) return client.stream->close();
    write(server, "answer");
    const net::time_point later = place->near().time().now() + 20ms;
    place->near().time().call_at(later, [this, fault] {
      EXPECT_EQ(client.received, "");
      between.end_fault(fault);
    });
  };
  connect();
  run_until_ended();
  EXPECT_EQ(client.received, "answer");
}

INSTANTIATE_TEST_SUITE_P(Worlds, RelayFixture, ::testing::Values("simulated", "real"),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace hassle::harness
