#pragma once

#include "reports/statistics/two_samples.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// Which way a figure should go.
enum class wish : std::uint8_t {
  lower,
  higher,
  none,  ///< What a client does, not how well: its retries, how often it asks. Shown if it changed.
};

/// How a figure is judged.
struct figure_wish {
  std::string_view name;
  wish better = wish::none;
  /// A change of less than that is none to anybody, however large a part of the figure it is: a
  /// tenth of a percent of all commands, a millisecond.
  double grain = 0;
  /// Zero is a promise that some layer makes: where the base kept it and the new one did not,
  /// nobody calls that the same, however few runs there are.
  bool promise = false;
};
/// Of all `figure_names`. One of another version of the program has no direction.
[[nodiscard]] figure_wish wish_of(std::string_view figure);

/// A figure run by run. As many values as its cell has seeds; empty where nothing was measured.
struct run_column {
  std::string name;
  std::vector<std::optional<double>> values;
};

/// A cell of a report, as far as it can be compared.
struct compared_cell {
  std::string scenario, client, world;
  bool complete = true;
  std::vector<std::uint64_t> seeds;
  std::vector<run_column> figures;
};
struct compared_report {
  std::string tool_version;
  std::vector<compared_cell> cells;
};

/// What became of a figure, of a cell, of all.
enum class change_verdict : std::uint8_t {
  same,
  better,
  worse,
  different,     ///< Of a figure without a direction.
  inconclusive,  ///< Neither of these: too few runs to tell.
};
[[nodiscard]] std::string_view name_of(change_verdict v) noexcept;

struct figure_comparison {
  std::string name;
  figure_wish how;
  std::size_t base_runs = 0, new_runs = 0;  ///< That measured it.
  bool paired = false;
  mean_change change;  ///< Its p after Holm's correction.
  change_verdict verdict{};
  /// How many seeds on each side would tell, roughly. 0: it is told, or no number would.
  std::uint64_t runs_needed = 0;
};

struct cell_comparison {
  std::string scenario, base_client, new_client, world;
  bool complete = true;                    ///< Both are.
  std::vector<figure_comparison> figures;  ///< Those that both have, in the order of the new one.
  /// Names of those that no run of the other report measured: nobody recovered any more, say.
  std::vector<std::string> only_base, only_new;
  std::vector<std::string>
      broken;  ///< Promises that only the new one broke, not surely more often.
  change_verdict verdict{};
  std::uint64_t runs_needed = 0;  ///< To tell its error rate, see above.
};

struct comparison {
  double threshold = 0;
  std::string base_version, new_version;
  std::vector<cell_comparison> cells;            ///< In the order of the new report.
  std::vector<std::string> only_base, only_new;  ///< Cells that the other one lacks, in words.
  change_verdict verdict{};
};

/// With fewer runs nothing is said of a figure, unless they are pairs that do not differ.
inline constexpr std::size_t compared_runs_min = 3;

/// From where on a change counts, and within what two figures are the same: not where no change was
/// found, but where any beyond that is excluded. The second is wider, or two that are equal would
/// need endless runs to show it.
struct change_margins {
  double counts = 0;  ///< A share of the base's mean, `threshold`, and no less than the grain.
  double same = 0;    ///< `same_thresholds` times that share, no less than `same_grains` grains.
};
inline constexpr double same_thresholds = 2;
inline constexpr double same_grains = 5;
[[nodiscard]] change_margins margins_of(const figure_wish& how, double base, double threshold);

/// better or worse (different without a direction): significant, and larger than `counts`. same:
/// the interval of the difference lies within ± `same`, or pairs do not differ at all. Otherwise
/// inconclusive, with the runs that it would take.
void judge(figure_comparison& figure, double threshold);

/// Cells of the same scenario, client and world are held against each other; also of different
/// clients, where each report has but one. Means of runs: those of the same seeds in pairs, if both
/// have just these seeds, otherwise unpaired; see `judge`, with Holm's correction over all figures
/// with a direction of all cells. Shares of commands of which few were seen have intervals that are
/// no narrower than those of so few of all commands. A cell is the same if its error rate is and no
/// other figure became better or worse, all are the same if each cell is.
/// REQUIRES: threshold >= 0.
[[nodiscard]] comparison compare(const compared_report& base, const compared_report& now,
                                 double threshold);

}  // namespace hassle::reports
