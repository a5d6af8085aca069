#include "harness/scenario_check.hpp"

#include "harness/process.hpp"
#include "mockha/home.hpp"
#include "scenarios/contradictions.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {

namespace {

using scenario::command_kind;

std::optional<scenario::input_error> find_home_error(const scenario::scenario& what) {
  const auto homes = mockha::home_names();
  if (std::ranges::find(homes, what.ha.home) != homes.end()) return std::nullopt;
  std::string hint = scenario::nearest_hint(what.ha.home, homes);
  if (hint.empty()) hint = fmt::format("known: {}", fmt::join(homes, ", "));
  return scenario::input_error{
      what.file_at(what.ha.where), what.ha.where,
      fmt::format("mockha has no home {}", scenario::in_quotes(what.ha.home)), std::move(hint)};
}

/// Types of commands that clients send by themselves, whatever the workload.
constexpr std::array<std::string_view, 9> own_commands = {
    "auth/current_user",  "get_config",       "get_states",        "ping",
    "subscribe_entities", "subscribe_events", "subscribe_trigger", "supported_features",
    "unsubscribe_events"};

std::string called(command_kind kind, const std::string& target) {
  scenario::planned_command command;
  command.kind = kind;
  command.target = target;
  return label_of(command);
}

/// Everything that a run may send, as journals call it.
std::vector<std::string> commands_sent(const scenario::scenario& what) {
  std::vector<std::string> all(own_commands.begin(), own_commands.end());
  if (what.load.commands) {
    for (const auto& each : *what.load.commands) all.push_back(called(each.kind, each.target));
    return all;
  }
  for (const auto& share : what.load.mix) {
    if (share.weight == 0) continue;
    for (const std::string& target : what.load.targets) all.push_back(called(share.kind, target));
  }
  return all;
}

/// The index of a fault whose trigger nobody pulls: it would wait for ever.
std::optional<std::size_t> find_idle_trigger(const scenario::scenario& what) {
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < what.faults.size(); ++i) {
    const scenario::fault& each = what.faults[i];
    if (!each.after || each.after->command.empty()) continue;
    if (sent.empty()) sent = commands_sent(what);
    const bool comes = std::ranges::any_of(sent, [&](const std::string& command) {
      return scenario::matches_command(each.after->command, command);
    });
    if (!comes) return i;
  }
  return std::nullopt;
}

scenario::input_error idle_trigger_error(const scenario::scenario& what,
                                         const scenario::fault& waits) {
  const std::vector<std::string> sent = commands_sent(what);
  const std::vector<std::string_view> names(sent.begin(), sent.end());
  std::string hint = scenario::nearest_hint(waits.after->command, names);
  return {what.file_at(waits.where), waits.where,
          fmt::format("fault {} can never begin: nobody sends {}", scenario::in_quotes(waits.name),
                      scenario::in_quotes(waits.after->command)),
          hint.empty() ? "the workload has no such command" : std::move(hint)};
}

}  // namespace

std::optional<scenario::input_error> find_scenario_error(const scenario::scenario& what) {
  if (auto error = find_home_error(what)) return error;
  const auto idle = find_idle_trigger(what);
  if (!idle) return std::nullopt;
  return idle_trigger_error(what, what.faults[*idle]);
}

void drop_senseless_faults(scenario::scenario& what) {
  const auto drop = [&what](std::size_t index) {
    what.faults.erase(what.faults.begin() + static_cast<std::ptrdiff_t>(index));
  };
  for (;;) {
    // Without one of them another may wait for nobody, or wait no more.
    if (const auto found = scenario::find_contradictions(what); !found.empty()) {
      drop(found.front().fault);
    } else if (const auto idle = find_idle_trigger(what)) {
      drop(*idle);
    } else {
      return;
    }
  }
}

}  // namespace hassle::harness
