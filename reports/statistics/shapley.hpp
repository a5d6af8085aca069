#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hassle::reports {

/// Who takes part: bit i stands for player i.
using player_set = std::uint32_t;

/// Up to so many players all subsets can be asked for.
inline constexpr unsigned players_of_all_sets_max = 10;
inline constexpr unsigned players_max = 24;

/// What each player adds on average over all orders in which they may join (Shapley 1953). `value`
/// has one for each set. The sum is value[all] - value[none]; exactly so if all values are whole
/// multiples of the factorial of `players`.
/// REQUIRES: 0 < players <= players_of_all_sets_max, value.size() == 2^players.
[[nodiscard]] std::vector<double> shapley_values(std::span<const double> value, unsigned players);

/// What two players add together beyond what each adds alone, on average over the sets of the
/// others (the Shapley interaction index; Grabisch and Roubens 1999). Below zero where one makes
/// the other superfluous or gets in its way. REQUIRES: as above, two different players.
[[nodiscard]] double shapley_interaction(std::span<const double> value, unsigned players,
                                         unsigned first, unsigned second);

/// The n-th of an endless list of random orders, the same everywhere. Every odd one is the one
/// before it reversed: who came early comes late then, so that such a pair says more than two that
/// have nothing to do with each other. REQUIRES: 0 < players <= players_max.
[[nodiscard]] std::vector<unsigned> sampled_order(unsigned players, std::size_t n);

/// The sets that are met when players join in this order, from none to all.
[[nodiscard]] std::vector<player_set> sets_along(std::span<const unsigned> order);

/// What each player adds where they join in this order; by player.
[[nodiscard]] std::vector<double> gains_along(std::span<const unsigned> order,
                                              const std::function<double(player_set)>& value);

/// By which to multiply what `player` adds where the players join in this order, so that it says on
/// average over all orders how much more that is with `other` there than without: the interaction
/// index of the two. Above zero where `other` comes before, on average itself zero: something that
/// does not depend on the order may be subtracted from what is added. REQUIRES: an order of two
/// players at least, both in it, different.
[[nodiscard]] double interaction_weight(std::span<const unsigned> order, unsigned player,
                                        unsigned other);

/// The sets that are needed for all subsets, and for the first `orders` sampled orders: each once,
/// from none to all, small sets first.
[[nodiscard]] std::vector<player_set> all_sets(unsigned players);
[[nodiscard]] std::vector<player_set> sets_of_orders(unsigned players, std::size_t orders);

}  // namespace hassle::reports
