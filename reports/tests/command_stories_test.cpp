#include "reports/analysis.hpp"
#include "reports/tests/helpers.hpp"

#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

command_story only_story(const recorder& r) {
  const auto stories = command_stories(r.written());
  EXPECT_EQ(stories.size(), 1U);
  return stories.empty() ? command_story{} : stories.front();
}

TEST(CommandStories, JoinsACommandFromAllSides) {
  recorder r;
  r.ready(1).issue(7, toggle).send(1, 7, 42).execute(1, 42, toggle).take(1, 7, 42).done(7, "fresh");
  const command_story story = only_story(r);
  EXPECT_EQ(story.number, 7U);
  EXPECT_EQ(r.written().events()[story.issued].kind, event_kind::command_issued);
  EXPECT_EQ(r.written().events()[story.done].kind, event_kind::command_done);
  EXPECT_EQ(story.what, outcome::fresh);
  ASSERT_EQ(story.sendings.size(), 1U);
  EXPECT_EQ(story.sendings[0].connection, 1U);
  EXPECT_EQ(story.sendings[0].id, 42);
  EXPECT_EQ(story.executions, 1U);
  EXPECT_FALSE(story.wrong_answer);
}

// What the client believes to be fresh is an error for the user if it was another command's answer.
TEST(CommandStories, AFreshAnswerOfAnotherCommandIsWrong) {
  recorder r;
  r.issue(1, toggle).send(1, 1, 42).take(1, 1, 41).done(1, "fresh");
  const command_story story = only_story(r);
  EXPECT_TRUE(story.wrong_answer);
  EXPECT_EQ(story.stray_id, 41);
  EXPECT_EQ(outcome_text(story.what, story.detail), "other: wrong_answer");
}

// The same id on another connection is another message.
TEST(CommandStories, AnIdCountsOnItsConnectionOnly) {
  recorder r;
  r.issue(1, toggle).send(1, 1, 42).take(2, 1, 42).done(1, "fresh");
  EXPECT_TRUE(only_story(r).wrong_answer);
}

TEST(CommandStories, AnAnswerToAnEarlierSendingIsRight) {
  recorder r;
  r.issue(1, toggle).send(1, 1, 42).send(2, 1, 1).take(1, 1, 42).done(1, "fresh");
  EXPECT_FALSE(only_story(r).wrong_answer);
}

// The last answer decides: a wrong one that was rejected and followed by the right one did no harm.
TEST(CommandStories, TheLastAnswerDecidesButAllWrongOnesCount) {
  recorder r;
  r.issue(1, toggle).send(1, 1, 42).take(1, 1, 40).take(1, 1, 41).take(1, 1, 42).done(1, "fresh");
  const command_story story = only_story(r);
  EXPECT_EQ(story.what, outcome::fresh);
  EXPECT_EQ(story.wrong_answers, 2U);
  EXPECT_TRUE(story.wrong_answer);
}

TEST(CommandStories, CountsExecutionsOfEverySending) {
  recorder r;
  r.issue(1, toggle).send(1, 1, 42).execute(1, 42, toggle).send(2, 1, 5).execute(2, 5, toggle);
  r.execute(3, 5, toggle).done(1, "timeout: answer limit");
  EXPECT_EQ(only_story(r).executions, 2U) << "connection 3 was not ours";
}

// A client that uses an id twice: each execution belongs to the sending before it.
TEST(CommandStories, AReusedIdMeansTheLatestSending) {
  recorder r;
  r.issue(1, toggle).send(1, 1, 5).execute(1, 5, toggle).done(1, "fresh");
  r.issue(2, toggle).send(1, 2, 5).execute(1, 5, toggle).execute(1, 5, toggle).done(2, "fresh");
  const auto stories = command_stories(r.written());
  ASSERT_EQ(stories.size(), 2U);
  EXPECT_EQ(stories[0].executions, 1U);
  EXPECT_EQ(stories[1].executions, 2U);
}

TEST(CommandStories, KnowsCommandsThatTheirInvocationOutlived) {
  recorder r;
  r.fail(1, "timeout: invocation limit");
  EXPECT_TRUE(only_story(r).past_limit);
  recorder other;
  other.fail(1, "timeout: answer limit");
  EXPECT_FALSE(only_story(other).past_limit);
}

// A journal that ends early must not make a command look answered.
TEST(CommandStories, ACommandWithoutOutcomeIsAnError) {
  const command_story story = only_story(recorder().issue(1, toggle));
  EXPECT_EQ(outcome_text(story.what, story.detail), "other: no outcome");
  EXPECT_EQ(story.outcomes, 0U);
}

TEST(CommandStories, IgnoresWhatBelongsToNoCommand) {
  recorder r;
  r.send(1, 9, 1).take(1, 9, 1).done(9, "fresh").execute(1, 1, toggle);
  EXPECT_TRUE(command_stories(r.written()).empty());
}

TEST(Commands, ServiceCallsHaveADotInTheirFirstWord) {
  EXPECT_TRUE(is_service_call("light.turn_on light.kitchen"));
  EXPECT_TRUE(is_service_call("homeassistant.get_state"));
  EXPECT_FALSE(is_service_call("get_states"));
  EXPECT_FALSE(is_service_call("get_states light.kitchen"));
  EXPECT_FALSE(is_service_call(""));
}

TEST(Commands, OnlyWhatSetsAStateMayRunTwice) {
  EXPECT_TRUE(is_idempotent(turn_on));
  EXPECT_TRUE(is_idempotent("light.turn_off light.kitchen"));
  EXPECT_TRUE(is_idempotent(read));
  EXPECT_FALSE(is_idempotent(toggle));
  EXPECT_FALSE(is_idempotent("media_player.volume_up media_player.den"));
}

}  // namespace
}  // namespace hassle::reports::tests
