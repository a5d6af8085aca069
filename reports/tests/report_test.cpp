#include "reports/analysis.hpp"
#include "reports/tests/sample_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

using testing::DoubleNear;

std::vector<cell> three_cells() {
  return {sample_cell({.client = "a", .timeout = 100}), sample_cell({.client = "b", .timeout = 50}),
          sample_cell({.client = "c", .timeout = 60})};
}

TEST(Report, ChangesOfALadderAreAgainstTheRungBelow) {
  const report r = report_of(three_cells(), baseline::rung_below, false);
  EXPECT_FALSE(r.runs[0].change);
  EXPECT_THAT(r.runs[1].change->mean, DoubleNear(-0.05, 1e-12));
  EXPECT_THAT(r.runs[2].change->mean, DoubleNear(0.01, 1e-12));
}

TEST(Report, ChangesOfLeaveOneOutAreAgainstTheFirst) {
  const report r = report_of(three_cells(), baseline::first, false);
  EXPECT_FALSE(r.runs[0].change);
  EXPECT_THAT(r.runs[2].change->mean, DoubleNear(-0.04, 1e-12));
  EXPECT_FALSE(report_of(three_cells(), baseline::none, false).runs[1].change);
}

// Another scenario has another weather: the first rung there has nothing below it.
TEST(Report, ChangesStayWithinTheirScenario) {
  auto cells = three_cells();
  cells[1].scenario = "other";
  const report r = report_of(cells, baseline::rung_below, false);
  EXPECT_FALSE(r.runs[1].change);
  EXPECT_THAT(r.runs[2].change->mean, DoubleNear(-0.04, 1e-12));
}

// An interrupted cell lacks seeds: only those that both have are compared.
TEST(Report, ChangesArePairedBySeed) {
  auto cells = three_cells();
  cells[1].runs.erase(cells[1].runs.begin(), cells[1].runs.begin() + 2);
  const report r = report_of(cells, baseline::rung_below, true);
  EXPECT_THAT(r.runs[1].change->mean, DoubleNear(-0.05, 1e-12));
  cells[1].runs.clear();
  EXPECT_FALSE(report_of(cells, baseline::rung_below, true).runs[1].change);
}

// A layer that changed nothing at all did not act: that is more than "no significant difference".
TEST(Report, SaysSoWhereALayerChangedNothing) {
  const auto note_of = [](std::uint64_t digest_above) {
    auto cells = three_cells();
    for (run_figures& each : cells[0].runs) each.digest = 7;
    for (run_figures& each : cells[1].runs) each.digest = digest_above;
    const report r = report_of(cells, baseline::rung_below, false);
    return r.runs[1].notes;
  };
  EXPECT_THAT(note_of(7), testing::Contains(testing::HasSubstr("those of a, to the byte")));
  EXPECT_THAT(note_of(8), testing::Not(testing::Contains(testing::HasSubstr("to the byte"))));
}

TEST(Report, VerdictIsTheWorst) {
  auto cells = three_cells();
  EXPECT_EQ(report_of(cells, baseline::none, false).verdict, "passed");
  EXPECT_EQ(report_of(cells, baseline::none, true).verdict, "inconclusive");
  EXPECT_EQ(report_of({}, baseline::none, false).verdict, "inconclusive");
  cells[1].runs[0].idle_faults = {"stall-1"};
  EXPECT_EQ(report_of(cells, baseline::none, false).verdict, "inconclusive");
  cells[2].expectations = {{"error_rate", std::nullopt, 0.01, ""}};
  EXPECT_EQ(report_of(cells, baseline::none, true).verdict, "failed");
}

}  // namespace
}  // namespace hassle::reports::tests
