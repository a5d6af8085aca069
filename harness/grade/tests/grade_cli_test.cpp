// 'hassle grade' as people and programs call it.
#include "harness/tests/program.hpp"

#include <gmock/gmock.h>
#include <boost/json/parse.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string half_open = "grade half-open-no-fin --seeds 1 --client naive,production";

std::string grade_in(const json::value& document, const std::string& client) {
  for (const auto& each : document.at("cells").as_array()) {
    if (each.at("client") != json::string(client)) continue;
    return std::string(each.at("grade").as_string());
  }
  return "none";
}

TEST(GradeCli, TheBestIsOkWhereTheNaiveFails) {
  const auto end = run_program(half_open + " --report json=-");
  ASSERT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  EXPECT_EQ(document.at("format"), "hassle-grade");
  EXPECT_EQ(document.at("complete"), true);
  EXPECT_EQ(grade_in(document, "production"), "ok");
  EXPECT_EQ(grade_in(document, "naive"), "failed");
  const auto& failed = document.at("cells").at(0);
  EXPECT_FALSE(failed.at("findings").as_array().empty());
  EXPECT_FALSE(failed.at("events").as_array().empty());
  EXPECT_THAT(std::string(failed.at("reproduce").at(0).as_string()),
              HasSubstr("hassle run half-open-no-fin --client naive --seed 1 --seeds 1"));
}

TEST(GradeCli, TheMatrixIsATableWithAReasonForEachFailure) {
  const auto end = run_program(half_open);
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, AllOf(HasSubstr("1.1  half-open-no-fin"), HasSubstr("✓"), HasSubstr("✗"),
                             HasSubstr("again: hassle run"), Not(HasSubstr("\x1b["))));
}

TEST(GradeCli, TheGradesDoNotDependOnTheThreads) {
  const std::string line = "grade --group idle --seeds 1 --client pool --report json=- --jobs ";
  const auto one = run_program(line + "1");
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(one.out, run_program(line + "3").out);
}

TEST(GradeCli, ReportsGoIntoFiles) {
  const fs::path directory = fs::path(::testing::TempDir()) / "hassle-grade-cli";
  fs::create_directories(directory);
  const auto end = run_program(half_open + " --report html=a.html,json=a.json", interrupt::never,
                               directory.string());
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_TRUE(fs::exists(directory / "a.json"));
  std::ifstream in(directory / "a.html");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(page, AllOf(HasSubstr("half-open-no-fin"), HasSubstr("</html>")));
  fs::remove_all(directory);
}

TEST(GradeCli, WhatWasMeasuredElsewhereIsGradedTheSame) {
  const fs::path directory = fs::path(::testing::TempDir()) / "hassle-grade-measured";
  fs::create_directories(directory);
  const auto run = [&](const std::string& line) {
    return run_program(line, interrupt::never, directory.string());
  };
  run("run half-open-no-fin --client pool --seeds 1 --report measurement=pool.json");
  const auto end = run(half_open + " --measured pool.json --report json=-");
  ASSERT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  EXPECT_EQ(document.at("clients").as_array().size(), 3U);
  const auto direct =
      json::parse(run("grade half-open-no-fin --seeds 1 --client pool --report json=-").out);
  EXPECT_EQ(document.at("cells").at(2).at("grade"), direct.at("cells").at(0).at("grade"));
  EXPECT_EQ(document.at("cells").at(2).at("findings"), direct.at("cells").at(0).at("findings"));
  EXPECT_EQ(document.at("cells").at(2).at("events"), direct.at("cells").at(0).at("events"));
  EXPECT_EQ(run("grade half-open-no-fin --measured nothing.json").status, 2);
  fs::remove_all(directory);
}

TEST(GradeCli, BadInputIsSaidBeforeAnythingRuns) {
  for (const char* wrong :
       {"grade nothing", "grade --client nobody", "grade --tag nothing", "grade --report csv=a",
        "grade --report html=nowhere/a.html", "grade --seeds 0"}) {
    const auto end = run_program(wrong);
    EXPECT_EQ(end.status, 2) << wrong;
    EXPECT_THAT(end.out, IsEmpty()) << wrong;
    EXPECT_THAT(end.err, Not(IsEmpty())) << wrong;
  }
}

}  // namespace
}  // namespace hassle::harness
