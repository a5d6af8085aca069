#include "harness/grade/grading.hpp"

#include "reports/explain_oracle.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <optional>

namespace hassle::harness::grade {

namespace {

/// How much beyond a bound is more than a little, whatever the bound is.
double slack_of(std::string_view figure) {
  if (figure.ends_with("_rate")) return far_rate;
  if (figure.ends_with("_ms")) return far_ms;
  if (figure.ends_with("_s")) return far_s;
  return far_count;
}

/// By how much a value is outside, and the size of the bound that it misses.
struct miss {
  double by = 0;
  double bound = 0;
};

miss miss_of(const reports::expectation& of, double measured) {
  if (of.max && measured > *of.max) return {.by = measured - *of.max, .bound = *of.max};
  if (of.min && measured < *of.min) return {.by = *of.min - measured, .bound = *of.min};
  return {};
}

std::string times(std::uint64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

void find_violations(const reports::summary& of, std::vector<finding>& into) {
  for (const reports::oracle_result& each : of.oracles) {
    if (each.violations == 0) continue;
    into.push_back(
        {.what = fmt::format("oracle {} is violated {}, first at {} with seed {}: {}", each.name,
                             times(each.violations), reports::human_duration(each.first_at),
                             each.first_seed, each.first),
         .broken = true});
  }
}

/// True if one of them could not be judged.
bool find_misses(const reports::cell& of, const reports::summary& measured,
                 std::vector<finding>& into) {
  bool unclear = false;
  for (std::size_t i = 0; i < measured.expectations.size(); ++i) {
    const reports::expectation_result& result = measured.expectations[i];
    if (result.verdict == "passed") continue;
    if (result.verdict == "inconclusive") {
      unclear = true;
      continue;
    }
    into.push_back(
        {.what = fmt::format("{}: measured {:.4g}. {}", result.text, result.measured, result.why),
         .broken = is_far_out(of.expectations[i], result.measured)});
  }
  return unclear;
}

std::string line_of(const reports::event& e) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(e.at).count();
  std::string line = fmt::format("{:02}:{:02}:{:02}.{:03}  {}", ms / 3'600'000, ms / 60'000 % 60,
                                 ms / 1'000 % 60, ms % 1'000, reports::name_of(e.kind));
  if (e.connection != 0) line += fmt::format("  connection {}", e.connection);
  if (e.command != 0) line += fmt::format("  command {}", e.command);
  if (!e.text.empty()) line += "  " + reports::printable(e.text);
  return line;
}

/// When the first thing went wrong, and for which command; zero: for none.
struct trouble {
  std::chrono::nanoseconds at{};
  std::uint32_t command = 0;
};

std::optional<trouble> first_trouble(const reports::kept_run& run) {
  std::optional<trouble> first;
  for (const auto& each : reports::violated_oracles(run.context, run.events)) {
    if (!first || each.first_at < first->at) first = {each.first_at, each.first_command};
  }
  if (first) return first;
  for (const reports::command_story& each : reports::command_stories(run.events)) {
    if (each.done != 0 && reports::is_error(each.what)) {
      return trouble{run.events.events()[each.done].at, each.number};
    }
  }
  return std::nullopt;
}

/// Whether an event belongs to what went wrong: what is broken, connecting, and the command itself.
bool tells(const reports::event& e, const trouble& of) {
  using enum reports::event_kind;
  if (e.command != 0) return of.command == 0 || e.command == of.command;
  switch (e.kind) {
    case ping_sent:
    case pong_received:
    case server_received:
    case server_answered:
    case attempt_stage:
    case dialed:
    case connected:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::string_view name_of(mark which) noexcept {
  constexpr std::array<std::string_view, 4> names = {"ok", "non-strict", "failed", "inconclusive"};
  return names[static_cast<std::size_t>(which)];
}

bool is_far_out(const reports::expectation& of, double measured) {
  const miss missed = miss_of(of, measured);
  // Below a floor nothing can be further out than zero.
  const bool below = of.min && measured < *of.min;
  const double far = below ? missed.bound / 2 : 2 * std::abs(missed.bound);
  return missed.by > far && missed.by > (below ? 0 : slack_of(of.figure));
}

verdict judge(const reports::cell& of) {
  const reports::summary measured = reports::summarise(of);
  verdict made;
  find_violations(measured, made.findings);
  const bool unclear = find_misses(of, measured, made.findings);
  std::ranges::stable_sort(made.findings, {}, [](const finding& each) { return !each.broken; });
  const bool broken = !made.findings.empty() && made.findings.front().broken;
  if (broken) {
    made.given = mark::failed;
    return made;
  }
  const bool nothing = measured.commands == 0 || !of.complete || of.runs.empty();
  if (nothing || unclear || !measured.idle_faults.empty()) {
    made.given = mark::inconclusive;
    std::string why =
        nothing ? "nothing was measured, or not all" : "a figure had nothing to measure";
    if (!nothing && !measured.idle_faults.empty()) {
      why = fmt::format("the fault '{}' hit nothing", measured.idle_faults.front());
    }
    made.findings.insert(made.findings.begin(), {.what = std::move(why)});
    return made;
  }
  made.given = made.findings.empty() ? mark::ok : mark::non_strict;
  return made;
}

std::vector<std::string> first_events(const reports::kept_run& run, std::size_t lines_max) {
  const auto found = first_trouble(run);
  if (!found) return {};
  std::vector<std::string> lines;
  for (const reports::event& each : run.events.events()) {
    if (each.at > found->at) break;
    if (tells(each, *found)) lines.push_back(line_of(each));
  }
  if (lines.size() > lines_max) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  }
  return lines;
}

}  // namespace hassle::harness::grade
