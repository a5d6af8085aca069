#pragma once

#include "reports/analysis.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

struct report;

enum class check_state : std::uint8_t {
  passed,  ///< As it should be: a scenario that must fail passes by failing.
  failed,
  inconclusive,  ///< Nothing can be said.
  not_run,       ///< The run was interrupted before its first seed was done.
};
/// "passed", "failed", "inconclusive", "not_run"
[[nodiscard]] std::string_view name_of(check_state state) noexcept;

/// One question that a report answers: what a CI system calls a test case. Of clients and of a
/// suite there is one for each cell; of losses one for each scenario with production, and one for
/// each layer, which must be needed somewhere; of an
/// attribution one for each scenario.
struct check {
  std::string group;    ///< Of its scenario, see `scenario_info::group`; "layers" for layers.
  std::string subject;  ///< The scenario; "layers" for layers.
  std::string name;     ///< Client, layer, or "attribution". Unique within group and subject.
  check_state state = check_state::passed;
  std::string message;               ///< Why it did not pass, on one line; empty if it did.
  std::vector<std::string> details;  ///< All that there is to say, in sentences.
  std::vector<std::string> again;    ///< Commands of a shell that show it once more.
  file_place where;                  ///< What to look at first. May be unknown.
  double simulated_s = 0;            ///< Of all runs together.
  std::optional<std::size_t> cell;   ///< Index into `report::runs`.

  bool operator==(const check&) const = default;
};

/// In the order of the cells, layers last. `r` needs no `checks` yet.
[[nodiscard]] std::vector<check> checks_of(const report& r);

struct check_counts {
  std::size_t passed = 0, failed = 0, inconclusive = 0, not_run = 0;
  double simulated_s = 0;
};
[[nodiscard]] check_counts count(std::span<const check> checks);
/// As people read it, without a full stop: "3 of 5 checks as they should be, 1 failed, 1 not run".
[[nodiscard]] std::string counts_text(std::span<const check> checks);

/// The arguments of a command line, joined so that a shell takes them apart again. Control
/// characters become '?'.
[[nodiscard]] std::string shell_line(std::span<const std::string> words);

}  // namespace hassle::reports
