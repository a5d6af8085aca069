#include "harness/runner.hpp"
#include "reports/journal_file.hpp"
#include "scenarios/library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

scenario::scenario named(std::string_view name) { return scenario::find_scenario(name).value(); }

entry entry_of(const scenario::scenario& what, std::string_view client, std::uint32_t seeds) {
  return {&what, scenario::find_profile(client).value(), seeds};
}

TEST(Runner, GivesACellPerEntryWithItsRunsInTheOrderOfSeeds) {
  const auto what = named("idle-timeout");
  const auto result = run_batch({entry_of(what, "naive", 3), entry_of(what, "reconnect", 2)},
                                {.first_seed = 5, .jobs = 2});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->cells.size(), 2U);
  EXPECT_EQ(result->cells[0].client, "naive");
  ASSERT_EQ(result->cells[0].runs.size(), 3U);
  EXPECT_EQ(result->cells[0].runs[0].seed, 5U);
  EXPECT_EQ(result->cells[0].runs[2].seed, 7U);
  EXPECT_EQ(result->cells[1].runs.size(), 2U);
}

TEST(Runner, ReportsProgressOncePerRun) {
  const auto what = named("canary");
  std::vector<std::size_t> seen;
  ASSERT_TRUE(run_batch({entry_of(what, "naive", 3)},
                        {.on_progress = [&](std::size_t done, std::size_t all) {
                          EXPECT_EQ(all, 3U);
                          seen.push_back(done);
                        }}));
  EXPECT_THAT(seen, ::testing::ElementsAre(1U, 2U, 3U));
}

TEST(Runner, AnInterruptedBatchKeepsWhatIsComplete) {
  const auto what = named("canary");
  std::atomic<bool> interrupted = false;
  const auto result =
      run_batch({entry_of(what, "naive", 50)},
                {.interrupted = &interrupted, .on_progress = [&](std::size_t done, std::size_t) {
                   if (done == 2) interrupted = true;
                 }});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->interrupted);
  EXPECT_FALSE(result->bug);
  EXPECT_FALSE(result->cells[0].complete);
  EXPECT_EQ(result->cells[0].runs.size(), 2U);
}

// The run itself is cut short, too: nothing is left behind, and it is no bug.
TEST(Runner, AnInterruptEndsARunInTheMiddle) {
  const auto what = named("lee-day");
  const std::atomic<bool> interrupted = true;
  const auto plan = scenario::make_plan(what, 1);
  const auto result = simulate(what, *plan, {}, "naive", &interrupted);
  EXPECT_TRUE(result.interrupted);
  EXPECT_FALSE(result.bug);
}

TEST(Runner, WritesAJournalPerRunThatReadsBackEqual) {
  const auto what = named("canary");
  const fs::path directory = fs::path(::testing::TempDir()) / "hassle-runner-journals";
  fs::create_directories(directory);
  const auto result = run_batch({entry_of(what, "naive", 1)}, {.journals = directory});
  ASSERT_TRUE(result);
  const auto saved = reports::read_journal(directory / "canary.naive.1.jsonl");
  ASSERT_TRUE(saved) << saved.error().text();
  EXPECT_EQ(saved->events.digest(), result->cells[0].runs[0].digest);
  fs::remove_all(directory);
}

TEST(Runner, AnUnknownSettingIsAnErrorBeforeAnythingRuns) {
  const auto what = named("canary");
  entry mine = entry_of(what, "health", 1);
  mine.client.settings.push_back(
      {.layer = "health", .key = "intervall", .value = "10s", .where = {}});
  const auto result = run_batch({mine}, {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().text(), HasSubstr("interval"));
}

TEST(Runner, ASettingChangesTheClient) {
  const auto what = named("dead-connection");
  entry quick = entry_of(what, "health", 1);
  quick.client.settings.push_back(
      {.layer = "health", .key = "interval", .value = "7s", .where = {}});
  const auto result = run_batch({quick, entry_of(what, "health", 1)}, {});
  ASSERT_TRUE(result);
  EXPECT_NE(result->cells[0].runs[0].digest, result->cells[1].runs[0].digest);
}

// A harness gone silent would find nothing wrong with anybody.
TEST(Runner, TheCanaryFailsAndAFaultThatHitsNothingIsInconclusive) {
  const auto canary = named("canary");
  const auto never = named("never-fires");
  const auto result = run_batch({entry_of(canary, "naive", 2), entry_of(never, "naive", 2)}, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(reports::summarise(result->cells[0]).verdict, "failed");
  EXPECT_EQ(reports::summarise(result->cells[1]).verdict, "inconclusive");
}

}  // namespace
}  // namespace hassle::harness
