#include "reports/checks.hpp"

#include "reports/report.hpp"
#include "reports/tests/sample_report.hpp"
#include "reports/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

summary run(std::string scenario, std::string client, std::string_view verdict) {
  summary s;
  s.scenario = std::move(scenario);
  s.client = std::move(client);
  s.world = "simulated";
  s.verdict = verdict;
  s.seeds = 4;
  s.first_seed = 7;
  s.commands = 100;
  s.simulated_s = 60;
  if (verdict != verdict_passed) s.reasons.push_back("Because of " + s.scenario + ".");
  return s;
}

scenario_info info(std::string name, wanted_verdict wanted = wanted_verdict::passed) {
  scenario_info known;
  known.name = std::move(name);
  known.group = "path";
  known.wanted = wanted;
  known.file = "scenarios/suite/path/" + known.name + ".toml";
  return known;
}

report made_of(report_kind kind, std::vector<summary> runs, std::vector<scenario_info> infos) {
  report r;
  r.of.kind = kind;
  r.runs = std::move(runs);
  r.of.scenarios = std::move(infos);
  return r;
}

check only_check(report_kind kind, summary s, const scenario_info& known) {
  const auto checks = checks_of(made_of(kind, {std::move(s)}, {known}));
  EXPECT_THAT(checks, SizeIs(1));
  return checks.front();
}

TEST(Checks, AClientThatFailedSaysWhyAndHowToSeeItAgain) {
  const check c =
      only_check(report_kind::clients, run("nat", "naive", verdict_failed), info("nat"));
  EXPECT_EQ(c.state, check_state::failed);
  EXPECT_EQ(c.group, "path");
  EXPECT_EQ(c.subject, "nat");
  EXPECT_EQ(c.name, "naive");
  EXPECT_EQ(c.message, "Because of nat.");
  EXPECT_THAT(c.again, ElementsAre("hassle run nat --client naive --seed 7 --seeds 4"));
  EXPECT_EQ(c.where.file, "scenarios/suite/path/nat.toml");
  EXPECT_EQ(c.cell, 0U);
}

TEST(Checks, ACanaryOfTheSuiteThatFailsPassesAndOneThatPassesFails) {
  const scenario_info canary = info("bird", wanted_verdict::failed);
  const auto state = [&](report_kind kind, std::string_view verdict) {
    return only_check(kind, run("bird", "naive", verdict), canary).state;
  };
  EXPECT_EQ(state(report_kind::suite, verdict_failed), check_state::passed);
  EXPECT_EQ(state(report_kind::suite, verdict_passed), check_state::failed);
  EXPECT_EQ(state(report_kind::suite, verdict_inconclusive), check_state::failed);
  EXPECT_EQ(state(report_kind::clients, verdict_failed), check_state::failed);
  const check silent = only_check(report_kind::suite, run("bird", "naive", verdict_passed), canary);
  EXPECT_EQ(silent.message, "It passed, but must be failed.");
}

TEST(Checks, WhatCouldNotBeMeasuredIsInconclusiveAndWhatNeverBeganWasNotRun) {
  EXPECT_EQ(
      only_check(report_kind::suite, run("nat", "pool", verdict_inconclusive), info("nat")).state,
      check_state::inconclusive);
  summary never = run("nat", "pool", verdict_inconclusive);
  never.seeds = 0;
  never.complete = false;
  const check c = only_check(report_kind::clients, never, info("nat"));
  EXPECT_EQ(c.state, check_state::not_run);
  EXPECT_THAT(c.again, IsEmpty());
  EXPECT_THAT(c.message, HasSubstr("interrupted"));
}

TEST(Checks, OfLossesOnlyProductionAndEachLayerIsAsked) {
  summary whole = run("nat", "production", verdict_passed);
  whole.layers = {"health", "pool"};
  summary without_health = run("nat", "production-without-health", verdict_failed);
  without_health.expectations.push_back({.text = "x", .verdict = "failed"});
  report r = made_of(report_kind::losses,
                     {whole, without_health, run("nat", "production-without-pool", verdict_passed)},
                     {info("nat")});
  const auto checks = checks_of(r);
  ASSERT_THAT(checks, SizeIs(3));
  EXPECT_EQ(checks[0].name, "production");
  EXPECT_EQ(checks[1].name, "health");
  EXPECT_EQ(checks[1].state, check_state::passed);
  EXPECT_THAT(checks[1].details, ElementsAre("Lost by figure: nat."));
  EXPECT_EQ(checks[2].state, check_state::failed);
  EXPECT_EQ(checks[2].message, "Production loses no scenario without pool.");
  r.of.interrupted = true;
  EXPECT_EQ(checks_of(r)[2].state, check_state::inconclusive);
}

// GitLab shows only the first of several test cases with one name.
TEST(Checks, NoTwoHaveTheSameNames) {
  summary real = run("nat", "pool", verdict_passed);
  real.world = "real";
  const auto checks = checks_of(
      made_of(report_kind::clients,
              {run("nat", "pool", verdict_passed), run("nat", "pool", verdict_passed), real,
               run("nat", "pool (2)", verdict_passed), run("nat", "pool", verdict_passed)},
              {}));
  std::vector<std::string> names;
  names.reserve(checks.size());
  for (const check& each : checks) names.push_back(each.name);
  EXPECT_THAT(names, ElementsAre("pool", "pool (2)", "pool (real)", "pool (2) (2)", "pool (3)"));
}

TEST(Checks, ABrokenPromiseIsShownByItsSeedAndExplained) {
  summary s = run("nat", "pool", verdict_failed);
  s.oracles.push_back({.name = "recovers", .violations = 2, .first_seed = 9, .promised = true});
  EXPECT_THAT(only_check(report_kind::clients, s, info("nat")).again,
              ElementsAre("hassle run nat --client pool --seed 7 --seeds 4",
                          "hassle run nat --client pool --seed 9 --seeds 1 --journal out",
                          "hassle explain out/nat.pool.9.jsonl --oracle recovers"));
}

TEST(Checks, TheCommandNamesTheFilesAndChangesOfTheUser) {
  scenario_info own = info("mine");
  own.file = "my tests/it's.toml";
  report r = made_of(report_kind::clients, {run("mine", "ours", verdict_passed)}, {own});
  r.of.again.arguments = {"--set", "network.latency=1s", "--duration", "2h"};
  r.of.again.client_files = {{"ours", "clients/ours.toml"}};
  EXPECT_THAT(checks_of(r).front().again,
              ElementsAre("hassle run 'my tests/it'\\''s.toml' --client clients/ours.toml --set "
                          "network.latency=1s --duration 2h --seed 7 --seeds 4"));
}

TEST(Checks, AFailedExpectationIsWhereItStands) {
  summary s = run("nat", "pool", verdict_failed);
  s.expectations.push_back({.text = "a", .verdict = "passed", .where = {"a.toml", 1}});
  s.expectations.push_back({.text = "b", .verdict = "failed", .where = {"b.toml", 12}});
  EXPECT_EQ(only_check(report_kind::clients, s, info("nat")).where, (file_place{"b.toml", 12}));
}

// One verdict, however it is come to.
TEST(Checks, TogetherTheyAreTheVerdict) {
  for (const report_kind kind : {report_kind::clients, report_kind::suite, report_kind::losses}) {
    for (const bool interrupted : {false, true}) {
      measurement m = sample_measurement();
      m.kind = kind;
      m.interrupted = interrupted;
      for (std::size_t left = m.cells.size(); left > 0; --left) {
        const report r = make_report(m);
        const check_counts counts = count(r.checks);
        const bool doubt = interrupted || counts.inconclusive + counts.not_run > 0;
        EXPECT_EQ(r.verdict, counts.failed > 0 ? verdict_failed
                             : doubt           ? verdict_inconclusive
                                               : verdict_passed);
        m.cells.erase(m.cells.begin());
      }
    }
  }
}

}  // namespace
}  // namespace hassle::reports::tests
