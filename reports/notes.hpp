#pragma once

#include "reports/analysis.hpp"

#include <string>
#include <vector>

namespace hassle::reports {

/// What a reader should know about the figures of a summary: for each that is not zero and has a
/// mechanism behind it, one sentence that says how it comes about.
[[nodiscard]] std::vector<std::string> mechanism_notes(const summary& s);

}  // namespace hassle::reports
