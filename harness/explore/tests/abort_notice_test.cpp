#include "harness/explore/abort_notice.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace hassle::harness::explore {
namespace {

void abort_at(std::uint64_t seed) {
  const abort_notice notice(seed);
  std::abort();
}

void abort_after(std::uint64_t seed) {
  {
    const abort_notice notice(seed);
  }
  std::abort();
}

TEST(AbortNoticeDeathTest, AnAssertionNamesTheSeedThatWasUnderWay) {
  EXPECT_DEATH(abort_at(4711), "a bug of hassle, met with seed 4711\n");
}

TEST(AbortNoticeDeathTest, NoSeedIsBlamedOnceItsRunIsOver) {
  EXPECT_DEATH(abort_after(4711), "^$");
}

}  // namespace
}  // namespace hassle::harness::explore
