#include "reports/explain_oracle.hpp"
#include "reports/explain.hpp"
#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

run_context production() {
  run_context context = a_run();
  context.client = "production";
  context.layers = {"reconnect", "health", "correlation", "jitter", "mirror"};
  context.fault_kinds = {{"the lift", "partition"}};
  return context;
}

std::string told(const recorder& r, std::string_view oracle) {
  return explain_oracle(production(), r.written(), oracle, false);
}

// An application that misses an event in a partition and is told nothing of it.
recorder silent_loss() {
  recorder r;
  r.started().note(event_kind::subscription_wanted, 0, 0, 1, "state_changed").ready(1);
  r.note(event_kind::subscription_live, 1, 0, 1).at(10s);
  r.note(event_kind::home_changed, 0, 0, 0, "light.desk 01A").after(10ms);
  r.note(event_kind::event_heard, 0, 0, 1, "light.desk 01A").at(60s).begin("the lift");
  r.hit("the lift", 1).at(70s).note(event_kind::home_changed, 0, 0, 0, "light.desk 01B");
  r.at(80s).cut(1, "the lift").at(90s).end("the lift").closed(1, "no sign of life").ready(2);
  r.note(event_kind::subscription_live, 2, 0, 1).at(120s);
  r.note(event_kind::home_changed, 0, 0, 0, "light.desk 01C").after(10ms);
  r.note(event_kind::event_heard, 0, 0, 1, "light.desk 01C");
  return r;
}

TEST(ExplainOracle, TellsOfALostEventAndNamesTheFault) {
  expect_golden("explain-lost-event.txt", told(silent_loss(), "no-lost-events"));
}

TEST(ExplainOracle, TellsOfAGhostInTheMirror) {
  recorder r;
  r.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 30).at(60s).begin("restart-1");
  r.phase("stopping").server_closed(1, "restart-1").closed(1, "closed with 1001").at(70s);
  r.phase("running").end("restart-1").ready(2).note(event_kind::mirror_replaced, 2, 0, 29);
  r.at(10min).note(event_kind::mirror_compared, 0, 0, 1, "ghost light.desk");
  expect_golden("explain-ghost.txt", told(r, "mirror-equals-home"));
}

TEST(ExplainOracle, TellsTheStoryOfTheCommandItIsAbout) {
  recorder r;
  r.started().ready(1).succeed(1, 1, 1).issue(2, read).send(1, 2, 2).take(1, 2, 1).done(2, "fresh");
  EXPECT_THAT(told(r, "answer-integrity"),
              AllOf(HasSubstr("answer-integrity: command 2 took the answer to another one"),
                    HasSubstr("Command 2: get_states"), HasSubstr("Why: it took")));
}

TEST(ExplainOracle, SaysIfItWasNotViolated) {
  EXPECT_EQ(told(silent_loss(), "recovers"), "recovers was not violated in this run.\n");
}

// Every oracle that is about no command has a story, and it names what was broken.
TEST(ExplainOracle, EveryViolationNamesWhatWasBroken) {
  recorder r;
  r.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 3).at(30s).begin("the lift");
  r.note(event_kind::attempt_stage, 1, 0, 1, "tcp");
  for (int i = 0; i < 100; ++i) {
    r.after(10ms).attempt(i).note(event_kind::server_accepted, 1);
    r.note(event_kind::attempt_stage, 1, 0, i, "resolved");
    r.note(event_kind::server_auth, 1, 0, 0, "auth_invalid");
  }
  for (std::uint32_t n = 1; n <= 513; ++n) r.issue(n, read).note(event_kind::call_queued, 0, n);
  r.closed(1, "x").at(60s).end("the lift").at(10min);
  r.note(event_kind::measured, 0, 0, 999, measure::wakeups_per_minute_peak);
  r.note(event_kind::measured, 0, 0, 1, measure::timers_left);
  for (const std::string_view oracle :
       {"bounded-attempts", "bounded-handshakes", "one-connect-at-a-time", "bounded-refusals",
        "bounded-queues", "quiet-when-idle", "nothing-left", "mirror-lives"}) {
    EXPECT_THAT(told(r, oracle), AllOf(HasSubstr("Why: "), HasSubstr("the lift"))) << oracle;
  }
}

TEST(ExplainRun, ListsViolationsAndTellsTheFirstThatIsPromised) {
  const std::string text = explain(production(), silent_loss().written(), std::nullopt, false);
  EXPECT_THAT(text, AllOf(HasSubstr("No command failed."), HasSubstr("oracle violated"),
                          HasSubstr("promised"), HasSubstr("Why: light.desk 01B")));
  run_context other = production();
  other.layers = {"reconnect"};
  const std::string unpromised = explain(other, silent_loss().written(), std::nullopt, false);
  EXPECT_THAT(unpromised, AllOf(HasSubstr("only layer mirror promises it"),
                                HasSubstr("--oracle no-lost-events"), Not(HasSubstr("Why: "))));
}

TEST(ExplainRun, ListsWhatWasSlowOrStale) {
  recorder r;
  r.started().ready(1).succeed(1, 1, 1).at(60s).begin("stall-1").hit("stall-1", 1);
  r.issue(2, read).note(event_kind::call_queued, 0, 2, 0, "connection").after(3s).send(1, 2, 2);
  r.after(4s).take(1, 2, 2).done(2, "fresh").end("stall-1");
  r.issue(3, read).done(3, "stale", 10s);
  const std::string text = explain(a_run(), r.written(), std::nullopt, false);
  EXPECT_THAT(text, AllOf(HasSubstr("slow or stale"), HasSubstr("7.0 s"), HasSubstr("stall-1"),
                          HasSubstr("answered from memory"), Not(HasSubstr("oracle violated"))));
  const std::string story = explain(a_run(), r.written(), 2, false);
  EXPECT_THAT(story, AllOf(HasSubstr("It waited 3.0 s for a connection."),
                           HasSubstr("while stall-1 was active")));
}

TEST(ExplainStandstill, NamesTheFaultThatSuspendedTheHost) {
  recorder r;
  r.started().ready(1).at(10s).begin("unknown_event-1").hit("unknown_event-1", 1);
  r.end("unknown_event-1").at(20s).begin("suspend-1").note(event_kind::host_frozen).at(30s);
  r.issue(1, read).at(45s).done(1, "timeout: invocation limit").at(60s).end("suspend-1");
  r.note(event_kind::host_thawed);
  EXPECT_THAT(explain(a_run(), r.written(), 1, false),
              HasSubstr("Why: the host stood still (suspend-1)."));
}

TEST(ExplainResponsible, LooksBackToTheLastMisfortune) {
  recorder r;
  r.started().ready(1).at(60s).cut(1, "middlebox idle").at(90s).closed(1, "no pong");
  const journal& j = r.written();
  EXPECT_EQ(name_responsible(a_run(), investigation(j), 120s),
            "The last misfortune was that connection 1 was cut by middlebox idle, 1m 00s before.");
  EXPECT_EQ(name_responsible(a_run(), investigation(recorder().written()), 120s),
            "Nothing had been broken before: it is the client's own doing.");
}

}  // namespace
}  // namespace hassle::reports::tests
