#include "reports/oracle.hpp"

#include "reports/tests/helpers.hpp"

#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

oracle_result ask(std::string_view name, const recorder& r) {
  const auto stories = command_stories(r.written());
  for (const oracle_result& result : ask_oracles(a_run(), r.written(), stories)) {
    if (result.name == name) return result;
  }
  ADD_FAILURE() << "no oracle " << name;
  return {};
}

TEST(Oracles, ResultsComeInTheOrderOfTheirDescriptions) {
  const journal j;
  const auto results = ask_oracles(a_run(), j, {});
  ASSERT_EQ(results.size(), oracles().size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].name, oracles()[i].name);
    EXPECT_EQ(results[i].violations, 0U) << results[i].name << " in a run without events";
  }
}

TEST(Oracles, AnswerIntegrityCountsWrongAnswers) {
  recorder r;
  r.succeed(1, 1, 1).issue(2, read).send(1, 2, 2).take(1, 2, 1).done(2, "fresh");
  EXPECT_EQ(ask("answer-integrity", r).violations, 1U);
  EXPECT_EQ(ask("answer-integrity", r).first_command, 2U);
}

// Turning a light on twice is harmless and allowed; toggling it twice undoes it.
TEST(Oracles, AtMostOnceIsAboutEffectsThatAddUp) {
  recorder r;
  r.issue(1, turn_on).send(1, 1, 1).execute(1, 1, turn_on).execute(1, 1, turn_on).done(1, "fresh");
  EXPECT_EQ(ask("at-most-once", r).violations, 0U);
  r.issue(2, toggle).send(1, 2, 2).execute(1, 2, toggle).execute(1, 2, toggle).done(2, "fresh");
  EXPECT_EQ(ask("at-most-once", r).violations, 1U);
  EXPECT_EQ(ask("at-most-once", r).first_command, 2U);
}

TEST(Oracles, WithinLimitCountsCommandsThatTheInvocationCutOff) {
  recorder r;
  r.fail(1, "timeout: answer limit").fail(2, "timeout: invocation limit");
  EXPECT_EQ(ask("within-limit", r).violations, 1U);
}

// Healed at 8 min, the end at 10 min: the client has until 9 min to get over it.
TEST(Oracles, RecoversLooksAtTheSecondHalfOfTheQuietTime) {
  recorder r;
  r.at(9min - 1ns).fail(1, "connection: closed");
  EXPECT_EQ(ask("recovers", r).violations, 0U);
  r.at(9min).fail(2, "connection: closed").fail(3, "stale", read).succeed(4, 1, 1);
  EXPECT_EQ(ask("recovers", r).violations, 2U);
  EXPECT_EQ(ask("recovers", r).first_command, 2U);
}

TEST(Oracles, BoundedAttemptsAllowsSixtyAMinute) {
  recorder r;
  for (int i = 0; i < 300; ++i) r.at(i * 1s).attempt();
  EXPECT_EQ(ask("bounded-attempts", r).violations, 0U);
}

// The window slides: a burst across the turn of a minute is one all the same.
TEST(Oracles, BoundedAttemptsCountsBusyMinutes) {
  recorder r;
  for (int i = 0; i < 61; ++i) r.at(30s + i * 983ms).attempt();
  EXPECT_EQ(ask("bounded-attempts", r).violations, 1U);
  for (int i = 0; i < 122; ++i) r.at(5min + i * 10ms).attempt();
  EXPECT_EQ(ask("bounded-attempts", r).violations, 3U);
}

TEST(Oracles, OneOutcomeWantsExactlyOne) {
  recorder r;
  r.succeed(1, 1, 1).issue(2, read).fail(3, "fresh").done(3, "fresh").done(9, "fresh");
  EXPECT_EQ(ask("one-outcome", r).violations, 3U) << "none for 2, two for 3, never issued: 9";
  EXPECT_EQ(ask("one-outcome", r).first_command, 2U);
}

}  // namespace
}  // namespace hassle::reports::tests
