#pragma once

#include "reports/console_report.hpp"
#include "reports/report.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace hassle::reports {

/// True if a cell came out as its scenario wants.
[[nodiscard]] bool as_wanted(const summary& s, wanted_verdict wanted);

/// Of the scenarios of a measurement: "passed" if every cell is what its scenario wants, "failed"
/// if one that must pass failed or one that must not did, else "inconclusive".
[[nodiscard]] std::string suite_verdict(const report& all);

/// A line for each scenario with its clients, then whatever is not as it should be in detail.
[[nodiscard]] std::string suite_report(const report& all, const console_style& style);

/// What production loses without a layer.
struct layer_loss {
  std::string layer;
  /// Scenarios of which an expectation fails without it: what they are there to measure.
  std::vector<std::string> by_figure;
  /// Scenarios that only an oracle fails, whose eyes are on every run alike, by the
  /// name of the first one that does.
  std::map<std::string, std::vector<std::string>, std::less<>> by_oracle;
  std::vector<std::string> unclear;  ///< Without it nothing can be said of them.

  [[nodiscard]] std::size_t oracle_losses() const noexcept;
  [[nodiscard]] bool none() const noexcept { return by_figure.empty() && by_oracle.empty(); }
};
/// For each layer of production. Only scenarios that production passes count.
[[nodiscard]] std::vector<layer_loss> losses(const report& all);

/// As `suite_verdict`: failed if production fails a scenario, or loses none without some layer.
[[nodiscard]] std::string loss_verdict(const report& all, std::span<const layer_loss> lost);

/// The matrix layer × scenarios lost, by figures and by oracles, and where production itself fails.
[[nodiscard]] std::string loss_report(const report& all, std::span<const layer_loss> lost,
                                      const console_style& style);

}  // namespace hassle::reports
