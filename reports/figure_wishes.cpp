#include "reports/compare.hpp"

#include <algorithm>
#include <array>

namespace hassle::reports {
namespace {

constexpr double share = 0.001;  // Of all commands.
constexpr double millisecond = 1;
constexpr double tenth_of_second = 0.1;
constexpr bool promise = true;

constexpr auto wishes = std::to_array<figure_wish>({
    {"error_rate", wish::lower, share},
    {"connection_rate", wish::lower, share},
    {"timeout_rate", wish::lower, share},
    {"other_rate", wish::lower, share},
    {"stale_rate", wish::none, share},  // Better than an error, worse than an answer.
    {"duplicates", wish::lower},
    {"wrong_answers", wish::lower, 0, promise},
    {"past_limit", wish::lower, 0, promise},
    {"executions", wish::none},
    {"lost", wish::lower},
    {"unknown", wish::lower},
    {"commands", wish::none},
    {"attempts", wish::none},
    {"connections", wish::none},
    {"latency_p50_ms", wish::lower, millisecond},
    {"latency_p90_ms", wish::lower, millisecond},
    {"latency_p99_ms", wish::lower, millisecond},
    {"latency_max_ms", wish::lower, millisecond},
    {"latency_uncorrected_p50_ms", wish::lower, millisecond},
    {"latency_uncorrected_p90_ms", wish::lower, millisecond},
    {"latency_uncorrected_p99_ms", wish::lower, millisecond},
    {"latency_uncorrected_max_ms", wish::lower, millisecond},
    {"fast_fail_p50_ms", wish::lower, millisecond},
    {"fast_fail_max_ms", wish::lower, millisecond},
    {"lifetime_mean_s", wish::none, tenth_of_second},  // Some connections should be given up.
    {"lifetime_max_s", wish::none, tenth_of_second},
    {"recovery_p50_s", wish::lower, tenth_of_second},
    {"recovery_max_s", wish::lower, tenth_of_second},
    {"reconnect_max_s", wish::lower, tenth_of_second},
    {"connect_max_s", wish::lower, tenth_of_second},
    {"detect_p50_s", wish::lower, tenth_of_second},
    {"detect_max_s", wish::lower, tenth_of_second},
    {"attempts_per_minute_max", wish::lower},
    {"handshakes_per_second_max", wish::lower},
    {"pings_per_minute_max", wish::none},
    {"wakeups_per_minute_max", wish::lower},
    {"reconnects", wish::none},
    {"auth_failures", wish::lower},
    {"repeated_effects", wish::lower, 0, promise},
    {"answer_discarded", wish::none},
    {"ping_failed", wish::none},
    {"probe_failed", wish::none},
    {"breaker_opened", wish::none},
    {"retries", wish::none},
    {"token_refreshes", wish::none},
    {"endpoint_changes", wish::none},
    {"subscription_rejections", wish::none},
    {"events_heard", wish::none},
    {"gap_events", wish::lower},
    {"lost_events", wish::lower, 0, promise},
    {"duplicate_events", wish::lower, 0, promise},
    {"reordered_events", wish::lower, 0, promise},
    {"late_events", wish::lower, 0, promise},
    {"mirror_differences", wish::lower, 0, promise},
    {"staleness_s", wish::lower, tenth_of_second},
    {"stale_age_max_s", wish::lower, tenth_of_second},
    {"calls_peak", wish::none},
    {"queue_peak", wish::none},
    {"connects_herd_peak_percent", wish::lower, 1},
    {"herd_ready_max_s", wish::lower, tenth_of_second},
});

}  // namespace

figure_wish wish_of(std::string_view figure) {
  const auto* const found = std::ranges::find(wishes, figure, &figure_wish::name);
  return found == wishes.end() ? figure_wish{} : *found;
}

}  // namespace hassle::reports
