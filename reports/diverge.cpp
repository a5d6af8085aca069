#include "reports/diverge.hpp"

#include "reports/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace hassle::reports {
namespace {

struct context_part {
  std::string_view name;
  std::function<std::string(const run_context&)> text;
};

std::string kinds_text(const run_context& c) {
  std::string text;
  for (const auto& [name, kind] : c.fault_kinds) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name, kind);
  }
  return text;
}

const std::vector<context_part>& context_parts() {
  static const std::vector<context_part> parts{
      {"scenario", [](const run_context& c) { return c.scenario; }},
      {"client", [](const run_context& c) { return c.client; }},
      {"seed", [](const run_context& c) { return fmt::format("{}", c.seed); }},
      {"world", [](const run_context& c) { return c.world; }},
      {"length", [](const run_context& c) { return clock_time(c.simulated); }},
      {"healed at", [](const run_context& c) { return clock_time(c.healed); }},
      {"must hit",
       [](const run_context& c) {
         return fmt::format("{}", fmt::join(c.faults_that_must_hit, ", "));
       }},
      {"faults", kinds_text},
      {"layers", [](const run_context& c) { return fmt::format("{}", fmt::join(c.layers, ", ")); }},
      {"recovery bound",
       [](const run_context& c) {
         return c.recovery_bound ? human_duration(*c.recovery_bound) : std::string("none");
       }},
  };
  return parts;
}

std::string context_text(const saved_journal& a, const saved_journal& b) {
  std::string out;
  for (const context_part& each : context_parts()) {
    const std::string one = each.text(a.context);
    const std::string other = each.text(b.context);
    if (one == other) continue;
    out +=
        fmt::format("{} differs\n- A  {}\n+ B  {}\n", each.name, printable(one), printable(other));
  }
  if (a.tool != b.tool) {
    out += fmt::format("written by different versions\n- A  {}\n+ B  {}\n", printable(a.tool),
                       printable(b.tool));
  }
  return out.empty() ? out : out + "\n";
}

// To the nanosecond: what differs may be no more.
std::string exact_time(std::chrono::nanoseconds at) {
  const std::string to_milliseconds = clock_time(at);
  return fmt::format("{}{:06}", to_milliseconds, at.count() % 1'000'000);
}

std::string event_text(const event& e) {
  std::string text = fmt::format("{}  {}", exact_time(e.at), name_of(e.kind));
  if (e.connection != 0) text += fmt::format("  connection {}", e.connection);
  if (e.command != 0) text += fmt::format("  command {}", e.command);
  if (e.value != 0) text += fmt::format("  value {}", e.value);
  if (!e.text.empty()) text += fmt::format("  \"{}\"", printable(e.text));
  return text;
}

std::string line_of(std::string_view mark, std::size_t index, const event& e, colour ink,
                    bool coloured) {
  return paint(fmt::format("{:<4}{:>7}  {}", mark, index + 1, event_text(e)), ink, coloured) + "\n";
}

// What comes from the difference on, in one of the two.
std::string branch_text(std::string_view mark, const journal& j, std::size_t from, colour ink,
                        const diverge_style& style) {
  const auto& events = j.events();
  if (from >= events.size()) {
    return paint(fmt::format("{:<4}ends here, after {}", mark, counted(events.size(), "event")),
                 ink, style.colour) +
           "\n";
  }
  std::string out;
  const std::size_t end = std::min(events.size(), from + style.after);
  for (std::size_t i = from; i < end; ++i) {
    out += line_of(mark, i, events[i], ink, style.colour);
  }
  if (end < events.size()) {
    out += fmt::format("{:<4}… and {} more\n", mark, counted(events.size() - end, "event"));
  }
  return out;
}

// In which of its parts an event differs from another.
std::string parts_that_differ(const event& a, const event& b) {
  std::vector<std::string_view> parts;
  if (a.at != b.at) parts.emplace_back("time");
  if (a.kind != b.kind) parts.emplace_back("kind");
  if (a.connection != b.connection) parts.emplace_back("connection");
  if (a.command != b.command) parts.emplace_back("command");
  if (a.value != b.value) parts.emplace_back("value");
  if (a.text != b.text) parts.emplace_back("text");
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string headline(const journal& a, const journal& b, std::size_t at) {
  if (at >= a.events().size() || at >= b.events().size()) {
    return fmt::format("One journal ends after {}, the other goes on.", counted(at, "event"));
  }
  return fmt::format("Event {} is the first that differs, in: {}.", grouped(at + 1),
                     parts_that_differ(a.events()[at], b.events()[at]));
}

}  // namespace

std::optional<std::size_t> first_difference(const journal& a, const journal& b) {
  const auto [in_a, in_b] = std::ranges::mismatch(a.events(), b.events());
  if (in_a == a.events().end() && in_b == b.events().end()) return std::nullopt;
  return static_cast<std::size_t>(in_a - a.events().begin());
}

bool equal_runs(const saved_journal& a, const saved_journal& b) {
  return context_text(a, b).empty() && !first_difference(a.events, b.events);
}

std::string diverge_text(const saved_journal& a, const saved_journal& b,
                         const diverge_style& style) {
  std::string out = context_text(a, b);
  const auto at = first_difference(a.events, b.events);
  if (!at) {
    const std::size_t size = a.events.events().size();
    return out + (size == 1 ? "The event is" : fmt::format("All {} events are", grouped(size))) +
           " the same.\n";
  }
  out += headline(a.events, b.events, *at) + "\n\n";
  const std::size_t begin = *at - std::min(*at, style.before);
  if (begin > 0) out += fmt::format("    … {} that both have\n", counted(begin, "event"));
  for (std::size_t i = begin; i < *at; ++i) {
    out += line_of("", i, a.events.events()[i], colour::dim, style.colour);
  }
  out += branch_text("- A", a.events, *at, colour::red, style);
  out += branch_text("+ B", b.events, *at, colour::green, style);
  return out;
}

}  // namespace hassle::reports
