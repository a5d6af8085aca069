#include "harness/final_checks.hpp"

#include "harness/simulation/idle_watch.hpp"

#include <hassle/client/lint.hpp>
#include <hassle/client/settings.hpp>

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <chrono>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;

constexpr mockha::wall_time start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr mockha::wall_time much_later = start + 1h;

// A home of two lights, and a mirror that has its snapshot.
class FinalChecksTest : public testing::Test {
 protected:
  FinalChecksTest() {
    mirror_.on_subscribed();
    tell(R"({"a":{"light.desk":{"s":"on","a":{"brightness":7},"c":"1","lc":1.0},
                  "light.wall":{"s":"off","a":{},"c":"2","lc":1.0}}})");
  }
  void tell(std::string_view event) { mirror_.apply(boost::json::parse(event), nullptr); }

  mirror_differences compare(mockha::wall_time now = much_later) {
    return compare_mirror(mirror_, settings_, home_, now);
  }

  static mockha::home_plan two_lights() {
    mockha::home_plan plan;
    plan.entities = {{"light.desk", "on", {{"brightness", 7}}}, {"light.wall", "off", {}}};
    return plan;
  }

  client::mirror_config settings_;
  client::state_mirror mirror_{settings_};
  mockha::home home_{two_lights(), mockha::context_source(net::random_stream(1)), start};
};

TEST_F(FinalChecksTest, AMirrorThatIsTrueHasNoDifferences) {
  EXPECT_EQ(compare().count, 0);
  EXPECT_EQ(compare().first, "");
}

TEST_F(FinalChecksTest, NamesGhostsAndWhatIsMissing) {
  tell(R"({"a":{"light.gone":{"s":"on","a":{},"c":"3","lc":2.0}}})");
  EXPECT_EQ(compare().first, "ghost light.gone");
  tell(R"({"r":["light.wall"]})");
  EXPECT_EQ(compare().count, 2);
  EXPECT_EQ(compare().first, "missing light.wall");
}

TEST_F(FinalChecksTest, NamesAWrongStateAndOtherAttributes) {
  tell(R"({"c":{"light.desk":{"+":{"s":"off"}}}})");
  EXPECT_EQ(compare().first, "light.desk: off, is on");
  tell(R"({"c":{"light.desk":{"+":{"s":"on","a":{"brightness":8}}}}})");
  EXPECT_EQ(compare().first, "light.desk: other attributes");
}

TEST_F(FinalChecksTest, WhatChangedJustNowIsOnItsWay) {
  home_.set("light.desk", "off", {}, much_later, {});
  EXPECT_EQ(compare(much_later + 9s).count, 0);
  EXPECT_EQ(compare(much_later + 11s).count, 1);
}

TEST_F(FinalChecksTest, OnlyWhatIsMirroredCanBeMissing) {
  settings_.entity_ids = {"light.desk"};
  tell(R"({"r":["light.wall"]})");
  EXPECT_EQ(compare().count, 0);
}

TEST(PromisedRecovery, LeavesOutWhatHomeAssistantTakesToStart) {
  client::config settings;
  EXPECT_EQ(promised_recovery(settings), std::nullopt) << "naive promises nothing";
  settings = client::production_config();
  const auto bound = client::lint(settings);
  ASSERT_TRUE(bound.total.has_value());
  const auto promised = promised_recovery(settings);
  ASSERT_TRUE(promised.has_value());
  EXPECT_EQ(*bound.total - *promised, settings.deadline->ready_limit);
}

TEST(IdleWatch, CountsTheInstantsOfACalmMinute) {
  idle_watch watch;
  const auto at = [](net::duration t) { return net::time_point(t); };
  for (int i = 0; i < 50; ++i) watch.on_wake(at(i * 1s));
  EXPECT_EQ(watch.peak(), std::nullopt) << "the first minute is not calm yet";
  for (int i = 0; i < 5; ++i) {
    watch.on_wake(at(70s + i * 1s));
    watch.on_wake(at(70s + i * 1s));
  }
  EXPECT_EQ(watch.peak(), 5);
  watch.begin(at(130s));
  for (int i = 0; i < 20; ++i) watch.on_wake(at(131s + i * 10s));
  watch.end(at(400s));
  for (int i = 0; i < 20; ++i) watch.on_wake(at(401s + i * 2s));
  EXPECT_EQ(watch.peak(), 5) << "something was the matter, or had just been";
  for (int i = 0; i < 7; ++i) watch.on_wake(at(465s + i * 1s));
  EXPECT_EQ(watch.peak(), 7);
}

}  // namespace
}  // namespace hassle::harness
