#include "reports/console_report.hpp"

#include "reports/tests/helpers.hpp"
#include "reports/tests/sample_report.hpp"
#include "reports/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace hassle::reports::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

report ladder() { return report_of(sample_ladder(), baseline::rung_below, false); }

std::size_t widest_line(const std::string& text) {
  std::istringstream in(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(in, line);) widest = std::max(widest, columns_of(line));
  return widest;
}

TEST(ConsoleReport, LooksAsItAlwaysDid) {
  expect_golden("ladder.txt", console_report(ladder(), {.error_details = true}));
}

TEST(ConsoleReport, HasACompactForm) {
  expect_golden("ladder-80.txt", console_report(ladder(), {.width = 80}));
}

TEST(ConsoleReport, IsColouredOnlyIfAsked) {
  expect_golden("ladder-colour.txt", console_report(ladder(), {.colour = true}));
  EXPECT_THAT(console_report(ladder(), {}), Not(HasSubstr("\x1b")));
}

TEST(ConsoleReport, FitsItsWidth) {
  for (const unsigned width : {80U, 90U, 99U, 100U, 110U, 120U, 200U}) {
    EXPECT_LE(widest_line(console_report(ladder(), {.width = width, .error_details = true})),
              width);
  }
}

// Leave-one-out has the longest names; they are told from the full client's.
TEST(ConsoleReport, NamesWhatWasLeftOut) {
  std::vector<cell> cells = {
      sample_cell({.client = "production", .layers = {"jitter"}}),
      sample_cell({.client = "production-without-idempotency", .timeout = 900, .duplicates = 50})};
  const report r = report_of(cells, baseline::first, false);
  const std::string text = console_report(r, {});
  EXPECT_THAT(text, HasSubstr("\nwithout idempotency "));
  EXPECT_LE(widest_line(text), 120U);
}

TEST(ConsoleReport, ShowsNoFailureAsABound) {
  const report r = report_of(std::vector{sample_cell({.client = "p"})}, baseline::none, false);
  EXPECT_THAT(console_report(r, {}), HasSubstr("< 0.075%"));
}

TEST(ConsoleReport, SaysWhyItIsInconclusive) {
  std::vector<cell> cells = {sample_cell({.client = "p"})};
  cells[0].runs.resize(1);
  cells[0].runs[0].idle_faults = {"stall-1\x1b[2J"};
  const report r = report_of(cells, baseline::none, true);
  const std::string text = console_report(r, {});
  EXPECT_THAT(text, HasSubstr("? lee-day / p: The fault 'stall-1?[2J' hit nothing in any run."));
  EXPECT_THAT(text, HasSubstr("Interrupted"));
  EXPECT_THAT(text, HasSubstr("Verdict: inconclusive (0 passed, 0 failed, 1 inconclusive)"));
  EXPECT_THAT(console_report(report_of({}, baseline::none, false), {}),
              HasSubstr("Nothing was run."));
}

TEST(ConsoleReport, GivesEveryScenarioItsTable) {
  std::vector<cell> cells = {sample_cell({.client = "p"}), sample_cell({.client = "p"})};
  cells[1].scenario = "idle-timeout";
  cells[1].title.clear();
  const std::string text = console_report(report_of(cells, baseline::none, false), {});
  EXPECT_THAT(text, HasSubstr("lee-day: A day of one household's voice commands\n"));
  EXPECT_THAT(text, HasSubstr("\nidle-timeout\n"));
  EXPECT_THAT(text, Not(HasSubstr("change:  "))) << "no column without a change to show";
}

}  // namespace
}  // namespace hassle::reports::tests
