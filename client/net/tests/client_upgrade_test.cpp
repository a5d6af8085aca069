// What a client makes of the answers to its upgrade request.
#include <hassle/net/websocket.hpp>
#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using connected = std::expected<std::unique_ptr<websocket>, upgrade_failure>;

struct ClientUpgradeFixture : ::testing::Test {
  manual_world world;
  std::shared_ptr<wire> peer = std::make_shared<wire>(world.executor());
  task_group tasks{world.executor()};
  websocket_limits limits;
  client_upgrade wish{.host = "[::1]:8123", .target = "/x/api/websocket", .headers = {}};
  std::optional<connected> got;

  ~ClientUpgradeFixture() override {
    tasks.stop();
    got.reset();
    world.settle();
  }
  static asio::awaitable<void> dial(ClientUpgradeFixture& f) {
    auto connecting = websocket_connect(f.world.time(), std::make_unique<memory_stream>(f.peer),
                                        f.wish, f.limits);
    auto done = co_await std::move(connecting);
    f.got.emplace(std::move(done));
  }
  void connect() {
    tasks.spawn(dial(*this));
    world.settle();
  }
  void answer(std::string_view bytes) {
    peer->give(bytes);
    world.settle();
  }
  [[nodiscard]] const upgrade_failure& failure() const { return got.value().error(); }
};

TEST_F(ClientUpgradeFixture, SendsHostPathAndItsOwnHeaders) {
  wish.headers.push_back({"User-Agent", "test/1"});
  connect();
  const std::string sent = peer->take();
  EXPECT_THAT(sent, StartsWith("GET /x/api/websocket HTTP/1.1\r\nHost: [::1]:8123\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\nUser-Agent: test/1\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("permessage-deflate")));
}

TEST_F(ClientUpgradeFixture, OffersDeflateWhereItIsWanted) {
  limits.deflate = true;
  connect();
  EXPECT_THAT(peer->take(), HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate"));
}

TEST_F(ClientUpgradeFixture, KnowsARefusalByTheEndOfItsHead) {
  connect();
  answer("HTTP/1.1 503 Service Unavailable\r\nContent-Le");
  EXPECT_FALSE(got);
  answer("ngth: 100000000\r\nretry-after: 30\r\n\r\n");
  ASSERT_TRUE(got);
  ASSERT_FALSE(*got);
  EXPECT_EQ(failure().http_status, 503U);
  EXPECT_EQ(failure().retry_after, 30s);
  EXPECT_TRUE(is_upgrade_declined(failure().ec));
  EXPECT_TRUE(peer->closed);
}

TEST_F(ClientUpgradeFixture, ARefusalThatIsAllThereIsKnownAsWell) {
  connect();
  answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(failure().http_status, 403U);
  EXPECT_EQ(failure().retry_after, std::nullopt);
  EXPECT_TRUE(is_upgrade_declined(failure().ec));
}

TEST_F(ClientUpgradeFixture, ARedirectAndAPageAreRefusals) {
  connect();
  answer("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>");
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(failure().http_status, 200U);
}

TEST_F(ClientUpgradeFixture, WhatIsNoHttpIsAnError) {
  connect();
  answer("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(failure().http_status, 0U);
  EXPECT_FALSE(is_upgrade_declined(failure().ec));
  EXPECT_TRUE(peer->closed);
}

TEST_F(ClientUpgradeFixture, AHeadWithoutAnEndIsCutOff) {
  connect();
  answer("HTTP/1.1 101 Switching Protocols\r\n");
  for (int i = 0; i < 100 && !got; ++i) answer("X-Filler: " + std::string(1000, 'x') + "\r\n");
  ASSERT_TRUE(got && !*got);
  EXPECT_TRUE(peer->closed);
}

TEST_F(ClientUpgradeFixture, AnAnswerToAnotherKeyIsNoWebSocket) {
  connect();
  answer(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(failure().http_status, 0U);
  EXPECT_TRUE(peer->closed);
}

TEST_F(ClientUpgradeFixture, TheEndBeforeAnAnswerIsAnError) {
  connect();
  answer("HTTP/1.1 10");
  peer->give_fin();
  world.settle();
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(failure().http_status, 0U);
}

TEST_F(ClientUpgradeFixture, ACancelledCallerDropsTheStream) {
  connect();
  tasks.stop();
  world.settle();
  EXPECT_TRUE(peer->closed);
}

}  // namespace
}  // namespace hassle::net
