#pragma once

#include "reports/report.hpp"

#include <cstddef>
#include <string>

namespace hassle::reports {

/// GitHub refuses the summary of a step above 1 MiB.
inline constexpr std::size_t markdown_bytes_max = 1'000'000;

/// For the summary of a step of GitHub Actions and for pull requests: the verdict, what is not as
/// it should be (each to be unfolded), the tables. What does not fit in is left out from the back,
/// section by section, and that is said at the end. REQUIRES: bytes_max >= 4096.
[[nodiscard]] std::string markdown_report(const report& r,
                                          std::size_t bytes_max = markdown_bytes_max);

}  // namespace hassle::reports
