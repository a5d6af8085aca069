#include "scenarios/library.hpp"

#include "scenarios/plan.hpp"
#include "scenarios/schema.hpp"
#include "scenarios/tests/support.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>

namespace hassle::scenario {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string read_all(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class SuiteFileTest : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Library, SuiteFileTest, testing::ValuesIn(scenario_names()));

TEST_P(SuiteFileTest, LoadsAndPlans) {
  const auto loaded = find_scenario(GetParam());
  if (!loaded) {
    FAIL() << testing::PrintToString(error_texts(loaded.error()));
  }
  EXPECT_EQ(loaded->name, GetParam());
  EXPECT_FALSE(loaded->tags.empty());
  EXPECT_FALSE(loaded->expectations.empty()) << "a scenario that expects nothing cannot fail";
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto planned = make_plan(*loaded, seed);
    ASSERT_TRUE(planned) << planned.error().text();
    EXPECT_FALSE(planned->commands.empty());
  }
}

TEST_P(SuiteFileTest, RunsClientsThatExistAndExpectsSomethingOnlyOfThem) {
  const auto loaded = find_scenario(GetParam());
  ASSERT_TRUE(loaded);
  for (const std::string& client : loaded->clients) {
    EXPECT_TRUE(find_profile(client)) << client;
  }
  for (const expectation& e : loaded->expectations) {
    EXPECT_THAT(loaded->clients, Contains(e.client)) << "this expectation is never looked at";
  }
}

TEST(Library, HoldsTheFilesAsTheyAre) {
  for (const auto files : {suite_files(), profile_files()}) {
    ASSERT_FALSE(files.empty());
    for (const library_file& file : files) {
      EXPECT_EQ(file.text, read_all(HASSLE_SOURCE_DIR "/" + std::string(file.path))) << file.path;
    }
    EXPECT_TRUE(std::is_sorted(files.begin(), files.end(),
                               [](const auto& a, const auto& b) { return a.path < b.path; }));
  }
}

// Each client is compared with the one listed before it.
TEST(Library, ScenariosListTheirClientsFromTheBottomOfTheLadderUp) {
  for (const library_file& file : suite_files()) {
    const auto what = parse_suite_file(file);
    ASSERT_TRUE(what) << file.path;
    auto rung = ladder().begin();
    for (const std::string& client : what->clients) {
      if (std::ranges::find(ladder(), client) == ladder().end()) continue;  // Beside it.
      rung = std::find(rung, ladder().end(), client);
      EXPECT_NE(rung, ladder().end()) << file.path << ": " << client;
    }
  }
}

// Scenarios are named by their file's name alone, whatever folder it is in.
TEST(Library, NamesAreUnique) {
  EXPECT_EQ(std::set(scenario_names().begin(), scenario_names().end()).size(),
            scenario_names().size());
  EXPECT_EQ(std::set(profile_names().begin(), profile_names().end()).size(),
            profile_names().size());
}

TEST(Library, EveryRungHasTheLayersOfTheRungBelowAndItsOwn) {
  std::vector<std::string> layers;
  for (const std::string_view rung : ladder()) {
    const auto profile = find_profile(rung);
    ASSERT_TRUE(profile) << rung;
    // "best" has the same layers in another form; the last one's layer completes "production".
    if (rung != "naive" && rung != "best") {
      layers.emplace_back(rung == "production" ? layer_names().back() : rung);
    }
    EXPECT_THAT(profile->layers, ElementsAreArray(layers)) << rung;
    EXPECT_FALSE(profile->title.empty());
  }
}

TEST(Library, ProductionHasEveryLayerThatAnyProfileHas) {
  const auto production = find_profile("production");
  ASSERT_TRUE(production);
  for (const std::string_view name : profile_names()) {
    const auto profile = find_profile(name);
    ASSERT_TRUE(profile) << name;
    for (const std::string& layer : profile->layers) {
      EXPECT_THAT(production->layers, Contains(layer)) << name;
    }
  }
}

TEST(Library, TheFieldReportsRungsHaveItsStyleAndTheOthersTheBest) {
  const std::vector<std::string_view> of_report{
      "naive", "reconnect", "health", "breaker", "degradation", "pool", "correlation", "deadline"};
  for (const std::string_view rung : ladder()) {
    const bool reports = std::find(of_report.begin(), of_report.end(), rung) != of_report.end();
    EXPECT_EQ(find_profile(rung)->style, reports ? client_style::lee : client_style::best) << rung;
  }
}

TEST(Library, FailoverIsAnotherNameOfProduction) {
  EXPECT_EQ(find_profile("failover")->layers, find_profile("production")->layers);
}

TEST(Library, ALayerLessIsAProfileToo) {
  const auto less = find_profile("production-without-health");
  ASSERT_TRUE(less);
  EXPECT_THAT(less->layers, Not(Contains("health")));
  EXPECT_EQ(find_profile("production-without-helth").error().at(0).text(),
            "helth: unknown layer (did you mean 'health'?)");
}

TEST(Library, AProfileWithSomeOfItsLayersIsOneToo) {
  const auto some = find_profile("pool-only-pool+reconnect");
  ASSERT_TRUE(some);
  EXPECT_THAT(some->layers, ElementsAre("reconnect", "pool"));
  EXPECT_EQ(some->name, "pool-only-reconnect+pool");
  EXPECT_EQ(some->style, client_style::lee);
  EXPECT_THAT(find_profile("production-only-nothing")->layers, IsEmpty());
  EXPECT_EQ(find_profile("pool-only-jitter").error().at(0).text(),
            "jitter: not a layer of pool (one of: reconnect, health, breaker, degradation, pool)");
  EXPECT_EQ(find_profile("pool-only-helth").error().at(0).text(),
            "helth: not a layer of pool (did you mean 'health'?)");
}

TEST(Library, AnUnknownNameIsAnErrorWithTheNearest) {
  EXPECT_EQ(find_scenario("lee-dya").error().at(0).text(),
            "lee-dya: unknown scenario (did you mean 'lee-day'?)");
  EXPECT_EQ(find_profile("nave").error().at(0).text(),
            "nave: unknown client (did you mean 'naive'?)");
  EXPECT_THAT(find_scenario("./no/such.toml").error().at(0).text(), HasSubstr("no such file"));
}

TEST(Library, APathIsReadFromTheDisk) {
  const auto loaded = find_scenario(HASSLE_SOURCE_DIR "/scenarios/suite/canary/canary.toml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->name, "canary");
}

// The frozen day must stay the same day: a calibration of one that forgets the other would compare
// two different days and call the difference the price of freezing.
TEST(Library, TheFrozenDayDiffersFromTheDayInItsHostOnly) {
  auto day = find_scenario("lee-day");
  auto frozen = find_scenario("lee-day-frozen");
  ASSERT_TRUE(day);
  ASSERT_TRUE(frozen);
  EXPECT_TRUE(frozen->where_client_lives.freeze_between_invocations);
  EXPECT_EQ(frozen->ha.heartbeat, std::chrono::seconds(55));
  frozen->where_client_lives.freeze_between_invocations = false;
  frozen->title = day->title;
  frozen->description = day->description;
  frozen->tags = day->tags;
  frozen->expectations.clear();
  day->expectations.clear();
  day->ha.heartbeat = frozen->ha.heartbeat;
  EXPECT_EQ(write_scenario(*frozen), write_scenario(*day));
}

TEST(NearestHint, SwapsAndSlipsAreNearAndOtherWordsAreNot) {
  const std::vector<std::string_view> known{"latency", "jitter", "bandwidth"};
  EXPECT_EQ(nearest_hint("latnecy", known), "did you mean 'latency'?");
  EXPECT_EQ(nearest_hint("jiter", known), "did you mean 'jitter'?");
  EXPECT_EQ(nearest_hint("speed", known), "");
  EXPECT_EQ(nearest_hint("", known), "");
  EXPECT_EQ(nearest_hint(std::string(1'000'000, 'j'), known), "");
  EXPECT_EQ(names_hint("speed", known), "one of: latency, jitter, bandwidth");
}

}  // namespace
}  // namespace hassle::scenario
