#include <hassle/net/http.hpp>
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
using tunnel = std::expected<std::unique_ptr<byte_stream>, tunnel_failure>;

struct HttpClientFixture : ::testing::Test {
  manual_world world;
  std::shared_ptr<wire> peer = std::make_shared<wire>(world.executor());
  task_group tasks{world.executor()};
  http_limits limits;
  http_request request;
  tunnel_wish wish;
  std::optional<result<http_response>> got;
  std::optional<tunnel> through;

  HttpClientFixture() {
    request.method = "POST";
    request.target = "/auth/token";
    request.headers = {{"Host", "ha.test"}};
    request.body = "a=b";
    wish.authority = "ha.test:8123";
  }
  ~HttpClientFixture() override {
    tasks.stop();
    through.reset();
    world.settle();
  }
  static asio::awaitable<void> exchange(HttpClientFixture& f) {
    auto asking = http_exchange(std::make_unique<memory_stream>(f.peer), f.request, f.limits);
    auto done = co_await std::move(asking);
    f.got.emplace(std::move(done));
  }
  static asio::awaitable<void> dig(HttpClientFixture& f) {
    auto asking = http_tunnel(f.world.time(), std::make_unique<memory_stream>(f.peer), f.wish,
                              f.limits.header_bytes_max);
    auto done = co_await std::move(asking);
    f.through.emplace(std::move(done));
  }
  void ask() {
    tasks.spawn(exchange(*this));
    world.settle();
  }
  void connect() {
    tasks.spawn(dig(*this));
    world.settle();
  }
  void answer(std::string_view bytes) {
    peer->give(bytes);
    world.settle();
  }
  void end() {
    peer->give_fin();
    world.settle();
  }
  std::string read() {
    std::string text(100, '\0');
    std::string heard;
    (**through)->read_some(asio::buffer(text), [&](error_code ec, std::size_t size) {
      heard = ec ? ec.message() : text.substr(0, size);
    });
    world.settle();
    return heard;
  }
};

TEST_F(HttpClientFixture, AsksOnceAndHearsTheAnswer) {
  ask();
  EXPECT_EQ(peer->take(),
            "POST /auth/token HTTP/1.1\r\nHost: ha.test\r\nContent-Length: 3\r\n"
            "Connection: close\r\n\r\na=b");
  answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhel");
  EXPECT_FALSE(got);
  answer("lo");
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->status, 200U);
  EXPECT_EQ((*got)->body, "hello");
  EXPECT_TRUE(peer->closed);
}

TEST_F(HttpClientFixture, UnderstandsChunksAndAnEndThatIsTheEnd) {
  ask();
  answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->body, "abcde");
  got.reset();
  peer = std::make_shared<wire>(world.executor());
  ask();
  answer("HTTP/1.0 400 Bad Request\r\n\r\nall of it");
  EXPECT_FALSE(got);
  end();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->status, 400U);
  EXPECT_EQ((*got)->body, "all of it");
}

TEST_F(HttpClientFixture, PassesOverInterimAnswersButNotForEver) {
  ask();
  answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n");
  EXPECT_FALSE(got);
  answer("HTTP/1.1 204 No Content\r\n\r\n");
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->status, 204U);
  got.reset();
  peer = std::make_shared<wire>(world.executor());
  ask();
  for (int i = 0; i < 20; ++i) answer("HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
}

TEST_F(HttpClientFixture, WhatIsTooLargeIsAnError) {
  limits = {.header_bytes_max = 500, .body_bytes_max = 1000};
  ask();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
  got.reset();
  peer = std::make_shared<wire>(world.executor());
  ask();
  answer("HTTP/1.1 200 OK\r\nX: " + std::string(600, 'x'));
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
  got.reset();
  peer = std::make_shared<wire>(world.executor());
  ask();
  answer("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'));
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
  EXPECT_TRUE(peer->closed);
}

TEST_F(HttpClientFixture, AnEndWithoutAnAnswerAndHalfOfOneAreErrors) {
  ask();
  end();
  ASSERT_TRUE(got && !*got);
  EXPECT_EQ(got->error(), asio::error::eof);
  got.reset();
  peer = std::make_shared<wire>(world.executor());
  ask();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  end();
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
}

TEST_F(HttpClientFixture, ACancelledCallerDropsTheStream) {
  const auto first = peer;
  ask();
  peer = std::make_shared<wire>(world.executor());
  connect();
  tasks.stop();
  world.settle();
  EXPECT_TRUE(first->closed);
  EXPECT_TRUE(peer->closed);
}

TEST_F(HttpClientFixture, AsksAProxyForATunnel) {
  wish.user = "user";
  wish.password = "pass";
  wish.headers.push_back({"User-Agent", "test/1"});
  connect();
  EXPECT_EQ(peer->take(),
            "CONNECT ha.test:8123 HTTP/1.1\r\nHost: ha.test:8123\r\nUser-Agent: test/1\r\n"
            "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
  answer("HTTP/1.1 200 Connection established\r\n\r\n");
  ASSERT_TRUE(through && *through);
  answer("first");
  EXPECT_EQ(read(), "first");
  end();
  EXPECT_EQ(read(), error_code(asio::error::eof).message());
}

TEST_F(HttpClientFixture, BytesBehindTheHeaderBelongToTheTunnel) {
  connect();
  // A length means nothing here (RFC 9110 §9.3.6).
  answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef");
  ASSERT_TRUE(through && *through);
  EXPECT_EQ(read(), "abcdef");
  answer("ghi");
  EXPECT_EQ(read(), "ghi");
}

TEST_F(HttpClientFixture, AnythingButTwoHundredIsARefusal) {
  connect();
  answer(
      "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 1000\r\nRetry-After: 9"
      "\r\n\r\n");
  ASSERT_TRUE(through && !*through);
  EXPECT_EQ(through->error().http_status, 407U);
  EXPECT_EQ(through->error().retry_after, 9s);
  EXPECT_TRUE(peer->closed);
}

TEST_F(HttpClientFixture, AProxysHeaderIsBounded) {
  limits.header_bytes_max = 500;
  connect();
  answer("HTTP/1.1 200 OK\r\nX: " + std::string(600, 'x'));
  ASSERT_TRUE(through && !*through);
  EXPECT_EQ(through->error().http_status, 0U);
  EXPECT_TRUE(peer->closed);
}

}  // namespace
}  // namespace hassle::net
