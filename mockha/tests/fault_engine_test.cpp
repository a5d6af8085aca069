// The rules of faults as stories: no server, no clock, no I/O.
#include "mockha/fault_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck.h>

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using change = fault_engine::change;
using stage = fault_status::stage;

/// A fault as it would be asked for by hand.
scenario::fault asked(std::string_view json) {
  auto parsed = scenario::parse_fault_json(json);
  if (parsed) return *std::move(parsed);
  for (const auto& error : parsed.error()) ADD_FAILURE() << error.text();
  return {};
}

/// An engine at an instant, and what a server would say to it.
class story {
 public:
  std::uint32_t inject(std::string_view json) { return inject(asked(json)); }
  std::uint32_t inject(const scenario::fault& f) {
    scenario::planned_fault planned;
    planned.armed = f.after.has_value();
    planned.open_ended = f.open_ended;
    planned.lasts = f.lasts.a;
    if (const auto* slow = std::get_if<scenario::slow_fault>(&f.what)) {
      planned.amount = slow->delay.a;
    }
    if (const auto* late = std::get_if<scenario::delay_answer_fault>(&f.what)) {
      planned.amount = late->by.a;
    }
    return engine.begin(f, planned, fault_engine::ended_by::itself, now);
  }

  story& after(net::duration d) {
    now += d;
    engine.on_time(now);
    return *this;
  }

  static send_text answer(std::uint64_t id, std::string command) {
    send_text m;
    m.text = fmt::format(R"({{"id":{},"type":"result","success":true,"result":null}})", id);
    m.answers = id;
    m.code = "ok";
    m.what = send_text::kind::answer;
    m.command = std::move(command);
    return m;
  }
  static send_text event(std::uint64_t subscription, std::string text = {}) {
    send_text m;
    m.text = text.empty() ? fmt::format("event of {}", subscription) : std::move(text);
    m.what = send_text::kind::event;
    m.subscription = subscription;
    return m;
  }

  /// The texts that go out; "lost by x" and "then x" where that is what happens.
  std::vector<std::string> sends(send_text m, std::uint32_t connection = 1) {
    const outgoing out = engine.on_send(
        connection, std::move(m), [this](std::uint64_t id) { return live.contains(id); }, now);
    std::vector<std::string> result;
    result.reserve(out.parts.size());
    for (const auto& part : out.parts) {
      result.push_back(part.message.text + (part.late > 0s ? " late" : ""));
    }
    if (!out.lost_by.empty()) result.push_back("lost by " + out.lost_by);
    if (out.then) result.push_back("then " + out.then->name);
    if (out.gagged) result.emplace_back("gagged");
    return result;
  }
  std::vector<std::string> answers(std::uint64_t id, std::string command,
                                   std::uint32_t connection = 1) {
    return sends(answer(id, std::move(command)), connection);
  }
  bool runs(std::string_view what, std::uint32_t connection = 1) {
    return std::holds_alternative<run_it>(engine.on_command(connection, ++last_id, what, now));
  }
  stage where(std::uint32_t number) const {
    for (const auto& each : engine.status()) {
      if (each.number == number) return each.where;
    }
    ADD_FAILURE() << "no fault " << number;
    return {};
  }
  std::uint64_t hits(std::uint32_t number) const {
    for (const auto& each : engine.status()) {
      if (each.number == number) return each.hits;
    }
    return 0;
  }
  /// "+1" for what began, "-1" for what ended.
  std::vector<std::string> changes() {
    std::vector<std::string> result;
    for (const auto& each : engine.take_changes()) {
      result.push_back((each.happened == change::what::began ? "+" : "-") +
                       std::to_string(each.number));
    }
    return result;
  }

  net::time_point now{};
  std::uint64_t last_id = 0;
  std::set<std::uint64_t> live;
  fault_engine engine{
      [](std::string_view name) { return net::random_stream(scenario::stream_seed(1, name)); }};
};

const std::string pong = R"({"id":1,"type":"result","success":true,"result":null})";

// --- life and triggers ---

TEST(FaultEngine, WhatLastsEndsByItself) {
  story s;
  const auto stall = s.inject(R"({"kind":"stall","for":"10s"})");
  EXPECT_THAT(s.changes(), ElementsAre("+1"));
  EXPECT_TRUE(s.engine.any<scenario::stall_fault>());
  EXPECT_EQ(s.engine.deadline(), s.now + 10s);
  s.after(9s);
  EXPECT_EQ(s.where(stall), stage::in_force);
  s.after(1s);
  EXPECT_EQ(s.where(stall), stage::ended);
  EXPECT_THAT(s.changes(), ElementsAre("-1"));
  EXPECT_TRUE(s.engine.idle());
  EXPECT_EQ(s.engine.deadline(), net::never);
}

TEST(FaultEngine, WithoutALengthItLastsUntilItIsLifted) {
  story s;
  const auto refuse = s.inject(R"({"kind":"refuse"})");
  s.after(1000h);
  EXPECT_EQ(s.where(refuse), stage::in_force);
  EXPECT_TRUE(s.engine.end(refuse, s.now));
  EXPECT_FALSE(s.engine.end(refuse, s.now));
  EXPECT_EQ(s.where(refuse), stage::ended);
}

TEST(FaultEngine, TheThirdSubscribeBeginsIt) {
  story s;
  const auto n =
      s.inject(R"({"kind":"stall","for":"1s","after":{"command":"subscribe_*","count":3}})");
  EXPECT_EQ(s.where(n), stage::armed);
  s.runs("subscribe_events");
  s.runs("ping");
  s.runs("subscribe_entities");
  EXPECT_THAT(s.changes(), IsEmpty());
  s.runs("subscribe_events");
  EXPECT_THAT(s.changes(), ElementsAre("+1"));
  s.after(1s);
  EXPECT_EQ(s.where(n), stage::ended);
}

TEST(FaultEngine, ATriggerAndTheFaultTouchTheSameCommand) {
  story s;
  s.inject(R"({"kind":"fail_command","hits":1,"after":{"command":"light.*"},"command":"light.*"})");
  EXPECT_TRUE(s.runs("switch.toggle switch.fan"));
  EXPECT_FALSE(s.runs("light.toggle light.desk"));
  EXPECT_TRUE(s.runs("light.toggle light.desk"));
}

TEST(FaultEngine, ConnectionsBeginIt) {
  story s;
  s.inject(R"({"kind":"hang_up","stage":"accept","how":"reset","for":"1m","connection":"next",
               "after":{"connections":2}})");
  EXPECT_TRUE(std::holds_alternative<go_on>(s.engine.on_accepted(1, s.now)));
  EXPECT_TRUE(std::holds_alternative<cut_off>(s.engine.on_accepted(2, s.now)));
  EXPECT_TRUE(std::holds_alternative<go_on>(s.engine.on_accepted(3, s.now)));
}

TEST(FaultEngine, TheEndOfAnotherBeginsIt) {
  story s;
  const auto first = s.inject(R"({"kind":"refuse","name":"a","for":"1s"})");
  const auto second = s.inject(R"({"kind":"stall","for":"1s","after":{"fault":"a"}})");
  const auto third = s.inject(R"({"kind":"stall","for":"1s","after":{"fault":"net"}})");
  s.after(1s);
  EXPECT_EQ(s.where(first), stage::ended);
  EXPECT_EQ(s.where(second), stage::in_force);
  s.engine.on_fault_over("net", s.now);
  EXPECT_EQ(s.where(third), stage::in_force);
}

TEST(FaultEngine, WhatIsDisarmedNeverBegins) {
  story s;
  const auto n = s.inject(R"({"kind":"stall","after":{"command":"ping"}})");
  EXPECT_TRUE(s.engine.end(n, s.now));
  s.runs("ping");
  EXPECT_THAT(s.changes(), IsEmpty());
  EXPECT_EQ(s.where(n), stage::ended);
  EXPECT_TRUE(s.engine.idle());
}

TEST(FaultEngine, ClearEndsEverythingAlsoWhatWaitsForAnEnd) {
  story s;
  s.inject(R"({"kind":"refuse","name":"a"})");
  s.inject(R"({"kind":"stall","after":{"fault":"a"}})");
  s.engine.clear(s.now);
  EXPECT_TRUE(s.engine.idle());
}

TEST(FaultEngine, APlannedFaultIsFoundByItsNumber) {
  story s;
  scenario::planned_fault planned;
  planned.number = 7;
  planned.lasts = 1s;
  const auto n =
      s.engine.begin(asked(R"({"kind":"stall"})"), planned, fault_engine::ended_by::caller, s.now);
  EXPECT_EQ(s.engine.find_planned(7), n);
  s.after(1h);
  EXPECT_EQ(s.where(n), stage::in_force) << "its caller ends it";
  EXPECT_TRUE(s.engine.end(n, s.now));
  EXPECT_EQ(s.engine.find_planned(7), std::nullopt);
}

TEST(FaultEngine, HistoryIsBounded) {
  fault_engine engine([](std::string_view) { return net::random_stream(1); },
                      {.faults_max = 3, .touches_max = 2});
  const auto ping = asked(R"({"kind":"lose_answer"})");
  for (int i = 0; i < 5; ++i) {
    const auto n = engine.begin(ping, {}, fault_engine::ended_by::caller, {});
    for (int k = 0; k < 4; ++k) {
      (void)engine.on_send(1, story::answer(1, "ping"), {}, {});
    }
    engine.end(n, {});
    (void)engine.take_changes();
  }
  const auto all = engine.status();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all.back().number, 5U);
  EXPECT_EQ(all.back().hits, 4U);
  EXPECT_EQ(all.back().touched.size(), 2U);
}

// --- limits ---

TEST(FaultEngine, HitsLimitAndEndAFaultOfMessages) {
  story s;
  const auto n = s.inject(R"({"kind":"lose_answer","name":"l","hits":2})");
  EXPECT_THAT(s.answers(1, "ping"), ElementsAre("lost by l"));
  EXPECT_THAT(s.answers(2, "ping"), ElementsAre("lost by l"));
  EXPECT_EQ(s.where(n), stage::ended);
  EXPECT_EQ(s.answers(1, "ping"), std::vector{pong});
  EXPECT_EQ(s.hits(n), 2U);
}

TEST(FaultEngine, ACommandPatternSparesOthersAndEvents) {
  story s;
  s.inject(R"({"kind":"lose_answer","name":"l","command":"call_service light.*"})");
  EXPECT_EQ(s.answers(1, "ping"), std::vector{pong});
  EXPECT_THAT(s.sends(story::event(3)), ElementsAre("event of 3"));
  EXPECT_EQ(s.answers(1, ""), std::vector{pong}) << "asked before any fault looked at commands";
  EXPECT_THAT(s.answers(1, "light.turn_on light.desk"), ElementsAre("lost by l"));
}

TEST(FaultEngine, ConnectionsAreCountedFromItsBegin) {
  story s;
  (void)s.engine.on_accepted(1, s.now);
  s.inject(R"({"kind":"lose_answer","name":"l","connection":[1,3]})");
  for (std::uint32_t c = 2; c <= 5; ++c) (void)s.engine.on_accepted(c, s.now);
  std::vector<std::uint32_t> lost;
  for (std::uint32_t c = 1; c <= 5; ++c) {
    if (s.answers(1, "ping", c) != std::vector{pong}) lost.push_back(c);
  }
  EXPECT_THAT(lost, ElementsAre(2, 4));
}

TEST(FaultEngine, AConnectionIsTouchedOnceAndForAll) {
  story s;
  const auto n = s.inject(R"({"kind":"http_error","status":503,"hits":1})");
  (void)s.engine.on_accepted(1, s.now);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(
        std::holds_alternative<answer_with>(s.engine.on_request(1, "/api/websocket", s.now)));
  }
  EXPECT_TRUE(std::holds_alternative<go_on>(s.engine.on_request(2, "/api/websocket", s.now)));
  EXPECT_EQ(s.hits(n), 1U);
  EXPECT_EQ(s.engine.take_news().size(), 2U) << "its begin and one hit";
}

TEST(FaultEngine, WhoseHitsAreUsedUpIsOverWithItsLastConnection) {
  story s;
  const auto n = s.inject(R"({"kind":"ignore_pings","hits":2})");
  for (const std::uint32_t connection : {1U, 2U, 3U}) {
    const bool touched = s.engine.transport(connection, {.open = false}, s.now).ignore_pings;
    EXPECT_EQ(touched, connection != 3);
  }
  s.engine.on_gone(3, s.now);
  s.engine.on_gone(1, s.now);
  EXPECT_EQ(s.where(n), stage::in_force);
  EXPECT_TRUE(s.engine.transport(2, {}, s.now).ignore_pings);
  s.engine.on_gone(2, s.now);
  EXPECT_EQ(s.where(n), stage::ended);
  EXPECT_TRUE(s.engine.idle());
}

TEST(FaultEngine, WhoseHitsAreNotUsedUpWaitsForMoreConnections) {
  story s;
  const auto n = s.inject(R"({"kind":"ignore_pings","hits":2})");
  EXPECT_TRUE(s.engine.transport(1, {.open = false}, s.now).ignore_pings);
  s.engine.on_gone(1, s.now);
  EXPECT_EQ(s.where(n), stage::in_force);
}

TEST(FaultEngine, HitsNeverExceedTheLimitAndChanceDecidesTheRest) {
  rc::check([] {
    story s;
    scenario::fault f = asked(R"({"kind":"lose_answer","name":"l"})");
    f.scope.hits = *rc::gen::inRange<std::uint32_t>(1, 10);
    f.scope.chance = 0.25 * *rc::gen::inRange(0, 5);
    const auto n = s.inject(f);
    std::uint32_t lost = 0;
    const int messages = *rc::gen::inRange(0, 40);
    for (int i = 0; i < messages; ++i) lost += s.answers(1, "ping") != std::vector{pong} ? 1 : 0;
    RC_ASSERT(lost <= *f.scope.hits);
    RC_ASSERT(s.hits(n) == lost);
    if (f.scope.chance == 0) RC_ASSERT(lost == 0U);
    if (f.scope.chance == 1) {
      RC_ASSERT(lost == std::min<std::uint32_t>(*f.scope.hits, static_cast<unsigned>(messages)));
    }
  });
}

TEST(FaultEngine, ChanceIsTheSameForTheSameSeed) {
  const auto draws = [] {
    story s;
    s.inject(R"({"kind":"lose_answer","name":"l","chance":0.5})");
    std::string result;
    for (int i = 0; i < 64; ++i) result += s.answers(1, "ping") == std::vector{pong} ? '.' : 'x';
    return result;
  };
  const std::string first = draws();
  EXPECT_EQ(first, draws());
  EXPECT_THAT(first, testing::AllOf(HasSubstr("x"), HasSubstr(".")));
}

/// Every kind that can be begun without parameters of its own, and the rest with the least.
std::vector<std::string> every_server_kind() {
  std::vector<std::string> result;
  for (const auto* more : {"stall",        "refuse",
                           "drop",         "lose_answer",
                           "silence",      "hang_up",
                           "http_error",   "reject_auth",
                           "ignore_pings", "reorder",
                           "duplicate",    "late_event",
                           "event_first",  "fail_subscription",
                           "fail_command", "unknown_event",
                           "wrong_id",     "bad_json",
                           "batch",        "giant",
                           "storm",        "overflow",
                           "unavailable",  "expire_tokens",
                           "revoke_token", "ban",
                           "clock_jump",   "no_deflate",
                           "trickle",      "fragment",
                           "bad_upgrade",  "restart"}) {
    result.push_back(fmt::format(R"({{"kind":"{}"}})", more));
  }
  result.emplace_back(R"({"kind":"slow","delay":"1s"})");
  result.emplace_back(R"({"kind":"delay_answer","by":"1s"})");
  result.emplace_back(R"({"kind":"silence","stage":"auth"})");
  result.emplace_back(R"({"kind":"hang_up","stage":"result"})");
  result.emplace_back(R"({"kind":"version","to":"2026.7.0"})");
  result.emplace_back(R"({"kind":"remove_entity","entity":"light.*"})");
  return result;
}

// Whatever was in force: when all is lifted, everything passes as if nothing had been.
TEST(FaultEngine, LiftRemovesEveryEffect) {
  rc::check([] {
    story s;
    std::vector<std::uint32_t> numbers;
    const auto kinds = every_server_kind();
    const int count = *rc::gen::inRange(1, 6);
    numbers.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      numbers.push_back(s.inject(kinds[*rc::gen::inRange<std::size_t>(0, kinds.size())]));
    }
    const auto traffic = [&] {
      (void)s.engine.on_accepted(1, s.now);
      (void)s.engine.on_request(1, "/api/websocket", s.now);
      (void)s.engine.transport(1, {}, s.now);
      (void)s.engine.on_login(1, s.now);
      (void)s.runs("subscribe_events");
      (void)s.answers(1, "subscribe_events");
      (void)s.sends(story::event(1));
    };
    traffic();
    for (const auto n : numbers) s.engine.end(n, s.now);
    s.after(1h);
    RC_ASSERT(s.engine.idle());
    RC_ASSERT(s.engine.deadline() == net::never);
    RC_ASSERT(std::holds_alternative<go_on>(s.engine.on_accepted(2, s.now)));
    RC_ASSERT(std::holds_alternative<go_on>(s.engine.on_request(1, "/api/websocket", s.now)));
    RC_ASSERT(std::holds_alternative<go_on>(s.engine.on_upgraded(1, s.now)));
    RC_ASSERT(s.engine.transport(1, {}, s.now) == transport_faults{});
    RC_ASSERT(s.engine.grants_deflate(1, s.now));
    RC_ASSERT(!s.engine.on_login(1, s.now));
    RC_ASSERT(s.engine.close_delay(1) == 0s);
    RC_ASSERT(s.runs("ping"));
    RC_ASSERT(s.answers(1, "ping") == std::vector{pong});
    RC_ASSERT(s.sends(story::event(9)) == std::vector<std::string>{"event of 9"});
  });
}

// --- what they do to messages ---

TEST(FaultMessages, AnAnswerWaitsForLaterOnes) {
  story s;
  s.inject(R"({"kind":"reorder","behind":2,"hits":1})");
  EXPECT_THAT(s.answers(1, "a"), IsEmpty());
  EXPECT_THAT(s.answers(2, "b"), ElementsAre(HasSubstr("\"id\":2")));
  EXPECT_THAT(s.sends(story::event(1)), ElementsAre("event of 1"));
  EXPECT_THAT(s.answers(3, "c"), ElementsAre(HasSubstr("\"id\":3"), HasSubstr("\"id\":1")));
  EXPECT_THAT(s.answers(4, "d"), ElementsAre(HasSubstr("\"id\":4")));
}

TEST(FaultMessages, PairsAreSwappedAsLongAsItLasts) {
  story s;
  s.inject(R"({"kind":"reorder"})");
  EXPECT_THAT(s.answers(1, "a"), IsEmpty());
  EXPECT_THAT(s.answers(2, "b"), ElementsAre(HasSubstr("\"id\":2"), HasSubstr("\"id\":1")));
  EXPECT_THAT(s.answers(3, "c"), IsEmpty());
}

TEST(FaultMessages, WhatIsHeldBackGoesOutWhenTheFaultEnds) {
  story s;
  const auto n = s.inject(R"({"kind":"reorder"})");
  EXPECT_THAT(s.answers(1, "a"), IsEmpty());
  s.engine.end(n, s.now);
  const auto released = s.engine.take_released();
  ASSERT_EQ(released.size(), 1U);
  EXPECT_EQ(released[0].message.answers, 1U);
}

TEST(FaultMessages, MessagesAreSentAgain) {
  story s;
  s.inject(R"({"kind":"duplicate","of":"events","copies":2})");
  EXPECT_EQ(s.sends(story::event(1)).size(), 3U);
  EXPECT_EQ(s.answers(1, "a").size(), 1U);
}

TEST(FaultMessages, AnEventComesBeforeTheAnswerOfItsSubscribe) {
  story s;
  s.inject(R"({"kind":"event_first","hits":1})");
  EXPECT_THAT(s.answers(4, "subscribe_entities"), IsEmpty());
  EXPECT_THAT(s.sends(story::event(3)), ElementsAre("event of 3"));
  EXPECT_THAT(s.sends(story::event(4)), ElementsAre("event of 4", HasSubstr("\"id\":4")));
}

TEST(FaultMessages, ButTheAnswerDoesNotWaitForEver) {
  story s;
  s.inject(R"({"kind":"event_first"})");
  EXPECT_THAT(s.answers(4, "subscribe_events"), IsEmpty());
  s.after(1s);
  EXPECT_EQ(s.engine.take_released().size(), 1U);
}

TEST(FaultMessages, AnEventComesAfterTheUnsubscribe) {
  story s;
  s.inject(R"({"kind":"late_event","hits":1})");
  s.live = {3, 4};
  (void)s.sends(story::event(3, "three"));
  (void)s.sends(story::event(4, "four"));
  s.live = {4};
  EXPECT_THAT(s.answers(9, "unsubscribe_events"), ElementsAre(HasSubstr("\"id\":9"), "three"));
  s.live = {};
  EXPECT_THAT(s.answers(10, "unsubscribe_events"), ElementsAre(HasSubstr("\"id\":10")));
}

TEST(FaultMessages, AnEventBecomesAFailedResultOfItsSubscription) {
  story s;
  s.inject(R"({"kind":"fail_subscription","hits":1})");
  EXPECT_THAT(s.sends(story::event(3)),
              ElementsAre(R"({"id":3,"type":"result","success":false,"error":{"code":)"
                          R"("unknown_error","message":"Invalid JSON in response"}})"));
  EXPECT_THAT(s.sends(story::event(3)), ElementsAre("event of 3"));
}

TEST(FaultMessages, TextsAreSpoilt) {
  story s;
  const auto wrong = s.inject(R"({"kind":"wrong_id","off_by":-1})");
  EXPECT_THAT(s.answers(7, "a"), ElementsAre(HasSubstr("\"id\":6,")));
  s.engine.end(wrong, s.now);
  const auto cut = s.inject(R"({"kind":"bad_json","how":"cut"})");
  EXPECT_THAT(s.answers(1, "a"), ElementsAre(pong.substr(0, pong.size() / 2)));
  s.engine.end(cut, s.now);
  const auto nan = s.inject(R"({"kind":"bad_json","how":"nan"})");
  EXPECT_THAT(s.answers(1, "a"), ElementsAre(testing::EndsWith(",\"value\":NaN}")));
  s.engine.end(nan, s.now);
  s.inject(R"({"kind":"giant","bytes":5000,"of":"answers"})");
  EXPECT_EQ(s.answers(1, "a").at(0).size(), 5000U);
  EXPECT_THAT(s.sends(story::event(3)), ElementsAre("event of 3"));
}

TEST(FaultMessages, AnAnswerIsLateAndOthersOvertakeIt) {
  story s;
  s.inject(R"({"kind":"delay_answer","by":"2m","hits":1})");
  EXPECT_THAT(s.answers(1, "a"), ElementsAre(pong + " late"));
  EXPECT_THAT(s.answers(1, "a"), ElementsAre(pong));
}

TEST(FaultMessages, TheServerHangsUpInsteadOfAnAnswer) {
  story s;
  s.inject(R"({"kind":"hang_up","name":"h","stage":"result","command":"light.*"})");
  EXPECT_THAT(s.answers(1, "ping"), ElementsAre(pong));
  EXPECT_THAT(s.answers(2, "light.toggle light.a"), ElementsAre("lost by h", "then h"));
}

TEST(FaultMessages, ARestartTakesTheAnswerOfTheCommandThatBeganIt) {
  story s;
  s.inject(R"({"kind":"restart","name":"r","after":{"command":"homeassistant.restart"}})");
  s.last_id = 6;
  EXPECT_TRUE(s.runs("homeassistant.restart"));
  EXPECT_THAT(s.changes(), ElementsAre("+1"));
  EXPECT_THAT(s.answers(7, "homeassistant.restart"), ElementsAre("lost by r"));
}

TEST(FaultMessages, ARestartMayWaitForThatAnswer) {
  story s;
  s.inject(R"({"kind":"restart","name":"r","after":{"command":"homeassistant.restart"},
               "answer":"sent"})");
  EXPECT_TRUE(s.runs("homeassistant.restart"));
  EXPECT_THAT(s.changes(), IsEmpty());
  EXPECT_THAT(s.answers(1, "homeassistant.restart"), ElementsAre(pong));
  EXPECT_THAT(s.changes(), ElementsAre("+1"));
}

TEST(FaultMessages, ALoginMeetsSilence) {
  story s;
  s.inject(R"({"kind":"silence","stage":"auth"})");
  send_text m;
  m.what = send_text::kind::authentication;
  m.text = R"({"type":"auth_required","ha_version":"1"})";
  EXPECT_THAT(s.sends(m), ElementsAre(m.text));
  m.text = R"({"type":"auth_ok","ha_version":"1"})";
  EXPECT_THAT(s.sends(m), ElementsAre("gagged"));
}

TEST(FaultMessages, ALoginIsFollowedByAClose) {
  story s;
  s.inject(R"({"kind":"hang_up","name":"h"})");
  send_text m;
  m.what = send_text::kind::authentication;
  m.text = R"({"type":"auth_ok","ha_version":"1"})";
  EXPECT_THAT(s.sends(m), ElementsAre(m.text, "then h"));
}

TEST(FaultMessages, ALostCommandHasATaker) {
  story s;
  s.inject(R"({"kind":"lose_answer","name":"l","before_execution":true})");
  EXPECT_FALSE(s.runs("ping"));
  EXPECT_EQ(s.engine.taker_of(1, 1), "l");
  EXPECT_EQ(s.engine.taker_of(1, 1), "");
}

// --- what they do to connections ---

TEST(FaultArrivals, AnErrorOfHttpHasItsBodyAndHeaders) {
  story s;
  s.inject(R"({"kind":"http_error","status":502,"retry_after":"90s","path":"/auth/*"})");
  EXPECT_TRUE(std::holds_alternative<go_on>(s.engine.on_request(1, "/api/", s.now)));
  const auto verdict = s.engine.on_request(1, "/auth/token?x=1", s.now);
  const auto& answer = std::get<answer_with>(verdict).answer;
  EXPECT_EQ(answer.status, 502U);
  EXPECT_THAT(answer.body, HasSubstr("<h1>502 Bad Gateway</h1>"));
  EXPECT_EQ(answer.headers.back().value, "90");
}

TEST(FaultArrivals, OnlyWhatWasOpenGoesSilent) {
  story s;
  s.inject(R"({"kind":"silence"})");
  EXPECT_TRUE(s.engine.transport(1, {}, s.now).mute);
  EXPECT_FALSE(s.engine.transport(2, {.open = false}, s.now).mute);
  EXPECT_FALSE(s.engine.transport(2, {}, s.now).mute) << "it came later";
}

TEST(FaultArrivals, ALoginIsRefusedAndTheCloseIsLate) {
  story s;
  s.inject(R"({"kind":"reject_auth","message":"no","delay":"5s","hits":1})");
  EXPECT_EQ(s.engine.on_login(1, s.now), "no");
  EXPECT_EQ(s.engine.close_delay(1), 5s);
  EXPECT_EQ(s.engine.on_login(2, s.now), std::nullopt);
  EXPECT_EQ(s.engine.close_delay(2), 0s);
}

}  // namespace
}  // namespace hassle::mockha
