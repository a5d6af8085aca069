#include "reports/figure_text.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace hassle::reports {

std::string percent_text(double fraction) {
  const double value = fraction * 100;
  if (value == 0) return "0";
  if (value < 0.01) return "<0.01";
  return value < 9.995 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

std::string error_rate_text(const summary& s) {
  if (s.commands == 0) return "-";
  if (s.errors.empty()) {
    return fmt::format("< {:.2g}%", 100 * std::min(1.0, 3.0 / static_cast<double>(s.commands)));
  }
  const double mean = s.error_rate.mean;
  std::string text = percent_text(mean) + "%";
  if (s.seeds > 1) text += " ±" + percent_text(s.error_rate.high - mean);
  return text;
}

std::string share_text(const summary& s, outcome o) {
  const std::uint64_t count = s.outcomes[static_cast<std::size_t>(o)];
  return percent_text(static_cast<double>(count) / static_cast<double>(s.commands));
}

std::string change_text(const summary& s, const cell_evidence& evidence) {
  if (!s.change) return {};
  const interval& change = *s.change;
  if (s.seeds < 2) return fmt::format("{:+.1f} pp", change.mean * 100);
  const bool none = !evidence.change || !evidence.change->significant;
  return fmt::format("{}{:+.1f} ±{:.1f} pp", none ? "~ " : "", change.mean * 100,
                     (change.high - change.mean) * 100);
}

std::string human_seconds(double seconds) {
  return human_duration(std::chrono::nanoseconds(std::llround(seconds * 1e9)));
}

}  // namespace hassle::reports
