#include "reports/statistics/equal_values.hpp"

#include "reports/intervals.hpp"
#include "reports/statistics/student.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hassle::reports {
namespace {

using values = std::vector<double>;

constexpr double confidence = 0.95;

values times(std::size_t n, double value) { return values(n, value); }

TEST(EqualDifferences, AreNoMoreCertainThanTheirSigns) {
  EXPECT_EQ(tested_difference(times(2, 0.25), confidence).p, 0.5);
  EXPECT_EQ(tested_difference(times(5, 0.25), confidence).p, 0.0625);
  EXPECT_EQ(tested_difference(times(6, -0.25), confidence).p, 0.03125);
}

TEST(EqualDifferences, OfNothingAreNoDifference) {
  EXPECT_EQ(tested_difference(times(3, 0), confidence).p, 1);
  EXPECT_EQ(tested_difference(times(300, 0), confidence).p, 1);
  EXPECT_EQ(tested_difference({}, confidence).p, 1);
  EXPECT_EQ(tested_difference(values{0.5}, confidence).p, 1);
}

TEST(EqualDifferences, HaveAnIntervalThatReachesToZeroWhereTheyMayBeChance) {
  const interval few = tested_difference(times(5, -0.25), confidence).range;
  EXPECT_EQ(few.mean, -0.25);
  EXPECT_EQ(few.low, -0.5);
  EXPECT_EQ(few.high, 0);
  const interval enough = tested_difference(times(6, -0.25), confidence).range;
  EXPECT_EQ(enough.low, -0.25);
  EXPECT_EQ(enough.high, -0.25);
}

TEST(EqualDifferences, AreEqualBeyondRounding) {
  const values rounded{0.3 - 0.2, 0.2 - 0.1};
  ASSERT_NE(rounded[0], rounded[1]);
  EXPECT_TRUE(without_spread(rounded));
  EXPECT_EQ(tested_difference(rounded, confidence).p, 0.5);
  EXPECT_FALSE(without_spread(values{0.1, 0.1000001}));
  EXPECT_FALSE(without_spread(values{0, 1e-12})) << "nothing and next to nothing differ";
}

TEST(EqualDifferences, OfSeedsAreNotMadeCertainByManyOrders) {
  const std::vector<values> alike(2, times(6, 0.25));
  EXPECT_EQ(crossed_mean(alike, confidence).p, 0.5);
  EXPECT_EQ(crossed_mean(alike, confidence).range.low, 0);
  // The orders differ, the two seeds do not: the orders' spread is not all that may be chance.
  const std::vector<values> rows(2, values{0.24, 0.25, 0.26, 0.25, 0.25, 0.25});
  EXPECT_EQ(crossed_mean(rows, confidence).p, 0.5);
  EXPECT_LE(crossed_mean(rows, confidence).range.low, 0);
}

TEST(EqualDifferences, SurviveHolmOnlyInNumbers) {
  std::vector<cell_evidence> table(3);
  table[1].change = evidence_of(times(6, 0), times(6, 0.1));
  table[2].change = evidence_of(times(7, 0), times(7, 0.1));
  EXPECT_FALSE(table[1].change->bootstrap) << "there is nothing to draw again";
  correct_together(table);
  EXPECT_DOUBLE_EQ(table[1].change->p_holm, 0.03125);
  EXPECT_DOUBLE_EQ(table[2].change->p_holm, 0.03125);
  EXPECT_TRUE(table[2].change->significant);
  std::vector<cell_evidence> few(2);
  few[1].change = evidence_of(times(3, 0), times(3, 0.1));
  correct_together(few);
  EXPECT_FALSE(few[1].change->significant);
}

}  // namespace
}  // namespace hassle::reports
