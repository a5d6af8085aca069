#pragma once

#include "harness/explore/trial.hpp"

namespace hassle::harness::explore {

// Clients with one flaw each, which promise all that `production` promises.

/// Takes whatever comes next for its answer.
[[nodiscard]] subject without_correlation();
/// Sends a toggle again when its answer did not come: it may have run.
[[nodiscard]] subject with_blind_resend();
/// Adds the states of a new subscription to those that it knew, and so keeps those of entities that
/// are gone: ghosts.
[[nodiscard]] subject with_merging_mirror();

/// `production` as it ships.
[[nodiscard]] subject production();

}  // namespace hassle::harness::explore
