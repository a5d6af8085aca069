#pragma once

#include "reports/analysis.hpp"

#include <chrono>
#include <span>
#include <vector>

namespace hassle::reports {

/// From each instant at which a fault was over (fault_ended, or the phase "running" of a restart
/// that no fault accounts for) to the first fresh answer to a command issued then or later.
/// Instants without such an answer are left out; faults that end together count once.
[[nodiscard]] std::vector<std::chrono::nanoseconds> recoveries(
    const journal& j, std::span<const command_story> stories);

}  // namespace hassle::reports
