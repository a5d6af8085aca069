// A world that is interrupted ends with programs suspended in the middle of everything. Streams
// belong to coroutines, coroutines to handlers, and handlers to streams: nothing of that may be
// left.
#include "harness/simulation/network.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using token = std::shared_ptr<int>;  // Held by each program: gone once its frame is.

struct suspended_world {
  std::optional<simulated_world> world{std::in_place, 1U};
  std::optional<network> net{std::in_place, *world, scenario::network{.latency = 10ms},
                             [](const reports::event&) {}};
  host& client = net->add_host("client");
  host& server = net->add_host("server");
  token held = std::make_shared<int>(0);

  void start(asio::awaitable<void> program) {
    asio::co_spawn(world->executor(), std::move(program), [](const std::exception_ptr&) {});
  }
  void end() {
    world->run_until(net::time_point(1s));
    EXPECT_GT(held.use_count(), 1);
    net.reset();
    world.reset();
    EXPECT_EQ(held.use_count(), 1);
  }
};

asio::awaitable<void> sleep(host& where, [[maybe_unused]] token held) {
  co_await net::sleep_until(where.time(), net::time_point(1h));
}

asio::awaitable<void> dial(host& where, net::endpoint to, [[maybe_unused]] token held) {
  const auto dialed = co_await where.connect(to);
  EXPECT_FALSE(dialed.has_value()) << "it should have stayed suspended";
}

asio::awaitable<void> accept(std::unique_ptr<net::acceptor> from, [[maybe_unused]] token held) {
  std::vector<std::unique_ptr<net::byte_stream>> kept;
  for (;;) {
    auto accepted = co_await from->accept();
    if (!accepted) co_return;
    kept.push_back(std::move(*accepted));
  }
}

asio::awaitable<void> read(host& where, net::endpoint to, token held) {
  auto dialed = co_await where.connect(to);
  char byte = 0;
  net::byte_stream& stream = **dialed;
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code, std::size_t)>(
      [&](auto handler) {
        stream.read_some(asio::buffer(&byte, 1),
                         [held, h = std::move(handler)](error_code ec, std::size_t n) mutable {
                           std::move(h)(ec, n);
                         });
      },
      asio::use_awaitable);
}

TEST(Teardown, ASleeperIsFreed) {
  suspended_world w;
  w.start(sleep(w.client, w.held));
  w.end();
}

TEST(Teardown, ADialAndAnAcceptAreFreed) {
  suspended_world w;
  auto listening = w.server.listen({"", 80});
  w.start(accept(std::move(*listening), w.held));
  w.server.freeze();
  w.start(dial(w.client, {w.server.address(), 80}, w.held));
  w.end();
}

TEST(Teardown, AReadIsFreed) {
  suspended_world w;
  auto listening = w.server.listen({"", 80});
  w.start(accept(std::move(*listening), nullptr));
  w.start(read(w.client, {w.server.address(), 80}, w.held));
  w.end();
}

// What was due while a host was frozen holds programs too.
TEST(Teardown, WhatIsDueOnAFrozenHostIsFreed) {
  suspended_world w;
  const auto soon = [](host& where, [[maybe_unused]] token held) -> asio::awaitable<void> {
    co_await net::sleep_until(where.time(), net::time_point(500ms));
  };
  w.start(soon(w.client, w.held));
  w.world->run_until(net::time_point(100ms));
  w.client.freeze();
  w.end();
}

}  // namespace
}  // namespace hassle::harness
