#pragma once

#include "reports/journal.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace hassle::reports {

struct run_context;

/// What went wrong with a kind of promise, and where first.
struct ledger_count {
  std::uint64_t count = 0;
  std::chrono::nanoseconds first_at{};
  std::string first;  ///< "light.kitchen 01HX… on subscription 2"
};

/// What an application heard, held against what the home did.
struct ledger_findings {
  std::uint64_t wanted = 0;  ///< Subscriptions that a ledger is kept of.
  std::uint64_t heard = 0;
  std::uint64_t gaps = 0;  ///< Announced.
  ledger_count lost;       ///< Not heard, and no gap was announced where they are missing.
  ledger_count duplicate;  ///< Heard more often than they happened.
  ledger_count reordered;  ///< Heard behind one that happened later.
  ledger_count late;       ///< Heard though the application had unsubscribed.
};

/// Follows the subscriptions to state_changed of each process.
///
/// A change counts as lost if a subscription lived when it happened, did not hear of it, and heard
/// of no gap between its last event before the change and its first one after it. The last changes
/// before the process ended, before the second half of the quiet time behind `healed`, and before
/// the host last slept or woke, are on their way and count as nothing.
[[nodiscard]] ledger_findings keep_ledger(const run_context& context, const journal& j);

}  // namespace hassle::reports
