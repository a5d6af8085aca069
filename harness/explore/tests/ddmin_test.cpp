#include "harness/explore/ddmin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace hassle::harness::explore {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using numbers = std::vector<int>;

numbers up_to(int count) {
  numbers all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

bool has(const numbers& list, int wanted) { return std::ranges::find(list, wanted) != list.end(); }

TEST(Ddmin, FindsTheOneThatMatters) {
  EXPECT_THAT(ddmin<int>(up_to(100), [](const numbers& list) { return has(list, 42); }),
              ElementsAre(42));
}

TEST(Ddmin, FindsTwoThatOnlyFailTogether) {
  EXPECT_THAT(
      ddmin<int>(up_to(50), [](const numbers& list) { return has(list, 3) && has(list, 40); }),
      ElementsAre(3, 40));
}

TEST(Ddmin, WhatFailsByItselfNeedsNothing) {
  EXPECT_THAT(ddmin<int>(up_to(9), [](const numbers&) { return true; }), IsEmpty());
  EXPECT_THAT(ddmin<int>({}, [](const numbers&) { return true; }), IsEmpty());
}

TEST(Ddmin, KeepsEverythingWhereAllOfItIsNeeded) {
  const numbers all = up_to(8);
  EXPECT_EQ(ddmin<int>(all, [&](const numbers& list) { return list.size() == all.size(); }), all);
}

TEST(Ddmin, OneOfManyCostsFewQuestions) {
  int asked = 0;
  const auto fails = [&](const numbers& list) {
    ++asked;
    return has(list, 700);
  };
  EXPECT_THAT(ddmin<int>(up_to(1'000), fails), ElementsAre(700));
  EXPECT_LE(asked, 60);
}

TEST(Ddmin, GivenUpItStillReturnsAListThatFails) {
  int left = 5;
  const auto fails = [&](const numbers& list) { return left-- > 0 && has(list, 5); };
  EXPECT_TRUE(has(ddmin<int>(up_to(100), fails), 5));
}

TEST(Ddmin, LeavesExactlyWhatIsNeeded) {
  EXPECT_TRUE(rc::check("any subset", [](std::set<int> needed) {
    numbers all(needed.begin(), needed.end());
    for (int n = 0; n < 40; ++n) all.push_back(n);
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    const auto fails = [&](const numbers& list) { return std::ranges::includes(list, needed); };
    const numbers left = ddmin<int>(all, fails);
    RC_ASSERT(left == numbers(needed.begin(), needed.end()));
  }));
}

}  // namespace
}  // namespace hassle::harness::explore
