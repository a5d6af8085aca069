#include "reports/wire_redaction.hpp"

#include "reports/clear_text.hpp"
#include "reports/secret_places.hpp"
#include "reports/tests/wire_fixtures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::reports {
namespace {

using namespace tests;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto known = std::to_array<std::string_view>({"the-known-token"});
constexpr std::string_view jwt = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.s-gn_tureOfIt0";
const std::string refresh(128, 'b');

constexpr std::string_view no_key("\0\0\0\0", 4);
constexpr frame_shape unmasked{.masked = true, .key = no_key};

std::string without_secrets(std::string text) {
  for (const text_range& each : secret_places(text, known)) {
    for (std::size_t i = each.begin; i < each.end; ++i) text[i] = redacted;
  }
  return text;
}

TEST(SecretPlaces, AreTheValuesOfMembers) {
  EXPECT_EQ(without_secrets(R"({"type":"auth","access_token":"a b\"c"})"),
            R"({"type":"auth","access_token":"xxxxxx"})");
  EXPECT_EQ(without_secrets(R"({"refresh_token" : "abc", "token_type":"Bearer"})"),
            R"({"refresh_token" : "xxx", "token_type":"Bearer"})");
  EXPECT_EQ(without_secrets(R"({"text":"{\"access_token\":\"abc\",\"a\":1}"})"),
            R"({"text":"{\"access_token\":\"xxx\",\"a\":1}"})");
}

TEST(SecretPlaces, OfACodeOnlyAFieldsValue) {
  EXPECT_EQ(without_secrets(R"({"error":{"code":"not_found"}})"),
            R"({"error":{"code":"not_found"}})");
  EXPECT_EQ(without_secrets("grant_type=authorization_code&code=abc&client_id=http"),
            "grant_type=authorization_code&code=xxx&client_id=http");
}

TEST(SecretPlaces, AreTheValuesOfFieldsAndHeaders) {
  EXPECT_EQ(without_secrets("grant_type=refresh_token&refresh_token=abc%2F&client_id=c"),
            "grant_type=refresh_token&refresh_token=xxxxxx&client_id=c");
  EXPECT_EQ(without_secrets("GET /x?authSig=abc HTTP/1.1\r\nauthorization: Bearer abc\r\nA: b\r\n"),
            "GET /x?authSig=xxx HTTP/1.1\r\nauthorization: Bearer xxx\r\nA: b\r\n");
  EXPECT_EQ(without_secrets("Cookie: abc\r\n"), "Cookie: xxx\r\n");
}

TEST(SecretPlaces, AreWhatLooksLikeOneAnywhere) {
  EXPECT_EQ(without_secrets("\"result\":\"" + std::string(jwt) + "\""),
            "\"result\":\"" + std::string(jwt.size(), 'x') + "\"");
  EXPECT_EQ(without_secrets("/" + refresh + "/"), "/" + std::string(128, 'x') + "/");
  EXPECT_EQ(without_secrets("a the-known-token b"), "a xxxxxxxxxxxxxxx b");
}

TEST(SecretPlaces, CountAsFarAsTheyGo) {
  EXPECT_EQ(without_secrets(R"({"access_token":"ab)"), R"({"access_token":"xx)");
  EXPECT_EQ(without_secrets(R"({"access_token":"ab\)"), R"({"access_token":"xxx)");
  EXPECT_EQ(without_secrets("refresh_token=a"), "refresh_token=x");
  EXPECT_EQ(without_secrets(R"({"access_token")"), R"({"access_token")");
  EXPECT_EQ(without_secrets("Cookie:"), "Cookie:");
}

TEST(SecretPlaces, AreNotInOrdinaryMessages) {
  const std::string text = R"({"id":7,"type":"result","success":true,"result":{"context":{"id":")" +
                           std::string(64, 'f') + R"("},"token_count":3,"state":"on"}})";
  EXPECT_EQ(without_secrets(text), text);
}

std::string clear(std::string_view stream, bool from_client) {
  return clear_text_of(stream, from_client, false).text;
}

TEST(ClearText, IsUnmaskedAndPutTogether) {
  const std::string client = std::string(upgrade_request) + frame_of("one", {.masked = true}) +
                             frame_of("tw", {.masked = true, .last = false}) +
                             frame_of("ping", {.masked = true, .opcode = 9}) +
                             frame_of("o", {.masked = true, .opcode = 0});
  EXPECT_THAT(clear(client, true), HasSubstr("\none\ntwo\n"));
  EXPECT_THAT(clear(client, true), HasSubstr("ping"));
}

TEST(ClearText, KnowsWhichByteEachCharacterIs) {
  const std::string server = std::string(upgrade_answer) + frame_of("one") +
                             frame_of("tw", {.last = false}) + frame_of("pong", {.opcode = 10}) +
                             frame_of("o", {.opcode = 0}) + frame_of(std::string(300, 'y')) +
                             frame_of("");
  const clear_text made = clear_text_of(server, false, false);
  std::size_t told = 0;
  for (const clear_text::run& each : made.runs) {
    if (each.byte == clear_text::nowhere) continue;
    const std::size_t size = made.end_of(each) - each.begin;
    told += size;
    EXPECT_EQ(made.text.substr(each.begin, size), server.substr(each.byte, size));
  }
  // All but the heads of frames.
  EXPECT_EQ(told, upgrade_answer.size() + 3 + 2 + 4 + 1 + 300);
}

TEST(ClearText, IsWrittenBackWithoutAMask) {
  const std::string head(upgrade_request);
  std::string stream = head + frame_of("one", {.masked = true}) + frame_of("two", {.masked = true});
  clear_text made = clear_text_of(stream, true, false);
  made.text.replace(made.text.find("one"), 3, "ONE");
  made.write_to(stream);
  EXPECT_EQ(stream, head + frame_of("ONE", unmasked) + frame_of("two", unmasked));
}

TEST(ClearText, MayEndAnywhere) {
  const std::string client = std::string(upgrade_request) +
                             frame_of("some text", {.masked = true}) +
                             frame_of(std::string(200, 'z'), {.masked = true});
  for (std::size_t size = 0; size <= client.size(); ++size) {
    std::string stream = client.substr(0, size);
    clear_text_of(stream, true, false).write_to(stream);
    EXPECT_EQ(stream.size(), size);
    // Nothing is left of a key.
    EXPECT_EQ(stream.find('\x9f'), std::string::npos);
    EXPECT_EQ(stream.find('\xc2'), std::string::npos);
  }
}

TEST(ClearText, GoesOnWithHttpAfterARefusal) {
  const std::string client =
      std::string(upgrade_request) + "POST /auth/token HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b";
  EXPECT_THAT(clear(client, true), HasSubstr("\r\n\r\na=b"));
}

TEST(ClearText, OfTlsThereIsNone) {
  EXPECT_THAT(clear(std::string("\x16\x03\x01\x02\x00token=abc", 14), true), Eq("\n"));
  const std::string proxied = "CONNECT home:443 HTTP/1.1\r\nProxy-Authorization: Basic abc\r\n\r\n";
  EXPECT_THAT(clear(proxied + "\x16\x03\x01token=abc", true), Not(HasSubstr("token=abc")));
}

// What is said, in frames of its own, comes out of any pieces without what must not be shown.
void expect_redacted(const std::string& client, const std::string& server) {
  for (const std::size_t piece : {1UL, 7UL, 100'000UL}) {
    wire_capture capture = capture_of(client, server, piece);
    const std::size_t events = capture.events.size();
    redact(capture, known);
    ASSERT_EQ(capture.events.size(), events);
    for (const bool from_client : {true, false}) {
      const std::string stream = stream_of(capture, from_client);
      ASSERT_EQ(stream.size(), from_client ? client.size() : server.size());
      const std::string text = clear_text_of(stream, from_client, false).text;
      for (const std::string_view secret : {jwt, std::string_view(refresh), known[0]}) {
        EXPECT_THAT(text, Not(HasSubstr(std::string(secret))));
        EXPECT_THAT(stream, Not(HasSubstr(std::string(secret))));
      }
    }
  }
}

TEST(WireRedaction, ATokenInAMaskedFrameIsOverwrittenAndTheMaskTakenOff) {
  const std::string before = R"({"type":"auth","access_token":"abc"})";
  const std::string after = R"({"type":"auth","access_token":"xxx"})";
  wire_capture capture =
      capture_of(std::string(upgrade_request) + frame_of(before, {.masked = true}) +
                     frame_of(R"({"id":1})", {.masked = true}),
                 upgrade_answer, 5);
  redact(capture, known);
  EXPECT_EQ(stream_of(capture, true), std::string(upgrade_request) + frame_of(after, unmasked) +
                                          frame_of(R"({"id":1})", unmasked));
  EXPECT_EQ(stream_of(capture, false), upgrade_answer);
}

TEST(WireRedaction, ATokenMayBeSplitOverFragments) {
  const std::string auth = R"({"type":"auth","access_token":")" + std::string(jwt) + "\"}";
  std::string client(upgrade_request);
  for (std::size_t at = 0; at < auth.size(); at += 4) {
    client +=
        frame_of(auth.substr(at, 4),
                 {.masked = true, .opcode = at == 0 ? 1U : 0U, .last = at + 4 >= auth.size()});
    client += frame_of("still here", {.masked = true, .opcode = 10});
  }
  expect_redacted(client, std::string(upgrade_answer));
}

TEST(WireRedaction, TokensInHttpAndInAnswersAreOverwritten) {
  const std::string form = "grant_type=refresh_token&refresh_token=" + refresh;
  const std::string answer = R"({"access_token":")" + std::string(jwt) + R"(","expires_in":1800})";
  const auto with_length = [](std::string_view head, const std::string& body) {
    return std::string(head) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  expect_redacted(with_length("POST /auth/token HTTP/1.1\r\n", form),
                  with_length("HTTP/1.1 200 OK\r\n", answer));
  expect_redacted(std::string(upgrade_request),
                  std::string(upgrade_answer) +
                      frame_of(R"({"result":")" + std::string(jwt) + "\"}") +
                      frame_of("the-known-token"));
}

RC_GTEST_PROP(WireRedaction, ATokenIsGoneHoweverItIsCut, ()) {
  const std::string auth = R"({"type":"auth","access_token":")" + std::string(jwt) + "\"}";
  std::string client(upgrade_request);
  for (std::size_t at = 0; at < auth.size();) {
    const auto some = *rc::gen::inRange<std::size_t>(1, auth.size() + 1);
    client +=
        frame_of(auth.substr(at, some),
                 {.masked = true, .opcode = at == 0 ? 1U : 0U, .last = at + some >= auth.size()});
    at += some;
  }
  client.resize(*rc::gen::inRange<std::size_t>(0, client.size() + 1));
  wire_capture capture =
      capture_of(client, upgrade_answer, *rc::gen::inRange<std::size_t>(1, client.size() + 2));
  redact(capture, known);
  const std::string stream = stream_of(capture, true);
  RC_ASSERT(stream.size() == client.size());
  const std::string text = clear_text_of(stream, true, false).text;
  // Nor is a part of it there.
  for (std::size_t at = 0; at + 8 <= jwt.size(); ++at) {
    RC_ASSERT(text.find(jwt.substr(at, 8)) == std::string::npos);
    RC_ASSERT(stream.find(jwt.substr(at, 8)) == std::string::npos);
  }
}

RC_GTEST_PROP(WireRedaction, AnythingMayBeSent, (const std::string& noise, bool from_client)) {
  const std::string head(from_client ? upgrade_request : upgrade_answer);
  for (const std::string& all : {noise, head + noise}) {
    wire_capture capture = capture_of(from_client ? all : "", from_client ? "" : all, 11);
    redact(capture, known);
    RC_ASSERT(stream_of(capture, from_client).size() == all.size());
  }
}

TEST(WireRedaction, CompressedMessagesAreOverwrittenWhole) {
  const std::string client = std::string(upgrade_request) +
                             frame_of("abc", {.masked = true, .last = false, .compressed = true}) +
                             frame_of("pong", {.masked = true, .opcode = 10}) +
                             frame_of("def", {.masked = true, .opcode = 0}) +
                             frame_of("plain", {.masked = true});
  wire_capture capture =
      capture_of(client, std::string(deflate_answer) + frame_of("ghi", {.compressed = true}), 4);
  redact(capture, known);
  EXPECT_EQ(
      stream_of(capture, true),
      std::string(upgrade_request) +
          frame_of("xxx", {.masked = true, .last = false, .compressed = true, .key = no_key}) +
          frame_of("pong", {.masked = true, .opcode = 10, .key = no_key}) +
          frame_of("xxx", {.masked = true, .opcode = 0, .key = no_key}) +
          frame_of("plain", unmasked));
  EXPECT_EQ(stream_of(capture, false),
            std::string(deflate_answer) + frame_of("xxx", {.compressed = true}));
}

// The key of one, and what is right for it and for the example.
std::string request_with(std::string_view key) {
  return "GET / HTTP/1.1\r\nSec-WebSocket-Key: " + std::string(key) +
         "\r\nUpgrade: websocket\r\n\r\n";
}
std::string answer_with(std::string_view answer) {
  return "HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: " + std::string(answer) + "\r\n\r\n";
}
constexpr std::string_view example_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view example_answer = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr std::string_view other_key = "x3JJHMbDL1EzLkh9GBhXDw==";
constexpr std::string_view other_answer = "HSmrc0sMlYUkAGmm5OPpG2HaGWk=";

TEST(WireRedaction, TheUpgradesDiceAreThoseOfTheRfc) {
  using pair = std::pair<std::string_view, std::string_view>;
  for (const auto& [key, answer] :
       {pair(other_key, other_answer), pair(example_key, example_answer)}) {
    wire_capture capture = capture_of(request_with(key), answer_with(answer), 9);
    redact(capture, known);
    EXPECT_EQ(stream_of(capture, true), request_with(example_key));
    EXPECT_EQ(stream_of(capture, false), answer_with(example_answer));
  }
}

TEST(WireRedaction, AWrongAnswerToAnUpgradeIsShown) {
  const std::string wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  wire_capture capture = capture_of(request_with(other_key), answer_with(wrong), 9);
  redact(capture, known);
  EXPECT_EQ(stream_of(capture, false), answer_with(wrong));
}

TEST(WireRedaction, WhatOnlyLooksCompressedIsAFaultAndShown) {
  const std::string server = std::string(upgrade_answer) + frame_of("ghi", {.compressed = true});
  wire_capture capture = capture_of(upgrade_request, server, 50);
  redact(capture, known);
  EXPECT_EQ(stream_of(capture, false), server);
}

TEST(WireRedaction, WhatAClientSendsThatIsNoFrameIsNotShown) {
  wire_capture capture =
      capture_of(std::string(upgrade_request) + frame_of("abc"), upgrade_answer, 50);
  redact(capture, known);
  EXPECT_EQ(stream_of(capture, true), std::string(upgrade_request) + "xxxxx");
}

}  // namespace
}  // namespace hassle::reports
