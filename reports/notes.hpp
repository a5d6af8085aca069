#pragma once

#include "reports/analysis.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// What a reader should know about the figures of a summary: for each that is not zero and has a
/// mechanism behind it, one sentence that says how it comes about.
[[nodiscard]] std::vector<std::string> mechanism_notes(const summary& s);

/// For a client whose runs are those of another one: what it has more, or less, never acted.
[[nodiscard]] std::string same_runs_note(std::string_view other_client);

}  // namespace hassle::reports
