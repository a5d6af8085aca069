#include "mockha/session_core.hpp"

#include "story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- authentication ---

TEST(SessionAuth, TokenOpensTheCommandPhase) {
  story s;
  EXPECT_THAT(s.opened(), ElementsAre(R"(S {"type":"auth_required","ha_version":"2026.6.0"})"));
  EXPECT_THAT(s.sends(R"({"type":"auth","access_token":"secret"})"),
              ElementsAre(R"(S {"type":"auth_ok","ha_version":"2026.6.0"})"));
  EXPECT_EQ(s.core.where(), session_core::phase::command);
}

TEST(SessionAuth, BadTokenIsRefusedAndTheConnectionClosed) {
  for (const char* message : {R"({"type":"auth","access_token":"guess"})", R"({"type":"auth"})",
                              R"({"type":"auth","api_password":"secret"})"}) {
    story s;
    s.opened();
    EXPECT_THAT(
        s.sends(message),
        ElementsAre(R"(S {"type":"auth_invalid","message":"Invalid access token or password"})",
                    "close: auth invalid"))
        << message;
    EXPECT_THAT(s.logins, ElementsAre("failed login"));
    EXPECT_THAT(s.sends(R"({"type":"auth","access_token":"secret"})"), IsEmpty());
  }
}

TEST(SessionAuth, MalformedFirstMessageIsToldWhatIsWrong) {
  const auto text = [](std::string_view message) {
    story s;
    s.opened();
    const auto got = s.sends(message);
    return got.empty() ? std::string() : got.front();
  };
  const auto refusal = [](std::string_view problem) {
    std::string line = "S {\"type\":\"auth_invalid\",\"message\":";
    append_string(line, "Auth message incorrectly formatted: " + std::string(problem));
    return line + "}";
  };
  EXPECT_EQ(text(R"({"type":"get_states"})"),
            refusal("not a valid value for dictionary value @ data['type']. Got 'get_states'"));
  EXPECT_EQ(text(R"({"id":1,"type":"auth","access_token":"secret"})"),
            refusal("extra keys not allowed @ data['id']. Got 1"));
  EXPECT_EQ(text("{}"), refusal("required key not provided @ data['type']. Got None"));
  EXPECT_EQ(text(R"({"type":"auth","access_token":5})"),
            refusal("expected str for dictionary value @ data['access_token']. Got 5"));
  EXPECT_EQ(text("[1]"), refusal("expected a dictionary. Got [1]"));
  EXPECT_EQ(text(R"({"id":1,"type":"x"})"),
            refusal("extra keys not allowed @ data['id']. Got 1\n"
                    "not a valid value for dictionary value @ data['type']. Got 'x'"));
}

TEST(SessionAuth, WhatIsNotJsonIsClosedWithoutAWord) {
  story s;
  s.opened();
  EXPECT_THAT(s.sends("hello"), ElementsAre("close: invalid json"));
}

TEST(SessionAuth, SilenceIsClosedAfterTenSeconds) {
  story s;
  s.opened();
  EXPECT_EQ(s.core.deadline(), s.now + 10s);
  EXPECT_THAT(s.after(9999ms).timer(), IsEmpty());
  EXPECT_THAT(s.after(1ms).timer(), ElementsAre("close: auth timeout"));
  EXPECT_EQ(s.core.deadline(), net::never);
}

TEST(SessionAuth, TokenIsNeverInANote) {
  auto settings = story::quiet();
  settings.trace = true;
  story s(settings);
  s.opened();
  for (const auto& line : s.sends(R"({"type":"auth","access_token":"secret"})")) {
    EXPECT_THAT(line, testing::Not(HasSubstr("secret")));
  }
}

// --- ids and malformed commands ---

TEST(SessionIds, MustIncreaseButMayHaveGaps) {
  story s;
  s.authenticated();
  EXPECT_THAT(s.sends(R"({"id":5,"type":"ping"})"), ElementsAre(R"(S {"id":5,"type":"pong"})"));
  EXPECT_THAT(
      s.sends(R"({"id":5,"type":"ping"})"),
      ElementsAre(
          R"(S {"id":5,"type":"result","success":false,"error":{"code":"id_reuse","message":"Identifier values have to increase."}})"));
  EXPECT_THAT(s.sends(R"({"id":900,"type":"ping"})"), ElementsAre(R"(S {"id":900,"type":"pong"})"));
}

// The id of an unknown command may be used again, that of an invalid one may not.
TEST(SessionIds, AdvanceOnlyWhereAHandlerWasFound) {
  story s;
  s.authenticated();
  EXPECT_THAT(
      s.sends(R"({"id":3,"type":"dance"})"),
      ElementsAre(
          R"(S {"id":3,"type":"result","success":false,"error":{"code":"unknown_command","message":"Unknown command."}})"));
  EXPECT_THAT(
      s.sends(R"({"id":3,"type":"ping","x":1})"),
      ElementsAre(
          R"(S {"id":3,"type":"result","success":false,"error":{"code":"invalid_format","message":"extra keys not allowed. Got {'id': 3, 'type': 'ping', 'x': 1}"}})"));
  EXPECT_THAT(s.sends(R"({"id":3,"type":"ping"})"), ElementsAre(HasSubstr("id_reuse")));
}

TEST(SessionIds, WhatWasSentAsIdIsSentBack) {
  const std::pair<const char*, const char*> cases[] = {
      {"1", "0"},
      {"null", "0"},
      {"\"ping\"", "0"},
      {R"({"type":"ping"})", "null"},
      {R"({"id":null,"type":"ping"})", "null"},
      {R"({"id":0,"type":"ping"})", "0"},
      {R"({"id":-4,"type":"ping"})", "-4"},
      {R"({"id":1.5,"type":"ping"})", "1.5"},
      {R"({"id":"7","type":"ping"})", "\"7\""},
      {R"({"id":true,"type":"ping"})", "true"},
      {R"({"id":7})", "7"},
      {R"({"id":7,"type":""})", "7"},
      {R"({"id":7,"type":5})", "7"},
      {R"({"id":[1,{"a":2}],"type":"ping"})", R"([1,{"a":2}])"},
  };
  story s;
  s.authenticated();
  for (const auto& [message, id] : cases) {
    EXPECT_THAT(
        s.sends(message),
        ElementsAre(
            std::string(R"(S {"id":)") + id +
            R"(,"type":"result","success":false,"error":{"code":"invalid_format","message":"Message incorrectly formatted."}})"))
        << message;
  }
}

TEST(SessionIds, HugeIntegersAreIdsToo) {
  story s;
  s.authenticated();
  EXPECT_THAT(s.sends(R"({"id":18446744073709551615,"type":"ping"})"),
              ElementsAre(R"(S {"id":18446744073709551615,"type":"pong"})"));
  EXPECT_THAT(s.sends(R"({"id":99999999999999999999,"type":"ping"})"),
              ElementsAre(HasSubstr("invalid_format")));
}

TEST(SessionFrames, ArrayIsSeveralCommandsInOrder) {
  story s;
  s.authenticated();
  EXPECT_THAT(s.sends(R"([{"id":1,"type":"ping"},[],{"id":2,"type":"ping"}])"),
              ElementsAre(R"(S {"id":1,"type":"pong"})", HasSubstr(R"({"id":0,"type":"result")"),
                          R"(S {"id":2,"type":"pong"})"));
  EXPECT_THAT(s.sends("[]"), IsEmpty());
}

TEST(SessionFrames, TextThatIsNotJsonClosesWithoutAnAnswer) {
  for (const char* text :
       {"", "{", "NaN", "[Infinity]", "-Infinity", R"({"id":NaN,"type":"ping"})", "\x01\x02\xff"}) {
    story s;
    s.authenticated();
    EXPECT_THAT(s.sends(text), ElementsAre("close: invalid json")) << text;
    EXPECT_THAT(s.sends(R"({"id":1,"type":"ping"})"), IsEmpty());
  }
}

// As deep as Home Assistant reads, and no deeper.
TEST(SessionFrames, JsonMayBeNestedDeeply) {
  const auto nested = [](std::size_t levels) {
    return R"({"id":1,"type":"fire_event","event_type":"x","event_data":{"a":)" +
           std::string(levels, '[') + std::string(levels, ']') + "}}";
  };
  story s;
  s.authenticated();
  EXPECT_THAT(s.sends(nested(message_reader::depth_max - 2)),
              ElementsAre(HasSubstr(R"("success":true)")));
  EXPECT_THAT(s.sends(nested(message_reader::depth_max)), ElementsAre("close: invalid json"));
}

// An array of a million nothings must not become a gigabyte of answers.
TEST(SessionFrames, AnswersToOneFrameAreLimited) {
  auto settings = story::quiet();
  settings.limits.answers_per_frame_max = 3;
  story s(settings);
  s.authenticated();
  const auto got = s.sends("[0,0,0,0,0,0]");
  ASSERT_EQ(got.size(), 4U);
  EXPECT_EQ(got.back(), "close: pending messages");
}

// --- subscriptions ---

TEST(SessionSubscriptions, EndOnlyIfTheyExist) {
  story s;
  s.authenticated();
  s.sends(R"({"id":1,"type":"subscribe_events","event_type":"state_changed"})");
  EXPECT_TRUE(s.core.wanted().states);
  EXPECT_THAT(
      s.sends(R"({"id":2,"type":"unsubscribe_events","subscription":7})"),
      ElementsAre(
          R"(S {"id":2,"type":"result","success":false,"error":{"code":"not_found","message":"Subscription not found."}})"));
  EXPECT_THAT(s.sends(R"({"id":3,"type":"unsubscribe_events","subscription":1})"),
              ElementsAre(R"(S {"id":3,"type":"result","success":true,"result":null})"));
  EXPECT_EQ(s.core.wanted(), watch{});
  EXPECT_THAT(
      s.sends(
          R"({"id":4,"type":"call_service","domain":"switch","service":"turn_on","target":{"entity_id":"switch.fan"}})"),
      ElementsAre(HasSubstr(R"({"id":4,"type":"result","success":true)")));
}

TEST(SessionSubscriptions, OnlyTheTypeThatWasAskedForArrives) {
  story s;
  s.authenticated();
  s.sends(R"({"id":1,"type":"subscribe_events","event_type":"component_loaded"})");
  EXPECT_THAT(
      s.sends(
          R"({"id":2,"type":"call_service","domain":"switch","service":"turn_on","target":{"entity_id":"switch.fan"}})"),
      ElementsAre(HasSubstr(R"("type":"result")")));
}

TEST(SessionSubscriptions, EntitiesCanBeChosen) {
  story s;
  s.authenticated();
  const auto got = s.sends(
      R"({"id":1,"type":"subscribe_entities","entity_ids":["switch.fan","switch.nowhere"]})");
  ASSERT_EQ(got.size(), 2U);
  EXPECT_THAT(got[1], HasSubstr(R"(S {"id":1,"type":"event","event":{"a":{"switch.fan":{"s":)"));
  EXPECT_THAT(got[1], testing::Not(HasSubstr("switch.heater")));
  const auto toggled = s.sends(
      R"({"id":2,"type":"call_service","domain":"switch","service":"toggle","target":{"entity_id":["switch.fan","switch.heater"]}})");
  ASSERT_EQ(toggled.size(), 2U) << "one difference and the result";
  EXPECT_THAT(toggled[0], HasSubstr(R"({"c":{"switch.fan")"));
}

TEST(SessionSubscriptions, AreLimited) {
  auto settings = story::quiet();
  settings.limits.subscriptions_max = 1;
  story s(settings);
  s.authenticated();
  s.sends(R"({"id":1,"type":"subscribe_events"})");
  EXPECT_THAT(s.sends(R"({"id":2,"type":"subscribe_events"})"),
              ElementsAre(HasSubstr("home_assistant_error")));
}

// --- services ---

TEST(SessionServices, ServicesRunBeforeTheyAreAnswered) {
  story s;
  s.authenticated().run_services = false;
  EXPECT_THAT(
      s.sends(
          R"({"id":1,"type":"call_service","domain":"light","service":"turn_on","service_data":{"brightness":7,"entity_id":"light.porch"},"target":{"entity_id":["light.desk","light.desk"]}})"),
      ElementsAre(R"(run 1 light.turn_on light.desk {"brightness":7})"))
      << "the target goes over the data, and names an entity once";
  EXPECT_THAT(s.sends(R"({"id":2,"type":"ping"})"), ElementsAre(R"(S {"id":2,"type":"pong"})"))
      << "overtakes the result";
}

TEST(SessionServices, ListsMayBeWrittenWithCommas) {
  story s;
  s.authenticated();
  s.sends(
      R"({"id":1,"type":"call_service","domain":"switch","service":"turn_on","service_data":{"entity_id":"switch.fan, Switch.Heater"}})");
  EXPECT_EQ(s.house.find("switch.fan")->now().state, "on");
  EXPECT_EQ(s.house.find("switch.heater")->now().state, "on");
  s.sends(
      R"({"id":2,"type":"call_service","domain":"switch","service":"turn_off","target":{"entity_id":"all"}})");
  EXPECT_EQ(s.house.find("switch.fan")->now().state, "off");
}

// --- faults ---

class fixed_judge final : public command_judge {
 public:
  command_verdict judge(std::uint32_t, std::uint64_t id, std::string_view type,
                        std::string_view what) override {
    asked.push_back(std::to_string(id) + " " + std::string(type) + ": " + std::string(what));
    return verdict;
  }

  command_verdict verdict = run_it{};
  lines asked;
};

constexpr const char* turn_on_fan =
    R"({"id":1,"type":"call_service","domain":"switch","service":"turn_on","target":{"entity_id":"switch.fan"}})";

TEST(SessionFaults, SwallowedCommandLeavesNoTrace) {
  story s;
  s.authenticated();
  fixed_judge judge;
  judge.verdict = swallow_it{};
  s.around.judge = &judge;
  EXPECT_THAT(s.sends(turn_on_fan), ElementsAre("lose 1"));
  EXPECT_EQ(s.house.find("switch.fan")->now().state, "off");
  EXPECT_THAT(judge.asked, ElementsAre("1 call_service: switch.turn_on switch.fan"));
}

TEST(SessionFaults, FailedCommandIsAnsweredAndNotRun) {
  story s;
  s.authenticated();
  fixed_judge judge;
  judge.verdict = fail_it{plain_failure("unknown_error", "Unknown error")};
  s.around.judge = &judge;
  EXPECT_THAT(
      s.sends(turn_on_fan),
      ElementsAre(
          R"(S {"id":1,"type":"result","success":false,"error":{"code":"unknown_error","message":"Unknown error"}})"));
  EXPECT_EQ(s.house.find("switch.fan")->now().state, "off");
}

// Its id is spent, and nothing else has changed.
TEST(SessionFaults, JudgeIsAskedAboutCommandsThatExistOnly) {
  story s;
  s.authenticated();
  fixed_judge judge;
  s.around.judge = &judge;
  s.sends(R"({"id":1,"type":"dance"})");
  s.sends("[7]");
  EXPECT_THAT(s.sends(R"({"id":1,"type":"ping"})"), ElementsAre(R"(S {"id":1,"type":"pong"})"));
  s.sends(R"({"id":1,"type":"ping"})");
  EXPECT_THAT(judge.asked, ElementsAre("1 ping: ping"));
}

// Loss after the execution is up to the server, which sees what it was that is answered.
TEST(SessionFaults, AnswersSayWhatWasAsked) {
  story s;
  s.authenticated();
  fixed_judge judge;
  s.around.judge = &judge;
  const auto did = s.core.on_text(R"({"id":1,"type":"get_states"})", s.now, s.wall);
  ASSERT_EQ(did.size(), 1U);
  const auto& answer = std::get<send_text>(did.front());
  EXPECT_EQ(answer.what, send_text::kind::answer);
  EXPECT_EQ(answer.command, "get_states");
  EXPECT_EQ(answer.code, "ok");
}

// --- heartbeat and idle close ---

TEST(SessionHeartbeat, PingsAfterSilenceAndCutsWithoutAClose) {
  story s;
  s.authenticated().core.on_bytes(s.now);
  EXPECT_EQ(s.core.deadline(), s.now + 55s);
  EXPECT_THAT(s.after(55s).timer(), ElementsAre("ping"));
  EXPECT_THAT(s.after(27499ms).timer(), IsEmpty());
  EXPECT_THAT(s.after(1ms).timer(), ElementsAre("cut: heartbeat"));
}

TEST(SessionHeartbeat, AnyByteIsALifeSign) {
  story s;
  s.authenticated();
  s.after(55s).timer();
  s.after(27s).core.on_bytes(s.now);
  EXPECT_EQ(s.core.deadline(), s.now + 55s);
  EXPECT_THAT(s.after(1s).timer(), IsEmpty());
}

TEST(SessionHeartbeat, TimeInWhichTheServerStoodStillDoesNotCount) {
  story s;
  s.authenticated();
  s.after(55s).timer();
  s.after(100s).core.on_stalled(100s);
  EXPECT_THAT(s.timer(), IsEmpty());
  EXPECT_THAT(s.after(28s).timer(), ElementsAre("cut: heartbeat"));
}

TEST(SessionIdleClose, CountsFromTheLastCommandNotTheLastByte) {
  auto settings = story::quiet();
  settings.idle_close = 900s;
  settings.heartbeat = std::nullopt;
  story s(settings);
  s.authenticated();
  s.after(600s).sends(R"({"id":1,"type":"ping"})");
  s.after(600s).core.on_bytes(s.now);
  EXPECT_EQ(s.core.deadline(), s.now + 300s);
  EXPECT_THAT(s.after(300s).timer(), ElementsAre("close: idle close"));
}

// --- start-up ---

TEST(SessionStartUp, OnlyCoreServicesExistWhileNotRunning) {
  story s;
  s.authenticated();
  s.house.become(presence::absent, s.wall, {});
  s.around.state = core_state::not_running;
  EXPECT_THAT(s.sends(R"({"id":1,"type":"get_states"})"),
              ElementsAre(R"(S {"id":1,"type":"result","success":true,"result":[]})"));
  EXPECT_THAT(s.sends(R"({"id":2,"type":"get_config"})"),
              ElementsAre(HasSubstr(R"("state":"NOT_RUNNING")")));
  EXPECT_THAT(
      s.sends(
          R"({"id":3,"type":"call_service","domain":"light","service":"turn_on","target":{"entity_id":"light.desk"}})"),
      ElementsAre(HasSubstr("Service light.turn_on not found.")));
  EXPECT_THAT(
      s.sends(
          R"({"id":4,"type":"call_service","domain":"homeassistant","service":"turn_on","target":{"entity_id":"light.desk"}})"),
      ElementsAre(HasSubstr(R"("success":true)")))
      << "accepted, and nothing to act on";
  EXPECT_THAT(s.sends(R"({"id":5,"type":"get_services"})"),
              ElementsAre(testing::Not(HasSubstr("\"light\""))));
  EXPECT_THAT(s.sends(R"({"id":6,"type":"subscribe_entities"})"),
              ElementsAre(R"(S {"id":6,"type":"result","success":true,"result":null})",
                          R"(S {"id":6,"type":"event","event":{"a":{}}})"));
}

// --- anything at all ---

std::size_t answers_and_ends(const lines& got) {
  return static_cast<std::size_t>(std::ranges::count_if(got, [](const std::string& line) {
    return line.starts_with("S {\"id\"") || line.starts_with("close") || line.starts_with("lose");
  }));
}

RC_GTEST_PROP(SessionHostile, AnyBytesCostAtMostOneAnswerOrTheConnection,
              (const std::vector<std::string>& frames)) {
  story s;
  s.authenticated();
  for (const auto& frame : frames) RC_ASSERT(answers_and_ends(s.sends(frame)) <= 1U);
}

// Near misses reach further into the code than noise does: valid messages with one byte changed.
RC_GTEST_PROP(SessionHostile, DamagedMessagesCostAtMostOneAnswerOrTheConnection, ()) {
  const std::string valid = *rc::gen::element<std::string>(
      R"({"id":1,"type":"call_service","domain":"light","service":"turn_on","service_data":{"brightness":5},"target":{"entity_id":["light.desk"]}})",
      R"({"id":1,"type":"call_service","domain":"climate","service":"set_temperature","service_data":{"temperature":20,"entity_id":"climate.office"}})",
      R"({"id":1,"type":"subscribe_events","event_type":"state_changed"})",
      R"({"id":1,"type":"subscribe_entities","entity_ids":["light.desk","light.porch"]})",
      R"({"id":1,"type":"unsubscribe_events","subscription":1})",
      R"({"id":1,"type":"supported_features","features":{"coalesce_messages":1}})");
  std::string damaged = valid;
  damaged[*rc::gen::inRange<std::size_t>(0, damaged.size())] = *rc::gen::arbitrary<char>();
  story s;
  s.authenticated();
  const auto got = s.sends(damaged);
  // A subscription's snapshot is an event, not an answer.
  const auto events = std::ranges::count_if(
      got, [](const std::string& line) { return line.find("\"event\":") != std::string::npos; });
  RC_ASSERT(answers_and_ends(got) <= 1U + static_cast<std::size_t>(events));
  s.core.on_end();
  RC_ASSERT(s.sends(valid).empty());
}

std::vector<std::string_view> all_types() {
  std::vector<std::string_view> types;
  for (const auto table : {core_commands(), auth_commands(), frontend_commands(),
                           integration_commands(), registry_commands()}) {
    for (const auto& entry : table) types.push_back(entry.type);
  }
  return types;
}

// Whatever a command is given, it is answered once: with a result, a pong or a service's run.
RC_GTEST_PROP(SessionHostile, AnyCommandWithAnyFieldsIsAnsweredOnce, ()) {
  const std::string_view type = *rc::gen::elementOf(all_types());
  const command_entry* entry = find_command(type);
  RC_ASSERT(entry != nullptr);
  std::string message = R"({"id":1,"type":)";
  append_string(message, type);
  for (const auto& field : entry->fields) {
    if (*rc::gen::inRange(0, 4) == 0) continue;
    message += ',';
    append_string(message, field.name);
    message += ':';
    message += *rc::gen::element<std::string>(
        "1", "-1", "0", "1.5", "null", "true", "[]", "{}", "\"light.desk\"", "\"\"",
        R"(["light.desk",""])", "[1]", R"({"entity_id":"all"})", R"({"area_id":["kitchen"]})",
        R"({"coalesce_messages":1})", R"({"domains":["light"],"entity_globs":["*"]})",
        "18446744073709551615", "\"light\"", "\"turn_on\"");
  }
  message += '}';
  story s;
  s.authenticated(*rc::gen::element<std::string>("secret", "guest"));
  if (*rc::gen::arbitrary<bool>()) s.around.settings.version = "2026.9.0";
  const auto got = s.sends(message);
  const auto answers = std::ranges::count_if(got, [](const std::string& line) {
    return line.starts_with(R"(S {"id":1,"type":"result")") ||
           line.starts_with(R"(S {"id":1,"type":"pong")");
  });
  RC_ASSERT(answers == 1);
}

RC_GTEST_PROP(SessionHostile, AnyFirstMessageIsAnsweredOrClosed, (const std::string& text)) {
  story s;
  s.opened();
  const auto got = s.sends(text);
  RC_ASSERT(!got.empty());
  RC_ASSERT(got.size() <= 2U);
  RC_ASSERT(got.back().starts_with("close"));
}

}  // namespace
}  // namespace hassle::mockha
