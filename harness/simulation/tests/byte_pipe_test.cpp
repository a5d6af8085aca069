#include "harness/simulation/byte_pipe.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;

net::time_point at(net::duration t) { return net::time_point(t); }

std::size_t send(byte_pipe& pipe, const std::string& text, net::duration arrives,
                 std::size_t room = 1000) {
  const std::array buffers{net::asio::const_buffer(text.data(), text.size())};
  const std::size_t taken = pipe.write(buffers, room);
  pipe.add({at(0s), at(arrives), static_cast<std::uint32_t>(taken), segment_kind::data});
  return taken;
}

std::string read(byte_pipe& pipe, std::size_t size = 100) {
  std::string text(size, '\0');
  text.resize(pipe.read(net::asio::buffer(text)));
  return text;
}

TEST(BytePipe, BytesInFlightCannotBeRead) {
  byte_pipe pipe;
  send(pipe, "abc", 1s);
  EXPECT_EQ(read(pipe), "");
  pipe.arrive();
  EXPECT_EQ(read(pipe), "abc");
}

TEST(BytePipe, ReadsAcrossSegmentsAndInPieces) {
  byte_pipe pipe;
  send(pipe, "abc", 1s);
  send(pipe, "def", 2s);
  send(pipe, "ghi", 3s);
  pipe.arrive();
  pipe.arrive();
  EXPECT_EQ(read(pipe, 4), "abcd");
  EXPECT_EQ(read(pipe), "ef");
  EXPECT_EQ(pipe.size(), 3U);
}

TEST(BytePipe, TakesNoMoreThanThereIsRoom) {
  byte_pipe pipe;
  const std::string first = "abc";
  const std::string second = "defgh";
  const std::array buffers{net::asio::buffer(first), net::asio::buffer(second)};
  EXPECT_EQ(pipe.write(buffers, 5), 5U);
  pipe.add({at(0s), at(1s), 5, segment_kind::data});
  pipe.arrive();
  EXPECT_EQ(read(pipe), "abcde");
}

TEST(BytePipe, DiscardedSegmentsLeaveTheOthersWhole) {
  byte_pipe pipe;
  send(pipe, "abc", 1s);
  send(pipe, "def", 2s);
  send(pipe, "ghi", 3s);
  pipe.arrive();
  pipe.discard();
  pipe.arrive();
  EXPECT_EQ(read(pipe), "abcghi");
}

TEST(BytePipe, WhatArrivesLaterCanBeForgotten) {
  byte_pipe pipe;
  send(pipe, "abc", 1s);
  send(pipe, "def", 2s);
  send(pipe, "ghi", 3s);
  pipe.discard_from(at(2s));
  pipe.arrive();
  EXPECT_TRUE(pipe.idle());
  EXPECT_EQ(read(pipe), "abc");
}

TEST(BytePipe, WorksAgainOnceAllThatWasInFlightIsForgotten) {
  byte_pipe pipe;
  for (int i = 0; i < 20; ++i) send(pipe, "abc", 1s);
  pipe.arrive();
  read(pipe);
  pipe.discard_all();
  EXPECT_TRUE(pipe.idle());
  EXPECT_EQ(pipe.size(), 0U);
  send(pipe, "def", 2s);
  ASSERT_NE(pipe.front(), nullptr);
  pipe.arrive();
  EXPECT_EQ(read(pipe), "def");
}

TEST(BytePipe, ASplitSegmentArrivesInTwoParts) {
  byte_pipe pipe;
  send(pipe, "abc", 1s);
  send(pipe, "defgh", 2s);
  pipe.arrive();
  pipe.split_front(2);
  EXPECT_EQ(pipe.arrive().bytes, 2U);
  EXPECT_EQ(read(pipe), "abcde");
  EXPECT_EQ(pipe.front()->arrives, at(2s));
  EXPECT_EQ(pipe.arrive().bytes, 3U);
  EXPECT_EQ(read(pipe), "fgh");
}

TEST(BytePipe, BytesCanBeChangedBeforeTheyArrive) {
  byte_pipe pipe;
  send(pipe, "abc", 1s);
  send(pipe, "def", 2s);
  send(pipe, "ghi", 3s);
  pipe.arrive();
  EXPECT_EQ(read(pipe, 1), "a");
  ASSERT_EQ(pipe.front_bytes().size(), 3U);
  pipe.front_bytes()[1] = '!';
  pipe.arrive();
  EXPECT_EQ(read(pipe), "bcd!f");
}

TEST(BytePipe, UnreadBytesCanBeDropped) {
  byte_pipe pipe;
  send(pipe, "abc", 1s);
  send(pipe, "def", 2s);
  pipe.arrive();
  pipe.drop_unread();
  EXPECT_EQ(pipe.readable(), 0U);
  pipe.arrive();
  EXPECT_EQ(read(pipe), "def");
}

// A stream that is never quite empty must not keep what was read long ago.
TEST(BytePipe, ABusyPipeKeepsItsOrderOverMegabytes) {
  byte_pipe pipe;
  const std::string piece(1000, 'x');
  send(pipe, piece, 0s);
  for (int i = 1; i < 5000; ++i) {
    const std::string mark = std::to_string(10'000 + i);
    send(pipe, mark, std::chrono::seconds(i));
    pipe.arrive();
    if (i == 1) {
      EXPECT_EQ(read(pipe, 1000), piece);
    } else {
      EXPECT_EQ(read(pipe), std::to_string(10'000 + i - 1));
    }
    ASSERT_LE(pipe.size(), 1005U);
  }
}

}  // namespace
}  // namespace hassle::harness
