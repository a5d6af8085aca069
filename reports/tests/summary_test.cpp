#include "reports/analysis.hpp"
#include "reports/tests/helpers.hpp"
#include "reports/tests/sample_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace hassle::reports::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

summary summary_of(sample s) { return summarise(sample_cell(s)); }

TEST(Summary, AddsUpItsRuns) {
  const summary s = summary_of({.client = "naive", .connection = 100, .timeout = 20, .stale = 5});
  EXPECT_EQ(s.seeds, 4U);
  EXPECT_EQ(s.first_seed, 1U);
  EXPECT_EQ(s.commands, 4000U);
  EXPECT_THAT(s.outcomes, ElementsAre(3492, 20, 408, 80, 0));
  EXPECT_THAT(s.error_rate.mean, DoubleNear(0.122, 1e-12));
  EXPECT_LT(s.error_rate.low, 0.122);
  EXPECT_GT(s.error_rate.high, 0.122);
  EXPECT_THAT(s.latency_p50_ms, DoubleEq(40));
  EXPECT_THAT(s.simulated_s, DoubleEq(4 * 3600));
  EXPECT_EQ(s.verdict, "passed");
}

// No failure in n trials does not mean that there is none: the rule of three bounds what it may be.
TEST(Summary, WithoutFailuresTheUpperBoundIsThreeInN) {
  const summary s = summary_of({.client = "production"});
  EXPECT_EQ(s.error_rate.mean, 0);
  EXPECT_THAT(s.error_rate.high, DoubleEq(3.0 / 4000));
}

TEST(Summary, QuantilesAreOverAllRuns) {
  cell c;
  for (const auto latency : {10ms, 20ms, 30ms, 1000ms}) {
    c.runs.push_back({.commands = 1, .outcomes = {1, 0, 0, 0, 0}, .latencies = {latency}});
  }
  const summary s = summarise(c);
  EXPECT_THAT(s.latency_p50_ms, DoubleEq(20));
  EXPECT_THAT(s.latency_p90_ms, DoubleEq(1000));
  EXPECT_THAT(s.latency_max_ms, DoubleEq(1000));
}

TEST(Summary, DigestDependsOnEveryRunAndTheirOrder) {
  cell c = sample_cell({.client = "naive", .connection = 5});
  const std::string digest = summarise(c).digest;
  EXPECT_EQ(digest.size(), 16U);
  EXPECT_EQ(summarise(c).digest, digest);
  std::swap(c.runs[0], c.runs[1]);
  EXPECT_NE(summarise(c).digest, digest);
}

TEST(Figures, AreFoundByTheirNames) {
  const summary s = summary_of({.client = "naive", .connection = 100, .timeout = 20, .other = 3});
  EXPECT_THAT(figure(s, "timeout_rate"), testing::Optional(DoubleEq(0.02)));
  EXPECT_THAT(figure(s, "commands"), testing::Optional(DoubleEq(4000)));
  EXPECT_EQ(figure(s, "happiness"), std::nullopt);
  for (const std::string_view name : figure_names()) EXPECT_TRUE(figure(s, name)) << name;
}

TEST(Verdict, FailsWithAnExpectation) {
  cell c = sample_cell({.client = "naive", .connection = 100});
  c.expectations = {{"error_rate", std::nullopt, 0.01, "the report's after"},
                    {"error_rate", 0.05, 0.2, ""}};
  const summary s = summarise(c);
  EXPECT_EQ(s.verdict, "failed");
  ASSERT_EQ(s.expectations.size(), 2U);
  EXPECT_EQ(s.expectations[0].text, "error_rate at most 0.01");
  EXPECT_EQ(s.expectations[0].verdict, "failed");
  EXPECT_EQ(s.expectations[1].text, "error_rate between 0.05 and 0.2");
  EXPECT_EQ(s.expectations[1].verdict, "passed");
  EXPECT_THAT(s.reasons, ElementsAre("Expected error_rate at most 0.01, but measured 0.102."));
}

// A client is judged by what it promises: naive may mix up answers, one with correlation may not.
TEST(Verdict, AnOracleFailsOnlyWhoPromisesIt) {
  const sample wrong = {.client = "c", .layers = {"reconnect"}, .other = 2, .wrong_answers = 2};
  EXPECT_EQ(summary_of(wrong).verdict, "passed");
  sample promising = wrong;
  promising.layers = {"reconnect", "correlation"};
  const summary s = summary_of(promising);
  EXPECT_EQ(s.verdict, "failed");
  EXPECT_THAT(s.reasons, ElementsAre(AllOf(HasSubstr("answer-integrity"), HasSubstr("8 times"),
                                           HasSubstr("command 1 of seed 1"))));
}

TEST(Verdict, AnIdleFaultMakesItInconclusive) {
  cell c = sample_cell({.client = "naive"});
  c.runs[0].idle_faults = {"stall-1"};
  c.runs[1].hit_faults = {"cut-1", "stall-1"};
  EXPECT_EQ(summarise(c).verdict, "passed") << "it hit something in another run";
  c.runs[1].hit_faults = {"cut-1"};
  const summary s = summarise(c);
  EXPECT_EQ(s.verdict, "inconclusive");
  EXPECT_THAT(s.idle_faults, ElementsAre("stall-1"));
  EXPECT_THAT(s.reasons, ElementsAre("The fault 'stall-1' hit nothing in any run."));
}

TEST(Verdict, NothingDoneOrInterruptedIsInconclusive) {
  EXPECT_EQ(summarise({}).verdict, "inconclusive");
  cell c = sample_cell({.client = "naive", .connection = 100});
  c.expectations = {{"error_rate", std::nullopt, 0.01, ""}};
  c.complete = false;
  EXPECT_EQ(summarise(c).verdict, "inconclusive") << "half a sample proves no expectation wrong";
}

// "At most 5 s" must not pass because nothing was ever answered.
TEST(Verdict, AnExpectationWithoutMeasurementIsInconclusive) {
  cell c;
  c.runs.push_back({.commands = 2, .outcomes = {0, 0, 2, 0, 0}});
  c.expectations = {{"latency_p99_ms", std::nullopt, 5000, ""},
                    {"lifetime_mean_s", std::nullopt, 900, ""},
                    {"recovery_max_s", std::nullopt, 60, ""},
                    {"happiness", std::nullopt, 60, ""}};
  const summary s = summarise(c);
  for (const expectation_result& e : s.expectations) EXPECT_EQ(e.verdict, "inconclusive") << e.text;
  EXPECT_EQ(s.verdict, "inconclusive");
  EXPECT_EQ(s.reasons.size(), 4U);
}

TEST(Verdict, AFailureOutweighsADoubt) {
  cell c = sample_cell({.client = "naive", .connection = 100});
  c.expectations = {{"error_rate", std::nullopt, 0.01, ""}};
  c.runs[0].idle_faults = {"stall-1"};
  EXPECT_EQ(summarise(c).verdict, "failed");
  EXPECT_EQ(summarise(c).reasons.size(), 2U);
}

TEST(Notes, StandBesideFiguresThatAreNotZero) {
  EXPECT_THAT(summary_of({.client = "production", .layers = {"reconnect"}}).notes, IsEmpty());
  const sample s = {.client = "pool",
                    .layers = {"reconnect"},
                    .timeout = 3,
                    .other = 12,
                    .wrong_answers = 12,
                    .duplicates = 7,
                    .past_limit = 3};
  const auto notes = summary_of(s).notes;
  EXPECT_THAT(notes, Contains(HasSubstr("48 answers went to the wrong command")));
  EXPECT_THAT(notes, Contains(HasSubstr("28 executions too many")));
  EXPECT_THAT(notes, Contains(HasSubstr("12 commands were still waiting")));
}

}  // namespace
}  // namespace hassle::reports::tests
