// 'hassle compare' as a pipeline calls it, on reports of real runs.
#include "program.hpp"

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
using ::testing::Not;

/// Reports of ha-restart, 20 seeds each, made once: restarts of Home Assistant.
class CompareCliTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory() = fs::path(::testing::TempDir()) / "hassle-compare-cli";
    fs::create_directories(directory());
    make("base", "production", 1);
    make("others", "production", 1000);
    make("without", "production-without-correlation", 1000);
  }
  static void TearDownTestSuite() { fs::remove_all(directory()); }

  static fs::path& directory() {
    static fs::path path;
    return path;
  }

  static void make(const std::string& name, const std::string& client, unsigned seed,
                   unsigned seeds = 20, const std::string& scenario = "ha-restart") {
    const auto end =
        run("run " + scenario + " --client " + client + " --seeds " + std::to_string(seeds) +
            " --seed " + std::to_string(seed) + " --no-progress --report json=" + name + ".json");
    ASSERT_TRUE(fs::exists(directory() / (name + ".json"))) << end.err;
  }

  static program_end run(const std::string& arguments) {
    return run_program(arguments, interrupt::never, directory().string());
  }
};

TEST_F(CompareCliTest, OtherSeedsOfTheSameClientAreTheSame) {
  const auto end = run("compare base.json others.json");
  EXPECT_EQ(end.status, 0) << end.out;
  EXPECT_THAT(end.out, AllOf(HasSubstr("ha-restart · production: same"),
                             HasSubstr("\nVerdict: same ("), Not(HasSubstr("Worse:"))));
}

TEST_F(CompareCliTest, ProductionWithoutCorrelationIsWorseAndTheFiguresAreNamed) {
  const auto end = run("compare base.json without.json");
  EXPECT_EQ(end.status, 1) << end.out;
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("ha-restart · production → production-without-correlation: worse"),
                    ContainsRegex("Worse: error_rate, [a-z_, ]*wrong_answers"),
                    HasSubstr("\nVerdict: worse (")));
  const auto pull_request = run("compare base.json without.json --format md");
  EXPECT_EQ(pull_request.status, 1);
  EXPECT_THAT(pull_request.out,
              AllOf(HasSubstr("## ❌ hassle: worse"), HasSubstr("| `wrong_answers` |")));
}

TEST_F(CompareCliTest, TheOtherWayRoundItIsBetterAndPasses) {
  const auto end = run("compare without.json base.json");
  EXPECT_THAT(end.out, HasSubstr("Better: error_rate"));
  EXPECT_EQ(end.status, end.out.find("Worse:") == std::string::npos ? 0 : 1);
}

TEST_F(CompareCliTest, TooFewSeedsAreInconclusiveAndItIsSaidHowManyWouldTell) {
  make("few", "production", 1, 3);
  make("few-others", "production", 1000, 3);
  const auto end = run("compare few.json few-others.json");
  EXPECT_EQ(end.status, 3) << end.out;
  EXPECT_THAT(end.out, ContainsRegex("about [0-9,]+ seeds on each side would tell"));
  EXPECT_EQ(run("compare few.json few.json").status, 0) << "the same runs are the same";
}

TEST_F(CompareCliTest, TheHelpSaysWhatIsTheSame) {
  EXPECT_THAT(run("compare --help").out,
              AllOf(HasSubstr("Holm's correction"), HasSubstr("0.5 percentage points"),
                    HasSubstr("Exit status: 0 nothing became worse")));
}

}  // namespace
}  // namespace hassle::harness
