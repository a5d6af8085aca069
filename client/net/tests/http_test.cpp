#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/within.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <vector>

namespace hassle::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct HttpFixture : ::testing::Test {
  manual_world world;
  std::shared_ptr<wire> peer = std::make_shared<wire>(world.executor());
  http_limits limits;
  std::unique_ptr<http_connection> connection;
  task_group tasks{world.executor()};
  std::optional<result<http_request>> request;
  std::optional<error_code> written;

  void open() { connection = make_http_connection(std::make_unique<memory_stream>(peer), limits); }
  ~HttpFixture() override {
    tasks.stop();
    world.settle();
  }

  static asio::awaitable<void> read_one(HttpFixture& f) {
    auto answer = co_await f.connection->read();
    f.request = std::move(answer);
  }
  static asio::awaitable<void> keep(HttpFixture& f, asio::awaitable<error_code> operation) {
    f.written = co_await std::move(operation);
  }
  const result<http_request>& read() {
    if (!connection) open();
    request.reset();
    tasks.spawn(read_one(*this));
    world.settle();
    static const result<http_request> waiting = std::unexpected(asio::error::would_block);
    return request ? *request : waiting;
  }
  const result<http_request>& read(std::string_view bytes) {
    peer->give(bytes);
    return read();
  }
  std::string run(asio::awaitable<error_code> operation) {
    written.reset();
    tasks.spawn(keep(*this, std::move(operation)));
    world.settle();
    EXPECT_EQ(written, error_code{});
    return peer->take();
  }
  std::string write(http_response answer, bool close = false) {
    return run(connection->write(std::move(answer), close));
  }
};

TEST_F(HttpFixture, ARequestIsReadWithItsHeadersAsTheyWereSpelt) {
  const auto& got = read("GET /api/?a=%20b HTTP/1.1\r\nhOsT: ha\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->method, "GET");
  EXPECT_EQ(got->target, "/api/?a=%20b");
  EXPECT_EQ(got->version, 11U);
  EXPECT_TRUE(got->keep_alive);
  ASSERT_THAT(got->headers, SizeIs(3));
  EXPECT_EQ(got->headers[0].name, "hOsT");
  ASSERT_NE(got->find("Host"), nullptr);
  EXPECT_EQ(*got->find("host"), "ha");
  EXPECT_EQ(*got->find("x-two"), "1");
  EXPECT_EQ(got->find("none"), nullptr);
}

TEST_F(HttpFixture, BodiesComeWithALengthOrInChunks) {
  EXPECT_EQ(read("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")->body, "hello");
  EXPECT_EQ(read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                ->body,
            "abcde");
}

TEST_F(HttpFixture, ARequestMayArriveInPieces) {
  open();
  EXPECT_EQ(read("PO").error(), asio::error::would_block);
  peer->give("ST / HTTP/1.1\r\nContent-Length: 2\r\n");
  world.settle();
  peer->give("\r\nx");
  world.settle();
  EXPECT_FALSE(request);
  peer->give("y");
  world.settle();
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->body, "xy");
}

TEST_F(HttpFixture, AKeptConnectionServesRequestsThatWereSentTogether) {
  ASSERT_EQ(read("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")->target, "/1");
  const std::string first = write({200, {{"Content-Type", "text/plain"}}, "one"});
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(first, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(first, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(first, Not(HasSubstr("Connection:")));
  EXPECT_THAT(first, EndsWith("\r\n\r\none"));
  EXPECT_FALSE(peer->shut);
  EXPECT_EQ(read()->target, "/2");
}

TEST_F(HttpFixture, AnAnswerThatIsNotKeptEndsTheStream) {
  ASSERT_TRUE(read("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_THAT(write({}, true), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(peer->shut);
  EXPECT_FALSE(peer->closed);
}

TEST_F(HttpFixture, TheRequestDecidesWhetherItsConnectionIsKept) {
  ASSERT_FALSE(read("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")->keep_alive);
  write({});
  EXPECT_TRUE(peer->shut);
}

// Closing at once would reset the connection while the peer sends, and take the answer with it.
TEST_F(HttpFixture, WhatComesAfterTheLastAnswerIsReadAndForgotten) {
  ASSERT_TRUE(read("GET / HTTP/1.1\r\n\r\n"));
  write({}, true);
  EXPECT_EQ(read("GET /unwanted HTTP/1.1\r\n\r\n").error(), asio::error::would_block);
  peer->give_fin();
  world.settle();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->error(), asio::error::eof);
}

TEST_F(HttpFixture, AnOldClientIsNotKeptUnlessItAsks) {
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n")->keep_alive);
}

TEST_F(HttpFixture, HeadIsAnsweredWithoutABody) {
  ASSERT_TRUE(read("HEAD / HTTP/1.1\r\n\r\n"));
  const std::string answer = write({200, {}, "12345"});
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpFixture, NoContentHasNoLength) {
  ASSERT_TRUE(read("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_THAT(write({204, {}, {}}), Not(HasSubstr("Content-Length")));
}

TEST_F(HttpFixture, APeerThatWaitsBeforeItsBodyIsToldToGoOn) {
  EXPECT_EQ(read("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").error(),
            asio::error::would_block);
  EXPECT_EQ(peer->take(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer->give("ok");
  world.settle();
  ASSERT_TRUE(request && *request);
  EXPECT_EQ((*request)->body, "ok");
}

TEST_F(HttpFixture, ABodyThatIsTooLargeIsRefusedBeforeItIsRead) {
  limits.body_bytes_max = 10;
  const auto& got = read("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  ASSERT_FALSE(got);
  EXPECT_THAT(peer->written, IsEmpty());
  ASSERT_TRUE(refusal(got.error()));
  EXPECT_EQ(refusal(got.error())->status, 413U);
  EXPECT_THAT(write(*refusal(got.error())), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(peer->shut) << "what was not read whole cannot be kept";
}

TEST_F(HttpFixture, AChunkedBodyThatIsTooLargeIsRefused) {
  limits.body_bytes_max = 10;
  const auto& got =
      read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n");
  ASSERT_FALSE(got);
  EXPECT_EQ(refusal(got.error())->status, 413U);
}

TEST_F(HttpFixture, AHeaderThatIsTooLargeIsRefused) {
  limits.header_bytes_max = 100;
  const auto& got = read("GET / HTTP/1.1\r\nX: " + std::string(200, 'x') + "\r\n\r\n");
  ASSERT_FALSE(got);
  EXPECT_EQ(refusal(got.error())->status, 431U);
}

TEST_F(HttpFixture, AHeaderWithoutAnEndIsRefused) {
  limits.header_bytes_max = 1000;
  const auto& got = read("GET /" + std::string(5000, 'x'));
  ASSERT_FALSE(got);
  EXPECT_EQ(refusal(got.error())->status, 431U);
}

TEST_F(HttpFixture, WhatIsNoRequestIsABadOne) {
  for (const std::string_view bytes :
       {"\x16\x03\x01\x02 tls\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    connection.reset();
    peer = std::make_shared<wire>(world.executor());
    const auto& got = read(bytes);
    ASSERT_FALSE(got) << bytes;
    ASSERT_TRUE(refusal(got.error())) << bytes << got.error().message();
    EXPECT_EQ(refusal(got.error())->status, 400U) << bytes;
  }
}

TEST_F(HttpFixture, APeerThatHasGoneGetsNoAnswer) {
  peer->give_fin();
  EXPECT_EQ(read().error(), asio::error::eof);
  EXPECT_FALSE(refusal(asio::error::eof));
  connection.reset();
  peer = std::make_shared<wire>(world.executor());
  peer->give("GET / HT");
  peer->give_fin();
  const auto& cut = read();
  ASSERT_FALSE(cut);
  EXPECT_FALSE(refusal(cut.error()));
  EXPECT_FALSE(refusal(asio::error::connection_reset));
}

TEST_F(HttpFixture, AnAnswerOfUnknownLengthGoesOutInChunks) {
  ASSERT_TRUE(read("GET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"));
  EXPECT_THAT(run(connection->begin({200, {{"Content-Type", "text/plain"}}, {}})),
              HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(run(connection->piece("hello")), "5\r\nhello\r\n");
  EXPECT_EQ(run(connection->piece("")), "");
  EXPECT_EQ(run(connection->end()), "0\r\n\r\n");
  EXPECT_FALSE(peer->shut);
  EXPECT_EQ(read()->target, "/2");
}

TEST_F(HttpFixture, AnOldClientGetsTheSameUpToTheEndOfTheConnection) {
  ASSERT_TRUE(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_THAT(run(connection->begin({})), Not(HasSubstr("Transfer-Encoding")));
  EXPECT_EQ(run(connection->piece("hello")), "hello");
  EXPECT_EQ(run(connection->end()), "");
  EXPECT_TRUE(peer->shut);
}

TEST_F(HttpFixture, AnotherProtocolGetsTheStreamAndWhatWasReadOfIt) {
  ASSERT_TRUE(read("GET / HTTP/1.1\r\n\r\nearly"));
  std::string early;
  const auto stream = connection->release(early);
  connection.reset();
  EXPECT_EQ(early, "early");
  EXPECT_EQ(stream->connection_id(), 7U);
  EXPECT_FALSE(peer->closed);
}

asio::awaitable<void> read_for_a_second(HttpFixture& f) {
  auto got =
      co_await within(f.world.time(), time_point(std::chrono::seconds(1)), f.connection->read());
  f.request = std::move(got);
}

TEST_F(HttpFixture, AReadThatTakesTooLongDropsTheStream) {
  open();
  tasks.spawn(read_for_a_second(*this));
  peer->give("GET / HT");
  world.advance(std::chrono::seconds(2));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->error(), asio::error::timed_out);
  EXPECT_TRUE(peer->closed);
}

}  // namespace
}  // namespace hassle::net
