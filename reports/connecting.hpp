#pragma once

#include "reports/journal.hpp"

#include <chrono>
#include <vector>

namespace hassle::reports {

struct run_context;

/// How a client came by its connections, and how it learned that they were gone.
struct connecting_times {
  /// From the instant at which a ready connection became unusable until the client gave it up. It
  /// is unusable when it is cut, when the server ends it, and when a fault that lets nothing
  /// through (see `blocks_traffic`) first hits it, if the client gives it up without having heard
  /// anything of it in between. Time in which the host was frozen does not count.
  std::vector<std::chrono::nanoseconds> detections;
  /// From the begin of an attempt until its connection was ready.
  std::vector<std::chrono::nanoseconds> attempts;
  /// From the end of a fault at which the client had no connection until it had one.
  std::vector<std::chrono::nanoseconds> reconnections;
};
[[nodiscard]] connecting_times connecting(const run_context& context, const journal& j);

/// True for the kinds of faults that let nothing through on a connection that stands.
[[nodiscard]] bool blocks_traffic(std::string_view fault_kind) noexcept;

}  // namespace hassle::reports
