// Faults of the server in whole runs: those that wait for something, and each kind once.
#include "scenario_runs.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <string>
#include <vector>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using reports::event_kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view weather = R"(
schema = 1
title = "t"
duration = "10m"
settle = "1m"
[workload]
between_bursts = "20s"
mix = { turn_on = 1, get_states = 1 }
targets = ["light.kitchen"]
)";

std::string with(std::string_view fault) {
  return std::string(weather) + "[[fault]]\n" + std::string(fault);
}

/// "fault_began name", in order, of everything that faults did.
std::vector<std::string> faults_of(const test_run& run) {
  std::vector<std::string> lines;
  for (const auto& e : run.raw.journal.events()) {
    if (e.kind == event_kind::fault_began || e.kind == event_kind::fault_hit ||
        e.kind == event_kind::fault_ended) {
      lines.push_back(fmt::format("{} {}", reports::name_of(e.kind), e.text));
    }
  }
  return lines;
}

TEST(ServerFaults, TheNextCallOfALightIsLostAndNoOther) {
  const auto run = run_text(with(R"(kind = "lose_answer"
name = "lost"
at = "2m"
command = "call_service light.*"
hits = 1)"),
                            "correlation");
  EXPECT_THAT(faults_of(run),
              ElementsAre("fault_began lost", "fault_hit lost", "fault_ended lost"));
  EXPECT_EQ(run.count(event_kind::answer_lost, "lost"), 1U);
}

TEST(ServerFaults, WhatWaitsBeginsWhenItsTimeHasCome) {
  const auto run = run_text(with(R"(kind = "fail_command"
name = "third"
after = { command = "call_service", count = 3 }
command = "light.*"
for = "1m")"),
                            "correlation");
  const auto lines = faults_of(run);
  ASSERT_GE(lines.size(), 3U);
  EXPECT_EQ(lines.front(), "fault_began third");
  EXPECT_EQ(lines[1], "fault_hit third") << "the very command that it waited for";
  EXPECT_EQ(lines.back(), "fault_ended third");
  EXPECT_EQ(run.first(event_kind::fault_ended) - run.first(event_kind::fault_began), 1min);
}

TEST(ServerFaults, WhatWaitsInVainNeverBegins) {
  const auto run = run_text(with(R"(kind = "stall"
after = { command = "no_such_command" }
for = "1m")"),
                            "correlation");
  EXPECT_THAT(faults_of(run), IsEmpty());
  EXPECT_FALSE(run.raw.bug);
}

TEST(ServerFaults, ARestartFollowsTheEndOfAFaultOfTheNetwork) {
  const auto run = run_text(with(R"(kind = "partition"
name = "first"
at = "2m"
for = "30s"
[[fault]]
kind = "restart"
name = "second"
after = { fault = "first" }
must_hit = false)"),
                            "production");
  EXPECT_EQ(run.count(event_kind::fault_began, "second"), 1U);
  EXPECT_EQ(run.count(event_kind::phase_changed, "running"), 1U);
  EXPECT_EQ(run.first(event_kind::phase_changed), 150s);
  EXPECT_EQ(run.count(event_kind::fault_ended, "second"), 1U);
}

/// A fault of the kind with what it must be told, in TOML.
std::string any_of(const scenario::fault_kind_description& kind) {
  std::string text = fmt::format("kind = \"{}\"\nat = \"2m\"\nmust_hit = false\n", kind.kind);
  const auto has = [&](std::string_view key) {
    return std::ranges::find(kind.keys, key, &scenario::key_description::name) != kind.keys.end();
  };
  if (has("for")) text += "for = \"1m\"\n";
  if (kind.kind == "slow") text += "delay = \"2s\"\n";
  if (kind.kind == "latency") text += "added = \"2s\"\n";
  if (kind.kind == "delay_answer") text += "by = \"7s\"\n";
  if (kind.kind == "remove_entity") text += "entity = \"light.p*\"\n";
  if (kind.kind == "rename_entity") text += "entity = \"light.porch\"\nto = \"light.gate\"\n";
  if (kind.kind == "version") text += "to = \"2026.7.0\"\n";
  if (kind.kind == "giant") text += "bytes = 100000\n";
  return text;
}

// Whatever happens: the run ends, what begins ends, and the frozen plan gives the same journal.
TEST(ServerFaults, EveryKindRunsToTheEndAndReproduces) {
  for (const auto& kind : scenario::fault_kinds()) {
    SCOPED_TRACE(kind.kind);
    const std::string_view needs = kind.kind == "tls" ? "\n[server]\ntls = true" : "";
    const std::string text = with(any_of(kind) + std::string(needs));
    const auto run = run_text(text, "production");
    EXPECT_FALSE(run.raw.bug) << *run.raw.bug;
    EXPECT_EQ(run.count(event_kind::fault_began), 1U);
    EXPECT_EQ(run.count(event_kind::fault_ended), 1U);
    const auto parsed = scenario::parse_scenario(text, "scenario.toml");
    ASSERT_TRUE(parsed.has_value());
    const auto frozen = scenario::frozen_scenario(*parsed, scenario::make_plan(*parsed, 1).value());
    EXPECT_EQ(run_text(frozen, "production").raw.journal.digest(), run.raw.journal.digest());
  }
}

}  // namespace
}  // namespace hassle::harness
