#include "harness/client_settings.hpp"

#include "scenarios/library.hpp"

#include <hassle/client/settings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAreArray;

scenario::client_profile profile(std::string_view body) {
  return scenario::parse_profile("schema = 1\ntitle = \"t\"\n" + std::string(body), "mine.toml")
      .value();
}

std::string complaint(std::string_view body) {
  const auto settings = client_settings(profile(body));
  return settings ? "" : settings.error().text();
}

TEST(ProfileSettings, OfEveryProfileOfTheLibraryAreValid) {
  for (const std::string_view name : scenario::profile_names()) {
    const auto settings = client_settings(scenario::find_profile(name).value());
    EXPECT_TRUE(settings) << name << ": " << settings.error().text();
  }
}

TEST(ProfileSettings, KnowTheSameLayersAsProfiles) {
  EXPECT_THAT(client::layer_names(), ElementsAreArray(scenario::layer_names()));
}

TEST(ProfileSettings, FollowTheStyle) {
  EXPECT_EQ(client_settings(profile("layers = []"))->style, client::engine_style::best);
  EXPECT_EQ(client_settings(profile("style = \"lee\"\nlayers = []"))->style,
            client::engine_style::lee);
}

TEST(ProfileSettings, AreTakenOfEveryType) {
  const auto settings = client_settings(
      profile("layers = [\"pool\", \"idempotency\", \"mirror\", \"admission\"]\n"
              "[pool]\nsize = 2\nhedge_after = \"300ms\"\n[idempotency]\nlook_up = false\n"
              "[mirror]\nentity_ids = [\"light.kitchen\"]\n"
              "[admission]\nwhile_starting = \"fail_fast\"\n"));
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->pool->size, 2U);
  EXPECT_EQ(settings->pool->hedge_after, 300ms);
  EXPECT_FALSE(settings->idempotency->look_up);
  EXPECT_EQ(settings->mirror->entity_ids, std::vector<std::string>{"light.kitchen"});
  EXPECT_EQ(settings->admission->while_starting, client::starting_policy::fail_fast);
  EXPECT_FALSE(settings->health);
}

TEST(ProfileSettings, AMistakeIsNamedWithItsPlace) {
  EXPECT_EQ(complaint("layers = [\"health\"]\n[health]\nintervall = \"30s\""),
            "mine:5:13: health.intervall: there is no setting 'intervall' (did you mean "
            "'interval'?)");
  EXPECT_EQ(complaint("layers = [\"health\"]\n[health]\ninterval = true"),
            "mine:5:12: health.interval: takes a duration such as \"30s\", not a truth value");
}

// What `validate` finds stands where the setting does, if it was set.
TEST(ProfileSettings, ARangeIsHeeded) {
  EXPECT_EQ(complaint("layers = [\"pool\"]\n[pool]\nsize = 0"),
            "mine:5:8: pool.size: is zero (takes at least 1)");
  EXPECT_EQ(complaint("layers = [\"health\"]\n[health]\ninterval = \"2s\""),
            "mine:5:12: health.interval: is below 10 s (tight watchdogs kill good links; "
            "health.allow_tight permits it all the same)");
  EXPECT_EQ(complaint("layers = [\"reconnect\"]\n[reconnect]\nbackoff_base = \"2m\""),
            "mine: reconnect.backoff_cap: is below reconnect.backoff_base");
}

}  // namespace
}  // namespace hassle::harness
