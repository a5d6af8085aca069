// Shards, merged: the program as a CI server runs it.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ShardCliTest : public ::testing::Test {
 protected:
  ShardCliTest() : directory_(fs::path(::testing::TempDir()) / unique_name()) {
    fs::create_directories(directory_);
  }
  ~ShardCliTest() override { fs::remove_all(directory_); }

  static std::string unique_name() {
    return std::string("hassle-shard-") +
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  program_end run(const std::string& arguments) const {
    return run_program(arguments, interrupt::never, directory_.string());
  }

  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream in(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// The names of the files of all shards.
  std::string run_shards(const std::string& what, unsigned count) {
    std::string files;
    for (unsigned n = 1; n <= count; ++n) {
      const std::string file = "part-" + std::to_string(n) + ".json";
      const auto end = run("run " + what + " --shard " + std::to_string(n) + "/" +
                           std::to_string(count) + " --report measurement-wire=" + file);
      EXPECT_EQ(end.status, 0) << end.err;
      EXPECT_THAT(end.out, HasSubstr("'hassle merge' reports on the whole"));
      files += " " + file;
    }
    return files;
  }

  /// Every format there is, as the help lists them.
  static std::vector<std::string> formats() {
    const std::string help = run_program("merge --help").out;
    std::vector<std::string> names;
    std::size_t at = help.find('\n', help.find("Report formats"));
    while (at != std::string::npos && help.compare(at, 3, "\n  ") == 0) {
      names.push_back(help.substr(at + 3, help.find(' ', at + 3) - at - 3));
      at = help.find('\n', at + 1);
    }
    return names;
  }

  /// "--report json=whole.json --report …"
  static std::string reports(const std::string& prefix) {
    std::string asked;
    for (const std::string& each : formats()) asked += " --report " + each + "=" + prefix + each;
    return asked;
  }

  void expect_equal_reports(const std::string& what, unsigned shards) {
    const auto whole = run("run " + what + reports("whole."));
    ASSERT_THAT(whole.err, IsEmpty());
    const auto merged = run("merge" + run_shards(what, shards) + reports("merged."));
    EXPECT_THAT(merged.err, IsEmpty());
    EXPECT_EQ(merged.status, whole.status);
    EXPECT_EQ(merged.out, whole.out);
    for (const std::string& each : formats()) {
      EXPECT_FALSE(text_of("whole." + each).empty()) << each;
      EXPECT_TRUE(text_of("merged." + each) == text_of("whole." + each)) << each;
    }
  }

  fs::path directory_;
};

TEST_F(ShardCliTest, TheFormatsAreReadFromTheHelp) {
  EXPECT_THAT(formats(), ::testing::IsSupersetOf({"console", "json", "measurement"}));
}

TEST_F(ShardCliTest, FourShardsMergedAreTheWholeByteForByte) {
  expect_equal_reports("canary ha-restart --client naive,production --seeds 3", 4);
}

TEST_F(ShardCliTest, ShardsOfALadderAreTheWholeToo) {
  expect_equal_reports("canary --ladder --seeds 2", 3);
}

TEST_F(ShardCliTest, ShardsOfTheSuiteAreTheWholeToo) {
  expect_equal_reports("--all --group canary", 2);
}

TEST_F(ShardCliTest, MoreShardsThanRunsAreTheWholeToo) {
  expect_equal_reports("canary --seeds 1", 3);
}

TEST_F(ShardCliTest, AShardIsMissingOrOfSomethingElse) {
  run_shards("canary --seeds 4", 3);
  auto end = run("merge part-1.json part-3.json");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.err, HasSubstr("a shard is missing: 2/3"));
  EXPECT_EQ(run("run canary --seeds 4 --set network.latency=80ms --shard 2/3 "
                "--report measurement=part-2.json")
                .status,
            0);
  end = run("merge part-1.json part-2.json part-3.json");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.err, HasSubstr("part-2.json does not belong to part-1.json"));
}

TEST_F(ShardCliTest, AShardSaysOnlyWhetherItRan) {
  EXPECT_EQ(run("run canary --shard 1/2 --report measurement=part.json").status, 0)
      << "that the canary fails is the merge's to say";
  EXPECT_EQ(run("run canary --shard 3/2 --report measurement=part.json").status, 2);
  EXPECT_EQ(run("run canary --shard 1/2").status, 2);
  const auto end = run("run canary --shard 1/2 --report measurement=p.json --report json=r.json");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.err, HasSubstr("let 'hassle merge' write the report 'json'"));
}

// What is complete is reported, and that it is not all.
TEST_F(ShardCliTest, AnInterruptedShardInterruptsTheWhole) {
  std::string files;
  for (const std::string part : {"1", "2"}) {
    const std::string file = "part-" + part + ".json";
    const auto end = run_program(
        "run lee-day --ladder --seeds 10000 --shard " + part + "/2 --report measurement=" + file,
        interrupt::when_running, directory_.string());
    EXPECT_EQ(end.status, 130) << end.err;
    files += " " + file;
  }
  const auto merged = run("merge" + files + " --report json=whole.json --report html=whole.html");
  EXPECT_EQ(merged.status, 130) << merged.err;
  EXPECT_THAT(merged.out, HasSubstr("nterrupted"));
  EXPECT_THAT(text_of("whole.json"), HasSubstr("\"interrupted\": true"));
  EXPECT_THAT(text_of("whole.html"), ::testing::Not(IsEmpty()));
  const auto refused = run("merge" + files + " --report pcapng=whole.pcapng");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("run them with --report measurement-wire=PATH"));
}

TEST_F(ShardCliTest, DivergeShowsWhereTwoRunsPart) {
  EXPECT_EQ(run("run canary --seeds 2 --journal a").status, 1);
  EXPECT_EQ(run("run canary --seeds 2 --journal b").status, 1);
  const auto same = run("diverge a/canary.naive.1.jsonl b/canary.naive.1.jsonl");
  EXPECT_EQ(same.status, 0);
  EXPECT_THAT(same.out, HasSubstr("events are the same."));
  const auto other = run("diverge a/canary.naive.1.jsonl b/canary.naive.2.jsonl");
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.out, HasSubstr("is the first that differs"));
  EXPECT_EQ(run("diverge a/canary.naive.1.jsonl nothing.jsonl").status, 2);
}

}  // namespace
}  // namespace hassle::harness
