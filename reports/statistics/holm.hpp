#pragma once

#include <span>
#include <vector>

namespace hassle::reports {

/// Below this, a difference counts as one.
inline constexpr double significance = 0.05;

/// Holm's step-down correction: what each p-value is worth where so many were asked at once. Who
/// calls significant what is below `significance` then is wrong about any of them in at most 5 %
/// of all such tables, however the p-values depend on each other. In the order given.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

}  // namespace hassle::reports
