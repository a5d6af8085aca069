#include "reports/analysis.hpp"

#include <algorithm>
#include <array>

namespace hassle::reports {
namespace {

struct named_figure {
  std::string_view name;
  std::optional<double> (*value)(const summary&);  // Empty: nothing to measure it with.
};

using measured_value = std::optional<double>;

measured_value when(bool measured, double value) {
  return measured ? measured_value(value) : measured_value();
}
measured_value share(const summary& s, outcome o) {
  return when(s.commands > 0, static_cast<double>(s.outcomes[static_cast<std::size_t>(o)]) /
                                  static_cast<double>(std::max<std::uint64_t>(s.commands, 1)));
}
measured_value number(const summary& s, std::uint64_t n) {
  return when(s.commands > 0, static_cast<double>(n));
}
measured_value latency(const summary& s, double value) {
  const auto answered = s.outcomes[static_cast<std::size_t>(outcome::fresh)] +
                        s.outcomes[static_cast<std::size_t>(outcome::stale)];
  return when(answered > 0, value);
}
measured_value lifetime(const summary& s, double value) { return when(s.connections > 0, value); }
measured_value recovery(const summary& s, double value) { return when(s.recoveries > 0, value); }

constexpr auto own_figures = std::to_array<named_figure>({
    {"error_rate", [](const summary& s) { return when(s.commands > 0, s.error_rate.mean); }},
    {"connection_rate", [](const summary& s) { return share(s, outcome::connection); }},
    {"timeout_rate", [](const summary& s) { return share(s, outcome::timeout); }},
    {"other_rate", [](const summary& s) { return share(s, outcome::other); }},
    {"stale_rate", [](const summary& s) { return share(s, outcome::stale); }},
    {"duplicates", [](const summary& s) { return number(s, s.duplicates); }},
    {"wrong_answers", [](const summary& s) { return number(s, s.wrong_answers); }},
    {"past_limit", [](const summary& s) { return number(s, s.past_limit); }},
    {"executions", [](const summary& s) { return number(s, s.executions); }},
    {"lost", [](const summary& s) { return number(s, s.lost); }},
    {"unknown", [](const summary& s) { return number(s, s.unknown); }},
    {"commands", [](const summary& s) { return number(s, s.commands); }},
    {"attempts", [](const summary& s) { return measured_value(s.attempts); }},
    {"connections", [](const summary& s) { return measured_value(s.connections); }},
    {"latency_p50_ms", [](const summary& s) { return latency(s, s.latency_p50_ms); }},
    {"latency_p90_ms", [](const summary& s) { return latency(s, s.latency_p90_ms); }},
    {"latency_p99_ms", [](const summary& s) { return latency(s, s.latency_p99_ms); }},
    {"latency_max_ms", [](const summary& s) { return latency(s, s.latency_max_ms); }},
    {"latency_uncorrected_p50_ms", [](const summary& s) { return s.latency_uncorrected_p50_ms; }},
    {"latency_uncorrected_p90_ms", [](const summary& s) { return s.latency_uncorrected_p90_ms; }},
    {"latency_uncorrected_p99_ms", [](const summary& s) { return s.latency_uncorrected_p99_ms; }},
    {"latency_uncorrected_max_ms", [](const summary& s) { return s.latency_uncorrected_max_ms; }},
    {"fast_fail_p50_ms", [](const summary& s) { return s.failure_p50_ms; }},
    {"fast_fail_max_ms", [](const summary& s) { return s.failure_max_ms; }},
    {"lifetime_mean_s", [](const summary& s) { return lifetime(s, s.lifetime_mean_s); }},
    {"lifetime_max_s", [](const summary& s) { return lifetime(s, s.lifetime_max_s); }},
    {"recovery_p50_s", [](const summary& s) { return recovery(s, s.recovery_p50_s); }},
    {"recovery_max_s", [](const summary& s) { return recovery(s, s.recovery_max_s); }},
    {"reconnect_max_s", [](const summary& s) { return s.reconnect_max_s; }},
    {"connect_max_s", [](const summary& s) { return s.connect_max_s; }},
    {"detect_p50_s", [](const summary& s) { return s.detect_p50_s; }},
    {"detect_max_s", [](const summary& s) { return s.detect_max_s; }},
});

std::optional<measured_value> look_up(const summary& s, std::string_view name) {
  const auto* const own = std::ranges::find(own_figures, name, &named_figure::name);
  if (own != own_figures.end()) return own->value(s);
  const auto gauge = std::ranges::find(gauges(), name, &gauge_description::name);
  if (gauge == gauges().end()) return std::nullopt;
  return s.gauges[static_cast<std::size_t>(gauge - gauges().begin())];
}

std::array<std::string_view, own_figures.size() + gauge_count> all_names() {
  std::array<std::string_view, own_figures.size() + gauge_count> names;
  auto next = std::ranges::transform(own_figures, names.begin(), &named_figure::name).out;
  std::ranges::transform(gauges(), next, &gauge_description::name);
  return names;
}

}  // namespace

std::optional<double> figure(const summary& s, std::string_view name) {
  const std::optional<measured_value> found = look_up(s, name);
  return found ? std::optional(found->value_or(0)) : std::nullopt;
}

bool has_figure(const summary& s, std::string_view name) {
  const std::optional<measured_value> found = look_up(s, name);
  return found && found->has_value();
}

std::span<const std::string_view> figure_names() {
  static const auto names = all_names();
  return names;
}

}  // namespace hassle::reports
