#include "reports/statistics/quantile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

std::vector<nanoseconds> times(const std::vector<int>& values) {
  std::vector<nanoseconds> result;
  result.reserve(values.size());
  for (const int value : values) result.emplace_back(value);
  std::ranges::sort(result);
  return result;
}

std::optional<time_quantile> quantile_over(const std::vector<std::vector<nanoseconds>>& groups,
                                           unsigned percent) {
  const std::vector<std::span<const nanoseconds>> views(groups.begin(), groups.end());
  return pooled_quantile(views, percent, 0.95);
}

// The table of the median's ranks for the sign test that textbooks print (such as Conover,
// Practical Nonparametric Statistics, table A3, or Hollander and Wolfe): n and the lower rank of
// the interval of at least 95 %; the upper is as far from the other end.
TEST(QuantileRanks, OfTheMedianAreThoseOfTheSignTest) {
  constexpr std::array<std::pair<std::size_t, std::size_t>, 8> table = {
      {{6, 1}, {8, 1}, {9, 2}, {10, 2}, {15, 4}, {20, 6}, {25, 8}, {30, 10}}};
  for (const auto& [n, low] : table) {
    const rank_interval ranks = quantile_ranks(n, 0.5, 0.95);
    EXPECT_EQ(ranks.low, low) << n;
    EXPECT_EQ(ranks.high, n + 1 - low) << n;
  }
}

// With five values the smallest is above the median once in 32 times: that is 3.1 %, too often.
TEST(QuantileRanks, AreMissingWhereTooFewValuesWereSeen) {
  EXPECT_EQ(quantile_ranks(5, 0.5, 0.95).low, std::nullopt);
  EXPECT_EQ(quantile_ranks(0, 0.5, 0.95).high, std::nullopt);
  // The largest of n is below the p99 with 0.99^n: at most 2.5 % from 368 on.
  EXPECT_EQ(quantile_ranks(367, 0.99, 0.95).high, std::nullopt);
  EXPECT_EQ(quantile_ranks(368, 0.99, 0.95).high, 368U);
}

double log_choose(std::size_t n, std::size_t k) {
  const auto log_factorial = [](std::size_t m) { return std::lgamma(static_cast<double>(m) + 1); };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

// P(B < k), added up by hand.
double probability_below(std::size_t k, std::size_t n, double share) {
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) {
    sum += std::exp(log_choose(n, i) + static_cast<double>(i) * std::log(share) +
                    static_cast<double>(n - i) * std::log(1 - share));
  }
  return sum;
}

RC_GTEST_PROP(QuantileRanks, CoverWhatTheySayAndNoRankMoreThanTheyMust, ()) {
  const auto n = static_cast<std::size_t>(*rc::gen::inRange(1, 400));
  const double share = *rc::gen::inRange(1, 100) / 100.0;
  const rank_interval ranks = quantile_ranks(n, share, 0.95);
  constexpr double rounding = 1e-9;
  if (ranks.low) {
    RC_ASSERT(probability_below(*ranks.low, n, share) <= 0.025 + rounding);
    RC_ASSERT(probability_below(*ranks.low + 1, n, share) > 0.025 - rounding);
  }
  if (ranks.high) {
    RC_ASSERT(probability_below(*ranks.high, n, share) >= 0.975 - rounding);
    RC_ASSERT(*ranks.high == 1 || probability_below(*ranks.high - 1, n, share) < 0.975 + rounding);
  }
}

TEST(PooledQuantile, OfOneRunIsThatOfItsRanks) {
  const auto found = quantile_over({times({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})}, 50);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, nanoseconds(5));
  EXPECT_EQ(found->low, nanoseconds(2));
  EXPECT_EQ(found->high, nanoseconds(9));
  EXPECT_FALSE(quantile_over({{}, {}}, 50));
}

// Ten runs with a hundred equal times each are ten values, not a thousand.
TEST(PooledQuantile, IsNotTakenInByRunsWhoseValuesAreAllAlike) {
  std::vector<std::vector<nanoseconds>> alike;
  std::vector<nanoseconds> mixed;
  for (int run = 1; run <= 10; ++run) {
    alike.push_back(times(std::vector<int>(100, run)));
    mixed.insert(mixed.end(), alike.back().begin(), alike.back().end());
  }
  const auto by_run = quantile_over(alike, 50);
  const auto as_one = quantile_over({mixed}, 50);
  ASSERT_TRUE(by_run && as_one);
  EXPECT_EQ(by_run->value, as_one->value);
  EXPECT_LE(by_run->low.value_or(nanoseconds(0)), nanoseconds(2));
  EXPECT_GE(by_run->high.value_or(nanoseconds(99)), nanoseconds(8));
  EXPECT_GE(as_one->low, nanoseconds(5));
  EXPECT_LE(as_one->high, nanoseconds(6));
}

RC_GTEST_PROP(PooledQuantile, IsInItsIntervalAndAValueThatWasSeen, ()) {
  const auto groups = *rc::gen::container<std::vector<std::vector<int>>>(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 50)));
  std::vector<std::vector<nanoseconds>> runs;
  std::vector<nanoseconds> all;
  for (const auto& group : groups) {
    runs.push_back(times(group));
    all.insert(all.end(), runs.back().begin(), runs.back().end());
  }
  const auto percent = *rc::gen::inRange(1U, 100U);
  const auto found = quantile_over(runs, percent);
  RC_ASSERT(found.has_value() == !all.empty());
  if (!found) return;
  RC_ASSERT(std::ranges::find(all, found->value) != all.end());
  RC_ASSERT(found->low.value_or(found->value) <= found->value);
  RC_ASSERT(found->value <= found->high.value_or(found->value));
}

}  // namespace
}  // namespace hassle::reports
