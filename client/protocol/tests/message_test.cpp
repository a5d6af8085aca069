#include <hassle/protocol/message.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <string>

namespace hassle::protocol {
namespace {

namespace json = boost::json;
using kind = server_message::kind;

server_message only_message(std::string_view text) {
  auto parsed = parse_server_frame(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  if (!parsed || parsed->size() != 1) {
    ADD_FAILURE() << "not exactly one message: " << text;
    return {};
  }
  return std::move(parsed->front());
}

parse_failure failure_of(std::string_view text) {
  auto parsed = parse_server_frame(text);
  if (parsed) {
    ADD_FAILURE() << "accepted: " << text;
    return {};
  }
  return parsed.error();
}

TEST(ServerMessage, AuthPhaseCarriesTheVersionAndTheRefusal) {
  const auto required = only_message(R"({"type":"auth_required","ha_version":"2026.6.0"})");
  EXPECT_EQ(required.what, kind::auth_required);
  EXPECT_EQ(required.ha_version, "2026.6.0");
  EXPECT_EQ(required.id, 0);

  EXPECT_EQ(only_message(R"({"type":"auth_ok","ha_version":"2026.6.0b3"})").what, kind::auth_ok);

  const auto refused =
      only_message(R"({"type":"auth_invalid","message":"Invalid access token or password"})");
  EXPECT_EQ(refused.what, kind::auth_invalid);
  EXPECT_EQ(refused.error_message, "Invalid access token or password");
}

TEST(ServerMessage, SuccessfulResultHasItsPayload) {
  const auto m =
      only_message(R"({"id":24,"type":"result","success":true,"result":{"context":{"id":"X"}}})");
  EXPECT_EQ(m.what, kind::result);
  EXPECT_EQ(m.id, 24);
  EXPECT_TRUE(m.success);
  EXPECT_EQ(*m.payload, json::parse(R"({"context":{"id":"X"}})"));
}

TEST(ServerMessage, FailedResultHasCodeAndText) {
  const auto m = only_message(
      R"({"id":5,"type":"result","success":false,"error":{"code":"not_found","message":"No.","translation_key":"k"}})");
  EXPECT_FALSE(m.success);
  EXPECT_EQ(m.error_code, "not_found");
  EXPECT_EQ(m.error_message, "No.");
  EXPECT_FALSE(m.payload);
}

// A server that forgets "error" must not look like a success, nor crash the client.
TEST(ServerMessage, ResultWithoutSuccessOrErrorIsAFailure) {
  const auto m = only_message(R"({"id":5,"type":"result"})");
  EXPECT_EQ(m.what, kind::result);
  EXPECT_FALSE(m.success);
  EXPECT_EQ(m.error_code, "");
  EXPECT_FALSE(only_message(R"({"id":5,"type":"result","success":"yes","error":7})").success);
}

TEST(ServerMessage, EventKeepsItsPayloadWhereverTheIdStands) {
  const auto last = only_message(R"({"type":"event","event":{"a":{}},"id":18})");
  const auto first = only_message(R"({"id":18,"type":"event","event":{"a":{}}})");
  EXPECT_EQ(last.what, kind::event);
  EXPECT_EQ(last.id, 18);
  EXPECT_EQ(*last.payload, *first.payload);
  EXPECT_EQ(first.id, 18);
}

TEST(ServerMessage, PongHasAnId) {
  const auto m = only_message(R"({"id":7,"type":"pong"})");
  EXPECT_EQ(m.what, kind::pong);
  EXPECT_EQ(m.id, 7);
}

// Home Assistant echoes whatever was sent as id; only integers can be correlated.
TEST(ServerMessage, IdThatIsNoIntegerIsZero) {
  for (const char* id : {"null", "1.5", "\"7\"", "true", "[1]", "{}", "1e3", "99999999999999999999",
                         "18446744073709551615"}) {
    const auto m = only_message(std::string(R"({"id":)") + id + R"(,"type":"pong"})");
    EXPECT_EQ(m.id, 0) << id;
    EXPECT_EQ(m.what, kind::pong) << id;
  }
  EXPECT_EQ(only_message(R"({"id":-3,"type":"pong"})").id, -3);
}

TEST(ServerMessage, UnknownTypesAndKeysAreAccepted) {
  const auto m = only_message(R"({"id":3,"type":"telepathy","new":{"x":[1,2]}})");
  EXPECT_EQ(m.what, kind::unknown);
  EXPECT_EQ(m.id, 3);
}

TEST(ServerMessage, ArrayIsSeveralMessagesInOrder) {
  const auto parsed =
      parse_server_frame(R"([{"id":1,"type":"pong"},{"id":2,"type":"result","success":true,)"
                         R"("result":null},{"type":"event","event":5,"id":3}])");
  ASSERT_TRUE(parsed.has_value());
  ASSERT_EQ(parsed->size(), 3U);
  EXPECT_EQ((*parsed)[0].id, 1);
  EXPECT_TRUE((*parsed)[1].success);
  EXPECT_EQ(*(*parsed)[2].payload, json::value(5));
  EXPECT_TRUE(parse_server_frame("[]").value().empty());
}

TEST(ServerMessage, WhatIsNoObjectWithATypeIsNotAMessage) {
  for (const char* text : {"1", "null", "\"auth_ok\"", "{}", R"({"type":5})", "[1]", "[[]]",
                           R"([{"id":1,"type":"pong"},null])"}) {
    EXPECT_EQ(failure_of(text), parse_failure::not_a_message) << text;
  }
}

TEST(ServerMessage, WhatDoesNotParseIsNotJson) {
  for (const char* text : {"", " ", "{", R"({"type":"pong"} x)", "<html>502</html>", "NaN",
                           R"({"type":NaN})", "{'type':'pong'}", "{\"type\":\"\xff\xfe\"}"}) {
    EXPECT_EQ(failure_of(text), parse_failure::not_json) << text;
  }
  EXPECT_EQ(failure_of(std::string_view("\0\0\0", 3)), parse_failure::not_json);
}

// The limit is what keeps a hostile server from exhausting the stack of whoever walks the payload.
TEST(ServerMessage, NestingIsLimited) {
  auto nested = [](std::size_t depth) {  // The message itself is the first level.
    return R"({"type":"event","id":1,"event":)" + std::string(depth - 1, '[') +
           std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(only_message(nested(depth_max)).what, kind::event);
  EXPECT_EQ(failure_of(nested(depth_max + 1)), parse_failure::not_json);
  EXPECT_EQ(failure_of(std::string(1'000'000, '[')), parse_failure::not_json);
}

// Small and large frames take different ways through the parser; both payloads outlive it.
TEST(ServerMessage, PayloadOutlivesTheTextWhateverItsSize) {
  for (const std::size_t entities : {1U, 5000U}) {
    std::string text = R"({"id":1,"type":"result","success":true,"result":[)";
    for (std::size_t n = 0; n < entities; ++n) {
      text += (n ? "," : "") + (R"({"entity_id":"light.)" + std::to_string(n) + "\"}");
    }
    text += "]}";
    const auto m = only_message(text);
    text.assign(text.size(), '#');
    ASSERT_EQ(m.payload->as_array().size(), entities);
    EXPECT_EQ(m.payload->as_array().back().at("entity_id"),
              json::value("light." + std::to_string(entities - 1)));
    // Never the stack that small frames are parsed on.
    const json::storage_ptr& memory = m.payload->storage();
    EXPECT_TRUE(memory.is_shared() || memory == json::storage_ptr());
  }
}

TEST(ClientMessage, AuthEscapesTheToken) {
  EXPECT_EQ(auth_message("abc.def"), R"({"type":"auth","access_token":"abc.def"})");
  EXPECT_EQ(auth_message("a\"b\\"), R"({"type":"auth","access_token":"a\"b\\"})");
}

TEST(ClientMessage, CommandHasItsIdInFront) {
  EXPECT_EQ(command_message(7, {{"type", "ping"}}), R"({"id":7,"type":"ping"})");
  EXPECT_EQ(command_message(7, {}), R"({"id":7})");
}

TEST(ClientMessage, CallServiceNamesItsTarget) {
  EXPECT_EQ(
      command_message(24, call_service_body("light", "turn_on", "light.desk")),
      R"({"id":24,"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":"light.desk"}})");
}

// 64 MiB of small values would take two gigabytes.
TEST(ParseServerFrame, RefusesMoreValuesThanAnyHomeHas) {
  std::string text = R"({"id":1,"type":"result","success":true,"result":[0)";
  for (int i = 0; i < 4'100'000; ++i) text += ",0";
  text += "]}";
  EXPECT_EQ(parse_server_frame(text).error(), parse_failure::not_json);
}

TEST(ParseServerFrame, RefusesAListOfMoreMessagesThanHomeAssistantEverKeeps) {
  std::string text = R"([{"type":"pong"})";
  for (int i = 0; i < 70'000; ++i) text += R"(,{"type":"pong"})";
  EXPECT_EQ(parse_server_frame(text + "]").error(), parse_failure::not_a_message);
}

}  // namespace
}  // namespace hassle::protocol
