#include "reports/statistics/proportion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.

#include <array>

namespace hassle::reports {
namespace {

using testing::DoubleNear;

struct published {
  std::uint64_t hits, n;
  double wilson_low, wilson_high, exact_low, exact_high;
};

// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
// Medicine 17 (1998), table I: methods 3 (Wilson's score) and 5 (Clopper and Pearson).
constexpr std::array<published, 4> newcombe = {{{81, 263, 0.2553, 0.3662, 0.2527, 0.3676},
                                                {15, 148, 0.0624, 0.1605, 0.0578, 0.1617},
                                                {0, 20, 0.0000, 0.1611, 0.0000, 0.1684},
                                                {1, 29, 0.0061, 0.1718, 0.0009, 0.1776}}};

TEST(Proportion, AgreesWithNewcombesTable) {
  for (const published& each : newcombe) {
    const interval wilson = wilson_interval(each.hits, each.n, 0.95);
    EXPECT_THAT(wilson.low, DoubleNear(each.wilson_low, 5e-5)) << each.hits;
    EXPECT_THAT(wilson.high, DoubleNear(each.wilson_high, 5e-5)) << each.hits;
    const interval exact = clopper_pearson_interval(each.hits, each.n, 0.95);
    EXPECT_THAT(exact.low, DoubleNear(each.exact_low, 5e-5)) << each.hits;
    EXPECT_THAT(exact.high, DoubleNear(each.exact_high, 5e-5)) << each.hits;
  }
}

TEST(Proportion, OfNoneAtAllIsTheRuleOfThree) {
  EXPECT_DOUBLE_EQ(bound_of_none(300, 0.95), 0.01);
  EXPECT_DOUBLE_EQ(bound_of_none(1, 0.95), 1);
  // -ln(0.01) = 4.605: the rule of thumb for 99 %.
  EXPECT_THAT(bound_of_none(1000, 0.99), DoubleNear(0.004605, 1e-6));
}

RC_GTEST_PROP(Proportion, BothIntervalsHoldWhatWasSeenAndMirrorItsOpposite, ()) {
  const auto n = *rc::gen::inRange<std::uint64_t>(1, 2000);
  const auto hits = *rc::gen::inRange<std::uint64_t>(0, n + 1);
  for (const auto of : {wilson_interval, clopper_pearson_interval}) {
    const interval i = of(hits, n, 0.95);
    const interval mirrored = of(n - hits, n, 0.95);
    RC_ASSERT(0 <= i.low && i.low <= i.mean && i.mean <= i.high && i.high <= 1);
    RC_ASSERT(std::abs(i.low - (1 - mirrored.high)) < 1e-9);
  }
}

RC_GTEST_PROP(Proportion, TheExactOneIsNeverNarrowerThanItsConfidenceAsksFor, ()) {
  const auto n = *rc::gen::inRange<std::uint64_t>(1, 300);
  const auto hits = *rc::gen::inRange<std::uint64_t>(0, n + 1);
  const interval usual = clopper_pearson_interval(hits, n, 0.95);
  const interval surer = clopper_pearson_interval(hits, n, 0.99);
  RC_ASSERT(surer.low <= usual.low && usual.high <= surer.high);
}

}  // namespace
}  // namespace hassle::reports
