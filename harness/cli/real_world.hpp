#pragma once

#include "harness/cli/options.hpp"
#include "harness/real/real_run.hpp"
#include "harness/real/socket_pacer.hpp"
#include "harness/runner.hpp"
#include "scenarios/scenario.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hassle::harness::cli {

/// Why a scenario cannot be run in the world that was asked for, and what would help.
[[nodiscard]] std::optional<scenario::input_error> impossible(const run_options& asked,
                                                              const scenario::scenario& what);

/// Names on standard error what is left out, with the reason.
void say_left_out(const std::vector<scenario::input_error>& reasons);

/// Why this machine cannot keep the schedule that was asked for. It is measured now.
[[nodiscard]] std::optional<std::string> too_slow_for(const run_options& asked);

/// Runs of a batch on real sockets, and how well they kept their schedule.
/// Thread-safety: runs may go on side by side.
class real_runs {
 public:
  explicit real_runs(const run_options& asked);

  [[nodiscard]] const run_world& world() const noexcept { return world_; }
  /// On standard error: how late things were.
  void say() const;

 private:
  run_result run(const run_order& order);
  real_run_result run_outside(const run_order& order, const std::string& command);

  pace_settings pace_;
  std::map<std::string, std::string> commands_;  // By client.
  run_world world_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::size_t runs_ = 0;
  net::duration latest_{};
  net::duration p99_{};  // Of the worst run.
  std::string worst_;
  std::map<std::string, door::adapter_fault> faults_;  // By client.
};

}  // namespace hassle::harness::cli
