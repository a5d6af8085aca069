#include "reports/analysis.hpp"

#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

run_figures figures_of(const recorder& r) { return analyse(a_run(), r.written()); }

TEST(Analysis, CountsOutcomesAndTheirDetails) {
  recorder r;
  r.ready(1).succeed(1, 1, 1).succeed(2, 1, 2, read);
  r.fail(3, "stale", read).fail(4, "connection: refused").fail(5, "timeout: answer limit");
  r.fail(6, "other: not_found").fail(7, "other: not_found").fail(8, "connection: refused");
  const run_figures run = figures_of(r);
  EXPECT_EQ(run.commands, 8U);
  EXPECT_THAT(run.outcomes, ElementsAre(2, 1, 2, 1, 2));
  EXPECT_THAT(run.errors, ElementsAre(Pair("connection: refused", 2), Pair("other: not_found", 2),
                                      Pair("timeout: answer limit", 1)));
  EXPECT_DOUBLE_EQ(run.error_rate(), 5.0 / 8);
  EXPECT_EQ(run.digest, r.written().digest());
  EXPECT_EQ(run.seed, 3U);
}

TEST(Analysis, NothingHappenedIsNotAnError) {
  const run_figures run = figures_of(recorder());
  EXPECT_EQ(run.commands, 0U);
  EXPECT_EQ(run.error_rate(), 0);
  EXPECT_THAT(run.latencies, IsEmpty());
}

// Failures would make a client that gives up early look quick.
TEST(Analysis, LatencyIsThatOfAnswersOnly) {
  recorder r;
  r.issue(1, read).after(50ms).done(1, "fresh");
  r.issue(2, read).after(10ms).done(2, "stale", 5s);
  r.issue(3, read).after(5s).done(3, "timeout: answer limit");
  EXPECT_THAT(figures_of(r).latencies, ElementsAre(10ms, 50ms));
}

// Two different harms: what the user asked for did not happen, or happened behind his back.
TEST(Analysis, TellsLostFromUnknownServiceCalls) {
  recorder r;
  r.issue(1, toggle).send(1, 1, 1).done(1, "timeout: answer limit");
  r.issue(2, toggle).send(1, 2, 2).execute(1, 2, toggle).done(2, "timeout: answer limit");
  r.issue(3, toggle).send(1, 3, 3).execute(1, 3, toggle).take(1, 3, 2).done(3, "fresh");
  r.fail(4, "timeout: answer limit", read);
  const run_figures run = figures_of(r);
  EXPECT_EQ(run.lost, 1U);
  EXPECT_EQ(run.unknown, 2U) << "a wrong answer is a failure, too";
  EXPECT_EQ(run.wrong_answers, 1U);
}

TEST(Analysis, CountsExecutionsBeyondTheFirst) {
  recorder r;
  r.issue(1, turn_on).send(1, 1, 1).execute(1, 1, turn_on).send(2, 1, 1).execute(2, 1, turn_on);
  r.send(3, 1, 1).execute(3, 1, turn_on).done(1, "fresh");
  r.succeed(2, 3, 2);
  EXPECT_EQ(figures_of(r).duplicates, 2U);
}

TEST(Analysis, CountsAttemptsAndConnections) {
  recorder r;
  r.attempt().failed("tcp: connection refused").ready(1);
  EXPECT_EQ(figures_of(r).attempts, 2U);
  EXPECT_EQ(figures_of(r).connections, 1U);
}

// The earliest of all that may end a connection: the user is cut off then, noticed or not.
TEST(Lifetimes, EndWithWhateverComesFirst) {
  recorder r;
  r.at(0s).ready(1).at(60s + 30ms).cut(1, "middlebox").at(90s).closed(1, "timeout");
  r.at(100s).ready(2).at(110s + 30ms).server_closed(2, "idle").closed(2, "1000");
  r.at(200s).ready(3).at(205s + 30ms).closed(3, "answer limit").server_closed(3, "peer");
  EXPECT_THAT(figures_of(r).lifetimes, ElementsAre(60s, 10s, 5s));
}

TEST(Lifetimes, EndWithTheProcessOrTheRun) {
  recorder r;
  r.at(0s).ready(1).ready(2).at(60s).stopped("recycled").at(9min).ready(3);
  EXPECT_THAT(figures_of(r).lifetimes, ElementsAre(60s - 30ms, 60s - 60ms, 1min - 30ms));
}

TEST(Lifetimes, CountOnlyConnectionsThatBecameReady) {
  recorder r;
  r.attempt().note(event_kind::connected, 1).server_closed(1, "auth").closed(1, "auth");
  EXPECT_THAT(figures_of(r).lifetimes, IsEmpty());
}

// A command that was issued before the fault ended says nothing about the recovery.
TEST(Recoveries, RunToTheFirstFreshAnswerOfACommandIssuedLater) {
  recorder r;
  r.ready(1).at(10s).begin("stall-1").issue(1, read).at(20s).end("stall-1").at(21s).done(1,
                                                                                         "fresh");
  r.at(22s).fail(2, "stale", read).at(25s).issue(3, read).after(1s).done(3, "fresh");
  r.succeed(4, 1, 9);
  EXPECT_THAT(figures_of(r).recoveries, ElementsAre(6s));
}

// A later command may be answered before an earlier one.
TEST(Recoveries, TakeTheAnswerThatCameFirst) {
  recorder r;
  r.begin("stall-1").at(10s).end("stall-1").issue(1, read).after(1s).issue(2, read);
  r.after(1s).done(2, "fresh").after(5s).done(1, "fresh");
  EXPECT_THAT(figures_of(r).recoveries, ElementsAre(2s));
}

TEST(Recoveries, AreLeftOutWhereNothingWasAnswered) {
  recorder r;
  r.begin("stall-1").at(10s).end("stall-1").fail(1, "timeout: answer limit");
  EXPECT_THAT(figures_of(r).recoveries, IsEmpty());
}

// A restart ends its fault and its phases: that is one recovery, not two.
TEST(Recoveries, CountARestartOnce) {
  recorder r;
  r.phase("running").at(10s).begin("restart-1").phase("stopping").at(20s).phase("running");
  r.end("restart-1").at(21s).issue(1, read).done(1, "fresh");
  EXPECT_THAT(figures_of(r).recoveries, ElementsAre(1s));
  recorder unplanned;
  unplanned.at(10s).phase("stopping").at(20s).phase("running").at(21s).issue(1, read);
  unplanned.done(1, "fresh");
  EXPECT_THAT(figures_of(unplanned).recoveries, ElementsAre(1s));
}

// A fault that hits nothing proves nothing.
TEST(IdleFaults, AreThoseThatHitNothing) {
  run_context context = a_run();
  context.faults_that_must_hit = {"cut-1", "stall-1"};
  recorder r;
  r.begin("stall-1").begin("cut-1").hit("cut-1", 1).end("cut-1").end("stall-1");
  const run_figures run = analyse(context, r.written());
  EXPECT_THAT(run.idle_faults, ElementsAre("stall-1"));
  EXPECT_THAT(run.hit_faults, ElementsAre("cut-1"));
}

}  // namespace
}  // namespace hassle::reports::tests
