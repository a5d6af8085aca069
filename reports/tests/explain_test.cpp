#include "reports/explain.hpp"

#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The last paragraph of a command's story, in one line.
std::string why(const recorder& r, std::uint32_t command) {
  const std::string story = explain(a_run(), r.written(), command, false);
  std::string paragraph = story.substr(story.find("Why: "));
  for (char& c : paragraph) c = c == '\n' ? ' ' : c;
  return paragraph;
}

std::string story(const recorder& r, std::uint32_t command) {
  return explain(a_run(), r.written(), command, false);
}

// Ten minutes in which everything goes wrong once.
recorder eventful_run() {
  recorder r;
  r.started().ready(1).at(10s).succeed(1, 1, 1);
  // A restart kills a connection with a command on it; the next finds the port closed.
  r.at(60s).issue(2, toggle).send(1, 2, 2).after(5ms).receive(1, 2, toggle).execute(1, 2, toggle);
  r.after(5ms).begin("restart-1").phase("stopping").hit("restart-1", 1);
  r.note(event_kind::answer_lost, 1, 0, 2, "restart-1").server_closed(1, "restart-1");
  r.after(10ms).closed(1, "closed with 1001").done(2, "connection: closed");
  r.at(62s).phase("refused").at(65s).issue(3, turn_on).attempt(2).after(10ms);
  r.note(event_kind::dial_failed, 2, 0, 0, "connection refused");
  r.failed("tcp: connection refused", 2).done(3, "connection: connection refused");
  r.at(70s).phase("not_running").at(72s).ready(3).issue(4, turn_on).send(3, 4, 1).after(10ms);
  r.receive(3, 1, turn_on).answer(3, 1, "not_found").after(10ms).take(3, 4, 1, "not_found");
  r.done(4, "other: not_found").at(80s).phase("starting").at(90s).phase("running");
  r.end("restart-1");
  // A stall: the answer comes when the user has gone, and the next command takes it for its own.
  r.at(120s).begin("stall-1").hit("stall-1", 3).at(121s).issue(5, toggle).send(3, 5, 2);
  r.at(126s).done(5, "timeout: answer limit").at(130s).end("stall-1").receive(3, 2, toggle);
  r.execute(3, 2, toggle).at(130s + 1ms).issue(6, read).send(3, 6, 3).answer(3, 2).after(10ms);
  r.take(3, 6, 2).done(6, "fresh").receive(3, 3, read).answer(3, 3);
  // Two at once: the quick read overtakes the slow call.
  r.at(150s).issue(7, toggle).send(3, 7, 4).issue(8, read).send(3, 8, 5).after(10ms);
  r.receive(3, 4, toggle).receive(3, 5, read).answer(3, 5).after(10ms).take(3, 7, 5);
  r.done(7, "fresh").execute(3, 4, toggle).answer(3, 4).after(10ms).take(3, 8, 4).done(8, "fresh");
  // A middlebox forgets a connection and tells nobody; the host was asleep.
  r.at(160s).note(event_kind::host_frozen).at(300s).cut(3, "middlebox lifetime");
  r.at(420s).note(event_kind::host_thawed).issue(9, turn_on).send(3, 9, 6);
  r.at(450s).done(9, "timeout: invocation limit").stopped("invocation limit");
  return r;
}

TEST(Explain, ListsWhatFailedAndWhy) {
  expect_golden("explain-list.txt",
                explain(a_run(), eventful_run().written(), std::nullopt, false));
}

TEST(Explain, TellsTheStoryOfACommandKilledByARestart) {
  expect_golden("explain-killed.txt", explain(a_run(), eventful_run().written(), 2, false));
}

TEST(Explain, TellsTheStoryOfAWrongAnswer) {
  expect_golden("explain-wrong-answer.txt", explain(a_run(), eventful_run().written(), 6, false));
}

TEST(Explain, TellsTheStoryOfASilentCut) {
  expect_golden("explain-silent-cut.txt", explain(a_run(), eventful_run().written(), 9, true));
}

TEST(Explain, SaysIfThereIsNoSuchCommand) {
  const journal j = eventful_run().written();
  EXPECT_TRUE(has_command(j, 9));
  EXPECT_FALSE(has_command(j, 10));
  EXPECT_EQ(explain(a_run(), j, 10, false),
            "There is no command 10 in this journal; it has 9 commands.\n");
  EXPECT_THAT(explain(a_run(), recorder().ready(1).succeed(1, 1, 1).written(), std::nullopt, false),
              HasSubstr("No command failed."));
}

TEST(ExplainConnectionError, NamesThePhaseThatKilledIt) {
  EXPECT_THAT(why(eventful_run(), 2),
              AllOf(HasSubstr("Why: connection 1 was killed in phase 'stopping' of restart-1."),
                    HasSubstr("It took effect all the same.")));
}

TEST(ExplainConnectionError, NamesThePhaseThatRefused) {
  EXPECT_THAT(why(eventful_run(), 3),
              AllOf(HasSubstr("Why: connecting was refused in phase 'refused' of restart-1."),
                    HasSubstr("It was never sent.")));
}

// naive never connects again: what killed its connection explains every failure after it.
TEST(ExplainConnectionError, LooksBackToWhatKilledTheConnectionLongAgo) {
  recorder r;
  r.started().ready(1).succeed(1, 1, 1).at(60s).begin("restart-1").phase("stopping");
  r.server_closed(1, "restart-1").closed(1, "closed with 1001").at(90s).phase("running");
  r.end("restart-1").at(6min).fail(2, "connection: closed");
  EXPECT_THAT(why(r, 2),
              AllOf(HasSubstr("connection 1 was killed in phase 'stopping' of restart-1"),
                    HasSubstr("5m 00s before the command was issued"),
                    HasSubstr("It made no attempt to connect again.")));
}

// A misfortune that the connection got over explains nothing.
TEST(ExplainConnectionError, ForgetsWhatTheConnectionSurvived) {
  recorder r;
  r.started().ready(1).begin("stall-1").hit("stall-1", 1).at(5s).end("stall-1").succeed(1, 1, 1);
  r.at(60s).cut(1, "middlebox idle").at(90s).issue(2, turn_on).send(1, 2, 2).after(5s);
  r.done(2, "timeout: answer limit");
  EXPECT_THAT(why(r, 2), AllOf(HasSubstr("Why: connection 1 was cut by middlebox idle."),
                               Not(HasSubstr("stall-1"))));
}

TEST(ExplainConnectionError, SaysIfTheProcessWasStopped) {
  recorder r;
  r.started().ready(1).issue(1, turn_on).send(1, 1, 1).after(1ms).stopped("recycled");
  r.done(1, "connection: recycled");
  EXPECT_THAT(why(r, 1), HasSubstr("Why: its process was stopped (recycled)."));
}

TEST(ExplainOther, NamesThePhaseThatAnsweredNotFound) {
  EXPECT_THAT(
      why(eventful_run(), 4),
      HasSubstr("Why: Home Assistant answered not_found in phase 'not_running' of restart-1."));
}

TEST(ExplainOther, ARefusalWithoutAFaultIsHomeAssistants) {
  recorder r;
  r.ready(1)
      .issue(1, "homeassistant.get_state")
      .send(1, 1, 1)
      .receive(1, 1, "homeassistant.get_state");
  r.answer(1, 1, "not_found").take(1, 1, 1, "not_found").done(1, "other: not_found");
  EXPECT_THAT(why(r, 1), HasSubstr("Why: Home Assistant answered not_found. "));
}

TEST(ExplainOther, TracesAnOpenBreakerToWhatOpenedIt) {
  recorder r;
  r.started()
      .at(10s)
      .begin("refuse-1")
      .issue(1, turn_on)
      .attempt()
      .failed("tcp: connection refused");
  r.done(1, "connection: connection refused");
  r.note(event_kind::breaker_changed, 0, 0, 0, "open").at(50s).end("refuse-1");
  r.at(60s).fail(2, "other: breaker_open");
  EXPECT_THAT(
      why(r, 2),
      AllOf(HasSubstr("Why: the breaker was open, after command 1 failed because connecting was "
                      "refused during refuse-1."),
            HasSubstr("The breaker had been open for 50.0 s.")));
}

TEST(ExplainTimeout, NamesTheStall) {
  EXPECT_THAT(why(eventful_run(), 5),
              AllOf(HasSubstr("Why: stall-1 hit connection 3."),
                    HasSubstr("Home Assistant had not received message 2 on connection 3 by then."),
                    HasSubstr("It took effect 4.0 s after the user was told.")));
}

TEST(ExplainTimeout, NamesTheMiddleboxThatCutInSilence) {
  EXPECT_THAT(
      why(eventful_run(), 9),
      AllOf(HasSubstr("Why: connection 3 was cut by middlebox lifetime."),
            HasSubstr("Nothing told the client: it went on believing in connection 3."),
            HasSubstr("The host had been frozen for 4m 20s before the command"),
            HasSubstr("When the invocation ended after 30.0 s, the client was waiting for the "
                      "answer.")));
}

// A silent cut by a fault, with the connection alive when the command went out.
TEST(ExplainTimeout, NamesTheFaultThatCutInSilence) {
  recorder r;
  r.ready(1).issue(1, turn_on).send(1, 1, 1).after(1ms).begin("cut-1").hit("cut-1", 1);
  r.cut(1, "cut-1").end("cut-1").after(5s).done(1, "timeout: answer limit");
  EXPECT_THAT(why(r, 1), HasSubstr("Why: connection 1 was cut by cut-1."));
}

// Nothing hit it by name, but something was broken all the while.
TEST(ExplainTimeout, FallsBackToWhateverWasActive) {
  recorder r;
  r.ready(1).begin("slow-1").begin("latency-1").issue(1, turn_on).send(1, 1, 1).after(1ms);
  r.receive(1, 1, turn_on).after(5s).done(1, "timeout: answer limit");
  r.after(2s).answer(1, 1);
  EXPECT_THAT(why(r, 1),
              AllOf(HasSubstr("Why: there was no answer while slow-1 and latency-1 were active."),
                    HasSubstr("had received message 1 on connection 1, but had not answered it"),
                    HasSubstr("The answer came 2.0 s too late.")));
}

TEST(ExplainTimeout, SaysIfNothingWasBroken) {
  recorder r;
  r.ready(1).issue(1, turn_on).after(5s).done(1, "timeout: answer limit");
  EXPECT_THAT(why(r, 1), HasSubstr("Why: no fault was active: the client itself gave up."));
}

TEST(ExplainTimeout, SaysWhatTheClientWasDoingAtTheLimit) {
  recorder r;
  r.begin("blackhole-1").issue(1, turn_on).attempt(4).after(10s).failed("tcp: timed out", 4);
  r.note(event_kind::backoff_began, 0, 0, 32'000'000'000).after(20s);
  r.done(1, "timeout: invocation limit");
  EXPECT_THAT(why(r, 1), AllOf(HasSubstr("connecting failed (tcp: timed out) during blackhole-1"),
                               HasSubstr("the client was backing off for 32.0 s")));
}

TEST(ExplainWrongAnswer, NamesTheCommandThatTimedOutBefore) {
  EXPECT_THAT(
      why(eventful_run(), 6),
      AllOf(HasSubstr("Why: it took the late answer to command 5, which had already timed out."),
            HasSubstr("Command 5 failed because stall-1 hit connection 3.")));
}

TEST(ExplainWrongAnswer, NamesTheCommandThatOvertook) {
  EXPECT_THAT(
      why(eventful_run(), 7),
      HasSubstr("Why: it took the answer to command 8 (get_states), which overtook its own."));
}

TEST(ExplainWrongAnswer, MayAnswerNobody) {
  recorder r;
  r.ready(1).issue(1, turn_on).send(1, 1, 5).take(1, 1, 99).done(1, "fresh");
  EXPECT_THAT(why(r, 1), HasSubstr("Why: it took message 99, which answers no command."));
}

TEST(ExplainStale, SaysWhatKeptTheFreshAnswerAway) {
  recorder r;
  r.ready(1).at(10s).begin("stall-1").hit("stall-1", 1).issue(1, read).send(1, 1, 1).after(5s);
  r.note(event_kind::cache_used, 0, 1, 7'000'000'000).done(1, "stale", 7s);
  EXPECT_THAT(why(r, 1),
              AllOf(HasSubstr("Why: answered from memory."),
                    HasSubstr("The answer was 7.0 s old, because stall-1 hit connection 1.")));
}

TEST(ExplainFresh, SaysHowLongItTook) {
  EXPECT_THAT(why(eventful_run(), 1), HasSubstr("Why: answered by Home Assistant after 40 ms."));
}

// Journals of crashed or interrupted runs end in the middle.
TEST(ExplainUnfinished, SaysThatTheJournalEnds) {
  recorder r;
  r.ready(1).issue(1, turn_on);
  EXPECT_THAT(why(r, 1), HasSubstr("Why: the journal ends before the command does."));
}

// One command's limit ends the process, and with it the others.
TEST(ExplainTimeout, NamesTheOtherCommandThatTheProcessWasKilledFor) {
  recorder r;
  r.ready(1).issue(1, turn_on).after(5s).issue(2, turn_on).after(25s);
  r.done(1, "timeout: invocation limit").done(2, "timeout: killed with its process");
  EXPECT_THAT(why(r, 2), HasSubstr("Why: another command reached its invocation limit"));
}

// The second restart of a day is not the first; the plan numbers all faults together.
TEST(ExplainPhase, NamesTheOccurrence) {
  recorder r;
  r.ready(1).at(10s).begin("restart-1").phase("stopping").at(20s).phase("running").end("restart-1");
  r.at(30s).ready(2).at(40s).phase("stopping").begin("restart-1", 7).server_closed(2, "restart-1");
  r.issue(1, turn_on).after(5s).done(1, "connection: closed");
  EXPECT_THAT(why(r, 1), HasSubstr("killed in phase 'stopping' of restart-1 #2"));
}

// ---- The production engine ----------------------------------------------------------------------

TEST(ExplainProduction, SaysWhyACommandWasNotSentAgain) {
  recorder r;
  r.ready(1).at(10s).issue(1, toggle).send(1, 1, 4).after(20ms).cut(1, "nat").closed(1, "reset");
  r.note(event_kind::retry_refused, 0, 1, 0, "not_idempotent").after(1s);
  r.note(event_kind::effect_looked_up, 0, 1, 0, "cannot_tell");
  r.done(1, "other: unknown_outcome");
  const std::string told = why(r, 1);
  EXPECT_THAT(told, HasSubstr("Why: connection 1 was cut by nat."));
  EXPECT_THAT(told, HasSubstr("running it twice would do harm"));
  const std::string frames = story(r, 1);
  EXPECT_THAT(frames, HasSubstr("does not send it again: not_idempotent"));
  EXPECT_THAT(frames, HasSubstr("looks in the states whether it was carried out: cannot_tell"));
}

TEST(ExplainProduction, KnowsTheClientsOwnWordsWhereNoFaultExplainsThem) {
  recorder r;
  r.ready(1).issue(1, turn_on).done(1, "other: auth");
  EXPECT_THAT(why(r, 1), AllOf(HasSubstr("Why: Home Assistant refuses the access token."),
                               HasSubstr("only somebody with a new token can help")));
}

TEST(ExplainProduction, TellsOfItsUpkeepWhileACommandWaits) {
  recorder r;
  r.issue(1, read).note(event_kind::endpoint_changed, 0, 0, 1, "remote").ready(1);
  r.note(event_kind::home_starting, 1).note(event_kind::call_queued, 0, 1, 0, "starting");
  r.after(2s).note(event_kind::home_running, 1);
  r.note(event_kind::subscription_gap, 0, 0, 7, "3000000000");
  r.note(event_kind::mirror_replaced, 1, 0, 31).send(1, 1, 9).take(1, 1, 9).done(1, "fresh");
  EXPECT_THAT(
      story(r, 1),
      AllOf(HasSubstr("moves to endpoint 1 (remote)"), HasSubstr("is not running yet"),
            HasSubstr("lets it wait: starting"), HasSubstr("that Home Assistant is running"),
            HasSubstr("subscription 7 may have missed 3.0 s of events"),
            HasSubstr("has all 31 states again")));
}

// A read that was asked twice has two messages of its own, and either may bring the answer.
TEST(ExplainProduction, AHedgedReadTakesNoWrongAnswer) {
  recorder r;
  r.ready(1).ready(2).issue(1, read).send(1, 1, 5).after(1s);
  r.note(event_kind::hedge_sent, 2, 1, 8).answer(2, 8).take(2, 1, 8).done(1, "fresh");
  EXPECT_EQ(command_stories(r.written()).front().wrong_answers, 0U);
  EXPECT_THAT(story(r, 1), HasSubstr("asks it on connection 2 too, as message 8"));
}

}  // namespace
}  // namespace hassle::reports::tests
