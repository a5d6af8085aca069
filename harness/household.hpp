#pragma once

#include "harness/guest.hpp"
#include "harness/simulated_run.hpp"
#include "harness/simulation/lan.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "reports/journal.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <string>

namespace hassle::harness {

/// Where a household lives: how time passes there, and what joins its hosts.
struct neighbourhood {
  simulated_world& world;
  lan& network;
  /// Set by the household: where events of the network go.
  std::function<void(reports::event)> on_event = {};
  guest* instead = nullptr;  ///< Of our client. Outlives the household.
};

/// What is to be run. Everything outlives the run.
struct run_order {
  const scenario::scenario* what;
  const scenario::plan* plan;
  const client::config* settings;
  std::string client_name;
  const std::atomic<bool>* interrupted = nullptr;
  run_hooks hooks = {};
};

/// Carries out a plan in a neighbourhood: Home Assistant as mockha plays it on one host, the client
/// as it ships, or whoever is there instead, on another. Fills in the journal, and whether it was
/// interrupted.
///
/// What is returned is a defect of ours. The household is not taken apart then, and refers to its
/// neighbourhood for ever.
[[nodiscard]] std::optional<std::string> live_in(neighbourhood& around, const run_order& order,
                                                 run_result& result);

[[nodiscard]] reports::run_context context_of(const run_order& order);

}  // namespace hassle::harness
