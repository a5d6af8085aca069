#pragma once

#include "reports/analysis.hpp"
#include "reports/statistics/student.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// How an interval was found.
enum class interval_method : std::uint8_t {
  student_t,         ///< Over seeds: of a mean, or of a ratio of sums.
  rule_of_three,     ///< Nothing was seen in n commands.
  wilson,            ///< Of a single seed: of its commands, as if each were for itself.
  clopper_pearson,   ///< Of few failures over several seeds: at least that of all commands.
  order_statistics,  ///< Of a quantile, whatever the distribution is.
};
[[nodiscard]] std::string_view name_of(interval_method method) noexcept;

/// Between what bounds a figure lies, had all seeds been run that there are.
struct figure_interval {
  std::string_view figure;  ///< Out of `figure_names`.
  double value = 0;         ///< What `figure` says.
  double low = 0;
  std::optional<double> high;  ///< Empty: too little was seen to give any.
  interval_method method = interval_method::student_t;
};

/// Of every figure that has one: shares, quantiles and the mean lifetime. Sums and the worst of all
/// runs have none: they belong to the runs that were made. In the order of `figure_names`, only
/// those that were measured.
[[nodiscard]] std::vector<figure_interval> figure_intervals(std::span<const run_figures> runs,
                                                            double confidence = usual_confidence);

/// That of the error rate alone. Nothing without a command.
[[nodiscard]] std::optional<figure_interval> error_rate_interval(std::span<const run_figures> runs,
                                                                 double confidence);

/// What speaks for a change against the baseline: beside `summary::change`, which is its size.
struct change_evidence {
  std::uint64_t pairs = 0;            ///< Seeds that both have.
  double p = 1;                       ///< Of so great a difference by chance: the paired t-test.
  double p_holm = 1;                  ///< The same with so many changes in its table.
  bool significant = false;           ///< After that correction.
  std::optional<interval> bootstrap;  ///< BCa, where there are seeds enough.
};

/// What is known of a cell's figures beside the figures.
struct cell_evidence {
  std::vector<figure_interval> intervals;
  std::optional<change_evidence> change;

  [[nodiscard]] const figure_interval* find(std::string_view figure) const;
};

/// Of the differences, seed by seed. Uncorrected: see `correct_together`.
[[nodiscard]] change_evidence evidence_of(std::span<const double> before,
                                          std::span<const double> after);
/// With Holm's correction over all that have a change.
void correct_together(std::span<cell_evidence> table);

}  // namespace hassle::reports
