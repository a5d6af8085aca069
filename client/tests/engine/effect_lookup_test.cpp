#include "client/src/engine/effect_lookup.hpp"

#include "mirror_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hassle::client {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum effect_verdict;

command call(std::string_view service, std::string_view entity = "light.a") {
  return {.body = protocol::call_service_body("light", service, entity), .tag = 9};
}

constexpr std::string_view off = R"({"a":{"light.a":{"s":"off","a":{},"c":"1","lc":5}}})";
constexpr std::string_view on_by_us =
    R"({"c":{"light.a":{"+":{"s":"on","c":{"id":"2","user_id":"me"}}}}})";
constexpr std::string_view on_by_you =
    R"({"c":{"light.a":{"+":{"s":"on","c":{"id":"2","user_id":"you"}}}}})";

/// A look-up, and Home Assistant played by the test.
class EffectLookupFixture : public ::testing::Test {
 protected:
  std::shared_ptr<scripted_channel> snapshot(std::string_view states = off) {
    auto session = here_.connect();
    session->accept(1);
    session->tell(1, states);
    return session;
  }

  asio::awaitable<outcome> read(json::object body, net::time_point) {
    const std::string type(body.at("type").as_string());
    asked_.push_back(type);
    outcome answer;
    answer.kind = outcome_kind::connection;
    const auto found = answers_.find(type);
    if (found != answers_.end()) {
      answer.kind = outcome_kind::fresh;
      answer.result = std::make_shared<const json::value>(json::parse(found->second));
    }
    co_return answer;
  }
  effect_lookup::reader reader() {
    return
        [this](json::object body, net::time_point until) { return read(std::move(body), until); };
  }
  void know_us() { lookup_.on_answered(json::parse(R"({"context":{"id":"0","user_id":"me"}})")); }

  /// Sends now, and looks the outcome up from now on.
  void begin(command what, effect_lookup& by, net::time_point until = net::never) {
    what_ = std::move(what);
    verdict_.reset();
    asio::co_spawn(
        here_.world.executor(), by.look_up(what_, by.mark(), here_.clock, until),
        asio::bind_cancellation_slot(cancel_.slot(),
                                     [this](const std::exception_ptr& error, effect_verdict found) {
                                       EXPECT_EQ(error, nullptr);
                                       verdict_ = found;
                                     }));
    here_.world.settle();
  }
  void begin(command what, net::time_point until = net::never) {
    begin(std::move(what), lookup_, until);
  }

  mirror_world here_;
  std::vector<std::string> asked_;
  std::map<std::string, std::string> answers_;
  effect_lookup lookup_{here_.shared, &here_.states, reader()};
  effect_lookup blind_{here_.shared, nullptr, reader()};
  command what_;
  asio::cancellation_signal cancel_;
  std::optional<effect_verdict> verdict_;
};

TEST_F(EffectLookupFixture, AToggleThatWasCarriedOutIsFoundAfterTheReconnect) {
  const auto first = snapshot();
  know_us();
  begin(call("toggle"));
  here_.lose(first);
  here_.advance(1s);
  EXPECT_EQ(verdict_, std::nullopt) << "the states are not live";
  const auto second = here_.connect();
  second->accept(1);
  second->tell(
      1, R"({"a":{"light.a":{"s":"on","a":{},"c":{"id":"2","parent_id":null,"user_id":"me"}}}})");
  here_.world.settle();
  EXPECT_EQ(verdict_, happened);
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_THAT(here_.observed.take(), Contains("looked_up 0 happened"));
}

TEST_F(EffectLookupFixture, AToggleThatWasNotIsWatchedForSomeSecondsAndHasNoTrace) {
  const auto session = snapshot();
  know_us();
  begin(call("toggle"));
  here_.advance(100ms);
  session->hear();
  here_.advance(4800ms);
  EXPECT_EQ(verdict_, std::nullopt);
  here_.advance(100ms);
  EXPECT_EQ(verdict_, no_trace);
  EXPECT_THAT(here_.observed.take(), Contains("looked_up 0 no_trace"));
}

TEST_F(EffectLookupFixture, ALateEffectIsSeenWhenItComes) {
  const auto session = snapshot();
  know_us();
  begin(call("toggle"));
  here_.advance(500ms);
  session->hear();
  here_.advance(3s);
  session->tell(1, on_by_us);
  here_.world.settle();
  EXPECT_EQ(verdict_, happened);
}

TEST_F(EffectLookupFixture, WhatSomebodyElseChangedCannotTell) {
  const auto session = snapshot();
  know_us();
  begin(call("toggle"));
  here_.advance(500ms);
  session->tell(1, on_by_you);
  here_.advance(5s);
  EXPECT_EQ(verdict_, cannot_tell);
}

TEST_F(EffectLookupFixture, OneChangeIsTheEffectOfOneToggleOnly) {
  const auto session = snapshot();
  know_us();
  begin(call("toggle"));
  const effect_mark mark = lookup_.mark();
  const net::time_point sent_at = here_.clock;
  here_.advance(500ms);
  session->tell(1, on_by_us);
  here_.advance(500ms);
  EXPECT_EQ(verdict_, happened);
  verdict_.reset();
  asio::co_spawn(here_.world.executor(), lookup_.look_up(what_, mark, sent_at, net::never),
                 [this](const std::exception_ptr&, effect_verdict found) { verdict_ = found; });
  here_.advance(10s);
  EXPECT_EQ(verdict_, cannot_tell);
}

TEST_F(EffectLookupFixture, WhoWeAreIsAskedOnceWhereItIsNotKnown) {
  answers_["auth/current_user"] = R"({"id":"me","is_admin":true})";
  const auto session = snapshot();
  begin(call("toggle"));
  here_.advance(500ms);
  session->tell(1, on_by_us);
  here_.advance(500ms);
  EXPECT_EQ(verdict_, happened);
  begin(call("toggle"));
  here_.advance(10s);
  EXPECT_THAT(asked_, ElementsAre("auth/current_user", "get_states"));
  lookup_.forget_user();
  begin(call("turn_on"));
  here_.advance(10s);
  EXPECT_THAT(asked_, ElementsAre("auth/current_user", "get_states", "get_states"));
}

// A connection that died unnoticed: its mirror says nothing about what came after.
TEST_F(EffectLookupFixture, AMirrorThatHeardNothingSinceIsNotBelieved) {
  (void)snapshot();
  here_.advance(1s);
  answers_["get_states"] =
      R"([{"entity_id":"light.b","state":"on","attributes":{},"context":{"id":"7"}},
          {"entity_id":"light.a","state":"on","attributes":{},"context":{"id":"8"}}])";
  begin(call("turn_on"));
  here_.advance(1s);
  EXPECT_EQ(verdict_, happened);
  EXPECT_THAT(asked_, ElementsAre("get_states"));
}

TEST_F(EffectLookupFixture, WithoutAMirrorTheStatesAreReadOnce) {
  answers_["get_states"] =
      R"([{"entity_id":"light.a","state":"on","attributes":{"brightness":100},
           "context":{"id":"8","user_id":"me"}},7])";
  for (const auto& [service, verdict] : std::map<std::string, effect_verdict>{
           {"turn_on", happened}, {"turn_off", cannot_tell}, {"toggle", cannot_tell}}) {
    begin(call(service), blind_);
    here_.advance(999ms);
    EXPECT_EQ(verdict_, std::nullopt);
    here_.advance(1ms);
    EXPECT_EQ(verdict_, verdict) << service;
  }
  EXPECT_THAT(asked_, ElementsAre("get_states", "get_states", "get_states"));
  answers_.clear();
  begin(call("turn_on"), blind_);
  here_.advance(1s);
  EXPECT_EQ(verdict_, cannot_tell) << "not even the read was answered";
}

TEST_F(EffectLookupFixture, WithoutAnExpectationNothingIsWaitedFor) {
  (void)snapshot();
  begin({.body = protocol::call_service_body("script", "turn_on", "script.x")});
  EXPECT_EQ(verdict_, cannot_tell);
  begin({.body = {{"type", "get_states"}}});
  EXPECT_EQ(verdict_, cannot_tell);
}

TEST_F(EffectLookupFixture, TheCallersLimitHolds) {
  const auto session = snapshot();
  know_us();
  begin(call("toggle"), here_.clock + 300ms);
  here_.advance(100ms);
  session->hear();
  here_.advance(200ms);
  EXPECT_EQ(verdict_, no_trace);
  here_.lose(session);
  begin(call("toggle"), here_.clock + 2s);
  here_.advance(2s);
  EXPECT_EQ(verdict_, cannot_tell);
  begin(call("toggle"));
  here_.advance(30s);
  EXPECT_EQ(verdict_, cannot_tell) << "without a limit of the caller there is one of ours";
  begin(call("toggle"), here_.clock - 1s);
  here_.advance(0s);
  EXPECT_EQ(verdict_, cannot_tell);
}

TEST_F(EffectLookupFixture, ATraceFromBeforeTheLossIsEvidenceEvenOffline) {
  const auto session = snapshot();
  know_us();
  begin(call("toggle"));
  session->tell(1, on_by_us);
  here_.lose(session);
  here_.advance(1s);
  EXPECT_EQ(verdict_, happened);
}

TEST_F(EffectLookupFixture, SentWhileTheMirrorWasAwayTheStateBeforeIsNotKnown) {
  know_us();
  const effect_mark mark = lookup_.mark();
  EXPECT_FALSE(mark.known);
  begin(call("toggle"));
  here_.advance(500ms);
  const auto session = snapshot();
  session->tell(1, on_by_us);
  here_.advance(10s);
  EXPECT_EQ(verdict_, cannot_tell);
}

TEST_F(EffectLookupFixture, CancelledItEndsAndLeavesNothing) {
  (void)snapshot();
  begin(call("toggle"));
  cancel_.emit(asio::cancellation_type::terminal);
  here_.world.settle();
  EXPECT_EQ(verdict_, cannot_tell);
}

TEST_F(EffectLookupFixture, AnythingMayBeHandedInAsAnAnswer) {
  for (const auto* nonsense :
       {"null", "7", "[]", "{}", R"({"context":7})", R"({"context":{"id":7,"user_id":null}})"}) {
    lookup_.on_answered(json::parse(nonsense));
  }
}

}  // namespace
}  // namespace hassle::client
