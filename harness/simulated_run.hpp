#pragma once

#include "reports/analysis.hpp"
#include "reports/journal.hpp"
#include "reports/wire_capture.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/config.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <string>

namespace hassle::harness {

/// What one run leaves behind.
struct run_result {
  reports::run_context context;
  reports::journal journal;
  reports::wire_capture wire;  ///< Without tokens. Empty unless it was asked for.
  bool interrupted = false;
  /// What is wrong with the program that speaks for a client from outside, in several lines. The
  /// journal is whole, but says little of the client.
  std::optional<std::string> client_fault = {};
  /// A defect of ours: the world span without advancing, or something was not released.
  std::optional<std::string> bug;
};

/// What a test changes about the client under test, to see whether that is found.
struct run_hooks {
  std::function<void(client::resilient_client&)> on_boot;  ///< Of each process, before it begins.
  /// Held against the home in place of the client's own mirror.
  std::function<const client::state_mirror*()> mirror;
};

/// What is kept of a run beside its journal. It changes nothing about it.
struct run_records {
  bool wire = false;
};

/// Runs a plan in a simulated world of its own: the client and the mock server as they ship, over a
/// simulated network, in virtual time. A pure function of its arguments but for `interrupted`,
/// which may be set from another thread and ends the run early.
[[nodiscard]] run_result simulate(const scenario::scenario& what, const scenario::plan& plan,
                                  const client::config& settings, const std::string& client_name,
                                  const std::atomic<bool>* interrupted = nullptr,
                                  const run_hooks& hooks = {}, const run_records& records = {});

}  // namespace hassle::harness
