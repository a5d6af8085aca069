// What each of the layers beyond the field report buys: the rung below it and the rung itself, in
// the same trouble.
#include "harness/process.hpp"
#include "mockha/user.hpp"
#include "scenario_runs.hpp"
#include "street.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using client::outcome_kind;
using client::outcome_source;
using reports::event_kind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

std::string fault(std::string_view kind, std::string_view at, std::string_view more = "") {
  return "[[fault]]\nkind = \"" + std::string(kind) + "\"\nat = \"" + std::string(at) + "\"\n" +
         std::string(more) + "\n";
}

client::command turn_on() {
  return command_for(
      {.number = 1, .kind = scenario::command_kind::turn_on, .target = "light.kitchen"});
}

// ---- jitter -------------------------------------------------------------------------------------

/// Thirty clients are cut off together, and Home Assistant is back after a minute: how many
/// connections come within the worst second after that.
std::size_t herd(std::string_view profile) {
  street all;
  all.add_home("home.test");
  all.add_faults(fault("cut", "1m", "how = \"reset\"") + fault("refuse", "1m", "for = \"1m\""));
  client::config settings = street::settings(profile);
  settings.pool->size = 1;
  for (int i = 0; i < 30; ++i) {
    client::resilient_client& each = all.add_client(settings);
    all.send(each, 1s, turn_on());
    all.send(each, 61s, turn_on(), 4min);
  }
  all.run_until(10min);
  const std::size_t most = all.peak(event_kind::server_accepted, 2min);
  all.end();
  return most;
}

TEST(Jitter, SpreadsAHerdThatWasCutOffTogether) {
  EXPECT_EQ(herd("best"), 30U) << "all of them in the same second";
  EXPECT_LE(herd("jitter"), 10U);
}

// ---- probe --------------------------------------------------------------------------------------

// The connection died while the process was frozen: no ping could find it.
TEST(Probe, FindsOutInTwoSecondsThatAThawedConnectionIsDead) {
  const auto text = story(command("1m") + command("5m") + fault("cut", "2m", "how = \"silent\""),
                          "[host]\nfreeze_between_invocations = true\n");
  const auto before = run_text(text, "jitter");
  EXPECT_GE(before.first(event_kind::command_done, 5min), 5min + 5s);
  const auto after = run_text(text, "probe");
  // At the latest: another connection may be there earlier.
  EXPECT_LE(after.first(event_kind::command_done, 5min), 5min + 2500ms);
  EXPECT_THAT(after.outcomes(), ElementsAre("fresh", "fresh"));
}

// ---- idempotency --------------------------------------------------------------------------------

std::string lost_answer(std::string_view kind) {
  return story(command("1m", kind) + fault("lose_answer", "59s", "for = \"8s\""));
}

TEST(Idempotency, NeverRunsAToggleTwiceWhoseAnswerWasLost) {
  EXPECT_EQ(run_text(lost_answer("toggle"), "probe").figures.duplicates, 1U);
  const auto after = run_text(lost_answer("toggle"), "idempotency");
  EXPECT_EQ(after.figures.duplicates, 0U);
  EXPECT_EQ(after.count(event_kind::retry_refused, "not_idempotent"), 1U);
}

// With the mirror it knows what the light was before, and so what became of the toggle.
TEST(Idempotency, LooksUpWhatBecameOfACommandWhoseAnswerWasLost) {
  const auto text =
      story(command("30s") + command("1m", "toggle") + fault("lose_answer", "59s", "for = \"4s\""));
  const auto run = run_text(text, "mirror");
  EXPECT_EQ(run.count(event_kind::effect_looked_up, "happened"), 1U);
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh"));
  EXPECT_EQ(run.figures.duplicates, 0U);
}

// ---- mirror -------------------------------------------------------------------------------------

// Nobody asked for this light before: a cache of answers has nothing to say about it.
TEST(Mirror, AnswersAReadWhileHomeAssistantIsGone) {
  const auto text =
      story(command("1m") + command("3m", "get_states", "light.bedroom") +
            fault("cut", "2m", "how = \"reset\"") + fault("refuse", "2m", "for = \"5m\""));
  EXPECT_THAT(run_text(text, "idempotency").outcomes().back(), StartsWith("connection"));
  const auto after = run_text(text, "mirror");
  EXPECT_EQ(after.outcomes().back(), "stale");
  EXPECT_EQ(after.count(event_kind::mirror_used), 1U);
}

// ---- admission ----------------------------------------------------------------------------------

TEST(Admission, WaitsForAHomeThatIsStartingInsteadOfAskingItTooEarly) {
  EXPECT_THAT(run_named("ha-restart", "mirror").outcomes(), Contains("other: not_found"));
  const auto after = run_named("ha-restart", "admission");
  EXPECT_THAT(after.outcomes(), Not(Contains("other: not_found")));
  EXPECT_GT(after.count(event_kind::call_queued, "starting"), 0U);
}

// ---- token --------------------------------------------------------------------------------------

constexpr auto client_id = "http://x.local/";

std::string log_in(street& on, mockha::server& home) {
  const auto now = mockha::to_wall_time(on.wall_now());
  const auto code = home.tokens().make_code(client_id, mockha::user{}.id, now);
  return home.tokens().redeem_code(code, client_id, now)->refresh_token;
}

// An access token of Home Assistant's is good for half an hour. The connection that it opened lives
// on; the next one needs another.
TEST(Token, IsRefreshedBeforeItIsNeeded) {
  street all;
  mockha::server& home = all.add_home("home.test");
  client::config settings = street::settings("token");
  settings.token->refresh_token = log_in(all, home);
  settings.token->client_id = client_id;
  settings.access_token.clear();
  all.add_faults(fault("cut", "45m", "how = \"reset\""));
  client::resilient_client& who = all.add_client(settings);
  const auto& first = all.send(who, 1s, turn_on());
  const auto& second = all.send(who, 46min, turn_on());
  all.run_until(50min);
  EXPECT_EQ(first.kind, outcome_kind::fresh) << first.detail;
  EXPECT_EQ(second.kind, outcome_kind::fresh) << second.detail;
  EXPECT_GE(all.count(event_kind::token_refreshed), 2U);
  EXPECT_EQ(all.count(event_kind::server_auth) - all.count(event_kind::server_auth, "ok"), 0U);
  all.end();
}

/// How often a client tries a token within an hour that Home Assistant does not know.
std::size_t refusals(std::string_view profile) {
  street all;
  all.add_home("home.test");
  client::config settings = street::settings(profile);
  settings.access_token = "a token that was revoked";
  client::resilient_client& who = all.add_client(settings);
  all.send(who, 1s, turn_on());
  all.run_until(1h);
  const std::size_t count =
      all.count(event_kind::server_auth) - all.count(event_kind::server_auth, "ok");
  if (profile == "token") {
    EXPECT_EQ(who.status().phase, client::client_phase::refused);
  }
  all.end();
  return count;
}

TEST(Token, ThatIsRefusedForGoodIsAStateAndNotALoop) {
  EXPECT_GT(refusals("admission"), 20U) << "each of them counts towards a ban of the address";
  EXPECT_LE(refusals("token"), 3U) << "one for each connection of the pool";
}

// ---- failover -----------------------------------------------------------------------------------

TEST(Failover, GoesToTheOtherEndpointAndComesBack) {
  street all;
  all.add_home("home.test");
  all.add_home("cloud.test");
  all.add_faults(fault("cut", "1m", "how = \"reset\"") + fault("refuse", "1m", "for = \"10m\""));
  client::config settings = street::settings("production");
  settings.failover->others = {{.name = "cloud", .server = {"cloud.test", 8123}}};
  client::resilient_client& who = all.add_client(settings);
  const auto& before = all.send(who, 30s, turn_on());
  const auto& during = all.send(who, 2min, turn_on());
  all.run_until(5min);
  EXPECT_EQ(before.kind, outcome_kind::fresh);
  EXPECT_EQ(during.kind, outcome_kind::fresh) << during.detail;
  EXPECT_EQ(who.status().endpoint, 1U);
  const auto& after = all.send(who, 20min, turn_on());
  all.run_until(21min);
  EXPECT_EQ(after.kind, outcome_kind::fresh);
  EXPECT_EQ(who.status().endpoint, 0U) << "the preferred one is back";
  EXPECT_EQ(all.count(event_kind::endpoint_changed, "cloud"), 1U);
  all.end();
}

}  // namespace
}  // namespace hassle::harness
