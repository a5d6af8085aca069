#include "reports/statistics/student.hpp"

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

using testing::DoubleNear;

// The two-sided 95 % and 99 % columns of the table that every textbook prints.
TEST(StudentT, AgreesWithThePublishedTable) {
  struct row {
    double degrees, half95, half99;
  };
  constexpr std::array<row, 9> table = {{{1, 12.706, 63.657},
                                         {2, 4.303, 9.925},
                                         {3, 3.182, 5.841},
                                         {4, 2.776, 4.604},
                                         {9, 2.262, 3.250},
                                         {19, 2.093, 2.861},
                                         {29, 2.045, 2.756},
                                         {60, 2.000, 2.660},
                                         {120, 1.980, 2.617}}};
  for (const row& each : table) {
    EXPECT_THAT(student_t(each.degrees, 0.95), DoubleNear(each.half95, 0.0005)) << each.degrees;
    EXPECT_THAT(student_t(each.degrees, 0.99), DoubleNear(each.half99, 0.0005)) << each.degrees;
  }
  EXPECT_THAT(normal_z(0.95), DoubleNear(1.959964, 1e-6));
}

// R's data set "sleep" (Student 1908), with the output of t.test(paired = TRUE) in its manual:
// t = -4.0621, df = 9, p-value = 0.002833, interval -2.4598858 to -0.7001142, mean -1.58.
TEST(PairedT, GivesWhatTheManualOfRGivesForStudentsOwnData) {
  const std::vector<double> first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::vector<double> second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  std::vector<double> differences;
  differences.reserve(first.size());
  for (std::size_t i = 0; i < first.size(); ++i) differences.push_back(first[i] - second[i]);
  const interval i = mean_interval(differences, usual_confidence);
  EXPECT_THAT(i.mean, DoubleNear(-1.58, 1e-12));
  EXPECT_THAT(i.low, DoubleNear(-2.4598858, 5e-8));
  EXPECT_THAT(i.high, DoubleNear(-0.7001142, 5e-8));
  EXPECT_THAT(tested_difference(differences, usual_confidence).p, DoubleNear(0.002833, 5e-7));
  const interval direct = paired_difference(second, first);
  EXPECT_DOUBLE_EQ(direct.low, i.low);
}

RC_GTEST_PROP(PairedT, IsBelowFivePercentExactlyWhereTheIntervalLeavesOutZero, ()) {
  const auto size = *rc::gen::inRange(2, 20);
  const auto whole = *rc::gen::container<std::vector<int>>(static_cast<std::size_t>(size),
                                                           rc::gen::inRange(-2, 3));
  const std::vector<double> values(whole.begin(), whole.end());
  const auto [i, p] = tested_difference(values, usual_confidence);
  RC_ASSERT((p < 0.05) == (i.low > 0 || i.high < 0));
}

RC_GTEST_PROP(RatioInterval, IsTheMeansWhereAllRunsAreOfOneSize, ()) {
  const auto size = static_cast<std::size_t>(*rc::gen::inRange(2, 20));
  const auto whole = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, 100));
  const std::vector<double> above(whole.begin(), whole.end());
  const std::vector<double> below(size, 100.0);
  std::vector<double> shares;
  shares.reserve(size);
  for (const double each : above) shares.push_back(each / 100);
  const interval as_ratio = ratio_interval(above, below, 0.95);
  const interval as_mean = mean_interval(shares, 0.95);
  RC_ASSERT(std::abs(as_ratio.mean - as_mean.mean) < 1e-12);
  RC_ASSERT(std::abs(as_ratio.high - as_mean.high) < 1e-12);
}

// A run of 900 commands with 90 errors and one of 100 without any: 90 of 1,000, not 5 %.
TEST(RatioInterval, GivesEveryCommandTheSameWeight) {
  EXPECT_DOUBLE_EQ(
      ratio_interval(std::vector<double>{90, 0}, std::vector<double>{900, 100}, 0.95).mean, 0.09);
}

// Rows (seeds) that differ, columns (permutations) that do not, and the other way round.
TEST(CrossedMean, IsTheOrdinaryIntervalWhereOnlyOneOfTheTwoMatters) {
  const std::vector<double> seeds = {0.1, 0.3, 0.2, 0.5};
  std::vector<std::vector<double>> rows;
  rows.reserve(seeds.size());
  for (const double value : seeds) rows.push_back({value, value, value});
  const interval plain = mean_interval(seeds, 0.95);
  EXPECT_NEAR(crossed_mean(rows, 0.95).range.high, plain.high, 1e-12);
  EXPECT_DOUBLE_EQ(crossed_mean(rows, 0.95).p, tested_difference(seeds, 0.95).p);
  const std::vector<std::vector<double>> columns(6, seeds);
  EXPECT_NEAR(crossed_mean(columns, 0.95).range.low, plain.low, 1e-12);
}

TEST(CrossedMean, IsWiderThanWithEitherAlone) {
  const std::vector<std::vector<double>> rows = {{1, 2, 3}, {2, 3, 4}, {4, 5, 6}, {3, 4, 5}};
  const interval both = crossed_mean(rows, 0.95).range;
  const interval by_row = mean_interval(std::vector<double>{2, 3, 5, 4}, 0.95);
  EXPECT_DOUBLE_EQ(both.mean, 3.5);
  EXPECT_GT(both.high - both.mean, by_row.high - by_row.mean);
  EXPECT_EQ(crossed_mean({}, 0.95).range.mean, 0);
}

}  // namespace
}  // namespace hassle::reports
