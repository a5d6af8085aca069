#include "client/src/cores/effect_trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace hassle::client {
namespace {

using enum effect_verdict;

state_history::version was(std::string_view state, std::string_view context,
                           std::string_view user = "") {
  return {.existed = true, .state = state, .context_id = context, .user_id = user};
}
seen_state is(std::string_view state, std::string_view context, std::string_view user = "") {
  return {.state = state, .context_id = context, .user_id = user};
}
using pasts = std::vector<state_history::version>;

const expected_effect turn_on{.entity_id = "light.a", .states = {"on"}};
const expected_effect toggle{.entity_id = "light.a", .changes = true};

trace_verdict judged(const expected_effect& effect, const entity_trace& trace,
                     const known_contexts& explained = {}) {
  return trace_effect(effect, trace, "me", explained);
}

TEST(EffectTrace, AToggleHappenedIfOneChangeIsOurs) {
  const auto found = judged(toggle, {.since = pasts{was("off", "1")}, .now = is("on", "2", "me")});
  EXPECT_EQ(found.what, happened);
  EXPECT_EQ(found.context_id, "2");
}

TEST(EffectTrace, AToggleUndoneBySomebodySinceHappenedAllTheSame) {
  EXPECT_EQ(judged(toggle, {.since = pasts{was("off", "1"), was("on", "2", "me")},
                            .now = is("off", "3", "you")})
                .what,
            happened);
  EXPECT_EQ(judged(turn_on,
                   {.since = pasts{was("off", "1"), was("on", "2")}, .now = is("off", "3", "you")})
                .what,
            happened);
}

TEST(EffectTrace, WhatSomebodyElseDidIsNotOurToggle) {
  EXPECT_EQ(judged(toggle, {.since = pasts{was("off", "1")}, .now = is("on", "2", "you")}).what,
            cannot_tell);
  // The change is somebody's, what is ours changed no state.
  EXPECT_EQ(judged(toggle, {.since = pasts{was("off", "1"), was("on", "2", "you")},
                            .now = is("on", "3", "me")})
                .what,
            cannot_tell);
}

TEST(EffectTrace, WhatAnAnsweredCallOfOursDidIsNotThisToggle) {
  known_contexts explained;
  explained.add("2");
  const entity_trace trace{.since = pasts{was("off", "1")}, .now = is("on", "2", "me")};
  EXPECT_EQ(judged(toggle, trace, explained).what, cannot_tell);
  EXPECT_EQ(judged(turn_on, trace, explained).what, happened) << "the light is on";
}

TEST(EffectTrace, UnchangedThereIsNoTrace) {
  EXPECT_EQ(judged(toggle, {.since = pasts{}, .now = is("off", "1")}).what, no_trace);
  EXPECT_EQ(judged(turn_on, {.since = pasts{}, .now = is("off", "1")}).what, no_trace);
  EXPECT_EQ(judged(turn_on, {.since = pasts{}, .now = is("on", "1")}).what, happened);
}

TEST(EffectTrace, StatesFromBeforeTheSendingAreNoEvidence) {
  EXPECT_EQ(judged(turn_on, {.since = pasts{}, .now = is("on", "1"), .confirmed = false}).what,
            cannot_tell);
  EXPECT_EQ(judged(toggle, {.since = pasts{}, .now = is("on", "1"), .confirmed = false}).what,
            cannot_tell);
  EXPECT_EQ(judged(turn_on, {.now = is("on", "1"), .confirmed = false}).what, cannot_tell);
  EXPECT_EQ(
      judged(toggle,
             {.since = pasts{was("off", "1")}, .now = is("on", "2", "me"), .confirmed = false})
          .what,
      happened)
      << "it was told before the connection died";
}

TEST(EffectTrace, WithoutTheStateBeforeOnlyAnAbsoluteEffectShows) {
  EXPECT_EQ(judged(turn_on, {.now = is("on", "2")}).what, happened);
  EXPECT_EQ(judged(turn_on, {.now = is("off", "2")}).what, cannot_tell);
  EXPECT_EQ(judged(toggle, {.now = is("on", "2", "me")}).what, cannot_tell);
}

TEST(EffectTrace, AnEntityThatIsNotThereCannotTell) {
  EXPECT_EQ(judged(turn_on, {.since = pasts{was("off", "1")}}).what, cannot_tell);
  EXPECT_EQ(judged(turn_on, {.since = pasts{{}}, .now = is("on", "1")}).what, happened)
      << "it came back, and it is on";
  EXPECT_EQ(judged(toggle, {.since = pasts{{}}, .now = is("on", "1", "me")}).what, cannot_tell);
}

TEST(KnownContexts, TheLastOnesAreKnown) {
  known_contexts some;
  EXPECT_FALSE(some.contains(""));
  for (std::size_t n = 0; n <= known_contexts::most; ++n) some.add(std::to_string(n));
  EXPECT_FALSE(some.contains("0"));
  EXPECT_TRUE(some.contains("1"));
  EXPECT_TRUE(some.contains(std::to_string(known_contexts::most)));
}

// A duplicate is the worst that a look-up can lead to: a toggle that nobody of ours carried out
// must never be found, whatever others do.
RC_GTEST_PROP(EffectTrace, AToggleIsNeverFoundInTheChangesOfOthers, ()) {
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
  const auto confirmed = *rc::gen::arbitrary<bool>();
  std::vector<std::string> contexts;
  for (std::size_t n = 0; n <= steps.size(); ++n) contexts.push_back(std::to_string(n));
  pasts since;
  for (std::size_t n = 0; n < steps.size(); ++n) {
    since.push_back(was(steps[n] % 2 == 0 ? "on" : "off", contexts[n], steps[n] < 2 ? "you" : ""));
  }
  const entity_trace trace{
      .since = since, .now = is("on", contexts.back(), "you"), .confirmed = confirmed};
  RC_ASSERT(judged(toggle, trace).what != happened);
}

}  // namespace
}  // namespace hassle::client
