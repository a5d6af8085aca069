#pragma once

#include "reports/report.hpp"

#include <cstddef>
#include <string>

namespace hassle::reports {

/// More than ui.perfetto.dev draws with ease; what comes after is counted in a last instant.
inline constexpr std::size_t trace_events_max = 200'000;

/// The runs that were kept as a trace in Chrome's JSON format, which ui.perfetto.dev opens: a
/// process for each run, with a track for what the client is busy with, for its breaker, for each
/// fault and each connection; commands share as many tracks as overlap. An arrow leads from each
/// command to the answer that was taken for it. Times are virtual, from the run's begin.
[[nodiscard]] std::string perfetto_trace(const report& r);

}  // namespace hassle::reports
