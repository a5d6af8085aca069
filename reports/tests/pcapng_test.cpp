#include "reports/packet_comments.hpp"
#include "reports/pcap_packet.hpp"
#include "reports/pcapng_blocks.hpp"
#include "reports/pcapng_report.hpp"
#include "reports/tcp_segments.hpp"
#include "reports/tests/helpers.hpp"
#include "reports/tests/wire_fixtures.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

using namespace tests;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr bool client = true;
constexpr bool server = false;

/// Writes down a capture by hand.
class wire {
 public:
  wire() {
    made_.connections.push_back(
        {.number = 1, .client = "10.0.0.2", .server = "10.0.0.1", .server_port = 8123});
  }

  wire& at(nanoseconds t) {
    now_ = t;
    return *this;
  }
  wire& add(bool from_client, wire_kind kind, std::uint32_t count = 0, std::string bytes = {}) {
    made_.events.push_back({.at = now_,
                            .connection = 1,
                            .from_client = from_client,
                            .kind = kind,
                            .count = count,
                            .bytes = std::move(bytes)});
    return *this;
  }
  wire& say(bool from_client, std::string bytes) {
    return add(from_client, wire_kind::data, 0, std::move(bytes));
  }
  wire& connect() {
    return add(client, wire_kind::syn).add(server, wire_kind::syn).add(client, wire_kind::ack);
  }

  [[nodiscard]] const wire_capture& made() const { return made_; }

 private:
  nanoseconds now_{};
  wire_capture made_;
};

/// "C S 0" as client, flags, sequence number from its initial one, "@" what it acknowledges, and
/// how much it carries.
std::vector<std::string> told(const wire_capture& capture) {
  std::vector<std::string> lines;
  std::uint32_t first[2] = {0, 0};
  send_segments(capture, client_port_min, [&](const tcp_segment& s) {
    std::uint32_t& own = first[s.from_client ? 0 : 1];
    if (s.syn) own = s.sequence;
    const std::uint32_t peer = first[s.from_client ? 1 : 0];
    std::string line = fmt::format("{} {}{}{}{}{} {}", s.from_client ? "C" : "H", s.syn ? "S" : "",
                                   s.fin ? "F" : "", s.reset ? "R" : "", s.push ? "P" : "",
                                   s.ack ? "." : "", s.sequence - own);
    if (s.ack) line += fmt::format("@{}", s.acknowledged - peer);
    if (!s.payload.empty()) line += fmt::format(" {}", s.payload.size());
    lines.push_back(std::move(line));
  });
  return lines;
}

TEST(TcpSegments, AConnectionOpensTalksAndCloses) {
  EXPECT_THAT(told(wire()
                       .connect()
                       .say(client, "hello")
                       .add(server, wire_kind::ack, 5)
                       .say(server, "you")
                       .add(client, wire_kind::ack, 3)
                       .add(client, wire_kind::fin)
                       .add(server, wire_kind::ack, 1)
                       .add(server, wire_kind::fin)
                       .add(client, wire_kind::ack, 1)
                       .made()),
              ElementsAre("C S 0", "H S. 0@1", "C . 1@1", "C P. 1@1 5", "H . 1@6", "H P. 1@6 3",
                          "C . 6@4", "C F. 6@4", "H . 4@7", "H F. 4@7", "C . 7@5"));
}

TEST(TcpSegments, WhatIsHandedOverAtOnceIsCutAndPushedAtItsEnd) {
  EXPECT_THAT(told(wire().connect().say(server, std::string(2921, 'y')).made()),
              ElementsAre("C S 0", "H S. 0@1", "C . 1@1", "H . 1@1 1460", "H . 1461@1 1460",
                          "H P. 2921@1 1"));
  EXPECT_THAT(told(wire().connect().say(server, std::string(2920, 'y')).made()), SizeIs(5));
}

TEST(TcpSegments, WhatDidNotArriveIsSentAgain) {
  EXPECT_THAT(
      told(wire()
               .connect()
               .say(client, "abc")
               .say(client, "defg")
               .add(client, wire_kind::again)
               .add(server, wire_kind::ack, 3)
               .add(client, wire_kind::again)
               .add(server, wire_kind::ack, 4)
               .add(client, wire_kind::again)
               .add(client, wire_kind::fin)
               .add(client, wire_kind::again)
               .made()),
      ElementsAre("C S 0", "H S. 0@1", "C . 1@1", "C P. 1@1 3", "C P. 4@1 4", "C P. 1@1 3",
                  "H . 1@4", "C P. 4@1 4", "H . 1@8", "C P. 4@1 4", "C F. 8@1", "C F. 8@1"));
}

TEST(TcpSegments, TheHandshakesLastStepIsSentAgain) {
  EXPECT_THAT(told(wire().connect().add(client, wire_kind::again).made()),
              ElementsAre("C S 0", "H S. 0@1", "C . 1@1", "C . 1@1"));
}

TEST(TcpSegments, ARefusalIsAnAnswerToTheSyn) {
  std::vector<std::string> lines;
  EXPECT_THAT(told(wire().add(client, wire_kind::syn).add(server, wire_kind::reset).made()),
              ElementsAre("C S 0", ::testing::AllOf(HasSubstr("H R."), HasSubstr("@1"))));
}

TEST(TcpSegments, AGoodbyeInPlaceOfWhatGotLostHasItsNumber) {
  EXPECT_THAT(
      told(wire().connect().say(server, "gone").add(server, wire_kind::fin, 4).made()).back(),
      "H F. 1@1");
}

TEST(TcpSegments, NobodyAcknowledgesWhatWasNeverSent) {
  EXPECT_EQ(told(wire().connect().add(server, wire_kind::ack, 99).made()).back(), "H . 1@1");
}

TEST(TcpSegments, PortsOfConnectionsDiffer) {
  wire_capture capture;
  for (std::uint32_t i = 1; i <= 20'000; ++i) {
    capture.connections.push_back(
        {.number = i, .client = "10.0.0.2", .server = "10.0.0.1", .server_port = 8123});
    capture.events.push_back({.connection = i, .from_client = true, .kind = wire_kind::syn});
  }
  std::vector<std::uint16_t> ports;
  send_segments(capture, client_port_min,
                [&](const tcp_segment& s) { ports.push_back(s.client_port); });
  EXPECT_EQ(ports.front(), 49152);
  EXPECT_EQ(ports[1], 49153);
  EXPECT_THAT(ports, ::testing::Each(::testing::Ge(49152)));
  EXPECT_THAT(ports, ::testing::Each(::testing::Ne(57000)));
  EXPECT_EQ(ports[16'383], 49152) << "all others were taken";
}

TEST(TcpSegments, EventsOfNobodyAreLeftOut) {
  wire_capture capture = wire().connect().made();
  capture.connections.clear();
  EXPECT_THAT(told(capture), SizeIs(0));
}

TEST(PcapPacket, TheChecksumIsThatOfTheRfc) {
  // The example of RFC 1071: a sum of 0xddf2.
  EXPECT_EQ(internet_checksum(std::string_view("\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8)), 0x220d);
  EXPECT_EQ(internet_checksum("\x01"), 0xfeff) << "an odd byte stands before a zero";
  EXPECT_EQ(internet_checksum(""), 0xffff);
  // A well-known example of a header: 45 00 00 73 … c0 a8 00 c7.
  EXPECT_EQ(internet_checksum(std::string_view("\x45\x00\x00\x73\x00\x00\x40\x00\x40\x11\x00\x00"
                                               "\xc0\xa8\x00\x01\xc0\xa8\x00\xc7",
                                               20)),
            0xb861);
}

std::vector<std::string> packets_of(const wire_capture& capture) {
  std::vector<std::string> packets;
  send_segments(capture, client_port_min,
                [&](const tcp_segment& s) { packets.push_back(ip_packet(s)); });
  return packets;
}

unsigned byte_at(const std::string& packet, std::size_t at) {
  return static_cast<unsigned char>(packet.at(at));
}

TEST(PcapPacket, OfIpv4FitsAndItsSumsComeOutRight) {
  const auto packets = packets_of(wire().connect().say(client, std::string(3001, 'z')).made());
  ASSERT_THAT(packets, SizeIs(6));
  for (const std::string& each : packets) {
    EXPECT_LE(each.size(), ip_packet_size_max);
    EXPECT_EQ(byte_at(each, 0), 0x45U);
    EXPECT_EQ(byte_at(each, 2) << 8U | byte_at(each, 3), each.size());
    EXPECT_EQ(internet_checksum(each.substr(0, 20)), 0);
    const auto size = static_cast<std::uint32_t>(each.size() - 20);
    // Addresses, protocol and size belong to TCP's sum.
    const std::uint32_t made_up = 6 + size + 2 * 0x0a00 + 1 + 2;
    EXPECT_EQ(internet_checksum(each.substr(20), made_up), 0);
  }
}

TEST(PcapPacket, OfIpv6FitsAndItsSumsComeOutRight) {
  wire_capture capture = wire().connect().say(client, std::string(3001, 'z')).made();
  capture.connections.front().client = "fd00::2";
  capture.connections.front().server = "fd00::1";
  const auto packets = packets_of(capture);
  ASSERT_THAT(packets, SizeIs(6));
  for (const std::string& each : packets) {
    EXPECT_LE(each.size(), ip_packet_size_max);
    EXPECT_EQ(byte_at(each, 0), 0x60U);
    EXPECT_EQ(byte_at(each, 8), 0xfdU);
    const auto size = static_cast<std::uint32_t>(each.size() - 40);
    EXPECT_EQ(byte_at(each, 4) << 8U | byte_at(each, 5), size);
    EXPECT_EQ(internet_checksum(each.substr(40), 6 + size + 2 * 0xfd00 + 1 + 2), 0);
  }
}

TEST(PcapngBlocks, AreWholeWordsLongAndSayTwiceHowLong) {
  std::string out;
  append_section_header(out, "hassle 1", "");
  append_interface(out, "a", "", 1500);
  append_packet(out, 0, 5ns, "12345", "");
  append_packet(out, 0, 5ns, "1234", "a comment");
  append_statistics(out, 0, 6ns, 3, 1);
  std::size_t blocks = 0;
  for (std::size_t at = 0; at < out.size(); ++blocks) {
    ASSERT_EQ(at % 4, 0U);
    const std::size_t size = byte_at(out, at + 4) | byte_at(out, at + 5) << 8U;
    ASSERT_LE(at + size, out.size());
    EXPECT_EQ(out.substr(at + 4, 4), out.substr(at + size - 4, 4));
    at += size;
  }
  EXPECT_EQ(blocks, 5U);
}

TEST(PcapngBlocks, LongTextsAreCutBetweenCharacters) {
  std::string out;
  std::string text;
  while (text.size() <= pcapng_text_max) text += "€";
  append_packet(out, 0, 5ns, "1234", text);
  EXPECT_THAT(out, HasSubstr(std::string("\x01\x00\xff\x0f", 4) + text.substr(0, 4095)));
  EXPECT_LT(out.size(), 4095 + 64U);
}

TEST(PacketComments, GoToTheNextPacketOfTheirConnection) {
  recorder r;
  r.begin("cut-1").at(1s).send(2, 7, 3).done(7, "fresh").hit("cut-1", 2);
  packet_comments comments(r.written());
  EXPECT_EQ(comments.before(500ms, 1), "00:00:00.000 fault: cut-1 begins");
  EXPECT_EQ(comments.before(1s, 1), "00:00:01.000 user: command 7: fresh");
  EXPECT_EQ(comments.before(2s, 2),
            "00:00:01.000 client: sends command 7 on connection 2 as message 3\n"
            "00:00:01.000 fault: cut-1 hits connection 2");
  EXPECT_EQ(comments.before(3s, 2), "");
}

report sample() {
  recorder r;
  r.at(20ms).send(1, 7, 3).at(60ms).begin("cut-1").hit("cut-1", 1);
  wire w;
  w.add(client, wire_kind::syn).at(10ms).add(server, wire_kind::syn);
  w.at(20ms).add(client, wire_kind::ack).say(client, frame_of("{\"id\":3}", {.masked = true}));
  w.at(30ms).add(server, wire_kind::ack, 14).say(server, frame_of("{}"));
  w.at(70ms).add(client, wire_kind::reset);
  measurement m{.tool_version = "1.2.3"};
  m.kept.push_back({.context = a_run(), .events = r.written(), .wire = w.made()});
  m.kept.back().wire.events_left_out = 2;
  return make_report(std::move(m));
}

/// Rows of 16 bytes, with what of them is text.
std::string dump(const std::string& bytes) {
  std::string out;
  for (std::size_t row = 0; row < bytes.size(); row += 16) {
    std::string text;
    std::string hex;
    for (const char c : bytes.substr(row, 16)) {
      hex += fmt::format("{:02x} ", static_cast<unsigned char>(c));
      text += c >= ' ' && c <= '~' ? c : '.';
    }
    out += fmt::format("{:04x}  {:<48} {}\n", row, hex, text);
  }
  return out;
}

TEST(PcapngReport, IsAsItWas) { expect_golden("pcapng.txt", dump(pcapng_report(sample()))); }

TEST(PcapngReport, OfNoRunIsAFileWithoutPackets) {
  EXPECT_THAT(pcapng_report(make_report({.tool_version = "1"})), HasSubstr("No run was kept."));
}

}  // namespace
}  // namespace hassle::reports
