#include "scripted_layer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const boost::json::value> answer(boost::json::value value) {
  return std::make_shared<const boost::json::value>(std::move(value));
}

const command read_of_kitchen{.body = {}, .cache_key = "light.kitchen", .tag = 1};

TEST(DegradationLayer, AFailedReadIsAnsweredFromTheCacheAndSaysSo) {
  layer_bench bench({.degradation = degradation_config{}});
  const auto degradation = make_degradation(bench.shared(), bench.inner());
  bench.inside.answers = {{.kind = outcome_kind::fresh, .result = answer("on")},
                          failing(outcome_kind::connection, "refused")};
  EXPECT_EQ(bench.send(*degradation, read_of_kitchen).kind, outcome_kind::fresh);
  bench.world().advance(20s);
  const outcome got = bench.send(*degradation, read_of_kitchen);
  EXPECT_EQ(got.kind, outcome_kind::stale);
  EXPECT_EQ(*got.result, boost::json::value("on"));
  EXPECT_EQ(got.age, 20s);
  EXPECT_THAT(bench.told, ElementsAre("cache"));
}

TEST(DegradationLayer, AnOldAnswerIsNoAnswer) {
  layer_bench bench({.degradation = degradation_config{}});
  const auto degradation = make_degradation(bench.shared(), bench.inner());
  bench.inside.answers = {{.kind = outcome_kind::fresh, .result = answer("on")},
                          failing(outcome_kind::timeout, "answer limit")};
  bench.send(*degradation, read_of_kitchen);
  bench.world().advance(31s);
  EXPECT_EQ(bench.send(*degradation, read_of_kitchen).kind, outcome_kind::timeout);
  EXPECT_THAT(bench.told, IsEmpty());
}

// A switch that was not switched must not be reported as switched.
TEST(DegradationLayer, ACommandThatIsNoReadIsNeverAnsweredFromTheCache) {
  layer_bench bench({.degradation = degradation_config{}});
  const auto degradation = make_degradation(bench.shared(), bench.inner());
  bench.inside.answers = {{.kind = outcome_kind::fresh, .result = answer(nullptr)},
                          failing(outcome_kind::connection, "refused")};
  bench.send(*degradation);
  EXPECT_EQ(bench.send(*degradation).kind, outcome_kind::connection);
}

}  // namespace
}  // namespace hassle::client
