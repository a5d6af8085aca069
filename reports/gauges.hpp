#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hassle::reports {

/// Figures that are one number per run. Of several runs the largest stands for all of them: what
/// an expectation bounds, it bounds in each run, however many there are.
enum class gauge : std::uint8_t {
  attempts_per_minute_max,
  handshakes_per_second_max,
  pings_per_minute_max,
  wakeups_per_minute_max,
  reconnects,
  auth_failures,
  repeated_effects,
  answer_discarded,
  ping_failed,
  probe_failed,
  breaker_opened,
  retries,
  token_refreshes,
  endpoint_changes,
  subscription_rejections,
  events_heard,
  gap_events,
  lost_events,
  duplicate_events,
  reordered_events,
  late_events,
  mirror_differences,
  staleness_s,
  stale_age_max_s,
  calls_peak,
  queue_peak,
  connects_herd_peak_percent,
  herd_ready_max_s,
};
inline constexpr std::size_t gauge_count = static_cast<std::size_t>(gauge::herd_ready_max_s) + 1;

/// Empty where a run had nothing to measure it with.
using gauge_values = std::array<std::optional<double>, gauge_count>;

struct gauge_description {
  std::string_view name;     ///< As expectations name it: the enumerator's.
  std::string_view meaning;  ///< In words, with its unit.
};
/// In the order of the enumeration.
[[nodiscard]] std::span<const gauge_description> gauges();

/// Takes the larger one of each.
void take_larger(gauge_values& into, const gauge_values& other);

struct run_context;
class journal;
struct ledger_findings;
[[nodiscard]] gauge_values read_gauges(const run_context& context, const journal& j,
                                       const ledger_findings& ledger);

}  // namespace hassle::reports
