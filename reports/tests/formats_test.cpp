#include "reports/csv_report.hpp"
#include "reports/github_report.hpp"
#include "reports/markdown_report.hpp"
#include "reports/tests/helpers.hpp"
#include "reports/tests/sample_report.hpp"
#include "reports/text.hpp"
#include "reports/verdict.hpp"
#include "reports/writers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hassle::reports::tests {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What is named here has a golden file of the sample, and one with hostile names that the test
// `report_schemas` holds against the schemas.
const std::vector<std::string_view> text_formats{"junit", "ctrf", "md", "github", "csv"};

std::string written(std::string_view format, const measurement& of) {
  const writer* as = find_writer(format);
  return as == nullptr ? std::string() : as->write(make_report(of));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// Of a suite, with a severity for each scenario.
measurement failing_suite(std::size_t scenarios) {
  measurement m{.tool_version = "1", .kind = report_kind::suite};
  for (std::size_t i = 0; i < scenarios; ++i) {
    cell c = sample_cell({.client = "naive", .connection = 1}, 1);
    c.scenario = fmt::format("scenario-{}", i);
    c.expectations = {{"error_rate", std::nullopt, 0, "none"}};
    m.cells.push_back(std::move(c));
    scenario_info info;
    info.name = m.cells.back().scenario;
    info.group = "path";
    info.severity = i + 1 == scenarios ? "s1" : "s2";
    m.scenarios.push_back(std::move(info));
  }
  return m;
}

TEST(Formats, LookAsTheyAlwaysDid) {
  for (const std::string_view format : text_formats) {
    ASSERT_NE(find_writer(format), nullptr) << format;
    expect_golden(find_writer(format)->file, written(format, sample_measurement()));
  }
}

TEST(Formats, AreUnharmedByHostileNames) {
  expect_golden("hostile-report.json", written("json", hostile_measurement()));
  for (const std::string_view format : text_formats) {
    const std::string text = written(format, hostile_measurement());
    EXPECT_TRUE(is_utf8(text)) << format;
    for (const char c : text) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' ||
                  (c == '\r' && format == "csv"))
          << format << " has character " << static_cast<int>(c);
    }
    expect_golden(fmt::format("hostile-{}", find_writer(format)->file), text);
  }
}

TEST(JunitReport, HasNoTagsButItsOwn) {
  const std::string text = written("junit", hostile_measurement());
  EXPECT_THAT(text, Not(HasSubstr("]]>")));
  EXPECT_THAT(text, Not(HasSubstr("<b>")));
}

TEST(JunitReport, ACaseThatFailedHasOneFailureAndAnInconclusiveOneAnError) {
  measurement m = sample_measurement();
  m.cells.back().runs.front().idle_faults.emplace_back("cut-1");
  for (run_figures& each : m.cells.back().runs) each.hit_faults.clear();
  for (run_figures& each : m.cells.back().runs) each.idle_faults = {"cut-1"};
  const std::string text = written("junit", m);
  EXPECT_THAT(text, HasSubstr("tests=\"5\" failures=\"1\" errors=\"1\" time="));
  EXPECT_THAT(text,
              HasSubstr("<error type=\"inconclusive\" message=\"The fault 'cut-1' hit nothing"));
}

TEST(JunitReport, WhatNeverBeganIsSkipped) {
  measurement m = sample_measurement();
  m.cells.back().runs.clear();
  m.cells.back().complete = false;
  m.interrupted = true;
  EXPECT_THAT(written("junit", m),
              AllOf(HasSubstr("skipped=\"1\""), HasSubstr("<skipped message=")));
}

TEST(JunitReport, ACanaryThatFailsIsAPass) {
  measurement m = failing_suite(2);
  m.scenarios[0].wanted = wanted_verdict::failed;
  EXPECT_THAT(written("junit", m), HasSubstr("tests=\"2\" failures=\"1\" errors=\"0\""));
}

TEST(GithubReport, EveryLineIsACommandWithOneMessage) {
  for (const measurement& m : {sample_measurement(), hostile_measurement(), failing_suite(30)}) {
    const auto lines = lines_of(written("github", m));
    EXPECT_THAT(lines, Each(StartsWith("::")));
    EXPECT_THAT(lines.back(), StartsWith("::notice title=hassle::failed: "));
  }
}

TEST(GithubReport, ShowsTheWorstAndNamesAllThatHaveNoRoom) {
  const auto lines = lines_of(written("github", failing_suite(30)));
  ASSERT_THAT(lines, SizeIs(annotations_max + 1));
  EXPECT_THAT(lines.front(), HasSubstr("title=scenario-29 with naive%3A failed::"));
  EXPECT_THAT(lines[annotations_max - 1], StartsWith("::error title=hassle%3A 21 more::"));
  EXPECT_THAT(lines[annotations_max - 1], HasSubstr("scenario-28 with naive: failed"));
}

TEST(MarkdownReport, IsNeverLongerThanItMayBeAndSaysWhatIsLeftOut) {
  const report many = make_report(failing_suite(200));
  const std::string whole = markdown_report(many);
  EXPECT_THAT(whole, Not(HasSubstr("had no room")));
  std::size_t before = 0;
  for (const std::size_t bytes : {4096U, 20'000U, 60'000U}) {
    const std::string text = markdown_report(many, bytes);
    EXPECT_LE(text.size(), bytes);
    EXPECT_GT(text.size(), before);
    EXPECT_THAT(text, StartsWith("# ❌ hassle: failed\n"));
    EXPECT_THAT(text, HasSubstr("more had no room here"));
    before = text.size();
  }
  EXPECT_LE(whole.size(), markdown_bytes_max);
}

TEST(CsvReport, HasARowForEachRunAndAsManyFieldsInEach) {
  const auto lines = lines_of(written("csv", sample_measurement()));
  ASSERT_THAT(lines, SizeIs(1 + 5 * 4));
  const auto commas = std::ranges::count(lines.front(), ',');
  EXPECT_EQ(commas, 6 + 5 + static_cast<std::ptrdiff_t>(figure_names().size()));
  for (const std::string& line : lines) {
    EXPECT_EQ(std::ranges::count(line, ','), commas);
    EXPECT_EQ(line.back(), '\r');
  }
}

}  // namespace
}  // namespace hassle::reports::tests
