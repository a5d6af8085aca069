#include "reports/statistics/two_samples.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace hassle::reports {
namespace {

constexpr double confidence = 0.95;

// Student's sleep data (1908), as in R's `sleep`: hours gained with two drugs by ten people.
const std::vector<double> first{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const std::vector<double> second{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

TEST(TwoSamples, WelchAgreesWithThePublishedExample) {
  // R: t.test(extra ~ group, data = sleep): p = 0.07939, interval -3.3654832 0.2054832.
  const mean_change change = unpaired_change(first, second, confidence);
  EXPECT_NEAR(change.difference.mean, 1.58, 1e-12);
  EXPECT_NEAR(change.difference.low, -0.2054832, 1e-7);
  EXPECT_NEAR(change.difference.high, 3.3654832, 1e-7);
  EXPECT_NEAR(change.p, 0.07939, 1e-5);
}

TEST(TwoSamples, PairsAgreeWithThePublishedExample) {
  // R: with(sleep, t.test(extra[group == 2], extra[group == 1], paired = TRUE)):
  // p = 0.002833, interval 0.7001142 2.4598858.
  const mean_change change = paired_change(first, second, confidence);
  EXPECT_NEAR(change.difference.low, 0.7001142, 1e-7);
  EXPECT_NEAR(change.difference.high, 2.4598858, 1e-7);
  EXPECT_NEAR(change.p, 0.002833, 1e-6);
}

TEST(TwoSamples, TheRatioHasItsIntervalByTheDeltaMethod) {
  const std::vector<double> before{9, 10, 11};
  const std::vector<double> after{18, 20, 22};
  const mean_change change = unpaired_change(before, after, confidence);
  ASSERT_TRUE(change.ratio);
  EXPECT_DOUBLE_EQ(change.ratio->mean, 2);
  // Variances of the means 1/3 and 4/3: 2² · (1/3)/100 + (4/3)/100 = 8/300, with 4 degrees of
  // freedom, whose t is 2.776445.
  EXPECT_NEAR(change.ratio->high - 2, 2.776445 * 0.1632993, 1e-6);
}

TEST(TwoSamples, WithoutSpreadThereIsNoMoreCertaintyThanInTheOrderOfTheValues) {
  const std::vector<double> none{0, 0, 0, 0, 0};
  const std::vector<double> some{1, 1, 1, 1, 1};
  EXPECT_DOUBLE_EQ(unpaired_change(none, some, confidence).p, 2.0 / 252);
  EXPECT_DOUBLE_EQ(paired_change(none, some, confidence).p, 2.0 / 32);
  EXPECT_DOUBLE_EQ(unpaired_change(none, none, confidence).p, 1);
  EXPECT_FALSE(unpaired_change(none, some, confidence).ratio);
}

TEST(TwoSamples, OneValueProvesNothing) {
  const std::vector<double> one{1};
  const std::vector<double> many{5, 6, 7};
  EXPECT_DOUBLE_EQ(unpaired_change(one, many, confidence).p, 1);
  EXPECT_DOUBLE_EQ(paired_change(one, std::vector<double>{9}, confidence).p, 1);
}

RC_GTEST_PROP(TwoSamples, WhoIsFirstDoesNotMatter, ()) {
  const auto values = [] {
    std::vector<double> some;
    for (const int n :
         *rc::gen::container<std::vector<int>>(*rc::gen::inRange(1, 8), rc::gen::inRange(0, 50))) {
      some.push_back(n);
    }
    return some;
  };
  const auto a = values();
  const auto b = values();
  const mean_change there = unpaired_change(a, b, confidence);
  const mean_change back = unpaired_change(b, a, confidence);
  RC_ASSERT(there.p == back.p);
  RC_ASSERT(there.difference.mean == -back.difference.mean);
  RC_ASSERT(there.p >= 0.0 && there.p <= 1.0);
  RC_ASSERT(there.difference.low <= there.difference.mean);
}

}  // namespace
}  // namespace hassle::reports
