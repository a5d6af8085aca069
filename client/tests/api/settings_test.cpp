#include <hassle/client/settings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace hassle::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::string_literals;

config with_all() {
  config all = production_config();
  all.access_token = "t";
  return all;
}

std::string message_of(const std::expected<void, config_problem>& result) {
  return result ? "none" : result.error().key + ": " + result.error().message;
}

TEST(Settings, ProductionHasEveryLayerAndIsValid) {
  EXPECT_THAT(validate(with_all()), IsEmpty());
  for (const std::string_view each : layer_names()) {
    config one;
    EXPECT_TRUE(switch_on(one, each)) << each;
  }
  config none;
  EXPECT_FALSE(switch_on(none, "tls"));
  EXPECT_FALSE(switch_on(none, "brekaer"));
}

TEST(Settings, AreSetByNameAndReadBack) {
  config into = with_all();
  EXPECT_TRUE(set_setting(into, "health", "interval", "1m30s"s));
  EXPECT_EQ(into.health->interval, 90s);
  EXPECT_EQ(get_setting(into, "health", "interval"), setting_value("1m30s"s));
  EXPECT_TRUE(set_setting(into, "breaker", "window", "count"s));
  EXPECT_EQ(into.breaker->window, breaker_window::count);
  EXPECT_TRUE(set_setting(into, "breaker", "open_growth", std::int64_t{3}));
  EXPECT_EQ(into.breaker->open_growth, 3U);
  EXPECT_TRUE(set_setting(into, "health", "allow_tight", true));
  EXPECT_TRUE(into.health->allow_tight);
  EXPECT_TRUE(set_setting(into, "mirror", "entity_ids", std::vector{"light.a"s, "light.b"s}));
  EXPECT_EQ(into.mirror->entity_ids.size(), 2U);
  EXPECT_TRUE(set_setting(into, "pool", "hedge_after", "200ms"s));
  EXPECT_EQ(into.pool->hedge_after, 200ms);
}

TEST(Settings, NoneIsNoLimitWhichTheLinterTakesAndValidateRefuses) {
  config into = with_all();
  EXPECT_TRUE(set_setting(into, "reconnect", "answer_limit", "none"s));
  EXPECT_EQ(into.reconnect->answer_limit, no_limit);
  EXPECT_EQ(get_setting(into, "reconnect", "answer_limit"), setting_value("none"s));
  EXPECT_EQ(validate(into).size(), 1U);
}

TEST(Settings, WhatIsWrongIsSaidWithTheNearestWord) {
  config into = with_all();
  const auto typo = set_setting(into, "health", "intervall", "30s"s);
  ASSERT_FALSE(typo);
  EXPECT_EQ(typo.error().key, "health.intervall");
  EXPECT_EQ(typo.error().hint, "did you mean 'interval'?");
  const auto no_section = set_setting(into, "helth", "interval", "30s"s);
  ASSERT_FALSE(no_section);
  EXPECT_EQ(no_section.error().hint, "did you mean 'health'?");
  const auto word = set_setting(into, "admission", "when_full", "drop_oldst"s);
  ASSERT_FALSE(word);
  EXPECT_EQ(word.error().hint, "did you mean 'drop_oldest'?");
  const auto number = set_setting(into, "health", "interval", std::int64_t{30});
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().message, "takes a duration such as \"30s\", not a whole number");
  EXPECT_EQ(number.error().hint, "write \"30s\"");
}

TEST(Settings, AWrongValueChangesNothing) {
  config into = with_all();
  EXPECT_THAT(message_of(set_setting(into, "health", "interval", "30"s)),
              HasSubstr("health.interval: missing unit"));
  EXPECT_EQ(into.health->interval, 20s);
  EXPECT_THAT(message_of(set_setting(into, "pool", "size", std::int64_t{-1})),
              HasSubstr("is negative"));
  EXPECT_THAT(message_of(set_setting(into, "pool", "size", 2.5)), HasSubstr("not a number"));
  EXPECT_THAT(message_of(set_setting(into, "breaker", "open_growth", std::int64_t{1} << 40)),
              HasSubstr("is too large"));
  EXPECT_THAT(message_of(set_setting(into, "", "url", "ftp://x"s)), HasSubstr("scheme"));
  into.breaker.reset();
  EXPECT_THAT(message_of(set_setting(into, "breaker", "open_for", "1s"s)),
              HasSubstr("'breaker', which is not on"));
}

TEST(Settings, AUrlSetsHostPortPathAndTlsAndKeepsTheTrust) {
  config into;
  ASSERT_TRUE(set_setting(into, "", "url", "https://home.example/prefix"s));
  EXPECT_EQ(into.server, (net::endpoint{"home.example", 443}));
  EXPECT_EQ(into.target, "/prefix/api/websocket");
  ASSERT_TRUE(into.tls);
  ASSERT_TRUE(set_setting(into, "tls", "trust", "pinned"s));
  ASSERT_TRUE(set_setting(into, "", "url", "wss://[fe80::1]:8123"s));
  EXPECT_EQ(into.tls->trust, tls_config::trust_kind::pinned);
  EXPECT_EQ(get_setting(into, "", "url"), setting_value("https://[fe80::1]:8123"s));
  ASSERT_TRUE(set_setting(into, "", "url", "http://home.local:8123"s));
  EXPECT_FALSE(into.tls);
}

// A row for each field: the sizes of the structs are what a forgotten field changes.
TEST(Settings, EveryOneIsWrittenAndReadBackAndNamedOnce) {
  config whole = with_all();
  whole.tls.emplace();
  whole.proxy.emplace();
  std::set<std::string> names;
  for (const setting_info& each : all_settings()) {
    const std::string name = std::string(each.section) + "." + std::string(each.key);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_THAT(each.means, ::testing::EndsWith(".")) << name;
    EXPECT_EQ(each.means.find('\n'), std::string_view::npos) << name;
    if (each.section.find('.') != std::string_view::npos) continue;
    const auto value = get_setting(whole, each.section, each.key);
    if (value) {
      EXPECT_EQ(message_of(set_setting(whole, each.section, each.key, *value)), "none") << name;
    }
  }
  EXPECT_GT(names.size(), 100U);
}

TEST(Settings, SecretsHaveNoDefaultToShow) {
  std::vector<std::string> secrets;
  for (const setting_info& each : all_settings()) {
    if (!each.secret) continue;
    secrets.emplace_back(each.key);
    EXPECT_FALSE(each.by_default);
  }
  EXPECT_THAT(secrets, ::testing::ElementsAre("access_token", "password", "refresh_token"));
}

}  // namespace
}  // namespace hassle::client
