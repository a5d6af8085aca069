// The verbs explore and shrink, as people run them.
#include "harness/tests/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

/// What an exploration comes to, without what it says of each finding.
std::string digest_of(const program_end& run) {
  const auto at = run.out.find("digest ");
  return at == std::string::npos ? "" : run.out.substr(at);
}

class ExploreCliTest : public ::testing::Test {
 protected:
  ExploreCliTest()
      : folder_(fs::path(::testing::TempDir()) /
                (std::string("explore-") +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(folder_);
  }
  ~ExploreCliTest() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(ExploreCliTest, TheSameSeedGivesTheSameRunsWithAnyNumberOfThreads) {
  const auto one = run_program("explore --runs 4 --length 1m --seed 7 --jobs 1");
  const auto two = run_program("explore --runs 4 --length 1m --seed 7 --jobs 2");
  EXPECT_EQ(one.status, 0) << one.out;
  EXPECT_THAT(one.out, HasSubstr("4 runs of 1m with production, seeds from 7: 0 failed"));
  EXPECT_THAT(one.out, ContainsRegex("[0-9]+ kinds of faults hit something"));
  EXPECT_THAT(one.err, ContainsRegex("[0-9.]+ s, [0-9]+ runs/s\n"));
  EXPECT_NE(digest_of(one), "");
  EXPECT_EQ(digest_of(one), digest_of(two));
  EXPECT_NE(digest_of(one), digest_of(run_program("explore --runs 4 --length 1m --seed 8")));
}

TEST_F(ExploreCliTest, WhatMakesNoSenseIsRefused) {
  EXPECT_EQ(run_program("explore --client nobody").status, 2);
  EXPECT_EQ(run_program("explore --length 1s").status, 2);
  EXPECT_EQ(run_program("explore --for soon").status, 2);
  EXPECT_EQ(run_program("explore --runs 0").status, 2);
  EXPECT_EQ(run_program("shrink nothing").status, 2);
}

TEST_F(ExploreCliTest, InterruptedItReportsWhatIsComplete) {
  const auto run =
      run_program("explore --runs 100000 --jobs 1 --length 1m", interrupt::when_running);
  EXPECT_EQ(run.status, 130);
  EXPECT_THAT(run.out, HasSubstr("with production, seeds from 1: 0 failed"));
}

TEST_F(ExploreCliTest, WhatIsLeftOfAFailingRunFailsByTheLineThatIsPrinted) {
  const std::string file = (folder_ / "small.toml").string();
  const auto small =
      run_program("shrink canary --client naive --failure expectation --out " + file);
  ASSERT_EQ(small.status, 0) << small.err;
  const std::string line = "run " + file + " --client naive --seeds 1 --seed 1";
  EXPECT_THAT(small.out, AllOf(HasSubstr("1 command"), HasSubstr("hassle " + line)));
  EXPECT_EQ(run_program(line).status, 1);
}

TEST_F(ExploreCliTest, ARunThatDoesNotFailIsNotShrunk) {
  const auto run = run_program("shrink ha-restart --client production");
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.err, HasSubstr("does not fail"));
}

}  // namespace
}  // namespace hassle::harness
