#include "harness/cli/drawing.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/verbs.hpp"
#include "harness/process.hpp"
#include "reports/text.hpp"
#include "scenarios/duration.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hassle::harness::cli {

namespace {

struct line {
  scenario::duration at;
  std::string text;
};

/// To the millisecond, in columns: "  13:05:07.250".
std::string clock_text(scenario::duration at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
  return fmt::format("{:>4}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                     ms % 1000);
}

std::string short_duration(scenario::duration d) {
  return scenario::format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(d));
}

std::string details_of(const scenario::fault& what, const scenario::planned_fault& occurrence) {
  std::string text(scenario::kind_of(what.what));
  if (occurrence.armed) text = "waits for its trigger, then " + text;
  if (occurrence.open_ended) {
    text += " until its hits are used up";
  } else if (occurrence.lasts > scenario::duration::zero()) {
    text += " for " + short_duration(occurrence.lasts);
  }
  if (std::holds_alternative<scenario::restart_fault>(what.what)) {
    const scenario::restart_phases& phases = occurrence.phases;
    text += fmt::format(": stopping {}, refused {}, not running {}, starting {}",
                        short_duration(phases.stopping), short_duration(phases.refused),
                        short_duration(phases.not_running), short_duration(phases.starting));
  } else if (occurrence.amount > scenario::duration::zero()) {
    text += " of " + short_duration(occurrence.amount);
  }
  return text;
}

std::vector<line> timeline(const scenario::scenario& what, const scenario::plan& plan,
                           bool with_commands) {
  std::vector<line> lines;
  for (const scenario::planned_command& each : plan.commands) {
    if (!with_commands) break;
    lines.push_back({each.at, fmt::format("command {:<5} {}", each.number, label_of(each))});
  }
  for (const scenario::planned_fault& each : plan.faults) {
    const scenario::fault& fault = what.faults[each.fault];
    lines.push_back({each.at, fmt::format("fault   {:<5} {}: {}", each.number, fault.name,
                                          details_of(fault, each))});
    if (each.lasts > scenario::duration::zero() && !each.armed) {
      lines.push_back(
          {each.at + each.lasts, fmt::format("end of  {:<5} {}", each.number, fault.name)});
    }
  }
  for (const scenario::duration at : plan.recycles) {
    lines.push_back(
        {at, "recycle       the client's host goes away; cold start with the next command"});
  }
  lines.push_back({plan.healed, "healed        the last fault is over"});
  lines.push_back({plan.end, "end"});
  std::ranges::stable_sort(lines, {}, &line::at);
  return lines;
}

}  // namespace

exit_status perform(const show_options& asked) {
  auto found = scenario::find_scenario(asked.scenario, {.changes = asked.changes, .find_base = {}});
  if (!found) {
    complain(found.error());
    return exit_status::bad_input;
  }
  auto plan = scenario::make_plan(*found, asked.seed);
  if (!plan) {
    complain(std::vector{plan.error()});
    return exit_status::bad_input;
  }
  if (asked.toml) {
    fmt::print("{}", scenario::frozen_scenario(*found, *plan));
    return exit_status::passed;
  }
  fmt::print("{}: {}\nseed {}: {}, {}, {} in {}\n\n", found->name, found->title, asked.seed,
             reports::counted(plan->commands.size(), "command"),
             reports::counted(plan->faults.size(), "fault"),
             reports::counted(plan->recycles.size(), "recycle"), short_duration(plan->end));
  if (!asked.list) {
    constexpr unsigned width_of_a_pipe = 80;
    const drawing_style style{.colour = stdout_wants_colour(),
                              .width = stdout_width(width_of_a_pipe)};
    fmt::print("{}\n", draw_plan(*found, *plan, style));
  }
  for (const line& each : timeline(*found, *plan, asked.list)) {
    fmt::print("{}  {}\n", clock_text(each.at), each.text);
  }
  return exit_status::passed;
}

}  // namespace hassle::harness::cli
