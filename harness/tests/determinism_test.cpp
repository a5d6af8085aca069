// Equal runs are equal to the byte: whatever the compiler, the optimisation, the sanitizer, the
// number of jobs.
#include "harness/runner.hpp"
#include "scenario_runs.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

using reports::event_kind;

std::string golden_file() { return HASSLE_SOURCE_DIR "/harness/tests/golden/digests.txt"; }

std::string digests() {
  std::string text;
  for (const scenario::library_file& file : scenario::suite_files()) {
    const auto what = scenario::parse_suite_file(file);
    EXPECT_TRUE(what);
    for (const std::string& client : what->clients) {
      const auto run = run_named(what->name, client, 1);
      text += fmt::format("{} {} {:016x}\n", what->name, client, run.raw.journal.digest());
    }
  }
  return text;
}

// The file is the same for all presets: g++ and clang, optimised or not, with or without
// sanitizers. UPDATE_GOLDEN=1 rewrites it; a change that should not change behaviour must not need
// that.
TEST(Determinism, TheDigestsOfTheSuiteAreTheSameOnEveryBuild) {
  const std::string now = digests();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden_file()) << now;
  std::ifstream in(golden_file());
  const std::string before{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(now, before);
}

TEST(Determinism, ARunIsTheSameWhenItIsRepeated) {
  const auto once = run_named("ha-restart", "pool", 7);
  const auto again = run_named("ha-restart", "pool", 7);
  EXPECT_EQ(once.raw.journal.events(), again.raw.journal.events());
}

TEST(Determinism, AnotherSeedIsAnotherRun) {
  EXPECT_NE(run_named("ha-restart", "pool", 7).raw.journal.digest(),
            run_named("ha-restart", "pool", 8).raw.journal.digest());
}

TEST(Determinism, TheNumberOfJobsChangesNothing) {
  const auto what = scenario::find_scenario("network-interruption");
  ASSERT_TRUE(what);
  std::vector<entry> entries;
  for (const char* client : {"naive", "health", "deadline"}) {
    entries.push_back({&*what, *scenario::find_profile(client), 4});
  }
  const auto alone = run_batch(entries, {.jobs = 1});
  const auto together = run_batch(entries, {.jobs = 3});
  ASSERT_TRUE(alone && together);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(reports::summarise(alone->cells[i]).digest,
              reports::summarise(together->cells[i]).digest);
  }
}

std::vector<reports::event> weather(const test_run& run) {
  std::vector<reports::event> all;
  for (const reports::event& each : run.raw.journal.events()) {
    if (each.kind == event_kind::fault_began || each.kind == event_kind::fault_ended ||
        each.kind == event_kind::command_issued) {
      all.push_back(each);
    }
  }
  return all;
}

// Before and after are compared on the same days: a layer more must not change faults or commands.
TEST(Determinism, SwitchingALayerOnDoesNotChangeTheWeather) {
  EXPECT_EQ(weather(run_named("ha-restart", "naive", 3)),
            weather(run_named("ha-restart", "deadline", 3)));
}

}  // namespace
}  // namespace hassle::harness
