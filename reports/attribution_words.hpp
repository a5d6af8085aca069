#pragma once

#include "reports/attribution.hpp"

#include <string>
#include <vector>

namespace hassle::reports {

/// Layers that do harm, and pairs that are more or less than the sum of the two: as far as they are
/// significant.
[[nodiscard]] std::vector<std::string> findings_of(const attribution& a);

/// Why the figures say little or nothing.
[[nodiscard]] std::vector<std::string> doubts_of(const attribution& a,
                                                 const std::vector<std::string>& idle_faults);

/// "12.3", of a share of all commands.
[[nodiscard]] std::string points(double share);

}  // namespace hassle::reports
