#include "harness/proxy/frame_scanner.hpp"
#include "harness/proxy/tests/frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <utility>
#include <vector>

namespace hassle::harness {
namespace {

using kind = scanned_unit::kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Both directions of a connection; each call is a read.
struct wires {
  explicit wires(bool hide = false) { shared.hide_extensions = hide; }
  std::vector<scanned_unit> up(std::string text) { return scan(to_server, text); }
  std::vector<scanned_unit> down(std::string text) { return scan(to_client, text); }
  std::vector<scanned_unit> scan(frame_scanner& by, std::string& text) const {
    std::vector<scanned_unit> out;
    by.scan(text, hold, out);
    return out;
  }
  void upgrade() {
    up(std::string(upgrade_request));
    down(std::string(upgrade_answer));
  }
  conversation shared;
  frame_scanner to_server{shared, direction::to_server};
  frame_scanner to_client{shared, direction::to_client};
  bool hold = true;
};

TEST(MessageHeads, KeysMayStandAnywhereAndInArrays) {
  EXPECT_THAT(message_heads(R"({"type":"result","id":7,"result":{"type":"x","id":1}})"),
              ElementsAre(message_head{.type = "result", .id = 7}));
  EXPECT_THAT(
      message_heads(R"([{"id":1,"type":"event"}, {"result":["}"],"type":"pong","id":2}])"),
      ElementsAre(message_head{.type = "event", .id = 1}, message_head{.type = "pong", .id = 2}));
  EXPECT_THAT(message_heads(R"({"id":3,"type":"event","event":{"cut)"),
              ElementsAre(message_head{.type = "event", .id = 3}));
  EXPECT_THAT(message_heads("no json"), IsEmpty());
}

TEST(MessageHeads, NoTextMakesThemFail) {
  const bool holds = rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string(R"({}[]",:\ idtype01)")));
    RC_ASSERT(message_heads(text).size() <= heads_max);
  });
  EXPECT_TRUE(holds);
}

TEST(FrameScanner, AResultIsCalledByTheCommandThatItAnswers) {
  wires w;
  w.upgrade();
  w.up(from_client(R"({"id":5,"type":"call_service","domain":"light"})"));
  w.up(from_client(R"({"type":"get_states","id":6})"));
  const auto first = w.down(frame(R"({"id":5,"type":"result","success":true})"));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_THAT(first[0].words, ElementsAre("text", "type:result", "result_of:call_service"));
  const auto second = w.down(frame(R"({"id":6,"type":"result","success":true})"));
  EXPECT_THAT(second.at(0).words, ElementsAre("text", "type:result", "result_of:get_states"));
}

TEST(FrameScanner, ControlFramesAreTheirOwnUnits) {
  wires w;
  w.upgrade();
  const auto units =
      w.down(ping() + frame("{}") + frame("", {.opcode = 10}) + frame("\x03\xe8", {.opcode = 8}));
  std::vector<kind> kinds;
  kinds.reserve(units.size());
  for (const auto& unit : units) kinds.push_back(unit.what);
  EXPECT_THAT(kinds, ElementsAre(kind::ping, kind::message, kind::pong, kind::close));
}

TEST(FrameScanner, AFragmentedMessageIsOneUnitWithWhatIsInItsMidst) {
  wires w;
  w.upgrade();
  const std::string all =
      frame(R"({"id":1,"ty)", {.last = false}) + ping() + frame(R"(pe":"event"})", {.opcode = 0});
  const auto units = w.down(all);
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].bytes, all.size());
  EXPECT_THAT(units[0].words, ElementsAre("text", "type:event"));
}

TEST(FrameScanner, ItCannotLookIntoCompressedMessagesButSeesPings) {
  wires w;
  w.up(std::string(upgrade_request));
  w.down("HTTP/1.1 101 x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
  EXPECT_TRUE(w.shared.compressed);
  const auto units = w.down(frame("\x01\x02", {.compressed = true}) + ping());
  ASSERT_EQ(units.size(), 2U);
  EXPECT_THAT(units[0].words, ElementsAre("text"));
  EXPECT_THAT(units[1].words, ElementsAre("ping"));
}

TEST(FrameScanner, WhatIsNoWebSocketIsOpaque) {
  wires w;
  EXPECT_EQ(w.up("\x16\x03\x01 hello").at(0).what, kind::opaque);
  EXPECT_TRUE(w.to_server.lost_track());
  wires plain;
  plain.up("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  plain.down("HTTP/1.1 200 OK\r\n\r\nbody");
  EXPECT_TRUE(plain.to_server.lost_track());
  EXPECT_TRUE(plain.to_client.lost_track());
}

TEST(FrameScanner, SpoilsTheOfferOfCompressionByOneByteHoweverItIsSplit) {
  const std::string asked(upgrade_request);
  for (std::size_t cut = 1; cut < asked.size(); ++cut) {
    wires w(true);
    std::string first = asked.substr(0, cut);
    std::string second = asked.substr(cut);
    w.scan(w.to_server, first);
    w.scan(w.to_server, second);
    std::string wanted = asked;
    wanted[asked.find("Extensions:") + 9] = 'z';
    ASSERT_EQ(first + second, wanted) << cut;
  }
}

TEST(FrameScanner, LargeMessagesComeInPartsAndAreCalledByTheirBeginning) {
  wires w;
  w.upgrade();
  const std::string text = R"({"id":9,"type":"event","x":")" + std::string(400'000, 'x') + "\"}";
  const auto units = w.down(frame(text) + ping());
  ASSERT_GT(units.size(), 2U);
  EXPECT_THAT(units[0].words, ElementsAre("text", "type:event"));
  EXPECT_TRUE(units[0].begins && !units[0].ends);
  EXPECT_FALSE(units[1].begins);
  EXPECT_LE(units[0].bytes, frame_scanner::hold_max);
  EXPECT_EQ(units.back().what, kind::ping);
  EXPECT_TRUE(units[units.size() - 2].ends);
}

TEST(FrameScanner, AnySplitIntoReadsGivesTheSameUnits) {
  const bool holds = rc::check([] {
    std::string text(upgrade_answer);
    std::size_t left = *rc::gen::inRange<std::size_t>(1, 12);
    bool open = false;
    for (; left > 0; --left) {
      const auto size = *rc::gen::elementOf(std::vector<std::size_t>{0, 1, 40, 125, 126, 70'000});
      const bool control = size < 126 && *rc::gen::arbitrary<bool>();
      const bool last = control || *rc::gen::arbitrary<bool>();
      const unsigned opcode = control ? 9 : open ? 0 : 1;
      text += frame(
          R"({"type":"event","id":)" + std::string(size, '1'),
          {.opcode = control ? 9U : opcode, .masked = *rc::gen::arbitrary<bool>(), .last = last});
      if (!control) open = !last;
    }
    const auto frames_of = [](const std::vector<scanned_unit>& units) {
      std::vector<scanned_unit> kept;
      for (const auto& unit : units) {
        if (unit.what != kind::opaque) kept.push_back(unit);
      }
      return kept;
    };
    wires whole;
    wires split;
    std::string same = text;
    const auto wanted = whole.scan(whole.to_client, same);
    std::vector<scanned_unit> found;
    std::size_t sum = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto size = *rc::gen::inRange<std::size_t>(1, 20'000);
      std::string piece = text.substr(at, size);
      for (auto& unit : split.scan(split.to_client, piece)) {
        sum += unit.bytes;
        found.push_back(std::move(unit));
      }
      at += piece.size();
    }
    RC_ASSERT(frames_of(found) == frames_of(wanted));
    RC_ASSERT(sum + split.to_client.pending() == text.size());
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace hassle::harness
