#pragma once

#include "reports/analysis.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace hassle::reports {

/// For people: a line for each client and kind of fault with the mean of every stage, which add up
/// to the mean of the whole, and the median and the longest of the whole. A client with one kind
/// alone has no line for all kinds. Empty if nothing recovered. `labels` are the clients' names.
/// REQUIRES: as many labels as runs.
[[nodiscard]] std::string waterfall_table(std::span<const summary> runs,
                                          std::span<const std::string> labels, std::size_t width,
                                          bool coloured);

}  // namespace hassle::reports
