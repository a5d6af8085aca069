#pragma once

#include "reports/analysis.hpp"
#include "reports/journal.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/client/config.hpp>

#include <atomic>
#include <optional>
#include <string>

namespace hassle::harness {

/// What one run leaves behind.
struct run_result {
  reports::run_context context;
  reports::journal journal;
  bool interrupted = false;
  /// A defect of ours: the world span without advancing, or something was not released.
  std::optional<std::string> bug;
};

/// Runs a plan in a simulated world of its own: the client and the mock server as they ship, over a
/// simulated network, in virtual time. A pure function of its arguments but for `interrupted`,
/// which may be set from another thread and ends the run early.
[[nodiscard]] run_result simulate(const scenario::scenario& what, const scenario::plan& plan,
                                  const client::config& settings, const std::string& client_name,
                                  const std::atomic<bool>* interrupted = nullptr);

}  // namespace hassle::harness
