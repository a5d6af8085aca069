// What a WebSocket puts on the wire, byte by byte. What both ends make of each other is tested by
// harness/simulation/tests/websocket_conformance_test.cpp.
#include <hassle/net/websocket.hpp>
#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A client's frame; its mask is made of zeros, which changes nothing.
std::string frame(unsigned first, const std::string& payload) {
  const std::size_t size = payload.size();
  std::string bytes(1, static_cast<char>(first));
  if (size < 126) {
    bytes += static_cast<char>(0x80U | size);
  } else {
    bytes += static_cast<char>(0x80U | 126U);
    bytes += static_cast<char>(size >> 8U);
    bytes += static_cast<char>(size & 0xFFU);
  }
  return bytes + std::string(4, '\0') + payload;
}

std::string close_frame(unsigned code) {
  return "\x88\x02"s + static_cast<char>(code >> 8U) + static_cast<char>(code & 0xFFU);
}

class listener final : public websocket_events {
 public:
  void on_text(std::string_view message) override { texts.emplace_back(message); }
  void on_binary(std::string_view message) override { binaries.emplace_back(message); }
  void on_ping() override { ++pings; }
  void on_drained() override { ++drains; }
  void on_end(const websocket_end& how) override { end = how; }

  std::vector<std::string> texts;
  std::vector<std::string> binaries;
  int pings = 0;
  int drains = 0;
  std::optional<websocket_end> end;
};

http_request upgrade(std::vector<http_header> more = {}) {
  http_request request;
  request.method = "GET";
  request.target = "/api/websocket";
  request.headers = {{"Host", "ha"},
                     {"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  for (auto& each : more) request.headers.push_back(std::move(each));
  return request;
}

struct WebsocketWireFixture : ::testing::Test {
  manual_world world;
  std::shared_ptr<wire> peer = std::make_shared<wire>(world.executor());
  task_group tasks{world.executor()};
  websocket_limits limits;
  std::unique_ptr<websocket> socket;
  error_code refused;
  listener heard;

  static asio::awaitable<void> accept(WebsocketWireFixture& f, http_request request,
                                      std::string early) {
    auto accepting = websocket_accept(f.world.time(), std::make_unique<memory_stream>(f.peer),
                                      std::move(request), std::move(early), f.limits);
    auto opened = co_await std::move(accepting);
    if (!opened) {
      f.refused = opened.error();
      co_return;
    }
    f.socket = std::move(*opened);
    f.socket->start(f.heard);
  }

  /// The server's answer to an upgrade.
  std::string open(std::vector<http_header> more = {{"Sec-WebSocket-Version", "13"}},
                   std::string early = {}) {
    tasks.spawn(accept(*this, upgrade(std::move(more)), std::move(early)));
    world.settle();
    return peer->take();
  }
  std::string answer_to(const std::string& bytes) {
    peer->give(bytes);
    world.settle();
    return peer->take();
  }
  std::string sent(std::string message) {
    EXPECT_TRUE(socket->send(std::move(message)));
    world.settle();
    return peer->take();
  }
  ~WebsocketWireFixture() override {
    socket.reset();
    world.settle();
  }
};

TEST_F(WebsocketWireFixture, TheAnswerToAnUpgradeNamesNoServer) {
  const std::string answer = open();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Server:")));
  EXPECT_THAT(answer, Not(HasSubstr("Extensions")));
}

TEST_F(WebsocketWireFixture, OldVersionsOfTheProtocolAreWelcome) {
  EXPECT_THAT(open({{"Sec-WebSocket-Version", "8"}}), StartsWith("HTTP/1.1 101 "));
}

TEST_F(WebsocketWireFixture, WhatIsNoUpgradeAfterAllIsRefused) {
  http_request request = upgrade({{"Sec-WebSocket-Version", "13"}});
  request.headers[1].value = "h2c";
  tasks.spawn(accept(*this, std::move(request), ""));
  world.settle();
  EXPECT_TRUE(refused);
  EXPECT_THAT(peer->take(), StartsWith("HTTP/1.1 400 "));
  EXPECT_TRUE(peer->closed);
}

TEST_F(WebsocketWireFixture, WhatWasReadBehindTheRequestIsTheFirstMessage) {
  open({}, frame(0x81, "early"));
  EXPECT_THAT(heard.texts, ElementsAre("early"));
}

TEST_F(WebsocketWireFixture, TextAndBinaryAreToldApart) {
  open();
  answer_to(frame(0x81, "text") + frame(0x82, "\x01\x02") + frame(0x82, ""));
  EXPECT_THAT(heard.texts, ElementsAre("text"));
  EXPECT_THAT(heard.binaries, ElementsAre("\x01\x02", ""));
}

TEST_F(WebsocketWireFixture, AMessageIsOneFrameUntilItIsToBeFragmented) {
  open();
  EXPECT_EQ(sent("hello"), "\x81\x05hello");
  socket->fragment(2);
  EXPECT_EQ(sent("hello"), "\x01\x02he\x00\x02ll\x80\x01o"s);
  EXPECT_EQ(sent("four"), "\x01\x02"s + "fo" + "\x80\x02" + "ur");
  EXPECT_EQ(sent(""), "\x81\x00"s);
  socket->fragment(0);
  EXPECT_EQ(sent("hello"), "\x81\x05hello");
}

TEST_F(WebsocketWireFixture, LargeFramesAreNotSplit) {
  open();
  EXPECT_EQ(sent(std::string(70'000, 'x')),
            "\x81\x7F\x00\x00\x00\x00\x00\x01\x11\x70"s + std::string(70'000, 'x'));
}

TEST_F(WebsocketWireFixture, PingsAreAnsweredUnlessTheyAreToBeIgnored) {
  open();
  EXPECT_EQ(answer_to(frame(0x89, "a")), "\x8A\x01"s + "a");
  socket->ignore_pings(true);
  EXPECT_EQ(answer_to(frame(0x89, "b")), "");
  EXPECT_EQ(heard.pings, 2);
  socket->ignore_pings(false);
  EXPECT_EQ(answer_to(frame(0x89, "c")), "\x8A\x01"s + "c");
}

TEST_F(WebsocketWireFixture, ATrickleReachesTheWire) {
  open();
  socket->trickle(4, 1s);
  EXPECT_EQ(sent("hello"), "\x81\x05he"s);
  world.advance(1s);
  EXPECT_EQ(peer->take(), "llo");
}

TEST_F(WebsocketWireFixture, DrainedMeansThatEverythingWasHandedOver) {
  open();
  peer->stuck = true;
  socket->send("one");
  world.settle();
  EXPECT_EQ(heard.drains, 0);
  EXPECT_EQ(socket->queued(), 1U);
  socket->abort();
  world.settle();
  EXPECT_EQ(heard.drains, 0);
}

TEST_F(WebsocketWireFixture, TheQueueIsBoundedInBytes) {
  limits.send_queue_bytes_max = 10;
  open();
  peer->stuck = true;
  EXPECT_TRUE(socket->send(std::string(11, 'x'))) << "one message may be of any size";
  EXPECT_FALSE(socket->send("y"));
  socket->abort();
  world.settle();
}

TEST_F(WebsocketWireFixture, DrainedComesOnceForAWholeQueue) {
  open();
  socket->send("one");
  socket->send("two");
  EXPECT_EQ(heard.drains, 0) << "never from inside a call";
  world.settle();
  EXPECT_EQ(heard.drains, 1);
}

TEST_F(WebsocketWireFixture, AMutedConnectionSaysNothingAndReadsLater) {
  open();
  socket->mute(true);
  EXPECT_EQ(sent("swallowed"), "");
  EXPECT_EQ(heard.drains, 1) << "or its owner would wait for ever";
  EXPECT_EQ(answer_to(frame(0x89, "") + frame(0x81, "unread")), "");
  EXPECT_THAT(heard.texts, IsEmpty());
  EXPECT_FALSE(peer->closed);
  socket->mute(false);
  world.settle();
  EXPECT_THAT(heard.texts, ElementsAre("unread"));
  EXPECT_EQ(peer->take(), "\x8A\x00"s);
  EXPECT_EQ(sent("heard"), "\x81\x05heard");
}

TEST_F(WebsocketWireFixture, AMutedConnectionStaysPausedIfItWas) {
  open();
  socket->pause_reading();
  socket->mute(true);
  socket->mute(false);
  answer_to(frame(0x81, "unread"));
  EXPECT_THAT(heard.texts, IsEmpty());
  socket->resume_reading();
  world.settle();
  EXPECT_THAT(heard.texts, ElementsAre("unread"));
}

TEST_F(WebsocketWireFixture, AMutedConnectionEndsWithoutAWord) {
  open();
  socket->mute(true);
  socket->close();
  world.settle();
  EXPECT_FALSE(heard.end);
  world.advance(limits.close_handshake);
  ASSERT_TRUE(heard.end);
  EXPECT_EQ(peer->take(), "");
  EXPECT_TRUE(peer->closed);
}

TEST_F(WebsocketWireFixture, ACloseIsAnsweredWithAThousandWhateverItsCode) {
  open();
  EXPECT_EQ(answer_to(frame(0x88, "\x0B\xB8why"s)), close_frame(1000));
  ASSERT_TRUE(heard.end);
  EXPECT_EQ(heard.end->peer_code, 3000);
  EXPECT_EQ(heard.end->peer_reason, "why");
  EXPECT_TRUE(peer->closed);
}

TEST_F(WebsocketWireFixture, ACloseWithoutACodeIsAnsweredTheSame) {
  open();
  EXPECT_EQ(answer_to(frame(0x88, "")), close_frame(1000));
  ASSERT_TRUE(heard.end);
  EXPECT_EQ(heard.end->peer_code, 1005);
}

// What is written before the answer to the Close may never be taken.
TEST_F(WebsocketWireFixture, WhoClosesAndReadsNoMoreIsDroppedInTime) {
  open();
  peer->stuck = true;
  ASSERT_TRUE(socket->send(std::string(1000, 'x')));
  peer->give(frame(0x88, "\x03\xE8"s));
  world.settle();
  world.advance(limits.close_handshake - 1ms);
  EXPECT_FALSE(heard.end);
  EXPECT_FALSE(peer->closed);
  world.advance(1ms);
  EXPECT_TRUE(peer->closed);
  ASSERT_TRUE(heard.end);
  EXPECT_FALSE(heard.end->ours);
}

// Beast's close and read then wait for each other.
TEST_F(WebsocketWireFixture, APeerThatBreaksARuleWhileOurCloseIsBeingWrittenDelaysTheEndNoLonger) {
  open();
  socket->trickle(1, 10ms);
  socket->close(1000);
  world.settle();
  peer->give(frame(0x83, "reserved opcode"));
  world.settle();
  world.advance(1s);
  EXPECT_EQ(peer->take(), close_frame(1000));
  EXPECT_FALSE(heard.end);
  world.advance(limits.close_handshake);
  ASSERT_TRUE(heard.end);
  EXPECT_TRUE(heard.end->ours);
  EXPECT_TRUE(peer->closed);
}

struct broken_rule {
  std::string bytes;
  unsigned code;
};

TEST_F(WebsocketWireFixture, EveryBrokenRuleHasItsCode) {
  limits.message_bytes_max = 1000;
  for (const auto& [bytes, code] : std::vector<broken_rule>{
           {frame(0x91, "reserved bit"), 1002},
           {frame(0x83, "reserved opcode"), 1002},
           {frame(0x80, "continues nothing"), 1002},
           {frame(0x09, "fragmented ping"), 1002},
           {frame(0x89, std::string(126, 'x')), 1002},
           {frame(0x88, "\x03"), 1002},
           {frame(0x88, "\x03\xED"s), 1002},
           {"\x81\x02"s + "no", 1002},
           {"\x81\xFE\x00\x05"s + std::string(9, '\0'), 1002},
           {frame(0x01, "begins") + frame(0x81, "again"), 1002},
           {frame(0x81, "\xC3\x28"), 1007},
           {frame(0x81, std::string(1001, 'x')), 1009},
           {frame(0x01, std::string(600, 'x')) + frame(0x80, std::string(600, 'x')), 1009}}) {
    socket.reset();
    world.settle();
    peer = std::make_shared<wire>(world.executor());
    heard = listener();
    open();
    EXPECT_EQ(answer_to(bytes), close_frame(code));
    EXPECT_FALSE(heard.end);
    peer->give_fin();
    world.settle();
    ASSERT_TRUE(heard.end);
    EXPECT_TRUE(heard.end->ec);
  }
}

// Closing at once would reset the connection, and the code would never be seen.
TEST_F(WebsocketWireFixture, WhoBreaksARuleAndGoesOnTalkingHearsTheCode) {
  open();
  EXPECT_EQ(answer_to(frame(0x83, "")), close_frame(1002));
  EXPECT_EQ(answer_to("and so on"), "");
  EXPECT_TRUE(peer->shut);
  EXPECT_FALSE(peer->closed);
  world.advance(limits.close_handshake);
  EXPECT_TRUE(peer->closed);
  ASSERT_TRUE(heard.end);
  EXPECT_TRUE(heard.end->ec);
  EXPECT_FALSE(heard.end->ours);
}

TEST_F(WebsocketWireFixture, CompressionIsForThoseWhoAsk) {
  limits.deflate = true;
  EXPECT_THAT(open(), Not(HasSubstr("Extensions")));
  EXPECT_EQ(sent("hello"), "\x81\x05hello");
}

TEST_F(WebsocketWireFixture, CompressionCanBeSwitchedOff) {
  EXPECT_THAT(open({{"Sec-WebSocket-Extensions", "permessage-deflate"}}),
              Not(HasSubstr("Extensions")));
}

TEST_F(WebsocketWireFixture, TheAnswerRepeatsNothingOfTheClientsSide) {
  limits.deflate = true;
  EXPECT_THAT(open({{"Sec-WebSocket-Extensions",
                     "permessage-deflate; client_max_window_bits=12; server_max_window_bits=10; "
                     "client_no_context_takeover"}}),
              HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                        "server_max_window_bits=10\r\n"));
}

// RFC 7692, 7.2.3.1: "Hello" as one frame.
TEST_F(WebsocketWireFixture, CompressedMessagesAreUnderstood) {
  limits.deflate = true;
  open({{"Sec-WebSocket-Extensions", "permessage-deflate"}});
  answer_to(frame(0xC1, "\xF2\x48\xCD\xC9\xC9\x07\x00"s));
  EXPECT_THAT(heard.texts, ElementsAre("Hello"));
  const std::string answer = sent("Hello");
  EXPECT_EQ(static_cast<unsigned char>(answer.at(0)), 0xC1U) << "compressed, and whole";
}

/// Two of ours, back to back.
struct WebsocketPairFixture : WebsocketWireFixture {
  std::shared_ptr<wire> near_wire = std::make_shared<wire>(world.executor());
  std::unique_ptr<websocket> client;
  listener client_heard;

  static asio::awaitable<void> serve(WebsocketPairFixture& f) {
    auto opened = co_await websocket_accept(f.world.time(), std::make_unique<memory_stream>(f.peer),
                                            upgrade_policy(), f.limits);
    f.socket = std::move(*opened);
    f.socket->start(f.heard);
  }
  static asio::awaitable<void> dial(WebsocketPairFixture& f) {
    auto opened = co_await websocket_connect(
        f.world.time(), std::make_unique<memory_stream>(f.near_wire), "ha", "/", f.limits);
    f.client = std::move(*opened);
    f.client->start(f.client_heard);
  }
  void connect() {
    near_wire->feed(*peer);
    peer->feed(*near_wire);
    tasks.spawn(serve(*this));
    tasks.spawn(dial(*this));
    world.settle();
    ASSERT_TRUE(client && socket);
  }
  ~WebsocketPairFixture() override { client.reset(); }
};

TEST_F(WebsocketPairFixture, CompressedMessagesOfAllSizesArriveInBothDirections) {
  limits.deflate = true;
  connect();
  std::vector<std::string> messages;
  random_stream random(1);
  for (const std::size_t size : {0U, 1U, 100U, 5'000U, 300'000U}) {
    std::string message(size, ' ');
    for (char& each : message) each = static_cast<char>('a' + random() % 26);
    messages.push_back(std::move(message));
  }
  messages.emplace_back(500'000, 'x');
  for (const auto& each : messages) {
    EXPECT_TRUE(client->send(each));
    EXPECT_TRUE(socket->send(each));
  }
  world.settle();
  EXPECT_EQ(heard.texts, messages);
  EXPECT_EQ(client_heard.texts, messages);
}

// A megabyte of the same letter is a kilobyte on the wire: it is what it inflates to that counts.
TEST_F(WebsocketPairFixture, ACompressedBombIsDefused) {
  limits.deflate = true;
  limits.message_bytes_max = 100'000;
  connect();
  client->send(std::string(1'000'000, 'x'));
  world.settle();
  EXPECT_THAT(heard.texts, IsEmpty());
  ASSERT_TRUE(client_heard.end);
  EXPECT_EQ(client_heard.end->peer_code, 1009);
}

TEST_F(WebsocketPairFixture, FragmentsOfACompressedMessageAreOneMessage) {
  limits.deflate = true;
  connect();
  socket->fragment(7);
  socket->send("a message that is longer than seven bytes");
  socket->fragment(0);
  socket->send("and one that is not cut");
  world.settle();
  EXPECT_THAT(client_heard.texts,
              ElementsAre("a message that is longer than seven bytes", "and one that is not cut"));
}

}  // namespace
}  // namespace hassle::net
