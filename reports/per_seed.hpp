#pragma once

#include "reports/analysis.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// What a figure is in a single run. Empty where the run had nothing to measure it with.
using run_value = std::optional<double>;

/// All figures of one run, in the order of `figure_names`: exactly what `figure` says of a cell
/// that has no other run, and nothing where `has_figure` denies it.
[[nodiscard]] std::vector<run_value> figures_of(const run_figures& run);

/// One of them. Nothing if the name is unknown, too. Who wants more than one asks for all.
[[nodiscard]] run_value figure_of(const run_figures& run, std::string_view name);

/// One figure of a cell, run by run.
struct figure_series {
  std::string_view name;          ///< Out of `figure_names`: lives for ever.
  std::vector<run_value> values;  ///< As many as `per_seed_figures::seeds`, and in their order.
};

/// The figures of a cell, by the seeds of its runs.
struct per_seed_figures {
  std::vector<std::uint64_t> seeds;
  std::vector<figure_series> figures;  ///< In the order of `figure_names`.

  /// Null if the name is unknown.
  [[nodiscard]] const figure_series* find(std::string_view name) const;
};
[[nodiscard]] per_seed_figures per_seed(const cell& c);

/// The values of a figure in the runs that two cells have in common, by seed.
struct seed_pairs {
  std::vector<std::uint64_t> seeds;
  std::vector<double> before;
  std::vector<double> after;
};
/// Runs of one seed share their weather, so that only the clients differ. Seeds that one of the two
/// lacks, or where it had nothing to measure, are left out. In the order of `after`.
[[nodiscard]] seed_pairs pair_by_seed(const cell& before, const cell& after, std::string_view name);

}  // namespace hassle::reports
