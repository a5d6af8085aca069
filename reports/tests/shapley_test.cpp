#include "reports/statistics/shapley.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <vector>

namespace hassle::reports {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

constexpr unsigned five = 5;
constexpr int factorial_of_five = 120;

// A game whose values are whole multiples of 5!: nothing is rounded then.
std::vector<double> arbitrary_game() {
  const auto whole =
      *rc::gen::container<std::vector<int>>(std::size_t{1} << five, rc::gen::inRange(-1000, 1000));
  std::vector<double> value;
  value.reserve(whole.size());
  for (const int each : whole) value.push_back(each * factorial_of_five);
  return value;
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// The glove game, in every textbook: one has a left glove, two have a right one, a pair is worth 1.
TEST(Shapley, SharesTheGlovesAsTheTextbooksDo) {
  std::vector<double> value(8);
  for (player_set set = 0; set < 8; ++set) value[set] = (set & 1U) != 0 && (set & 6U) != 0 ? 1 : 0;
  EXPECT_THAT(shapley_values(value, 3),
              ElementsAre(DoubleEq(4.0 / 6), DoubleEq(1.0 / 6), DoubleEq(1.0 / 6)));
}

// The airport game (Littlechild and Owen 1973): a runway is paid for by those who need it. For
// lengths of 8, 11, 13 and 18: 2, 3, 4 and 9.
TEST(Shapley, SharesTheRunwayAsThoseDoWhoNeedIt) {
  constexpr std::array<double, 4> lengths = {8, 11, 13, 18};
  std::vector<double> value(16);
  for (player_set set = 0; set < 16; ++set) {
    for (unsigned i = 0; i < 4; ++i) {
      if ((set >> i & 1U) != 0) value[set] = std::max(value[set], lengths[i]);
    }
  }
  EXPECT_THAT(shapley_values(value, 4), ElementsAre(2, 3, 4, 9));
}

// Grabisch and Roubens: in the game that only a whole group wins, two of its members have the
// interaction 1 / (members - 1), and with anybody else none.
TEST(Interaction, OfAGroupThatOnlyWinsTogetherIsThePublishedOne) {
  for (const player_set group : {0b00011U, 0b00111U, 0b11111U}) {
    std::vector<double> value(std::size_t{1} << five);
    for (player_set set = 0; set < value.size(); ++set) value[set] = (set & group) == group;
    const int members = std::popcount(group);
    EXPECT_DOUBLE_EQ(shapley_interaction(value, five, 0, 1), 1.0 / (members - 1));
    if (members < 5) {
      EXPECT_EQ(shapley_interaction(value, five, 0, 4), 0);
    }
  }
}

RC_GTEST_PROP(Shapley, AddsUpToTheWholeExactly, ()) {
  const std::vector<double> value = arbitrary_game();
  RC_ASSERT(sum_of(shapley_values(value, five)) == value.back() - value.front());
}

RC_GTEST_PROP(Shapley, GivesNothingToWhoChangesNothing, ()) {
  std::vector<double> value = arbitrary_game();
  const auto idle = *rc::gen::inRange(0U, five);
  for (player_set set = 0; set < value.size(); ++set) value[set] = value[set & ~(1U << idle)];
  RC_ASSERT(shapley_values(value, five)[idle] == 0);
  for (unsigned other = 0; other < five; ++other) {
    if (other == idle) continue;
    RC_ASSERT(shapley_interaction(value, five, idle, other) == 0);
  }
}

RC_GTEST_PROP(Shapley, GivesTheSameToWhoeverDoesTheSame, ()) {
  std::vector<double> value = arbitrary_game();
  // Players 1 and 3 can take each other's place.
  for (player_set set = 0; set < value.size(); ++set) {
    if ((set & 0b01010U) == 0b01000U) value[set] = value[set ^ 0b01010U];
  }
  const std::vector<double> gains = shapley_values(value, five);
  RC_ASSERT(gains[1] == gains[3]);
}

RC_GTEST_PROP(Interaction, IsNoneWhereEachAddsTheSameToEveryone, ()) {
  const auto own = *rc::gen::container<std::vector<int>>(five, rc::gen::inRange(-100, 100));
  std::vector<double> value(std::size_t{1} << five);
  for (player_set set = 0; set < value.size(); ++set) {
    for (unsigned i = 0; i < five; ++i) value[set] += (set >> i & 1U) != 0 ? own[i] : 0;
  }
  const std::vector<double> gains = shapley_values(value, five);
  for (unsigned i = 0; i < five; ++i) {
    RC_ASSERT(gains[i] == own[i]);
    RC_ASSERT(shapley_interaction(value, five, i, (i + 1) % five) == 0);
  }
}

RC_GTEST_PROP(Orders, AddUpToTheWholeEachAndToShapleyAllTogether, ()) {
  const std::vector<double> value = arbitrary_game();
  const auto worth = [&](player_set set) { return value[set]; };
  const auto n = static_cast<std::size_t>(*rc::gen::inRange(0, 1000));
  RC_ASSERT(sum_of(gains_along(sampled_order(five, n), worth)) == value.back() - value.front());
  std::vector<unsigned> order = {0, 1, 2, 3, 4};
  std::vector<double> sum(five);
  do {
    const std::vector<double> gains = gains_along(order, worth);
    for (unsigned i = 0; i < five; ++i) sum[i] += gains[i];
  } while (std::ranges::next_permutation(order).found);
  const std::vector<double> exact = shapley_values(value, five);
  for (unsigned i = 0; i < five; ++i) RC_ASSERT(sum[i] / factorial_of_five == exact[i]);
}

RC_GTEST_PROP(Orders, ArePermutationsAndEveryOddOneIsTheOneBeforeReversed, ()) {
  const auto players = *rc::gen::inRange(1U, players_max + 1);
  const auto n = static_cast<std::size_t>(2 * *rc::gen::inRange(0, 1000));
  std::vector<unsigned> order = sampled_order(players, n);
  std::vector<unsigned> back = sampled_order(players, n + 1);
  std::ranges::reverse(back);
  RC_ASSERT(order == back);
  std::ranges::sort(order);
  for (unsigned i = 0; i < players; ++i) RC_ASSERT(order[i] == i);
}

// Shards choose their clients each for themselves.
TEST(Orders, AreTheSameEverywhere) {
  EXPECT_THAT(sampled_order(5, 0), ElementsAre(1U, 0U, 3U, 4U, 2U));
  EXPECT_THAT(sampled_order(5, 2), ElementsAre(3U, 1U, 2U, 4U, 0U));
}

TEST(Sets, AreListedOnceFromNoneToAll) {
  EXPECT_THAT(all_sets(2), ElementsAre(0U, 1U, 2U, 3U));
  const std::vector<player_set> sets = sets_of_orders(14, 8);
  EXPECT_EQ(sets.front(), 0U);
  EXPECT_EQ(sets.back(), (1U << 14U) - 1);
  EXPECT_LE(sets.size(), 2U + 8 * 13);
  EXPECT_GT(sets.size(), 80U);
}

// Over all orders there are: exactly the index that is made of all sets.
RC_GTEST_PROP(InteractionWeight, OverAllOrdersGivesTheIndexOfAllSets, ()) {
  constexpr unsigned players = 4;
  const auto whole =
      *rc::gen::container<std::vector<int>>(std::size_t{1} << players, rc::gen::inRange(-50, 50));
  const std::vector<double> value(whole.begin(), whole.end());
  const auto value_of = [&](player_set set) { return value[set]; };
  std::vector<unsigned> order = {0, 1, 2, 3};
  double one_way = 0;
  double other_way = 0;
  double weights = 0;
  double orders = 0;
  do {
    const std::vector<double> gains = gains_along(order, value_of);
    one_way += gains[0] * interaction_weight(order, 0, 2);
    other_way += gains[2] * interaction_weight(order, 2, 0);
    weights += interaction_weight(order, 0, 2);
    ++orders;
  } while (std::ranges::next_permutation(order).found);
  const double exact = shapley_interaction(value, players, 0, 2);
  RC_ASSERT(std::abs(one_way / orders - exact) < 1e-9);
  RC_ASSERT(std::abs(other_way / orders - exact) < 1e-9);
  RC_ASSERT(std::abs(weights) < 1e-9);
}

}  // namespace
}  // namespace hassle::reports
