// What each layer does for the user, and what the report's listings do wrong: one short story each,
// with the real client and the real mock server in a simulated world.
#include "scenario_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using reports::event_kind;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string cut(std::string_view how, std::string_view at) {
  return "[[fault]]\nkind = \"cut\"\nhow = \"" + std::string(how) + "\"\nat = \"" +
         std::string(at) + "\"\n";
}

// ---- naive and reconnect ------------------------------------------------------------------------

TEST(Naive, NeverComesBackByItselfAfterItsConnectionIsCut) {
  const auto text = story(command("1m") + command("3m") + command("9m") + cut("reset", "2m"));
  EXPECT_THAT(run_text(text, "naive").outcomes(),
              ElementsAre("fresh", StartsWith("connection"), StartsWith("connection")));
}

TEST(Reconnect, ServesTheNextCommandOnANewConnection) {
  const auto text = story(command("1m") + command("3m") + cut("reset", "2m"));
  const auto run = run_text(text, "reconnect");
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh"));
  EXPECT_EQ(run.count(event_kind::client_ready), 2U);
}

// "Next command hangs for 30 seconds": nobody has told the client that its connection is gone.
TEST(Naive, HangsUntilTheInvocationsLimitOnASilentlyLostConnection) {
  const auto text = story(command("1m") + command("3m") + cut("silent", "2m"));
  const auto run = run_text(text, "naive");
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "timeout: invocation limit"));
  EXPECT_EQ(run.first(event_kind::command_done, 2min), 3min + 30s);
}

TEST(Reconnect, SendsAgainOnANewConnectionAfterFiveSecondsWithoutAnAnswer) {
  const auto text = story(command("1m") + command("3m") + cut("silent", "2m"));
  const auto run = run_text(text, "reconnect");
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh"));
  EXPECT_GE(run.first(event_kind::command_done, 3min), 3min + 5s);
  EXPECT_LE(run.first(event_kind::command_done, 3min), 3min + 6s);
}

// The flaw: after a lost answer a toggle is sent again, and the light is where it was.
TEST(Reconnect, RunsAToggleTwiceWhoseAnswerWasLost) {
  const auto text = story(command("1m", "toggle") + R"(
[[fault]]
kind = "lose_answer"
at = "55s"
for = "8s"
)");
  const auto run = run_text(text, "reconnect");
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh"));
  EXPECT_EQ(run.figures.duplicates, 1U);
}

// The flaw: connecting happens inside the command, for as long as it takes.
TEST(Reconnect, IsStillConnectingWhenTheInvocationIsOver) {
  const auto text = story(command("3m") + R"(
[[fault]]
kind = "refuse"
at = "2m"
for = "2m"
)");
  EXPECT_THAT(run_text(text, "reconnect").outcomes(), ElementsAre("timeout: invocation limit"));
}

// Delays of 1, 2, 4, 8 and 16 s: attempts at 0, 1, 3, 7, 15 and 31 s, and no jitter in them.
TEST(Reconnect, BacksOffByDoublingWithoutJitter) {
  const auto text = story(command("3m") + R"(
[[fault]]
kind = "refuse"
at = "2m"
for = "100s"
)");
  const auto run = run_text(text, "reconnect");
  std::vector<std::int64_t> delays;
  for (const reports::event& each : run.raw.journal.events()) {
    if (each.kind == event_kind::backoff_began) delays.push_back(each.value / 1'000'000'000);
  }
  EXPECT_THAT(delays, ElementsAre(1, 2, 4, 8, 16, 32));
}

// ---- health -------------------------------------------------------------------------------------

TEST(Health, FindsASilentlyLostConnectionBeforeTheUserDoes) {
  const auto text = story(command("1m") + command("5m") + cut("silent", "2m"));
  const auto run = run_text(text, "health");
  EXPECT_EQ(run.count(event_kind::ping_failed), 1U);
  // At most an interval and the limit for the pong after the loss.
  EXPECT_LE(run.first(event_kind::ping_failed), 2min + 30s + 5s);
  // And so the command pays for connecting, not for an answer that never comes.
  EXPECT_LE(run.first(event_kind::command_done, 5min), 5min + 1s);
}

// A frozen process sends no pings: nothing is found while it sleeps.
TEST(Health, IsWorthNothingWhileTheHostIsFrozen) {
  const auto text = story(command("1m") + command("5m") + cut("silent", "2m"), R"(
[host]
freeze_between_invocations = true
)");
  const auto run = run_text(text, "health");
  EXPECT_GT(run.count(event_kind::host_frozen), 0U);
  EXPECT_GE(run.first(event_kind::ping_sent), 5min) << "the thaw's ping is the first";
}

// ---- breaker and degradation --------------------------------------------------------------------

// Lost answers, not a refused port: as listed, connecting never gives up, so that a server that
// cannot be reached is never counted as a failure.
constexpr std::string_view steady_reads = R"(
schema = 1
title = "reads every two seconds, whose answers get lost for two minutes"
duration = "10m"
settle = "2m"
clients = ["naive"]
[workload]
between_bursts = "2s"
burst_size = 1
mix = { get_states = 1 }
targets = ["light.kitchen"]
at_limit = "proceed"
limit = "20s"
[[fault]]
kind = "lose_answer"
at = "4m"
for = "2m"
)";

TEST(Breaker, FailsFastWhileNothingWorks) {
  const auto run = run_text(steady_reads, "breaker");
  EXPECT_GT(run.count(event_kind::breaker_changed, "open"), 0U);
  EXPECT_THAT(run.outcomes(), Contains("other: breaker_open"));
  EXPECT_EQ(run.violations("recovers"), 0U) << "and it closes again when all is well";
}

TEST(Degradation, AnswersReadsFromTheCacheForItsThirtySeconds) {
  const auto run = run_text(steady_reads, "degradation");
  EXPECT_THAT(run.outcomes(), Contains("stale"));
  for (const reports::event& each : run.raw.journal.events()) {
    if (each.kind != event_kind::cache_used) continue;
    EXPECT_LE(each.value, std::chrono::nanoseconds(30s).count());
  }
}

// ---- pool and correlation -----------------------------------------------------------------------

constexpr std::string_view overtaking = R"(
[server]
service_time = "500ms"
)";

// A slow service call and a quick state read on one connection: each takes the other's answer.
TEST(Reconnect, GivesAnOvertakingAnswerToTheWrongCommand) {
  const auto text = story(
      command("1m", "get_states") + command("2m") + command("2m100ms", "get_states"), overtaking);
  const auto run = run_text(text, "reconnect");
  EXPECT_EQ(run.figures.wrong_answers, 2U);
  EXPECT_EQ(run.figures.outcomes[static_cast<int>(reports::outcome::other)], 2U);
}

TEST(Pool, KeepsOverlappingCommandsOnConnectionsOfTheirOwn) {
  const auto text = story(
      command("1m", "get_states") + command("2m") + command("2m100ms", "get_states"), overtaking);
  const auto run = run_text(text, "pool");
  EXPECT_EQ(run.figures.wrong_answers, 0U);
  EXPECT_GE(run.count(event_kind::client_ready), 2U);
}

TEST(Correlation, GivesEveryAnswerToItsCommand) {
  const auto text = story(
      command("1m", "get_states") + command("2m") + command("2m100ms", "get_states"), overtaking);
  const auto run = run_text(text, "correlation");
  EXPECT_EQ(run.figures.wrong_answers, 0U);
  EXPECT_THAT(run.outcomes(), Each("fresh"));
}

// ---- deadline -----------------------------------------------------------------------------------

TEST(Deadline, AnswersEveryCommandBeforeItsLimitWhateverHappens) {
  const auto text = story(command("1m") + command("3m") + command("3m1s") + R"(
[[fault]]
kind = "blackhole"
at = "2m"
for = "5m"
)" + cut("reset", "2m"));
  const auto run = run_text(text, "deadline");
  EXPECT_EQ(run.figures.past_limit, 0U);
  EXPECT_THAT(run.outcomes(),
              ElementsAre("fresh", StartsWith("connection: "), StartsWith("connection: ")));
  EXPECT_LT(run.first(event_kind::command_done, 3min), 3min + 30s);
}

// ---- Home Assistant -----------------------------------------------------------------------------

// The report reads states with a service that Home Assistant does not have.
TEST(HomeAssistant, DoesNotKnowTheReportsGetState) {
  const auto text = story(command("1m", "get_state_service"));
  EXPECT_THAT(run_text(text, "pool").outcomes(), ElementsAre("other: not_found"));
}

// Every phase of a restart kills commands in a way of its own, and the journal names the phase.
TEST(HomeAssistant, RestartsInPhases) {
  const auto run = run_named("ha-restart", "reconnect");
  for (const char* phase : {"stopping", "refused", "not_running", "starting", "running"}) {
    EXPECT_EQ(run.count(event_kind::phase_changed, phase), 1U) << phase;
  }
}

}  // namespace
}  // namespace hassle::harness
