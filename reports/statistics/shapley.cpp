#include "reports/statistics/shapley.hpp"

#include "reports/statistics/dice.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>
#include <set>
#include <utility>

namespace hassle::reports {
namespace {

// Any constant will do; it must stay what it is, for shards must choose the same orders.
constexpr std::uint64_t orders_seed = 0x6f7264657273;

double factorial(unsigned n) {
  double product = 1;
  for (unsigned i = 2; i <= n; ++i) product *= i;
  return product;
}

constexpr player_set only(unsigned player) { return player_set{1} << player; }

bool by_size(player_set a, player_set b) {
  return std::pair(std::popcount(a), a) < std::pair(std::popcount(b), b);
}

}  // namespace

std::vector<double> shapley_values(std::span<const double> value, unsigned players) {
  assert(players > 0 && players <= players_of_all_sets_max);
  assert(value.size() == std::size_t{1} << players);
  // Whole numbers are added and divided at the end, so that nothing is lost on the way.
  std::vector<double> weighed(players);
  for (player_set others = 0; others < value.size(); ++others) {
    const auto size = static_cast<unsigned>(std::popcount(others));
    if (size == players) continue;
    const double weight = factorial(size) * factorial(players - size - 1);
    for (unsigned player = 0; player < players; ++player) {
      if ((others & only(player)) != 0) continue;
      weighed[player] += weight * (value[others | only(player)] - value[others]);
    }
  }
  for (double& each : weighed) each /= factorial(players);
  return weighed;
}

double shapley_interaction(std::span<const double> value, unsigned players, unsigned first,
                           unsigned second) {
  assert(players >= 2 && players <= players_of_all_sets_max && first != second);
  assert(value.size() == std::size_t{1} << players);
  const player_set one = only(first);
  const player_set two = only(second);
  double weighed = 0;
  for (player_set others = 0; others < value.size(); ++others) {
    if ((others & (one | two)) != 0) continue;
    const auto size = static_cast<unsigned>(std::popcount(others));
    const double weight = factorial(size) * factorial(players - size - 2);
    weighed += weight * ((value[others | one | two] - value[others | one]) -
                         (value[others | two] - value[others]));
  }
  return weighed / factorial(players - 1);
}

std::vector<unsigned> sampled_order(unsigned players, std::size_t n) {
  assert(players > 0 && players <= players_max);
  std::vector<unsigned> order(players);
  std::iota(order.begin(), order.end(), 0U);
  counted_dice dice(orders_seed + n / 2);
  for (unsigned left = players; left > 1; --left) {
    std::swap(order[left - 1], order[dice.below(left)]);
  }
  if (n % 2 == 1) std::ranges::reverse(order);
  return order;
}

std::vector<player_set> sets_along(std::span<const unsigned> order) {
  std::vector<player_set> sets{0};
  sets.reserve(order.size() + 1);
  for (const unsigned player : order) sets.push_back(sets.back() | only(player));
  return sets;
}

std::vector<double> gains_along(std::span<const unsigned> order,
                                const std::function<double(player_set)>& value) {
  std::vector<double> gains(order.size());
  player_set present = 0;
  double before = value(present);
  for (const unsigned player : order) {
    present |= only(player);
    const double after = value(present);
    gains[player] = after - before;
    before = after;
  }
  return gains;
}

double interaction_weight(std::span<const unsigned> order, unsigned player, unsigned other) {
  assert(order.size() >= 2 && player != other);
  const auto place = [&](unsigned who) {
    const auto found = std::ranges::find(order, who);
    assert(found != order.end());
    return found - order.begin();
  };
  const auto before = place(player);
  const auto size = static_cast<std::ptrdiff_t>(order.size());
  // Each number of those who come before is as likely as any, and then each set of that size.
  const auto players = static_cast<double>(size);
  return place(other) < before ? players / static_cast<double>(before)
                               : -players / static_cast<double>(size - 1 - before);
}

std::vector<player_set> all_sets(unsigned players) {
  assert(players <= players_of_all_sets_max);
  std::vector<player_set> sets(std::size_t{1} << players);
  std::iota(sets.begin(), sets.end(), player_set{0});
  std::ranges::sort(sets, by_size);
  return sets;
}

std::vector<player_set> sets_of_orders(unsigned players, std::size_t orders) {
  std::set<player_set, decltype(&by_size)> sets(&by_size);
  for (std::size_t n = 0; n < orders; ++n) {
    for (const player_set each : sets_along(sampled_order(players, n))) sets.insert(each);
  }
  return {sets.begin(), sets.end()};
}

}  // namespace hassle::reports
