#include "mockha/wall_time.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;

constexpr wall_time day = std::chrono::sys_days(std::chrono::year(2026) / 6 / 5);

std::string epoch_text(wall_time at) {
  std::string text = "at ";
  append_epoch(text, at);
  return text;
}

TEST(WallTime, IsWrittenAsPythonWritesIt) {
  EXPECT_EQ(iso_text(day + 21h + 20min + 5s + 162552us), "2026-06-05T21:20:05.162552+00:00");
  EXPECT_EQ(iso_text(day + 9h + 7us), "2026-06-05T09:00:00.000007+00:00");
  EXPECT_EQ(iso_text(day), "2026-06-05T00:00:00+00:00");
}

TEST(WallTime, AsANumberHasAsManyDigitsAsAreNeeded) {
  EXPECT_EQ(epoch_text(day + 5s + 162552us), "at 1780617605.162552");
  EXPECT_EQ(epoch_text(day + 100ms), "at 1780617600.1");
  EXPECT_EQ(epoch_text(day + 7us), "at 1780617600.000007");
  EXPECT_EQ(epoch_text(day), "at 1780617600.0");
}

}  // namespace
}  // namespace hassle::mockha
