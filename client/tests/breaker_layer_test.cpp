#include "scripted_layer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(BreakerLayer, AfterFiveFailuresCommandsFailWithoutBeingSent) {
  layer_bench bench({.breaker = breaker_config{}});
  const auto breaker = make_breaker(bench.shared(), bench.inner());
  for (int i = 0; i < 5; ++i) {
    bench.inside.answers.push_back(failing(outcome_kind::timeout, "answer limit"));
    EXPECT_EQ(bench.send(*breaker).kind, outcome_kind::timeout);
  }
  const outcome refused = bench.send(*breaker);
  EXPECT_EQ(refused.kind, outcome_kind::other);
  EXPECT_EQ(refused.detail, "breaker_open");
  EXPECT_EQ(bench.inside.deadlines.size(), 5U);
  EXPECT_THAT(bench.told, ElementsAre("open"));
}

TEST(BreakerLayer, AfterItsOpenTimeASuccessClosesIt) {
  layer_bench bench({.breaker = breaker_config{.failures_to_open = 1, .open_for = 60s}});
  const auto breaker = make_breaker(bench.shared(), bench.inner());
  bench.inside.answers.push_back(failing(outcome_kind::connection, "refused"));
  bench.send(*breaker);
  bench.world().advance(60s);
  EXPECT_EQ(bench.send(*breaker).kind, outcome_kind::fresh);
  EXPECT_THAT(bench.told, ElementsAre("open", "half_open", "closed"));
}

// An error that Home Assistant answered proves that it is there.
TEST(BreakerLayer, AnErrorFromHomeAssistantIsNoFailure) {
  layer_bench bench({.breaker = breaker_config{.failures_to_open = 1, .open_for = 60s}});
  const auto breaker = make_breaker(bench.shared(), bench.inner());
  bench.inside.answers.push_back(failing(outcome_kind::other, "not_found"));
  EXPECT_EQ(bench.send(*breaker).detail, "not_found");
  EXPECT_EQ(bench.send(*breaker).kind, outcome_kind::fresh);
}

}  // namespace
}  // namespace hassle::client
