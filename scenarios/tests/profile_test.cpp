#include "scenarios/tests/support.hpp"

#include "scenarios/library.hpp"
#include "scenarios/profile.hpp"

#include <gmock/gmock.h>

namespace hassle::scenario {
namespace {

using testing::ElementsAre;

std::vector<std::string> profile_errors(std::string_view text) {
  const auto profile = parse_profile(text, "p.toml");
  return profile ? std::vector<std::string>() : error_texts(profile.error());
}

TEST(Profile, LayersComeInLadderOrderAndSettingsKeepTheirTypes) {
  const auto profile = parse_profile(
      "schema = 1\ntitle = \"t\"\nlayers = [\"health\", \"reconnect\"]\n"
      "[health]\ninterval = \"30s\"\nmisses = 2\nshare = 0.5\nloud = true\nof = [\"a\", \"b\"]\n",
      "dir/mine.toml");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->name, "mine");
  EXPECT_EQ(profile->title, "t");
  EXPECT_THAT(profile->layers, ElementsAre("reconnect", "health"));
  ASSERT_EQ(profile->settings.size(), 5U);
  EXPECT_EQ(profile->settings[0].layer, "health");
  EXPECT_EQ(profile->settings[0].key, "interval");
  EXPECT_EQ(profile->settings[0].where, (source_position{5, 12}));
  EXPECT_EQ(std::get<std::string>(profile->settings[0].value), "30s");
  EXPECT_EQ(std::get<std::int64_t>(profile->settings[1].value), 2);
  EXPECT_EQ(std::get<double>(profile->settings[2].value), 0.5);
  EXPECT_EQ(std::get<bool>(profile->settings[3].value), true);
  EXPECT_THAT(std::get<std::vector<std::string>>(profile->settings[4].value),
              ElementsAre("a", "b"));
}

TEST(Profile, SettingsOfNoLayerStandAboveAllTables) {
  const auto profile =
      parse_profile("schema = 1\ntitle = \"t\"\ndeflate = true\nlayers = []", "p.toml");
  ASSERT_TRUE(profile);
  ASSERT_EQ(profile->settings.size(), 1U);
  EXPECT_EQ(profile->settings[0].layer, "");
  EXPECT_EQ(profile->settings[0].key, "deflate");
  EXPECT_EQ(std::get<bool>(profile->settings[0].value), true);
}

TEST(Profile, MistakesAreNamedWithTheirPlaces) {
  EXPECT_THAT(profile_errors("schema = 1\ntitle = \"t\"\nlayers = [\"helth\", \"pool\", \"pool\", "
                             "\"naive\", 3]\n[breaker]\nfailures = 3\n[retry]\n[pool]\nsize = [3]"),
              ElementsAre("p.toml:3:11: layers: unknown layer 'helth' (did you mean 'health'?)",
                          "p.toml:3:28: layers: 'pool' is listed twice",
                          "p.toml:3:36: layers: unknown layer 'naive' (the naive client is "
                          "layers = [])",
                          "p.toml:3:45: layers: expected a string, found an integer",
                          "p.toml:4:2: settings of 'breaker', a layer that is not on (name it in "
                          "layers)",
                          testing::StartsWith("p.toml:6:2: unknown layer 'retry' (one of: schema"),
                          "p.toml:8:9: 'size': expected a string, found an integer"));
  EXPECT_THAT(profile_errors("schema = 2\ntitle = 3\nlayers = 4"),
              ElementsAre("p.toml:1:10: schema: this version is not known (write schema = 1)",
                          "p.toml:2:9: title: expected a string, found an integer",
                          "p.toml:3:10: layers: expected an array, found an integer"));
  EXPECT_THAT(profile_errors("layers = []\npool = 3"),
              ElementsAre("p.toml: missing key 'schema'", "p.toml: missing key 'title'",
                          "p.toml:2:1: settings of 'pool', a layer that is not on (name it in "
                          "layers)"));
}

TEST(Profile, LayersHaveTheirBestFormUnlessTheFieldReportsIsAskedFor) {
  EXPECT_EQ(parse_profile("schema = 1\ntitle = \"t\"\nlayers = []", "p.toml")->style,
            client_style::best);
  EXPECT_EQ(
      parse_profile("schema = 1\ntitle = \"t\"\nstyle = \"lee\"\nlayers = [\"deadline\"]", "p.toml")
          ->style,
      client_style::lee);
}

TEST(Profile, TheFieldReportHasSevenLayersOnly) {
  EXPECT_THAT(
      profile_errors("schema = 1\ntitle = \"t\"\nlayers = [\"pool\", \"jitter\", \"failover\"]\n"
                     "style = \"lee\""),
      ElementsAre(
          "p.toml:3:19: layers: there is no 'jitter' in style 'lee' (write style = \"best\")",
          "p.toml:3:29: layers: there is no 'failover' in style 'lee' (write style = \"best\")"));
  EXPECT_THAT(profile_errors("schema = 1\ntitle = \"t\"\nlayers = []\nstyle = \"bst\""),
              ElementsAre("p.toml:4:9: style: unknown style 'bst' (did you mean 'best'?)"));
  EXPECT_THAT(profile_errors("schema = 1\ntitle = \"t\"\nlayers = []\nstyle = 1"),
              ElementsAre("p.toml:4:9: style: expected a string, found an integer"));
}

TEST(Profile, WithoutALayerItsSettingsGoToo) {
  const auto profile = parse_profile(
      "schema = 1\ntitle = \"t\"\nlayers = [\"health\", \"reconnect\"]\n"
      "[health]\ninterval = \"30s\"\n[reconnect]\nlimit = \"5s\"",
      "production.toml");
  ASSERT_TRUE(profile);
  const client_profile less = without(*profile, "health");
  EXPECT_EQ(less.name, "production-without-health");
  EXPECT_THAT(less.layers, ElementsAre("reconnect"));
  ASSERT_EQ(less.settings.size(), 1U);
  EXPECT_EQ(less.settings[0].layer, "reconnect");
}

}  // namespace
}  // namespace hassle::scenario
