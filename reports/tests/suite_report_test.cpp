#include "reports/suite_report.hpp"

#include "reports/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

summary run(std::string scenario, std::string client, std::string_view verdict,
            double error_rate = 0) {
  summary s;
  s.scenario = std::move(scenario);
  s.client = std::move(client);
  s.verdict = verdict;
  s.commands = 100;
  s.error_rate.mean = error_rate;
  if (verdict != verdict_passed) s.reasons.push_back("Because of " + s.scenario + ".");
  return s;
}

report made_of(std::vector<summary> runs, std::vector<scenario_info> scenarios = {}) {
  report r;
  r.runs = std::move(runs);
  r.of.scenarios = std::move(scenarios);
  return r;
}

/// Production has these layers.
report losing(const std::vector<std::string>& layers, std::vector<summary> runs) {
  for (summary& each : runs) {
    if (each.client == "production") each.layers = layers;
  }
  return made_of(std::move(runs));
}

constexpr auto passed = verdict_passed;
constexpr auto failed = verdict_failed;
constexpr auto inconclusive = verdict_inconclusive;

scenario_info in_group(std::string name, std::string group, wanted_verdict wanted) {
  scenario_info info;
  info.name = std::move(name);
  info.group = std::move(group);
  info.wanted = wanted;
  return info;
}

const scenario_info nat = in_group("nat", "path", wanted_verdict::passed);
const std::vector<scenario_info> two{nat, in_group("bird", "canary", wanted_verdict::failed)};

TEST(SuiteReport, AScenarioThatMustFailIsAsItShouldBeWhenItFails) {
  const report good =
      made_of({run("nat", "production", passed), run("bird", "naive", failed)}, two);
  EXPECT_EQ(suite_verdict(good), passed);
  const report silent =
      made_of({run("nat", "production", passed), run("bird", "naive", passed)}, two);
  EXPECT_EQ(suite_verdict(silent), failed);
  EXPECT_THAT(suite_report(silent, {}), HasSubstr("bird with naive: passed, but must be failed"));
}

TEST(SuiteReport, AScenarioThatMustBeInconclusiveMayNotPass) {
  const std::vector<scenario_info> one{in_group("never", "canary", wanted_verdict::inconclusive)};
  EXPECT_EQ(suite_verdict(made_of({run("never", "naive", inconclusive)}, one)), passed);
  EXPECT_EQ(suite_verdict(made_of({run("never", "naive", passed)}, one)), failed);
}

TEST(SuiteReport, OneClientThatFailsFailsTheSuiteAndADoubtMakesItInconclusive) {
  const std::vector<scenario_info> one{nat};
  EXPECT_EQ(suite_verdict(made_of({run("nat", "naive", passed), run("nat", "pool", failed)}, one)),
            failed);
  EXPECT_EQ(suite_verdict(made_of({run("nat", "naive", inconclusive)}, one)), inconclusive);
  EXPECT_EQ(suite_verdict(made_of({}, one)), inconclusive);
  report interrupted = made_of({run("nat", "naive", passed)}, one);
  interrupted.of.interrupted = true;
  EXPECT_EQ(suite_verdict(interrupted), inconclusive);
}

TEST(SuiteReport, AScenarioIsALineUnderItsGroupAndOnlyWhatIsWrongHasDetails) {
  const report r = made_of(
      {run("nat", "naive", passed, 0.341), run("nat", "production-without-health", failed, 0.0001),
       run("nat", "production", passed), run("bird", "naive", failed, 1)},
      two);
  EXPECT_EQ(suite_report(r, {.width = 100}),
            "path\n"
            "  ✗ nat   naive 34.1% ✓, without health <0.1% ✗, production 0 ✓\n"
            "\n"
            "canary\n"
            "  ✓ bird  naive 100.0% ✗ (must fail)\n"
            "\n"
            "nat with production-without-health: failed\n"
            "  Because of nat.\n"
            "  hassle run nat --client production-without-health\n"
            "\n"
            "Verdict: failed (2 scenarios, 1 as they should be)\n");
}

TEST(SuiteReport, ALineThatIsTooLongGoesOnBelowItsFirstClient) {
  const report r = made_of({run("nat", "naive", passed), run("nat", "reconnect", passed),
                            run("nat", "production", passed)},
                           {nat});
  EXPECT_THAT(suite_report(r, {.width = 40}), HasSubstr("  ✓ nat  naive 0 ✓, reconnect 0 ✓,\n"
                                                        "         production 0 ✓\n"));
}

TEST(LossReport, ALayerLosesWhatProductionPassesAndFailsWithoutIt) {
  const report r =
      losing({"health", "pool"},
             {run("nat", "production", passed), run("nat", "production-without-health", failed),
              run("nat", "production-without-pool", passed), run("cut", "production", passed),
              run("cut", "production-without-health", inconclusive),
              run("cut", "production-without-pool", failed)});
  const auto lost = losses(r);
  ASSERT_EQ(lost.size(), 2U);
  EXPECT_THAT(lost[0].by_figure, ElementsAre("nat"));
  EXPECT_THAT(lost[0].unclear, ElementsAre("cut"));
  EXPECT_THAT(lost[1].by_figure, ElementsAre("cut"));
  EXPECT_EQ(loss_verdict(r, lost), passed);
  EXPECT_EQ(loss_report(r, lost, {.width = 100}),
            "Scenarios that production passes, and fails without a layer, of 2: by a figure "
            "that they expect, and\n"
            "those where only an oracle objects.\n"
            "\n"
            "          figure  oracle\n"
            "  health       1       0  nat\n"
            "                          unclear: cut\n"
            "  pool         1       0  cut\n"
            "\n"
            "Verdict: passed\n");
}

TEST(LossReport, WhatOnlyAnOracleFailsIsCountedApart) {
  report r =
      losing({"jitter"},
             {run("nat", "production", passed), run("nat", "production-without-jitter", failed),
              run("cut", "production", passed), run("cut", "production-without-jitter", failed)});
  const oracle_result storm{.name = "one-connect", .violations = 3, .promised = true};
  const oracle_result kept{.name = "kept", .violations = 0, .promised = true};
  const oracle_result foreign{.name = "foreign", .violations = 2, .promised = false};
  r.runs[1].oracles = {foreign, kept, storm};
  r.runs[3].oracles = {storm};
  r.runs[3].expectations.push_back({"attempts at most 3", std::string(failed), 9, ""});
  const auto lost = losses(r);
  EXPECT_THAT(lost[0].by_figure, ElementsAre("cut"));
  EXPECT_EQ(lost[0].oracle_losses(), 1U);
  EXPECT_THAT(loss_report(r, lost, {.width = 100}),
              HasSubstr("  jitter       1       1  cut\n"
                        "                          one-connect: nat\n"));
  r.runs[3].verdict = passed;
  EXPECT_EQ(loss_verdict(r, losses(r)), passed);
}

TEST(LossReport, ALayerThatLosesNothingFails) {
  const report r = losing({"health"}, {run("nat", "production", passed),
                                       run("nat", "production-without-health", passed)});
  const auto lost = losses(r);
  EXPECT_EQ(loss_verdict(r, lost), failed);
  EXPECT_THAT(loss_report(r, lost, {}), HasSubstr("Nothing is lost without health.\n"));
}

TEST(LossReport, WhatProductionItselfFailsCountsForNoLayer) {
  const report r = losing({"health"}, {run("nat", "production", failed),
                                       run("nat", "production-without-health", failed)});
  const auto lost = losses(r);
  EXPECT_TRUE(lost[0].none());
  EXPECT_EQ(loss_verdict(r, lost), failed);
  EXPECT_THAT(loss_report(r, lost, {}), HasSubstr("nat with production: failed\n"));
}

}  // namespace
}  // namespace hassle::reports
