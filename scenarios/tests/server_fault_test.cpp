// Faults of the server: their limits, their triggers, and how they are written as JSON.
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/schema.hpp"
#include "scenarios/tests/support.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include <set>

namespace hassle::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

fault by_hand(std::string_view json) {
  auto result = parse_fault_json(json);
  if (!result) {
    for (const auto& each : error_texts(result.error())) {
      ADD_FAILURE() << each;
    }
    return {};
  }
  return *std::move(result);
}

std::vector<std::string> json_errors(std::string_view json) {
  const auto result = parse_fault_json(json);
  return result ? std::vector<std::string>() : error_texts(result.error());
}

plan planned(const scenario& s) {
  auto p = make_plan(s, 1);
  EXPECT_TRUE(p.has_value());
  return p ? *std::move(p) : plan{};
}

struct match {
  const char* pattern;
  const char* command;
  bool matches;
};

class CommandPatternTest : public testing::TestWithParam<match> {};

TEST_P(CommandPatternTest, MatchesAsDocumented) {
  EXPECT_EQ(matches_command(GetParam().pattern, GetParam().command), GetParam().matches)
      << GetParam().pattern << " | " << GetParam().command;
}

INSTANTIATE_TEST_SUITE_P(
    All, CommandPatternTest,
    testing::Values(match{"ping", "ping", true}, match{"ping", "pings", false},
                    match{"subscribe_*", "subscribe_events", true},
                    match{"subscribe_*", "unsubscribe_events", false},
                    match{"*", "light.turn_on light.kitchen", true},
                    match{"call_service", "light.turn_on light.kitchen", true},
                    match{"call_service", "get_states", false},
                    match{"call_service *", "get_states", false},
                    match{"call_service light.*", "light.turn_on light.kitchen", true},
                    match{"call_service light.*", "switch.turn_on switch.fan", false},
                    match{"call_service light.turn_on", "light.turn_on light.kitchen", true},
                    match{"light.turn_on", "light.turn_on light.kitchen", true},
                    match{"light.turn_o?", "light.turn_on light.kitchen", true},
                    match{"light.turn_on light.k*", "light.turn_on light.kitchen", true},
                    match{"light.turn_on light.desk", "light.turn_on light.kitchen", false},
                    match{"call_service * light.kitchen", "light.turn_on light.kitchen", true},
                    match{"config/*", "config/area_registry/list", true},
                    match{"*a*b*c", "xxaxxbxxbxc", true}, match{"*a*b*c", "xxaxxbxxbxcd", false},
                    match{"", "ping", false}));

TEST(Pattern, HasStarsAndQuestionMarks) {
  EXPECT_TRUE(matches_pattern("light.*", "light.kitchen"));
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("l?ght.*e*n", "light.kitchen"));
  EXPECT_TRUE(matches_pattern("*.kitchen", "light.kitchen"));
  EXPECT_TRUE(matches_pattern("a**b", "ab"));
  EXPECT_FALSE(matches_pattern("light.", "light.kitchen"));
  EXPECT_FALSE(matches_pattern("?", ""));
  EXPECT_FALSE(matches_pattern("*x", "light"));
}

TEST(ServerFault, LimitsAreReadAndWritten) {
  const scenario s = parsed(minimal(R"(
[[fault]]
kind = "duplicate"
at = "1m"
for = "1m"
hits = 2
chance = 0.5
connection = [3, 1, 3]
command = "call_service light.*"
of = "answers"
)"));
  const fault& f = s.faults.at(0);
  EXPECT_EQ(f.scope, (fault_scope{2, 0.5, {1, 3}, "call_service light.*"}));
  const scenario again = parsed(write_scenario(s));
  EXPECT_EQ(again.faults.at(0).scope, f.scope);
}

TEST(ServerFault, NextIsTheFirstConnection) {
  EXPECT_THAT(by_hand(R"({"kind":"ignore_pings","connection":"next"})").scope.connections,
              ElementsAre(1));
}

TEST(ServerFault, ATriggerNeedsNoTime) {
  const scenario s = parsed(minimal(R"(
[[fault]]
kind = "stall"
after = { command = "subscribe_*", count = 3 }
for = "10m"
)"));
  EXPECT_EQ(s.faults[0].after, (fault_trigger{.command = "subscribe_*", .count = 3}));
  const plan p = planned(s);
  ASSERT_EQ(p.faults.size(), 1U);
  EXPECT_TRUE(p.faults[0].armed);
  EXPECT_EQ(p.faults[0].at, 0s);
  EXPECT_EQ(p.faults[0].lasts, 10min);
  EXPECT_EQ(p.healed, 70min) << "it may begin just before the end";
}

TEST(ServerFault, ATriggerMayWaitFromATimeOn) {
  const plan p = planned(
      parsed(minimal("[[fault]]\nkind = \"drop\"\nat = \"5m\"\nafter = { connections = 2 }\n")));
  ASSERT_EQ(p.faults.size(), 1U);
  EXPECT_TRUE(p.faults[0].armed);
  EXPECT_EQ(p.faults[0].at, 5min);
  EXPECT_EQ(p.healed, 1h);
}

TEST(ServerFault, WithHitsItNeedsNoLength) {
  const plan p = planned(
      parsed(minimal("[[fault]]\nkind = \"wrong_id\"\nat = \"5m\"\nhits = 1\n"
                     "[[fault]]\nkind = \"wrong_id\"\nafter = { connections = 1 }\nhits = 1\n")));
  ASSERT_EQ(p.faults.size(), 2U);
  for (const planned_fault& f : p.faults) {
    EXPECT_TRUE(f.open_ended);
    EXPECT_EQ(f.at + f.lasts, 1h);
  }
  EXPECT_EQ(p.healed, 1h);
}

TEST(ServerFault, AFrozenPlanWaitsForTheSame) {
  const scenario s = parsed(minimal(R"(
[workload]
between_bursts = "10m"
[[fault]]
kind = "delay_answer"
by = { dist = "uniform", min = "1s", max = "9s" }
after = { command = "ping" }
hits = 2
[[fault]]
kind = "restart"
name = "again"
after = { fault = "delay_answer-1" }
)"));
  const plan p = planned(s);
  const scenario frozen = parsed(frozen_scenario(s, p));
  EXPECT_EQ(planned(frozen).faults, p.faults);
  EXPECT_EQ(planned(frozen).healed, p.healed);
}

struct mistake {
  const char* text;
  const char* error;
};
class ServerFaultErrorTest : public testing::TestWithParam<mistake> {};

TEST_P(ServerFaultErrorTest, NamesThePlaceTheMistakeAndTheWayOut) {
  EXPECT_THAT(errors_of(minimal(std::string("[[fault]]\n") + GetParam().text)),
              ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, ServerFaultErrorTest,
    testing::Values(
        mistake{"kind = \"giant\"\nat = \"1m\"",
                "x.toml:4:1: missing key 'for' of a giant (write "
                "for = \"5s\")"},
        mistake{"kind = \"giant\"\nevery = \"1m\"\nhits = 1",
                "x.toml:4:1: missing key 'for' of a giant (write for = \"5s\")"},
        mistake{"kind = \"giant\"\nhits = 1\n[[fault.occurrence]]\nat = \"1m\"\nhits = 2",
                "x.toml:9:1: unknown key 'hits' (one of: at, for)"},
        mistake{"kind = \"giant\"\n[[fault.occurrence]]\nat = \"1m\"",
                "x.toml:6:1: missing key 'for' (duration)"},
        mistake{"kind = \"giant\"\nat = \"1m\"\nfor = \"1m\"\nhits = 0",
                "x.toml:8:8: hits: 0 is out of range (1 to 1000000)"},
        mistake{"kind = \"partition\"\nat = \"1m\"\nfor = \"1m\"\nhits = 1",
                "x.toml:8:1: 'hits' does not apply: it is a fault of the network"},
        mistake{"kind = \"stall\"\nat = \"1m\"\nfor = \"1m\"\ncommand = \"ping\"",
                "x.toml:8:1: 'command' does not apply: it touches the server as a whole"},
        mistake{"kind = \"drop\"\nat = \"1m\"\nconnection = 1",
                "x.toml:7:1: 'connection' does not apply: it happens to connections that are open "
                "already"},
        mistake{"kind = \"trickle\"\nat = \"1m\"\nfor = \"1m\"\nconnection = \"first\"",
                "x.toml:8:14: connection: unknown word 'first' (\"next\" or a number)"},
        mistake{"kind = \"stall\"\nevery = \"1m\"\nfor = \"1m\"\nafter = { connections = 1 }",
                "x.toml:6:9: both 'every' and 'after' (one of them)"},
        mistake{"kind = \"stall\"\nfor = \"1m\"\nafter = { connections = 1, command = \"x\" }",
                "x.toml:7:9: after: exactly one of 'command', 'connections' and 'fault' ({ command "
                "= \"subscribe_*\", count = 3 })"},
        mistake{"kind = \"stall\"\nfor = \"1m\"\nafter = { comand = \"x\" }",
                "x.toml:7:11: unknown key 'comand' (did you mean 'command'?)"},
        mistake{"kind = \"stall\"\nfor = \"1m\"\nafter = { fault = \"stal-1\" }",
                "x.toml:7:19: after: no fault is named 'stal-1' (did you mean 'stall-1'?)"},
        mistake{"kind = \"stall\"\nfor = \"1m\"\nafter = { fault = \"stall-1\" }",
                "x.toml:7:19: fault 'stall-1' waits for its own end"},
        mistake{"kind = \"restart\"\nat = \"1m\"\nanswer = \"sent\"",
                "x.toml:7:10: 'answer' has no effect unless a command is waited for (after = { "
                "command = \"homeassistant.restart\" })"},
        mistake{"kind = \"silence\"\nat = \"1m\"\nfor = \"1m\"\nstage = \"auth\"\npath = \"*\"",
                "x.toml:9:8: 'path' has no effect at this stage (stage = \"request\")"},
        mistake{"kind = \"hang_up\"\nat = \"1m\"\nfor = \"1m\"\ncommand = \"ping\"",
                "x.toml:8:11: 'command' has no effect at this stage (stage = \"result\")"},
        mistake{"kind = \"wrong_id\"\nat = \"1m\"\nfor = \"1m\"\noff_by = 0",
                "x.toml:8:10: 'off_by' must not be 0"},
        mistake{"kind = \"fail_command\"\nat = \"1m\"\nhits = 1\nplaceholders = { a = \"b\" }",
                "x.toml:8:16: 'placeholders' has no effect without 'translation_key'"},
        mistake{"kind = \"rename_entity\"\nat = \"1m\"\nentity = \"light.a\"",
                "x.toml:4:1: missing key 'to' (entity id)"}));

// A network fault asked for by position: the first error is reported where it stands.
TEST(FaultJson, IsReadByTheRulesOfTheFile) {
  const fault f = by_hand(R"({"kind": "fail_command", "code": "not_found",
    "translation_key": "k", "placeholders": {"a": "\u00e9"}, "command": "light.*", "hits": 1,
    "after": {"connections": 2}})");
  const auto& what = std::get<fail_command_fault>(f.what);
  EXPECT_EQ(what.code, "not_found");
  EXPECT_EQ(what.placeholders.at("a"), "\xc3\xa9");
  EXPECT_EQ(f.scope.command, "light.*");
  EXPECT_EQ(f.after->connections, 2U);
  EXPECT_TRUE(f.open_ended);
}

TEST(FaultJson, ForSaysHowLong) {
  const fault f = by_hand(R"({"kind":"slow","delay":{"dist":"uniform","min":"1s","max":"2s"},)"
                          R"("for":"1m"})");
  EXPECT_FALSE(f.open_ended);
  EXPECT_EQ(f.lasts.a, 1min);
  EXPECT_EQ(std::get<slow_fault>(f.what).delay.b, 2s);
}

TEST(FaultJson, ErrorsHaveTheirPlace) {
  EXPECT_THAT(json_errors(""), ElementsAre(HasSubstr("fault:1:1: not JSON")));
  EXPECT_THAT(json_errors("{\n \"kind\": \"stall\",\n \"fro\": \"1s\"}"),
              ElementsAre("fault:3:2: unknown key 'fro' (did you mean 'for'?)"));
  EXPECT_THAT(
      json_errors("{\"kind\": \"stal\"}"),
      ElementsAre("fault:1:10: kind: unknown kind of fault 'stal' (did you mean 'stall'?)"));
  EXPECT_THAT(json_errors("{\"kind\": \"stall\", \"at\": \"1m\"}"),
              ElementsAre("fault:1:25: 'at' does not apply: it happens now"));
  EXPECT_THAT(
      json_errors("{\"kind\": \"cut\"}"),
      ElementsAre(
          "fault:1:10: 'cut' is no fault of the server's, which alone can be begun by hand"));
  EXPECT_THAT(json_errors("{\"kind\": \"slow\"}"),
              ElementsAre("fault:1:1: missing key 'delay' of a slow (write \"delay\": \"5s\")"));
  EXPECT_THAT(json_errors("{\"kind\": \"stall\"} x"), ElementsAre(HasSubstr("not JSON")));
  EXPECT_THAT(json_errors("[1]"), ElementsAre("fault:1:1: expected an object, found an array"));
  EXPECT_THAT(json_errors("{\"kind\":\"stall\",\n\"kind\":\"ban\"}"),
              ElementsAre(HasSubstr("fault:2:1: second key 'kind'")));
  EXPECT_THAT(json_errors("{\"kind\": \"stall\", \"for\": 1e400}"), testing::Not(IsEmpty()));
  EXPECT_THAT(json_errors("{\"kind\": \"st\xff\"}"), ElementsAre(HasSubstr("UTF-8")));
  EXPECT_THAT(json_errors(std::string(100, '[')), ElementsAre(HasSubstr("not JSON")));
  EXPECT_THAT(json_errors("{\"kind\": null}"), testing::Not(IsEmpty()));
}

// What a page or a description shows about a kind is what the loader knows.
TEST(FaultKinds, EachIsDescribedWithItsKeys) {
  std::size_t by_server = 0;
  for (const fault_kind_description& kind : fault_kinds()) {
    EXPECT_FALSE(kind.doc.empty()) << kind.kind;
    ASSERT_FALSE(kind.keys.empty());
    EXPECT_EQ(kind.keys.front().name, "kind");
    by_server += kind.by_server ? 1 : 0;
  }
  EXPECT_EQ(fault_kinds().size(), std::variant_size_v<fault_parameters>);
  EXPECT_EQ(by_server, std::variant_size_v<fault_parameters> - 19);
}

// The first of two would be read for both.
TEST(FaultKinds, NoKeyIsDeclaredTwice) {
  for (const fault_kind_description& kind : fault_kinds()) {
    std::set<std::string> names;
    for (const key_description& key : kind.keys) {
      EXPECT_TRUE(names.insert(key.name).second) << kind.kind << "." << key.name;
    }
  }
}

TEST(FaultKinds, WhatAFaultByHandMustHaveIsMarked) {
  for (const fault_kind_description& kind : fault_kinds()) {
    if (!kind.by_server) {
      continue;
    }
    std::string required;
    for (const key_description& key : kind.keys) {
      if (key.required && key.name != "kind") {
        required += (required.empty() ? "" : " ") + key.name;
      }
    }
    const std::string lacking = fmt::format(R"({{"kind":"{}"}})", kind.kind);
    EXPECT_EQ(required.empty(), parse_fault_json(lacking).has_value()) << kind.kind << required;
  }
}

TEST(FaultKinds, AFaultByHandIsShownWithoutWhatSaysWhen) {
  const fault f = by_hand(R"({"kind":"stall","for":"5s"})");
  EXPECT_EQ(write_fault(f, begun::by_hand), R"(kind = "stall" for = "5s")");
  EXPECT_THAT(write_fault(f), HasSubstr("probability = 1"));
}

TEST(FaultKinds, AFaultIsShownOnOneLine) {
  const fault f = by_hand(R"({"kind":"drop","name":"a","how":"close","code":1012})");
  const std::string shown = write_fault(f);
  EXPECT_THAT(shown, HasSubstr("kind = \"drop\""));
  EXPECT_THAT(shown, HasSubstr("code = 1012"));
  EXPECT_EQ(shown.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace hassle::scenario
