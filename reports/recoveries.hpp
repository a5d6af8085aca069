#pragma once

#include "reports/analysis.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hassle::reports {

/// From an instant at which a fault was over (fault_ended, or the phase "running" of a restart that
/// no fault accounts for) to the first fresh answer to a command issued then or later.
struct recovery {
  std::string fault;  ///< Its name; empty for a restart that no fault accounts for.
  std::chrono::nanoseconds from{};
  std::chrono::nanoseconds to{};
  std::uint32_t command = 0;  ///< That was answered.
};

/// Instants without such an answer are left out; faults that end together count once, as the first
/// of them.
[[nodiscard]] std::vector<recovery> find_recoveries(const journal& j,
                                                    std::span<const command_story> stories);

}  // namespace hassle::reports
