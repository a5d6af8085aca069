#pragma once

#include "reports/analysis.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hassle::reports {

/// No more orders than this are looked for.
inline constexpr std::size_t orders_max = 1000;

/// What something does to the share of commands that fail.
struct layer_effect {
  interval errors_saved;  ///< Of all commands: 0.01 = one in a hundred less fails. 95 %.
  double p = 1;           ///< Of no effect at all.
  double p_holm = 1;      ///< Where as many are asked at once as there are in its list.
  bool significant = false;
};

struct layer_gain {
  std::string layer;
  layer_effect effect;          ///< Its Shapley value.
  std::optional<double> share;  ///< Of all that is saved. Empty where nothing is.
};

struct layer_interaction {
  std::string first, second;
  layer_effect effect;  ///< What both save together beyond what they save one by one.
};

/// Who saves the errors that a client with all its layers has less than one without any.
struct attribution {
  std::string scenario, world, title, client;  ///< The one with all layers.
  std::uint64_t seeds = 0, first_seed = 0;     ///< Those that every client has.
  std::size_t clients = 0;                     ///< Sets of layers that were measured.
  std::size_t orders = 0;  ///< Of how many orders this is an estimate; 0: of all there are.
  interval errors_without, errors_with, errors_saved;
  std::vector<layer_gain> layers;  ///< From the bottom of the ladder up.
  /// All pairs. Of sampled orders an estimate, and none where they are fewer than four.
  std::vector<layer_interaction> pairs;
  /// What was in force: kinds of faults after which somebody recovered, or else names of those that
  /// hit something. Sorted.
  std::vector<std::string> faults;
  std::vector<std::string> findings;  ///< What is remarkable, in sentences.
  std::vector<std::string> doubts;    ///< Why it may be worth nothing, in sentences.
};

/// One for each scenario and world of which enough clients are there: those with all subsets of
/// layers, or, of more than `players_of_all_sets_max` layers, those with the sets that the first of
/// the sampled orders meet (see `sampled_order`). Cells of a
/// scenario and world stand side by side. `cell::layers` says who is who; their names do not
/// matter. Runs of one seed are compared with each other, and what is said of the mean holds for
/// other seeds (and for other orders, where they are sampled).
[[nodiscard]] std::vector<attribution> attributions(std::span<const cell> cells);

}  // namespace hassle::reports
