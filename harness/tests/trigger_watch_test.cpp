#include "harness/trigger_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

scenario::fault_trigger on_command(std::string pattern, std::uint32_t count = 1) {
  scenario::fault_trigger t;
  t.command = std::move(pattern);
  t.count = count;
  return t;
}

TEST(TriggerWatch, TheCommandThatIsCountedForIsTheNthThatMatches) {
  trigger_watch watch;
  watch.arm(7, on_command("light.*", 2));
  EXPECT_THAT(watch.on_command("light.turn_on light.kitchen"), IsEmpty());
  EXPECT_THAT(watch.on_command("get_states"), IsEmpty());
  EXPECT_THAT(watch.on_accepted(), IsEmpty());
  EXPECT_THAT(watch.on_command("light.turn_off light.porch"), ElementsAre(7U));
  EXPECT_THAT(watch.on_command("light.turn_off light.porch"), IsEmpty());
  EXPECT_TRUE(watch.idle());
}

TEST(TriggerWatch, ConnectionsAreCountedFromTheArmingOn) {
  trigger_watch watch;
  EXPECT_THAT(watch.on_accepted(), IsEmpty());
  scenario::fault_trigger two;
  two.connections = 2;
  watch.arm(1, two);
  EXPECT_THAT(watch.on_accepted(), IsEmpty());
  EXPECT_THAT(watch.on_accepted(), ElementsAre(1U));
}

TEST(TriggerWatch, AllThatWaitForTheEndOfAFaultBeginWithIt) {
  trigger_watch watch;
  scenario::fault_trigger end;
  end.fault = "restart-1";
  watch.arm(3, end);
  watch.arm(2, end);
  watch.arm(4, end);
  EXPECT_TRUE(watch.disarm(4));
  EXPECT_FALSE(watch.disarm(4));
  EXPECT_THAT(watch.on_fault_over("restart-2"), IsEmpty());
  EXPECT_THAT(watch.on_fault_over("restart-1"), ElementsAre(3U, 2U));
}

}  // namespace
}  // namespace hassle::harness
