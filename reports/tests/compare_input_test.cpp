#include "reports/compare_input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hassle::reports {
namespace {

using ::testing::ElementsAre;

std::string report_with(std::string_view per_seed, std::string_view schema = "2") {
  return R"({"schema":)" + std::string(schema) +
         R"(,"tool":{"name":"hassle","version":"1.2.3"},"cells":[{"scenario":"s","client":"c",)"
         R"("world":"simulated","complete":true,"per_seed":)" +
         std::string(per_seed) + "}]}";
}

std::string error_of(const std::string& text) {
  const auto report = read_compared_report(text, "base.json");
  return report ? "none" : report.error();
}

TEST(CompareInput, ReadsTheFiguresOfEachRun) {
  const auto report = read_compared_report(
      report_with(R"({"seeds":[1,18446744073709551615],"figures":{"lost":[0,2.5],"x":[null,1]}})"),
      "base.json");
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->tool_version, "1.2.3");
  ASSERT_EQ(report->cells.size(), 1U);
  const compared_cell& cell = report->cells[0];
  EXPECT_EQ(cell.scenario, "s");
  EXPECT_EQ(cell.client, "c");
  EXPECT_THAT(cell.seeds, ElementsAre(1U, 18446744073709551615U));
  ASSERT_EQ(cell.figures.size(), 2U);
  EXPECT_EQ(cell.figures[0].name, "lost");
  EXPECT_THAT(cell.figures[0].values, ElementsAre(0, 2.5));
  EXPECT_THAT(cell.figures[1].values, ElementsAre(std::nullopt, 1));
}

TEST(CompareInput, SaysWhereItIsWrong) {
  EXPECT_THAT(error_of(""), ::testing::StartsWith("base.json: is not JSON: "));
  EXPECT_EQ(error_of("[]"), "base.json: is not an object");
  EXPECT_EQ(error_of("{}"), "base.json: schema: is missing");
  EXPECT_EQ(error_of(report_with("{}", "1")),
            "base.json: schema: is 1; this program compares reports of schema 2");
  EXPECT_EQ(error_of(report_with("{}")), "base.json: cells[0].per_seed.seeds: is missing");
  EXPECT_EQ(error_of(report_with(R"({"seeds":[-1],"figures":{}})")),
            "base.json: cells[0].per_seed.seeds[0]: is not a whole number, or one that is too "
            "large or too small");
  EXPECT_EQ(error_of(report_with(R"({"seeds":[1],"figures":{"lost":[1,2]}})")),
            "base.json: cells[0].per_seed.figures.lost: has 2 values for 1 seeds");
  EXPECT_EQ(error_of(report_with(R"({"seeds":[1],"figures":{"lost":["1"]}})")),
            "base.json: cells[0].per_seed.figures.lost[0]: is not a number");
  EXPECT_EQ(error_of(report_with(R"({"seeds":[1],"figures":[]})")),
            "base.json: cells[0].per_seed.figures: is not an object");
}

TEST(CompareInput, TooDeepADocumentIsAnErrorAndNoCrash) {
  EXPECT_THAT(error_of(std::string(100'000, '[')),
              ::testing::StartsWith("base.json: is not JSON: "));
}

}  // namespace
}  // namespace hassle::reports
