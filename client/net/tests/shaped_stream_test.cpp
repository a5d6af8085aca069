#include "../src/shaped_stream.hpp"
#include "manual_world.hpp"
#include "memory_stream.hpp"

#include <gmock/gmock.h>

#include <array>
#include <optional>
#include <string>

namespace hassle::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string pong = "\x8A\x00"s;
const std::string ping = "\x89\x00"s;
const std::string close_1002 = "\x88\x03\x03\xEA!"s;
const std::string close_1000 = "\x88\x02\x03\xE8"s;
const std::string text = "\x81\x05hello"s;

struct ShapedStreamTest : ::testing::Test {
  manual_world world;
  std::shared_ptr<wire> peer = std::make_shared<wire>(world.executor());
  shaped_stream stream{world.time(), std::make_unique<memory_stream>(peer)};

  /// Writes as Asio does: goes on with the rest until all is taken over. What went out at once.
  std::string write(std::string bytes) {
    rest_ = std::move(bytes);
    error.reset();
    go_on();
    world.settle();
    return peer->take();
  }
  [[nodiscard]] bool done() const { return error.has_value(); }
  std::optional<error_code> error;

 private:
  void go_on() {
    const std::size_t half = rest_.size() / 2;
    const std::array<asio::const_buffer, 2> both{asio::buffer(rest_, half),
                                                 asio::buffer(rest_) + half};
    stream.write_some(both, [this](error_code ec, std::size_t size) {
      rest_.erase(0, size);
      if (ec || rest_.empty()) {
        error = ec;
      } else {
        go_on();
      }
    });
  }
  std::string rest_;
};

TEST_F(ShapedStreamTest, LeftAloneItPassesEverything) {
  EXPECT_EQ(write(text), text);
  EXPECT_EQ(write(pong), pong);
  EXPECT_EQ(write(close_1002), close_1002);
  EXPECT_EQ(peer->writes, 3);
}

TEST_F(ShapedStreamTest, IgnoredPingsAreNotAnswered) {
  stream.ignore_pings(true);
  EXPECT_EQ(write(pong), "");
  EXPECT_EQ(error, error_code{}) << "the writer believes that it was sent";
  EXPECT_EQ(write(ping), ping);
  EXPECT_EQ(write(text), text);
  stream.ignore_pings(false);
  EXPECT_EQ(write(pong), pong);
}

// A frame is known by the byte that it begins with; what is in it may look the same.
TEST_F(ShapedStreamTest, TheRestOfAFrameIsNeverTakenForAnother) {
  stream.ignore_pings(true);
  peer->bytes_per_write = 2;
  const std::string confusing = "\x81\x06\x8A\x8A\x8A\x8A\x8A\x8A"s;
  EXPECT_EQ(write(confusing), confusing);
  EXPECT_EQ(write(pong), "");
}

TEST_F(ShapedStreamTest, ATrickleSendsOnePieceAtATime) {
  stream.trickle(3, 1s);
  EXPECT_EQ(write(text), text.substr(0, 3));
  world.advance(999ms);
  EXPECT_EQ(peer->take(), "");
  world.advance(1ms);
  EXPECT_EQ(peer->take(), text.substr(3, 3));
  world.advance(1s);
  EXPECT_EQ(peer->take(), text.substr(6));
  EXPECT_TRUE(done());
}

TEST_F(ShapedStreamTest, ATrickleCanBeTakenBackInTheMiddle) {
  stream.trickle(1, 1h);
  write(text);
  stream.trickle(0, {});
  world.settle();
  EXPECT_EQ(peer->take(), text.substr(1));
  EXPECT_TRUE(done());
}

TEST_F(ShapedStreamTest, AMutedStreamSwallowsControlFramesAndHoldsTheOthers) {
  stream.mute(true);
  EXPECT_EQ(write(ping), "");
  EXPECT_TRUE(done());
  EXPECT_EQ(write(text), "");
  EXPECT_FALSE(done());
  world.advance(1h);
  EXPECT_EQ(peer->take(), "");
  stream.mute(false);
  world.settle();
  EXPECT_EQ(peer->take(), text) << "half a frame would spoil the connection for ever";
}

TEST_F(ShapedStreamTest, ClosingEndsAWriteThatIsHeldBack) {
  stream.mute(true);
  write(text);
  stream.close();
  EXPECT_FALSE(done()) << "never from inside a call";
  world.settle();
  EXPECT_EQ(error, error_code(asio::error::operation_aborted));
  EXPECT_TRUE(peer->closed);
  write(text);
  EXPECT_EQ(error, error_code(asio::error::operation_aborted));
}

TEST_F(ShapedStreamTest, AResetEndsATrickle) {
  stream.trickle(1, 1h);
  write(text);
  stream.reset();
  world.settle();
  EXPECT_EQ(error, error_code(asio::error::operation_aborted));
  EXPECT_TRUE(peer->reset);
  EXPECT_EQ(world.armed_timers(), 0U);
}

TEST_F(ShapedStreamTest, ACloseCanBeMadeANormalOne) {
  stream.close_normally();
  EXPECT_EQ(write(text), text);
  EXPECT_EQ(write(close_1002), close_1000);
  EXPECT_EQ(error, error_code{});
  EXPECT_EQ(write(close_1002), close_1002) << "once";
}

TEST_F(ShapedStreamTest, ANormalCloseSurvivesANarrowStream) {
  peer->bytes_per_write = 1;
  stream.close_normally();
  EXPECT_EQ(write(close_1002), close_1000);
}

TEST_F(ShapedStreamTest, WhatIsCapturedGoesNowhereElse) {
  std::string captured;
  stream.capture(&captured);
  EXPECT_EQ(write("HTTP/1.1 101"), "");
  stream.capture(nullptr);
  EXPECT_EQ(captured, "HTTP/1.1 101");
  EXPECT_EQ(write(text), text);
}

}  // namespace
}  // namespace hassle::net
