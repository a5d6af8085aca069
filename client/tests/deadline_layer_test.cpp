#include "scripted_layer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(DeadlineLayer, AsksForTheAnswerBeforeTheCallersLimit) {
  layer_bench bench({.deadline = deadline_config{.margin = 100ms}});
  const auto deadline = make_deadline(bench.shared(), bench.inner());
  bench.send(*deadline, {}, net::time_point(30s));
  EXPECT_THAT(bench.inside.deadlines, ElementsAre(net::time_point(29'900ms)));
}

TEST(DeadlineLayer, WithoutALimitThereIsNoDeadline) {
  layer_bench bench({.deadline = deadline_config{}});
  const auto deadline = make_deadline(bench.shared(), bench.inner());
  bench.send(*deadline);
  EXPECT_THAT(bench.inside.deadlines, ElementsAre(net::never));
}

}  // namespace
}  // namespace hassle::client
