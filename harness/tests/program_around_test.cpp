// What a household has besides one client that sends commands: subscriptions, somebody else at
// home, logins that expire, further clients.
#include "scenario_runs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using reports::event_kind;

std::string home(std::string_view tables) {
  return fmt::format(R"(
schema = 1
title = "t"
duration = "10m"
settle = "1m"
clients = ["production"]
{}
[workload]
between_bursts = "2m"
)",
                     tables);
}

TEST(ProgramAround, WhatChangesAtHomeIsHeardOfOnce) {
  const auto run = run_text(home(R"(
[server]
changes = "5s"
[client]
subscriptions = ["state_changed", "all_events", "trigger"]
)"),
                            "production");
  EXPECT_EQ(run.count(event_kind::subscription_wanted), 3U);
  EXPECT_GT(run.count(event_kind::home_changed), 100U);
  EXPECT_GT(run.count(event_kind::event_heard), 2 * run.count(event_kind::home_changed) - 20);
  EXPECT_EQ(run.count(event_kind::gap_heard), 0U);
  for (const auto& each : run.figures.oracles) EXPECT_EQ(each.violations, 0U) << each.name;
}

TEST(ProgramAround, WhatIsMissedInAPartitionIsAnnounced) {
  const auto run = run_text(home(R"(
[server]
changes = "5s"
[client]
subscriptions = ["state_changed"]
[[fault]]
kind = "partition"
at = "3m"
for = "2m"
)"),
                            "production");
  EXPECT_GT(run.count(event_kind::gap_heard), 0U);
  EXPECT_LT(run.count(event_kind::event_heard), run.count(event_kind::home_changed));
  for (const auto& each : run.figures.oracles) EXPECT_EQ(each.violations, 0U) << each.name;
}

TEST(ProgramAround, AHandlerThatTakesTimeHearsOneAfterTheOther) {
  const auto run = run_text(home(R"(
[client]
subscriptions = ["state_changed"]
callback = "100ms"
[[fault]]
kind = "storm"
at = "3m"
count = 50
)"),
                            "production");
  std::chrono::nanoseconds last{-1h};
  for (const auto& e : run.raw.journal.events()) {
    if (e.kind != event_kind::event_heard) continue;
    EXPECT_GE(e.at - last, 100ms);
    last = e.at;
  }
  EXPECT_GE(run.count(event_kind::event_heard), 50U);
}

TEST(ProgramAround, ATokenThatExpiresIsRefreshed) {
  const std::string text = home(R"(
[server]
token_lifetime = "2m"
ban_after = 5
[client]
login = "refresh"
[[fault]]
kind = "drop"
every = "3m"
)");
  const auto production = run_text(text, "production");
  EXPECT_GT(production.count(event_kind::token_refreshed), 2U);
  EXPECT_EQ(production.count(event_kind::auth_refused), 0U);
  const auto reconnect = run_text(text, "reconnect");
  EXPECT_EQ(reconnect.count(event_kind::token_refreshed), 0U);
  EXPECT_GT(reconnect.count(event_kind::server_auth),
            reconnect.count(event_kind::server_auth, "ok"));
}

TEST(ProgramAround, AHerdConnectsAndComesBackWithoutCommands) {
  const auto run = run_text(home(R"(
[client]
herd = 12
[[fault]]
kind = "drop"
at = "5m"
)"),
                            "production");
  EXPECT_GE(run.count(event_kind::herd_ready), 24U);
  EXPECT_GE(run.count(event_kind::herd_attempt), run.count(event_kind::herd_ready));
  EXPECT_GE(run.count(event_kind::server_auth, "ok"), 26U);
}

TEST(ProgramAround, WhoChangesTheHomeMovesNothingElse) {
  const auto commands = [](const test_run& run) {
    std::string all;
    for (const auto& e : run.raw.journal.events()) {
      if (e.kind == event_kind::command_issued) {
        all += fmt::format("{} {} {}\n", e.at.count(), e.command, e.text);
      }
    }
    return all;
  };
  const auto without = run_text(home(""), "naive");
  const auto with = run_text(home("[server]\nchanges = \"7s\""), "naive");
  EXPECT_EQ(commands(without), commands(with));
}

}  // namespace
}  // namespace hassle::harness
