#include "harness/real/machine_pace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(MachinePace, KeepsAScheduleWhoseStepsAreShortAgainstItsDelays) {
  EXPECT_EQ(too_slow(15us, 20), std::nullopt);
  EXPECT_EQ(too_slow(1ms, 20), std::nullopt) << "just 20 ms";
  EXPECT_EQ(too_slow(0us, 10'000), std::nullopt) << "not measured";
}

TEST(MachinePace, SaysWhatATooSlowMachineCouldKeep) {
  const auto why = too_slow(15us, 10'000);
  ASSERT_TRUE(why);
  EXPECT_THAT(*why, HasSubstr("a time scale of 10000"));
  EXPECT_THAT(*why, HasSubstr("15.0 µs"));
  EXPECT_THAT(*why, HasSubstr("--time-scale 1333 can be kept"));
}

TEST(MachinePace, NamesAScaleBelowOneForAMachineThatIsHardlyAMachine) {
  const auto why = too_slow(100ms, 1);
  ASSERT_TRUE(why);
  EXPECT_THAT(*why, HasSubstr("--time-scale 0.2 can be kept"));
}

TEST(MachinePace, IsMeasuredOnRealSockets) { EXPECT_GT(round_trip_on_loopback(), 0ns); }

}  // namespace
}  // namespace hassle::harness
