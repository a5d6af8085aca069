#include "reports/html_text.hpp"

#include "reports/text.hpp"
#include "reports/verdict.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace hassle::reports {

std::string html_percent(double share) {
  const double value = share * 100;
  if (value == 0) return "0";
  if (value < 0.01) return "<0.01";
  return value < 9.995 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

std::string html_number(double value) { return fmt::format("{:.5g}", value); }

std::string html_seconds(double seconds) {
  return human_duration(std::chrono::nanoseconds(std::llround(seconds * 1e9)));
}

namespace {

bool is_sure(const cell_evidence& evidence) {
  return evidence.change && evidence.change->significant;
}

}  // namespace

std::string html_change(const summary& s, const cell_evidence& evidence) {
  if (!s.change) return {};
  const interval& change = *s.change;
  if (s.seeds < 2) return fmt::format("{:+.1f} pp", change.mean * 100);
  return fmt::format("{}{:+.1f} ±{:.1f} pp", is_sure(evidence) ? "" : "~ ", change.mean * 100,
                     (change.high - change.mean) * 100);
}

std::string_view html_change_kind(const summary& s, const cell_evidence& evidence) {
  if (!s.change || s.seeds < 2 || !is_sure(evidence)) return "";
  return s.change->mean < 0 ? "better" : "worse";
}

std::string_view html_mark(std::string_view verdict) {
  if (verdict == verdict_passed) return "✓";
  return verdict == verdict_failed ? "✗" : "?";
}

std::string html_id(std::string_view text) {
  std::string id;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    id += plain ? c : '_';
  }
  return id;
}

}  // namespace hassle::reports
