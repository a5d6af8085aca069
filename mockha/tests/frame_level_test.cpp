// What no honest client sends, as bytes by hand over loopback: the answers are those of Home
// Assistant's library where it has any.
#include "mockha/bench/raw_client.hpp"
#include "mockha/bench/server_threads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;

constexpr unsigned text = 0x81;
constexpr unsigned binary = 0x82;
constexpr unsigned close = 0x88;
constexpr unsigned ping = 0x89;
constexpr unsigned pong = 0x8A;
constexpr unsigned first_of_text = 0x01;
constexpr unsigned more = 0x00;
constexpr unsigned last = 0x80;

constexpr std::size_t four_mib = std::size_t{4} << 20U;

std::string code(unsigned number) {
  return {static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
}

std::string auth() {
  return R"({"type":"auth","access_token":")" + std::string(default_access_token) + "\"}";
}

/// Only the head of a frame: so many bytes are announced.
std::string announced(std::uint64_t bytes) {
  std::string head = "\x81\xFF"s;
  for (int shift = 56; shift >= 0; shift -= 8) {
    head += static_cast<char>((bytes >> static_cast<unsigned>(shift)) & 0xFFU);
  }
  return head + std::string(4, '\0');
}

class FrameLevelTest : public ::testing::Test {
 protected:
  /// A client in the command phase. Must go before the server does.
  raw_client& online() {
    client_.emplace(server().port());
    client_->authenticate(default_access_token);
    return *client_;
  }
  mockha_thread& server() {
    if (!server_) server_.emplace(config);
    return *server_;
  }

  /// The server answers with this Close frame and ends the connection.
  void expect_close(const std::string& bytes, unsigned number) {
    raw_client& client = online();
    client.send(bytes);
    EXPECT_EQ(client.next(), (raw_frame{close, code(number)}));
    client.send_what_goes(client_frame(code(1000), close));
    EXPECT_EQ(client.next(), std::nullopt);
  }
  void expect_alive(raw_client& client, unsigned id = 77) {
    client.send(client_frame(R"({"id":)" + std::to_string(id) + R"(,"type":"ping"})"));
    EXPECT_EQ(client.next(),
              (raw_frame{text, R"({"id":)" + std::to_string(id) + R"(,"type":"pong"})"}));
  }

  server_config config;

 private:
  std::optional<mockha_thread> server_;
  std::optional<raw_client> client_;  // Declared last: it ends first.
};

TEST_F(FrameLevelTest, AMessageInFragmentsIsOneMessage) {
  raw_client client(server().port());
  client.upgrade();
  client.skip();
  const std::string message = auth();
  client.send(client_frame(message.substr(0, 5), first_of_text));
  client.send(client_frame("", more));
  client.send(client_frame(message.substr(5, 7), more));
  client.send(client_frame(message.substr(12), last));
  EXPECT_THAT(client.read(), HasSubstr("auth_ok"));
}

TEST_F(FrameLevelTest, ControlFramesMayComeBetweenFragments) {
  raw_client& client = online();
  client.send(client_frame(R"({"id":1,"ty)", first_of_text) + client_frame("are you there?", ping) +
              client_frame("", pong) + client_frame(R"(pe":"ping"})", last));
  EXPECT_EQ(client.next(), (raw_frame{pong, "are you there?"}));
  EXPECT_EQ(client.next(), (raw_frame{text, R"({"id":1,"type":"pong"})"}));
}

TEST_F(FrameLevelTest, ACharacterMayBeCutByAFragment) {
  raw_client& client = online();
  client.send(client_frame("{\"id\":1,\"type\":\"\xC3", first_of_text) +
              client_frame("\xA4\"}", last));
  EXPECT_THAT(client.read(), HasSubstr("unknown_command"));
}

TEST_F(FrameLevelTest, EverythingMayComeAtOnce) {
  raw_client& client = online();
  client.send(client_frame(R"({"id":1,"type":"ping"})") + client_frame("", ping) +
              client_frame(R"({"id":2,"type":"ping"})") + client_frame(code(1001), close));
  // Control frames go ahead of messages that wait.
  std::string seen;
  while (const auto frame = client.next()) seen += std::to_string(frame->first) + ' ';
  EXPECT_THAT(seen, HasSubstr(std::to_string(pong)));
  EXPECT_THAT(seen, ::testing::EndsWith(std::to_string(close) + ' '));
}

TEST_F(FrameLevelTest, EveryByteMayComeAlone) {
  raw_client& client = online();
  for (const char each : client_frame(R"({"id":1,"type":"ping"})")) client.send({&each, 1});
  EXPECT_EQ(client.read(), R"({"id":1,"type":"pong"})");
}

TEST_F(FrameLevelTest, ReservedBitsBreakTheProtocol) {
  expect_close(client_frame("{}", text | 0x40U), 1002);
  expect_close(client_frame("{}", text | 0x20U), 1002);
  expect_close(client_frame("{}", text | 0x10U), 1002);
}

TEST_F(FrameLevelTest, ReservedOpcodesBreakTheProtocol) {
  expect_close(client_frame("{}", 0x83), 1002);
  expect_close(client_frame("{}", 0x8B), 1002);
}

TEST_F(FrameLevelTest, ControlFramesAreWholeAndShort) {
  expect_close(client_frame("cut", 0x09), 1002);
  expect_close(client_frame(std::string(126, 'x'), ping), 1002);
}

TEST_F(FrameLevelTest, APingOfTheGreatestLengthIsAnswered) {
  raw_client& client = online();
  client.send(client_frame(std::string(125, 'x'), ping));
  EXPECT_EQ(client.next(), (raw_frame{pong, std::string(125, 'x')}));
}

TEST_F(FrameLevelTest, FragmentsBelongTogether) {
  expect_close(client_frame("{}", last), 1002);
  expect_close(client_frame("{", first_of_text) + client_frame("{}", text), 1002);
}

TEST_F(FrameLevelTest, TextIsUtf8) {
  expect_close(client_frame("\xC3\x28"), 1007);
  expect_close(client_frame("\xED\xA0\x80"), 1007);  // Half a surrogate pair.
  expect_close(client_frame("\xC3"), 1007);          // Half a character.
}

TEST_F(FrameLevelTest, SomeCloseCodesAreNotForTheWire) {
  for (const unsigned number : {0U, 999U, 1004U, 1005U, 1006U, 1016U, 2999U}) {
    SCOPED_TRACE(number);
    expect_close(client_frame(code(number), close), 1002);
  }
  expect_close(client_frame("x", close), 1002);
}

TEST_F(FrameLevelTest, ACloseIsAnsweredWithAThousand) {
  expect_close(client_frame("", close), 1000);
  expect_close(client_frame(code(1001) + "going away", close), 1000);
  expect_close(client_frame(code(4321), close), 1000);
}

TEST_F(FrameLevelTest, NothingIsSaidAfterAClose) {
  expect_close(client_frame(code(1000), close) + client_frame(R"({"id":1,"type":"ping"})"), 1000);
}

TEST_F(FrameLevelTest, FramesWithoutAMaskBreakTheProtocol) { expect_close("\x81\x02{}"s, 1002); }

// Nothing of it is waited for, and no memory is taken for it.
TEST_F(FrameLevelTest, AnAnnouncedGiantIsRefusedAtOnce) {
  expect_close(announced(std::uint64_t{1} << 62U), 1009);
  expect_close(announced(four_mib), 1009);
}

TEST_F(FrameLevelTest, AMessageOfFourMebibytesIsTooLarge) {
  expect_close(client_frame(std::string(four_mib, ' ')), 1009);
}

TEST_F(FrameLevelTest, OneByteLessIsNot) {
  raw_client& client = online();
  const std::string command = R"({"id":1,"type":"ping"})";
  client.send(client_frame(command + std::string(four_mib - 1 - command.size(), ' ')));
  EXPECT_EQ(client.read(), R"({"id":1,"type":"pong"})");
}

TEST_F(FrameLevelTest, FragmentsAreAddedUp) {
  const std::string half(four_mib / 2, ' ');
  expect_close(client_frame(half, first_of_text) + client_frame(half, last), 1009);
}

TEST_F(FrameLevelTest, AnEmptyMessageIsNoJson) { expect_close(client_frame(""), 1000); }

TEST_F(FrameLevelTest, AnEmptyBinaryMessageEndsTheConnection) {
  expect_close(client_frame("", binary), 1000);
}

TEST_F(FrameLevelTest, ABinaryMessageForNobodyIsIgnored) {
  raw_client& client = online();
  client.send(client_frame("\x07voice", binary));
  expect_alive(client);
}

TEST_F(FrameLevelTest, ABinaryMessageIsNoLogin) {
  raw_client client(server().port());
  client.upgrade();
  client.skip();
  client.send(client_frame(auth(), binary));
  EXPECT_EQ(client.next(), (raw_frame{close, code(1000)}));
}

// The heartbeat finds it: a Ping, and then the end without a Close.
TEST_F(FrameLevelTest, HalfAFrameAndSilenceIsADeadPeer) {
  config.session.heartbeat = 50ms;
  raw_client& client = online();
  client.send(client_frame(R"({"id":1,"type":"ping"})").substr(0, 9));
  EXPECT_EQ(client.next(), (raw_frame{ping, ""}));
  EXPECT_EQ(client.next(), std::nullopt);
}

}  // namespace
}  // namespace hassle::mockha
