#pragma once

#include "reports/journal.hpp"

#include <chrono>
#include <vector>

namespace hassle::reports {

/// How long each connection that became ready stayed usable: from client_ready to the earliest of
/// its client_closed, server_closed and connection_cut, the end of its process, or the end of the
/// run. In the order of their ends.
[[nodiscard]] std::vector<std::chrono::nanoseconds> lifetimes(const journal& j,
                                                              std::chrono::nanoseconds end_of_run);

}  // namespace hassle::reports
