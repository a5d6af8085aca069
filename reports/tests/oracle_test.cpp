#include "reports/oracle.hpp"

#include "reports/tests/helpers.hpp"

#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

oracle_result ask(std::string_view name, const recorder& r, const run_context& context = a_run()) {
  for (const oracle_result& result : analyse(context, r.written()).oracles) {
    if (result.name == name) return result;
  }
  ADD_FAILURE() << "no oracle " << name;
  return {};
}

TEST(Oracles, ResultsComeInTheOrderOfTheirDescriptions) {
  const auto results = analyse(a_run(), journal()).oracles;
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

TEST(Oracles, WithinLimitExcusesAHostThatStoodStill) {
  recorder r;
  r.started().at(10s).note(event_kind::host_frozen).at(20s).issue(1, read).at(50s);
  r.done(1, "timeout: invocation limit").at(60s).note(event_kind::host_thawed).at(61s);
  r.fail(2, "timeout: invocation limit");
  EXPECT_EQ(ask("within-limit", r).violations, 1U);
  EXPECT_EQ(ask("within-limit", r).first_command, 2U);
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

TEST(Oracles, TheFirstViolationIsTheFirstInTime) {
  recorder r;
  r.at(9min).issue(1, read, 60s).issue(2, read).after(1s).done(2, "timeout: answer limit");
  r.after(9s).done(1, "connection: closed");
  const oracle_result result = ask("recovers", r);
  EXPECT_EQ(result.violations, 2U);
  EXPECT_EQ(result.first_command, 2U);
  EXPECT_EQ(result.first_at, 9min + 1s);
  EXPECT_EQ(result.first, "command 2 got no fresh answer though everything had long been healed");
}

// What Home Assistant refuses for good is no fault of the client's.
TEST(Oracles, WhoHasJustWokenUpMayAnswerFromMemory) {
  run_context context = a_run();
  context.recovery_bound = 30s;
  recorder r;
  r.at(9min).note(event_kind::host_thawed, 0).fail(1, "stale", read);
  EXPECT_EQ(ask("recovers", r, context).violations, 0U);
  r.at(9min).fail(2, "connection: closed");
  EXPECT_EQ(ask("recovers", r, context).violations, 1U) << "a command is not answered from memory";
  r.at(9min + 30s).fail(3, "stale", read);
  EXPECT_EQ(ask("recovers", r, context).violations, 2U) << "by now it is awake";
}

TEST(Oracles, NobodyRecoversFromARefusalForGood) {
  recorder r;
  r.started().attempt().note(event_kind::auth_refused, 0, 0, 0, "auth_invalid");
  r.at(9min + 1s).fail(1, "other: auth");
  EXPECT_EQ(ask("recovers", r).violations, 0U);
  r.attempt(2).ready(3).fail(2, "connection: closed");
  EXPECT_EQ(ask("recovers", r).violations, 1U);
}

TEST(Oracles, TheRecoveryBoundCountsFromTheLastMisfortune) {
  run_context context = a_run();
  context.recovery_bound = 60s;
  recorder r;
  r.started().ready(1).at(10s).begin("cut-1").cut(1, "cut-1").end("cut-1");
  r.at(69s).fail(1, "connection: closed");
  EXPECT_EQ(ask("recovery-bound", r, context).violations, 0U);
  r.at(70s).fail(2, "other: home_assistant_error");
  EXPECT_EQ(ask("recovery-bound", r, context).violations, 0U) << "that is an answer";
  r.at(71s).issue(3, read).after(1s).begin("stall-1").at(80s).done(3, "timeout: answer limit");
  r.end("stall-1").at(100s).fail(4, "connection: closed");
  EXPECT_EQ(ask("recovery-bound", r, context).violations, 0U) << "another fault came between";
  r.at(140s).fail(5, "connection: closed").fail(6, "fresh");
  EXPECT_EQ(ask("recovery-bound", r, context).violations, 1U);
  EXPECT_EQ(ask("recovery-bound", r, context).first_command, 5U);
  EXPECT_EQ(ask("recovery-bound", r).violations, 0U) << "no bound is promised";
}

TEST(Oracles, WhoWasTurnedAwayMayComeBackLater) {
  run_context context = a_run();
  context.recovery_bound = 10s;
  recorder r;
  r.started().begin("http_error-1").at(5s).end("http_error-1").at(20s).fail(1, "timeout: limit");
  EXPECT_EQ(ask("recovery-bound", r, context).violations, 0U);
}

TEST(Oracles, BoundedHandshakesCountsTheClientsOwn) {
  recorder r;
  for (std::uint32_t c = 1; c <= 11; ++c) {
    r.note(event_kind::server_accepted, c).note(event_kind::server_accepted, 100 + c).after(90ms);
  }
  EXPECT_EQ(ask("bounded-handshakes", r).violations, 0U);
  for (std::uint32_t c = 1; c <= 11; ++c) r.note(event_kind::attempt_stage, c, 0, c, "tcp");
  EXPECT_EQ(ask("bounded-handshakes", r).violations, 1U);
}

TEST(Oracles, OneConnectAtATimeLooksAtDials) {
  const auto stage = [](recorder& r, std::int64_t attempt, std::string_view name) {
    r.after(1ms).note(event_kind::attempt_stage, 1, 0, attempt, name);
  };
  recorder r;
  r.started().attempt(1).attempt(2).note(event_kind::dialed, 1, 0, 0, "10.0.0.1:8123");
  stage(r, 1, "resolved");
  stage(r, 1, "tcp");
  stage(r, 1, "upgraded");
  stage(r, 2, "resolved");
  r.failed("tcp: timed out", 2);
  stage(r, 3, "resolved");
  EXPECT_EQ(ask("one-connect-at-a-time", r).violations, 0U);
  stage(r, 4, "resolved");
  EXPECT_EQ(ask("one-connect-at-a-time", r).violations, 1U);
}

TEST(Oracles, ANewTokenMayBePresentedOnceMore) {
  recorder r;
  r.started().note(event_kind::attempt_stage, 1, 0, 1, "tcp");
  const auto refuse = [&] { r.note(event_kind::server_auth, 1, 0, 0, "auth_invalid"); };
  refuse();
  r.at(61s);
  refuse();
  r.note(event_kind::token_refreshed, 0, 0, 2).at(63s);
  refuse();
  EXPECT_EQ(ask("bounded-refusals", r).violations, 0U);
  r.note(event_kind::token_refreshed, 0, 0, 3).at(65s);
  refuse();
  EXPECT_EQ(ask("bounded-refusals", r).violations, 1U) << "a third one, whatever the token";
}

TEST(Oracles, AnOldTokenMayNotBePresentedTwice) {
  recorder r;
  r.note(event_kind::attempt_stage, 1, 0, 1, "tcp");
  r.note(event_kind::server_auth, 1, 0, 0, "auth_invalid").at(59s);
  r.note(event_kind::server_auth, 1, 0, 0, "auth_invalid");
  EXPECT_EQ(ask("bounded-refusals", r).violations, 1U);
}

// Tokens that were good for a while and expired are no bad tokens presented again.
TEST(Oracles, AGoodTokenBetweenTwoRefusalsPutsThemApart) {
  recorder r;
  r.note(event_kind::attempt_stage, 1, 0, 1, "tcp");
  for (int i = 0; i < 6; ++i) {
    r.after(5s).note(event_kind::server_auth, 1, 0, 0, "invalid token");
    r.note(event_kind::token_refreshed, 0, 0, i).note(event_kind::server_auth, 1, 0, 0, "ok");
  }
  EXPECT_EQ(ask("bounded-refusals", r).violations, 0U);
}

// It expired: that says nothing against the next one.
TEST(Oracles, ANewTokenThatWasAcceptedAndIsRefusedLaterIsNoRefusedNewToken) {
  for (const bool accepted : {false, true}) {
    recorder r;
    r.note(event_kind::attempt_stage, 1, 0, 1, "tcp");
    r.note(event_kind::server_auth, 1, 0, 0, "invalid token");
    r.after(1s).note(event_kind::token_refreshed, 0, 0, 2);
    if (accepted) r.note(event_kind::server_auth, 1, 0, 0, "ok");
    r.after(1s).note(event_kind::server_auth, 1, 0, 0, "invalid token");
    r.after(1s).note(event_kind::token_refreshed, 0, 0, 3);
    r.after(5s).note(event_kind::server_auth, 1, 0, 0, "invalid token");
    EXPECT_EQ(ask("bounded-refusals", r).violations, accepted ? 0U : 1U);
  }
}

// Both had expired: one of a login that was under way, and the one that was fetched meanwhile.
TEST(Oracles, ATokenThatWasFetchedBeforeAnotherOneWasRefusedIsAnotherOne) {
  for (const bool fetched : {false, true}) {
    recorder r;
    r.started().note(event_kind::dialed, 1).note(event_kind::attempt_stage, 1, 0, 1, "tcp");
    r.after(1s);
    if (fetched) r.note(event_kind::token_refreshed, 0, 0, 2);
    r.after(10ms).note(event_kind::server_auth, 1, 0, 0, "invalid token");
    r.after(20ms).note(event_kind::dialed, 2).note(event_kind::attempt_stage, 2, 0, 2, "tcp");
    r.after(10ms).note(event_kind::server_auth, 2, 0, 0, "invalid token");
    EXPECT_EQ(ask("bounded-refusals", r).violations, fetched ? 0U : 1U);
  }
}

// The server's word got lost: the connection was cut at that moment.
TEST(Oracles, WhoHeardOfNoRefusalMayPresentTheTokenAgain) {
  for (const bool heard : {false, true}) {
    recorder r;
    r.note(event_kind::dialed, 1).note(event_kind::attempt_stage, 1, 0, 1, "tcp");
    r.after(1s).note(event_kind::server_auth, 1, 0, 0, "invalid token");
    r.after(10s).note(event_kind::attempt_failed, 1, 0, 1,
                      heard ? "auth: Invalid access token" : "auth: no answer in time");
    r.after(5s).note(event_kind::dialed, 2).note(event_kind::attempt_stage, 2, 0, 2, "tcp");
    r.after(1s).note(event_kind::server_auth, 2, 0, 0, "invalid token");
    EXPECT_EQ(ask("bounded-refusals", r).violations, heard ? 1U : 0U);
  }
}

// A pool logs in side by side: what was dialled before the first refusal may be refused, too.
TEST(Oracles, LoginsUnderWayMayBeRefusedAsWell) {
  recorder r;
  for (std::uint32_t c = 1; c <= 5; ++c) {
    r.note(event_kind::dialed, c).note(event_kind::attempt_stage, c, 0, c, "tcp");
  }
  r.after(1ms);
  for (std::uint32_t c = 1; c <= 3; ++c) r.note(event_kind::server_auth, c, 0, 0, "invalid");
  EXPECT_EQ(ask("bounded-refusals", r).violations, 0U);
  for (std::uint32_t c = 4; c <= 5; ++c) r.note(event_kind::server_auth, c, 0, 0, "invalid");
  EXPECT_EQ(ask("bounded-refusals", r).violations, 2U);
}

TEST(Oracles, IdleWorkAndLeftoversAreMeasured) {
  recorder r;
  r.note(event_kind::measured, 0, 0, 301, measure::wakeups_per_minute_peak);
  r.note(event_kind::measured, 0, 0, 2, measure::timers_left);
  r.note(event_kind::measured, 0, 0, 1, measure::connections_left);
  EXPECT_EQ(ask("quiet-when-idle", r).violations, 1U);
  EXPECT_EQ(ask("nothing-left", r).violations, 3U);
  EXPECT_EQ(ask("nothing-left", r).first, "timers_left: 2");
}

TEST(Oracles, QueuesAreBounded) {
  recorder r;
  for (std::uint32_t n = 1; n <= 513; ++n) r.issue(n, read).note(event_kind::call_queued, 0, n);
  EXPECT_EQ(ask("bounded-queues", r).violations, 1U);
}

TEST(Oracles, TheMirrorMustEqualTheHomeAndLive) {
  recorder r;
  r.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 3).at(7min).closed(1, "x");
  r.at(9min + 1s).note(event_kind::mirror_compared, 0, 0, 2, "ghost light.x");
  EXPECT_EQ(ask("mirror-equals-home", r).violations, 2U);
  EXPECT_EQ(ask("mirror-equals-home", r).first, "the mirror is wrong: ghost light.x");
  EXPECT_EQ(ask("mirror-lives", r).violations, 1U);
}

TEST(Oracles, AMirrorLivesWhereConnectionsAreLookedAfter) {
  recorder r;
  r.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 3).at(7min).closed(1, "x");
  r.at(9min + 1s).note(event_kind::mirror_compared, 0, 0, 0);
  run_context once = a_run();
  once.layers = {"health", "mirror"};
  EXPECT_EQ(ask("mirror-lives", r, once).violations, 0U);
  once.layers = {"mirror", "reconnect"};
  EXPECT_EQ(ask("mirror-lives", r, once).violations, 0U);
  once.layers = {"health", "mirror", "reconnect"};
  EXPECT_EQ(ask("mirror-lives", r, once).violations, 1U);
}

TEST(Oracles, ASleepingOrNewProcessNeedsNoLiveMirror) {
  recorder asleep;
  asleep.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 3).at(7min).closed(1, "x");
  asleep.note(event_kind::host_frozen).at(9min).note(event_kind::host_thawed);
  asleep.at(10min).note(event_kind::host_frozen);
  EXPECT_EQ(ask("mirror-lives", asleep).violations, 0U);
  recorder fresh;
  fresh.started().ready(1).note(event_kind::mirror_replaced, 1, 0, 3).at(8min + 30s);
  fresh.stopped("recycled").started(2).attempt().at(10min).closed(2, "x");
  EXPECT_EQ(ask("mirror-lives", fresh).violations, 0U);
}

TEST(Oracles, AServerThatSendsEventsTwiceCannotBeHeldAgainstTheClient) {
  recorder r;
  r.started().note(event_kind::subscription_wanted, 0, 0, 1, "state_changed");
  r.note(event_kind::subscription_live, 1, 0, 1).note(event_kind::home_changed, 0, 0, 0, "a 1");
  for (int i = 0; i < 2; ++i) r.note(event_kind::event_heard, 0, 0, 1, "a 1");
  EXPECT_EQ(ask("no-duplicate-events", r).violations, 1U);
  EXPECT_EQ(ask("no-duplicate-events", r).first,
            "a 1 on subscription 1 was heard more often than it happened");
  run_context context = a_run();
  context.fault_kinds = {{"twice", "duplicate"}};
  EXPECT_EQ(ask("no-duplicate-events", r, context).violations, 0U);
}

}  // namespace
}  // namespace hassle::reports::tests
