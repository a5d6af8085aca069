#include "harness/bench/bench_file.hpp"
#include "harness/bench/pareto_chart.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace hassle::harness::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

bench_file file(std::vector<figure> rows, const char* bench = "reconnect") {
  const auto read = read_bench_file(to_json(bench, rows, true, {}));
  EXPECT_TRUE(read) << read.error();
  return *read;
}

std::vector<bench_change> changes(const bench_file& before, const bench_file& now) {
  std::vector<bench_change> all;
  for (const row_comparison& each : compare_benches(before, now, 0.1)) all.push_back(each.change);
  return all;
}

TEST(BenchFile, WhatWasWrittenIsRead) {
  const bench_file read = file({{"a", 1.5, "ms", 3.0}, {"b", std::nullopt, "s"}});
  EXPECT_EQ(read.bench, "reconnect");
  EXPECT_TRUE(read.complete);
  EXPECT_FALSE(read.cpu.empty());
  EXPECT_EQ(read.rows.size(), 2U);
  EXPECT_EQ(read.rows.front().ratio(), 0.5);
  EXPECT_FALSE(read.rows.back().value);
}

TEST(BenchFile, OtherFilesAreRefusedWithAReason) {
  for (const char* wrong : {"", "[]", "{}", R"({"format":"hassle-bench","schema":2})",
                            R"({"format":"hassle-bench","schema":1})",
                            R"({"format":"hassle-bench","schema":1,"rows":[{"value":1}]})"}) {
    const auto read = read_bench_file(wrong);
    ASSERT_FALSE(read) << wrong;
    EXPECT_THAT(read.error(), Not(IsEmpty()));
  }
  EXPECT_FALSE(is_bench_file(R"({"format":"hassle-report"})"));
  EXPECT_TRUE(is_bench_file(R"({"format":"hassle-bench"})"));
}

TEST(BenchCompare, LessTimeIsBetterAndLessThroughputIsWorse) {
  EXPECT_THAT(changes(file({{"lag", 10, "ms"}, {"rate", 10, "1/s"}, {"still", 10, "ms"}}),
                      file({{"lag", 5, "ms"}, {"rate", 5, "1/s"}, {"still", 10.9, "ms"}})),
              ElementsAre(bench_change::better, bench_change::worse, bench_change::same));
}

TEST(BenchCompare, ASlowDayThatHitsTheBaselineTooIsNoChange) {
  EXPECT_THAT(changes(file({{"lag", 10, "ms", 5.0}}), file({{"lag", 20, "ms", 10.0}})),
              ElementsAre(bench_change::same));
}

TEST(BenchCompare, OfNothingEverythingIsAChange) {
  EXPECT_THAT(changes(file({{"alarms", 0, "in 1 h"}}), file({{"alarms", 1, "in 1 h"}})),
              ElementsAre(bench_change::worse));
}

TEST(BenchCompare, ARowThatIsNotThereAnyMoreIsSaid) {
  EXPECT_THAT(
      changes(file({{"a", 1, "s"}, {"b", 1, "s"}, {"c", 1, "s"}}),
              file({{"a", std::nullopt, "s"}, {"c", 1, "s"}, {"d", 1, "s"}})),
      ElementsAre(bench_change::gone, bench_change::gone, bench_change::same, bench_change::added));
}

TEST(BenchCompare, TheTableLeavesOutWhatIsTheSame) {
  const auto rows = compare_benches(file({{"a", 1, "s"}, {"b", 1, "s"}}),
                                    file({{"a", 1, "s"}, {"b", 2, "s"}}), 0.1);
  const std::string table = comparison_table(rows, false, 120, false);
  EXPECT_THAT(table, HasSubstr("worse"));
  EXPECT_THAT(table, Not(HasSubstr("same")));
  EXPECT_THAT(comparison_table(rows, true, 120, false), HasSubstr("same"));
}

TEST(BenchSummary, NamesDateAndMachine) {
  const std::vector<bench_file> all = {
      file({{"added_p50", 12.34, "us"}, {"other", 1, "us"}}, "relay")};
  const std::string text = summary_markdown(all);
  EXPECT_THAT(text, HasSubstr("| relay: added to it | 12.3 us |  |  |\n"));
  EXPECT_THAT(text, HasSubstr("Measured on " + all.front().date + ": " + all.front().cpu));
  EXPECT_THAT(text, Not(HasSubstr("other")));
}

TEST(ParetoChart, HasADotForEachPolicyThatComesBack) {
  const std::string svg = pareto_svg(play_league({.per_cell = 5}));
  EXPECT_THAT(svg, HasSubstr(">ours</text>"));
  EXPECT_THAT(svg, HasSubstr(">official</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(pareto_svg({}), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace hassle::harness::bench
