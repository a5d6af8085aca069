#pragma once

#include "reports/report.hpp"

#include <cstddef>
#include <string>

namespace hassle::reports {

/// GitHub shows no more of each level for one step.
inline constexpr std::size_t annotations_max = 10;

/// Workflow commands of GitHub Actions for standard output: an error for each check that failed and
/// a warning for each that is inconclusive or was not run, at the line of the scenario that is not
/// met; in the end a notice with the verdict. The worst severities come first. Of more than
/// `annotations_max` of a level the last one names all that had no room.
[[nodiscard]] std::string github_report(const report& r);

}  // namespace hassle::reports
