#include "reports/statistics/holm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.

#include <algorithm>
#include <vector>

namespace hassle::reports {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;

// The example of Wikipedia's "Holm-Bonferroni method": four hypotheses with 0.01, 0.04, 0.03 and
// 0.005, of which the first and the last are rejected at 5 %.
TEST(Holm, AgreesWithTheWellKnownExample) {
  const std::vector<double> adjusted = holm(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  EXPECT_THAT(adjusted, ElementsAre(DoubleNear(0.03, 1e-12), DoubleNear(0.06, 1e-12),
                                    DoubleNear(0.06, 1e-12), DoubleNear(0.02, 1e-12)));
}

TEST(Holm, OfOneIsItselfAndOfNoneNone) {
  EXPECT_THAT(holm(std::vector<double>{0.04}), ElementsAre(0.04));
  EXPECT_THAT(holm({}), IsEmpty());
}

RC_GTEST_PROP(Holm, LiesBetweenThePlainValueAndBonferronisAndKeepsTheOrder, ()) {
  const auto parts = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1001));
  std::vector<double> plain;
  plain.reserve(parts.size());
  for (const int part : parts) plain.push_back(part / 1000.0);
  const std::vector<double> adjusted = holm(plain);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    RC_ASSERT(plain[i] <= adjusted[i]);
    RC_ASSERT(adjusted[i] <= std::min(1.0, plain[i] * static_cast<double>(plain.size())));
    for (std::size_t j = 0; j < plain.size(); ++j) {
      RC_ASSERT(plain[i] > plain[j] || adjusted[i] <= adjusted[j]);
    }
  }
}

}  // namespace
}  // namespace hassle::reports
