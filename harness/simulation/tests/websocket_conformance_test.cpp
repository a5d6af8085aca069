// What the WebSocket promises over any byte stream: the same bodies over the simulated network and
// over real sockets on loopback.
#include "arena.hpp"

#include <hassle/net/task_group.hpp>
#include <hassle/net/websocket.hpp>

#include <gmock/gmock.h>
#include <boost/beast/websocket/error.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// One end: remembers what happened to it, and reacts as the test wants.
class peer final : public net::websocket_events {
 public:
  void take(std::unique_ptr<net::websocket> opened) {
    socket = std::move(opened);
    socket->start(*this);
    if (on_open) on_open();
  }

  void on_text(std::string_view message) override {
    texts.emplace_back(message);
    if (on_message) on_message(texts.back());
  }
  void on_ping() override { ++pings; }
  void on_pong(std::string_view payload) override {
    pong_payload = payload;
    ++pongs;
    if (after_pong) after_pong();
  }
  void on_bytes() override { ++arrivals; }
  void on_end(const net::websocket_end& how) override {
    EXPECT_FALSE(end) << "the end comes once";
    end = how;
  }

  std::unique_ptr<net::websocket> socket;
  std::function<void()> on_open;
  std::function<void(const std::string&)> on_message;
  std::function<void()> after_pong;
  std::vector<std::string> texts;
  std::string pong_payload;
  int pings = 0;
  int pongs = 0;
  int arrivals = 0;
  std::optional<net::websocket_end> end;
};

struct WebsocketFixture : ::testing::TestWithParam<std::string> {
  std::unique_ptr<arena> place = make_arena(GetParam());
  net::task_group tasks{place->near().executor()};
  net::websocket_limits limits;
  net::upgrade_policy policy;
  peer client;
  peer server;
  error_code client_error;
  error_code server_error;

  static asio::awaitable<void> serve(WebsocketFixture& f, std::unique_ptr<net::acceptor> from) {
    auto stream = co_await from->accept();
    auto opened = co_await net::websocket_accept(f.place->far().time(), std::move(*stream),
                                                 f.policy, f.limits);
    if (opened) {
      f.server.take(std::move(*opened));
    } else {
      f.server_error = opened.error();
    }
  }
  static asio::awaitable<void> dial(WebsocketFixture& f, net::endpoint to) {
    auto stream = co_await f.place->near().connect(std::move(to));
    auto opened =
        co_await net::websocket_connect(f.place->near().time(), std::move(*stream), "ha.local",
                                        "/api/websocket", net::websocket_limits{});
    if (opened) {
      f.client.take(std::move(*opened));
    } else {
      f.client_error = opened.error();
    }
  }

  /// Connects, and runs until nothing is left to do: the peers must end the connection.
  void run() {
    auto listening = place->far().listen({place->far_address(), 0});
    ASSERT_TRUE(listening);
    const net::endpoint at = (*listening)->local_endpoint();
    tasks.spawn(serve(*this, std::move(*listening)));
    tasks.spawn(dial(*this, at));
    place->run();
  }
};

TEST_P(WebsocketFixture, CarriesTextsInOrderInBothDirections) {
  client.on_open = [this] {
    client.socket->send("one");
    client.socket->send("two");
  };
  server.on_message = [this](const std::string& text) { server.socket->send(text + "!"); };
  client.on_message = [this](const std::string&) {
    if (client.texts.size() == 2) client.socket->close();
  };
  run();
  EXPECT_THAT(server.texts, ElementsAre("one", "two"));
  EXPECT_THAT(client.texts, ElementsAre("one!", "two!"));
}

TEST_P(WebsocketFixture, TheOtherEndLearnsTheCloseCode) {
  server.on_open = [this] { server.socket->close(1000); };
  run();
  ASSERT_TRUE(client.end && server.end);
  EXPECT_EQ(client.end->peer_code, 1000);
  EXPECT_FALSE(client.end->ours);
  EXPECT_TRUE(server.end->ours);
}

TEST_P(WebsocketFixture, PingsAreAnsweredAndBothAreSeen) {
  client.on_open = [this] { client.socket->ping("7"); };
  client.after_pong = [this] { client.socket->close(); };
  run();
  EXPECT_EQ(server.pings, 1);
  EXPECT_EQ(client.pongs, 1);
  EXPECT_EQ(client.pong_payload, "7");
  EXPECT_GT(client.arrivals, 0);
}

TEST_P(WebsocketFixture, AnAbortIsSeenAsTheEndWithoutAClose) {
  server.on_open = [this] { server.socket->abort(); };
  run();
  ASSERT_TRUE(client.end && server.end);
  EXPECT_FALSE(client.end->peer_code);
  EXPECT_TRUE(client.end->ec);
  EXPECT_TRUE(server.end->ours);
}

TEST_P(WebsocketFixture, AResetIsSeenAsAReset) {
  client.on_open = [this] { client.socket->send("hello"); };
  server.on_message = [this](const std::string&) { server.socket->abort(true); };
  run();
  ASSERT_TRUE(client.end);
  EXPECT_EQ(client.end->ec, asio::error::connection_reset);
}

TEST_P(WebsocketFixture, AMessageAboveTheLimitEndsTheConnection) {
  limits.message_bytes_max = 1000;
  client.on_open = [this] { client.socket->send(std::string(1001, 'x')); };
  run();
  ASSERT_TRUE(client.end && server.end);
  EXPECT_THAT(server.texts, IsEmpty());
  EXPECT_EQ(server.end->ec, boost::beast::websocket::error::message_too_big);
  EXPECT_EQ(client.end->peer_code, 1009);
}

TEST_P(WebsocketFixture, AMessageAtTheLimitArrives) {
  limits.message_bytes_max = 1000;
  client.on_open = [this] { client.socket->send(std::string(1000, 'x')); };
  server.on_message = [this](const std::string&) { server.socket->close(); };
  run();
  EXPECT_EQ(server.texts.size(), 1U);
}

TEST_P(WebsocketFixture, LargeMessagesArriveWhole) {
  const std::string large(3'000'000, 'y');
  client.on_open = [&] { client.socket->send(large); };
  server.on_message = [this](const std::string&) { server.socket->close(); };
  run();
  ASSERT_EQ(server.texts.size(), 1U);
  EXPECT_EQ(server.texts[0], large);
}

TEST_P(WebsocketFixture, TheSendQueueIsBoundedAndClosedByTheEnd) {
  limits.send_queue_max = 2;
  std::vector<bool> taken;
  server.on_open = [&] {
    for (int i = 0; i < 3; ++i) taken.push_back(server.socket->send("m"));
    server.socket->close();
    taken.push_back(server.socket->send("late"));
  };
  run();
  EXPECT_THAT(taken, ElementsAre(true, true, false, false));
}

TEST_P(WebsocketFixture, ARefusedUpgradeIsDeclinedAtBothEnds) {
  policy = [](std::string_view target) -> std::optional<net::upgrade_refusal> {
    EXPECT_EQ(target, "/api/websocket");
    return net::upgrade_refusal{.status = 503, .content_type = "text/plain", .body = "no"};
  };
  run();
  EXPECT_TRUE(net::is_upgrade_declined(client_error));
  EXPECT_TRUE(net::is_upgrade_declined(server_error));
}

TEST_P(WebsocketFixture, WhatArrivesWhileReadingIsPausedIsDeliveredAfterwards) {
  client.on_open = [this] { client.socket->send("waits"); };
  server.on_open = [this] {
    server.socket->pause_reading();
    server.socket->ping({});
  };
  std::size_t texts_while_paused = 99;
  // The client's pong proves that its message, sent before, has arrived as well.
  client.on_message = [](const std::string&) {};
  const auto waker = std::make_shared<net::timer>(place->far().time());
  waker->call_at(place->far().time().now() + 100ms, [&, this] {
    texts_while_paused = server.texts.size();
    server.socket->resume_reading();
  });
  server.on_message = [this](const std::string&) { server.socket->close(); };
  run();
  EXPECT_EQ(texts_while_paused, 0U);
  EXPECT_THAT(server.texts, ElementsAre("waits"));
}

// A stalled server must be able to end a connection that it does not read from.
TEST_P(WebsocketFixture, AnAbortEndsAPausedConnection) {
  client.on_open = [this] { client.socket->send("unread"); };
  server.on_open = [this] {
    server.socket->pause_reading();
    server.socket->abort();
  };
  run();
  EXPECT_TRUE(server.end);
  EXPECT_TRUE(client.end);
}

// An owner that goes away hears nothing any more, and leaves nothing behind.
TEST_P(WebsocketFixture, DestroyingTheHandleDropsTheConnection) {
  server.on_open = [this] { server.socket.reset(); };
  run();
  EXPECT_FALSE(server.end);
  EXPECT_TRUE(client.end);
}

asio::awaitable<void> connect_only(arena& place, net::endpoint to, error_code& ec) {
  auto stream = co_await place.near().connect(std::move(to));
  auto opened = co_await net::websocket_connect(place.near().time(), std::move(*stream), "ha", "/",
                                                net::websocket_limits{});
  if (!opened) ec = opened.error();
}

asio::awaitable<void> accept_and_keep_silent(net::acceptor& from,
                                             std::unique_ptr<net::byte_stream>& into) {
  auto accepted = co_await from.accept();
  if (accepted) into = std::move(*accepted);
}

// An upgrade that is never answered is bounded by whoever waits: cancelling drops the stream.
TEST_P(WebsocketFixture, ACancelledUpgradeEnds) {
  auto listening = place->far().listen({place->far_address(), 0});
  ASSERT_TRUE(listening);
  std::unique_ptr<net::byte_stream> silent;
  error_code ec;
  net::task_group waiting(place->near().executor());
  tasks.spawn(accept_and_keep_silent(**listening, silent));
  waiting.spawn(connect_only(*place, (*listening)->local_endpoint(), ec));
  const auto impatient = std::make_shared<net::timer>(place->near().time());
  impatient->call_at(place->near().time().now() + 200ms, [&] { waiting.stop(); });
  place->run();
  EXPECT_EQ(waiting.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Worlds, WebsocketFixture, ::testing::Values("simulated", "real"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace hassle::harness
