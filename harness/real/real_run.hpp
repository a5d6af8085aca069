#pragma once

#include "harness/door/adapter.hpp"
#include "harness/household.hpp"
#include "harness/real/socket_pacer.hpp"

namespace hassle::harness {

/// What a run on real sockets leaves behind besides its journal.
struct real_run_result {
  run_result run;
  lateness late;          ///< Of all that was due at some instant.
  net::duration skipped;  ///< Of the scenario's time: see `pace_settings::skip`.
  std::optional<door::adapter_fault> fault{};  ///< Of an adapter.
};

/// Runs a plan over loopback: the client and the mock server as they ship, a relay between them
/// that carries out the faults of the network. The scenario must be one that can be had there: see
/// `not_in_the_real_world`. Journals of equal plans are alike, not equal.
[[nodiscard]] real_run_result run_real(const run_order& order, const pace_settings& pace);

/// Anybody's client instead of ours.
struct outside_order {
  std::string command;  ///< Of its adapter, for the shell.
  door::adapter_limits limits{};
  /// What was wrong with it in another run: then it is not started again.
  std::optional<door::adapter_fault> known_fault{};
};

/// The same with the client behind an adapter. The scenario must be one that can be had so: see
/// `not_from_outside`. Of the settings only those of the household matter.
[[nodiscard]] real_run_result run_real(const run_order& order, const pace_settings& pace,
                                       const outside_order& client);

/// Why a scenario cannot be carried out with a client in another process, even though the real
/// world has it; nothing if it can.
[[nodiscard]] std::optional<std::string> not_from_outside(const scenario::scenario& what);

}  // namespace hassle::harness
