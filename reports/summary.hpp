#pragma once

#include "reports/analysis.hpp"

#include <span>

namespace hassle::reports {

/// The figures of these runs as of one client: what `summarise` says of a cell with them, without
/// names, promises, verdict and notes.
[[nodiscard]] summary measured(std::span<const run_figures> runs);

}  // namespace hassle::reports
