#pragma once

#include "harness/household.hpp"
#include "harness/real/socket_pacer.hpp"

namespace hassle::harness {

/// What a run on real sockets leaves behind besides its journal.
struct real_run_result {
  run_result run;
  lateness late;          ///< Of all that was due at some instant.
  net::duration skipped;  ///< Of the scenario's time: see `pace_settings::skip`.
};

/// Runs a plan over loopback: the client and the mock server as they ship, a relay between them
/// that carries out the faults of the network. The scenario must be one that can be had there: see
/// `not_in_the_real_world`. Journals of equal plans are alike, not equal.
[[nodiscard]] real_run_result run_real(const run_order& order, const pace_settings& pace);

}  // namespace hassle::harness
