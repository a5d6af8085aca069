#pragma once

#include "reports/journal.hpp"

#include <chrono>
#include <optional>

namespace hassle::reports {

struct run_context;

/// How long the mirror was not live, from its first snapshot to the end of the run: its connection
/// had been lost, by whichever end or by the network, and no new snapshot was there. The time in
/// which the host was frozen or no process ran does not count. Empty without any snapshot.
[[nodiscard]] std::optional<std::chrono::nanoseconds> staleness(const run_context& context,
                                                                const journal& j);

/// Whether the mirror was live at any instant of [from, to], by the same rule.
[[nodiscard]] bool mirror_live_within(const journal& j, std::chrono::nanoseconds from,
                                      std::chrono::nanoseconds to);

}  // namespace hassle::reports
