#include "reports/statistics.hpp"

#include "reports/analysis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace hassle::reports {
namespace {

using namespace std::chrono_literals;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pair;

// n = 10, mean 5.5, standard deviation 3.0277, so half = 2.262 * 3.0277 / sqrt(10) = 2.166.
TEST(MeanInterval, IsTheTextbooks) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const interval i = mean_interval(values);
  EXPECT_DOUBLE_EQ(i.mean, 5.5);
  EXPECT_THAT(i.low, DoubleNear(3.334, 0.001));
  EXPECT_THAT(i.high, DoubleNear(7.666, 0.001));
}

TEST(MeanInterval, OfOneValueHasNoWidth) {
  const interval i = mean_interval(std::vector<double>{0.25});
  EXPECT_EQ(i.mean, 0.25);
  EXPECT_EQ(i.low, 0.25);
  EXPECT_EQ(i.high, 0.25);
  EXPECT_EQ(mean_interval({}).mean, 0);
}

// The seeds differ widely, the clients hardly: pairing finds the small difference.
TEST(PairedDifference, IsNotDrownedByTheWeather) {
  const std::vector<double> before = {0.10, 0.50, 0.90, 0.30};
  const std::vector<double> after = {0.08, 0.47, 0.88, 0.27};
  const interval i = paired_difference(before, after);
  EXPECT_THAT(i.mean, DoubleNear(-0.025, 1e-12));
  EXPECT_LT(i.high, 0);
}

TEST(PairedDifference, OfNoChangeContainsZero) {
  const interval i =
      paired_difference(std::vector<double>{0.1, 0.2}, std::vector<double>{0.2, 0.1});
  EXPECT_LE(i.low, 0);
  EXPECT_GE(i.high, 0);
}

TEST(NearestRank, IsAValueThatOccurred) {
  const std::vector<std::chrono::nanoseconds> sorted = {15ns, 20ns, 35ns, 40ns, 50ns};
  EXPECT_EQ(nearest_rank(sorted, 5), 15ns);
  EXPECT_EQ(nearest_rank(sorted, 30), 20ns);
  EXPECT_EQ(nearest_rank(sorted, 40), 20ns);
  EXPECT_EQ(nearest_rank(sorted, 50), 35ns);
  EXPECT_EQ(nearest_rank(sorted, 100), 50ns);
  EXPECT_EQ(nearest_rank({}, 50), 0ns);
}

TEST(MostFirst, BreaksTiesByName) {
  EXPECT_THAT(most_first({{"b", 2}, {"a", 2}, {"c", 3}}),
              ElementsAre(Pair("c", 3), Pair("a", 2), Pair("b", 2)));
}

}  // namespace
}  // namespace hassle::reports
