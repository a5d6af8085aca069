#include "harness/explore/grammar.hpp"

#include "harness/explore/dice.hpp"
#include "harness/explore/fault_table.hpp"
#include "harness/scenario_check.hpp"
#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness::explore {

namespace {

using namespace std::chrono_literals;
using scenario::duration;
using scenario::duration_distribution;
using scenario::fault;

/// More would hide each other, and no run would be short.
constexpr std::size_t faults_max = 24;
constexpr std::uint32_t repeats_max = 6;  ///< Of one fault.
constexpr duration shortest_fault = 100ms;
constexpr duration longest_fault = 3min;

duration_distribution about(duration mean) {
  return {.how = duration_distribution::kind::exponential, .a = mean};
}

// ---- What stands around the faults. It never heals: a client can live with all of it ------------

scenario::network draw_network(dice from) {
  scenario::network path;
  path.latency = from.one_of(std::array<duration, 7>{0ms, 1ms, 5ms, 10ms, 20ms, 80ms, 150ms});
  if (from.chance(0.3)) path.jitter = from.length(1ms, 100ms);
  if (from.chance(0.2)) path.bandwidth = from.magnitude(128U << 10U, 16U << 20U);
  // Above what keeps a client's connections awake. One that ended them at their age would never
  // heal: that is what the fault cut_after is for.
  if (from.chance(0.25)) path.box.idle = from.length(60s, 10min);
  path.box.on_expiry = from.one_of(std::array{
      scenario::expiry_style::silent, scenario::expiry_style::reset, scenario::expiry_style::fin});
  return path;
}

scenario::server draw_server(dice from) {
  scenario::server ha;
  if (from.chance(0.2)) ha.heartbeat.reset();
  if (from.chance(0.15)) ha.idle_close = from.length(60s, 10min);
  if (from.chance(0.3)) ha.service_time = {.a = from.length(1ms, 2s)};
  if (from.chance(0.2)) ha.service_time = about(from.length(1ms, 500ms));
  if (from.chance(0.3)) ha.changes = about(from.length(5s, 5min));
  return ha;
}

std::vector<std::string> draw_targets(dice& from) {
  std::vector<std::string> all = scenario::workload{}.targets;
  if (from.chance(0.5)) return all;
  const auto first = static_cast<std::ptrdiff_t>(from.whole(0, all.size() - 1));
  return {all.begin() + first, all.end()};
}

scenario::workload draw_workload(dice from, duration length) {
  using scenario::command_kind;
  scenario::workload load;
  load.between_bursts = about(from.length(std::max<duration>(length / 100, 1s), length / 2));
  load.burst_size = {.how = scenario::count_distribution::kind::uniform, .a = 1, .b = 1};
  load.burst_size.b = static_cast<std::uint32_t>(from.whole(1, 4));
  load.spacing = {.a = from.one_of(std::array<duration, 4>{0s, 10ms, 500ms, 2s})};
  load.mix.clear();
  for (const command_kind each : {command_kind::turn_on, command_kind::turn_off,
                                  command_kind::toggle, command_kind::get_states}) {
    load.mix.push_back({each, static_cast<std::uint32_t>(from.whole(0, 4))});
  }
  load.mix.push_back({command_kind::get_state_service, from.chance(0.1) ? 1U : 0U});
  // Toggles show what reads and repeatable calls hide.
  if (from.chance(0.5)) load.mix[2].weight += 4;
  load.mix.front().weight += 1;
  load.targets = draw_targets(from);
  load.limit = from.one_of(std::array<duration, 4>{8s, 15s, 30s, 60s});
  load.at_limit = from.one_of(std::array{scenario::on_limit::recycle, scenario::on_limit::proceed});
  return load;
}

scenario::host draw_host(dice from, duration length) {
  scenario::host home;
  home.freeze_between_invocations = from.chance(0.3);
  if (from.chance(0.2)) home.recycle = about(from.length(length / 10, length));
  if (from.chance(0.2)) home.cold_start = from.length(10ms, 3s);
  return home;
}

scenario::client_setup draw_program(dice from) {
  using subscription = scenario::client_setup::subscription;
  scenario::client_setup program;
  for (const subscription each :
       {subscription::state_changed, subscription::all_events, subscription::trigger}) {
    if (from.chance(0.2)) program.subscriptions.push_back(each);
  }
  if (!program.subscriptions.empty() && from.chance(0.2)) {
    program.callback = from.length(1ms, 200ms);
  }
  if (from.chance(0.2)) program.how = scenario::client_setup::login::refresh;
  return program;
}

// ---- Faults: when, how long, how often, whom ----------------------------------------------------

/// The keys that faults of a kind have, by the schema itself.
class keys_of_kind {
 public:
  explicit keys_of_kind(std::string_view kind) {
    const auto& all = scenario::fault_kinds();
    const auto found = std::ranges::find(all, kind, &scenario::fault_kind_description::kind);
    assert(found != all.end());
    for (const scenario::key_description& each : found->keys) names_.insert(each.name);
  }
  [[nodiscard]] bool has(std::string_view key) const { return names_.contains(key); }

 private:
  std::set<std::string, std::less<>> names_;
};

std::string some_command(dice& from) {
  return std::string(from.one_of(std::array<std::string_view, 9>{
      "call_service", "light.*", "light.toggle", "switch.*", "get_states", "subscribe_*", "ping",
      "supported_features", "*"}));
}

/// `earlier`: the names of faults that it may wait for.
scenario::fault_trigger draw_trigger(dice& from, const std::vector<std::string>& earlier) {
  scenario::fault_trigger after;
  if (!earlier.empty() && from.chance(0.2)) {
    after.fault = earlier[from.whole(0, earlier.size() - 1)];
  } else if (from.chance(0.4)) {
    after.connections = static_cast<std::uint32_t>(from.magnitude(1, 4));
  } else {
    after.command = some_command(from);
    after.count = static_cast<std::uint32_t>(from.magnitude(1, 4));
  }
  return after;
}

void draw_scope(dice& from, const keys_of_kind& keys, fault& f) {
  if (keys.has("hits") && from.chance(0.4)) {
    f.scope.hits = static_cast<std::uint32_t>(from.magnitude(1, 8));
  }
  if (keys.has("chance") && from.chance(0.3)) {
    f.scope.chance = from.one_of(std::array{0.05, 0.2, 0.5, 0.8});
  }
  if (keys.has("connection") && from.chance(0.2)) {
    f.scope.connections = {static_cast<std::uint32_t>(from.magnitude(1, 4))};
  }
  if (keys.has("command") && from.chance(0.4)) f.scope.command = some_command(from);
}

void draw_times(dice& from, const grammar& rules, fault& f) {
  if (!f.after && from.chance(0.3)) {
    f.every = about(from.length(rules.length / 60 + 1s, rules.length / 2 + 1s));
    f.times = static_cast<std::uint32_t>(from.whole(2, repeats_max));
    if (from.chance(0.2)) f.probability = 0.5;
  } else if (!f.after || from.chance(0.5)) {
    f.at = from.instant(rules.length - 1ms);
  }
}

fault draw_fault(dice& from, const grammar& rules, const fault_row& row,
                 const std::vector<std::string>& earlier) {
  static const auto keys_of = [] {
    std::vector<std::pair<std::string_view, keys_of_kind>> all;
    for (const fault_row& each : fault_table()) all.emplace_back(each.kind, each.kind);
    return all;
  }();
  const keys_of_kind& keys =
      std::ranges::find(keys_of, row.kind, &std::pair<std::string_view, keys_of_kind>::first)
          ->second;
  fault f;
  f.what = row.initial;
  // Whether a random fault finds something to hit is chance: that says nothing about the client.
  f.must_hit = false;
  if (keys.has("after") && from.chance(0.25)) f.after = draw_trigger(from, earlier);
  draw_times(from, rules, f);
  draw_scope(from, keys, f);
  if (keys.has("for")) {
    if (f.scope.hits && !f.every && from.chance(0.4)) {
      f.open_ended = true;
    } else {
      f.lasts = {.a = from.length(shortest_fault, longest_fault)};
    }
  }
  if (row.draw) row.draw(from, f);
  return f;
}

void add_faults(dice from, const grammar& rules, const fault_row& row, scenario::scenario& to) {
  const std::uint64_t count = from.one_of(std::array<std::uint64_t, 6>{1, 1, 1, 1, 2, 4});
  std::vector<std::string> earlier;
  earlier.reserve(to.faults.size());
  for (const fault& each : to.faults) earlier.push_back(each.name);
  for (std::uint64_t n = 1; n <= count && to.faults.size() < faults_max; ++n) {
    fault drawn = draw_fault(from, rules, row, earlier);
    drawn.name = fmt::format("{}-{}", row.kind, n);
    to.faults.push_back(std::move(drawn));
  }
}

/// Of the scenarios, those that have faults of this kind.
double share_of(const fault_row& row, const grammar& rules, double density) {
  if (rules.kinds.empty()) return std::min(1.0, density * row.weight / usual_weight);
  return row.weight > 0 && std::ranges::find(rules.kinds, row.kind) != rules.kinds.end() ? 0.5 : 0;
}

/// Each kind has dice of its own: another row of the table changes no scenario without its kind.
std::vector<fault> draw_faults(std::uint64_t seed, const grammar& rules) {
  scenario::scenario collected;
  // From one kind in a scenario to half a dozen.
  dice from(seed, "explore density");
  const double density = from.one_of(std::array{0.02, 0.04, 0.08, 0.15});
  for (const fault_row& row : fault_table()) {
    dice of_kind(seed, fmt::format("explore {}", row.kind));
    if (!of_kind.chance(share_of(row, rules, density))) continue;
    add_faults(of_kind, rules, row, collected);
  }
  return std::move(collected.faults);
}

}  // namespace

std::vector<scenario::input_error> find_wrong_changes(const grammar& rules) {
  grammar unchanged = rules;
  unchanged.changes.clear();
  scenario::scenario bare = random_scenario(1, unchanged);
  bare.faults.clear();
  auto changed = scenario::parse_scenario(scenario::write_scenario(bare), bare.name,
                                          {.changes = rules.changes, .find_base = {}});
  return changed ? std::vector<scenario::input_error>() : std::move(changed.error());
}

scenario::scenario random_scenario(std::uint64_t seed, const grammar& rules) {
  assert(rules.length >= length_least);
  scenario::scenario made;
  made.name = fmt::format("explored-{}", seed);
  made.title = fmt::format("What seed {} drew", seed);
  made.tags = {"explored"};
  made.clients = {"production"};
  made.seeds = 1;
  made.length = rules.length;
  made.settle = rules.settle;
  made.path = draw_network(dice(seed, "explore network"));
  made.ha = draw_server(dice(seed, "explore server"));
  made.load = draw_workload(dice(seed, "explore workload"), rules.length);
  made.where_client_lives = draw_host(dice(seed, "explore host"), rules.length);
  made.program = draw_program(dice(seed, "explore program"));
  made.faults = draw_faults(seed, rules);
  if (!rules.changes.empty()) {
    auto changed = scenario::parse_scenario(scenario::write_scenario(made), made.name + ".toml",
                                            {.changes = rules.changes, .find_base = {}});
    if (changed) made = *std::move(changed);
  }
  drop_senseless_faults(made);
  return made;
}

}  // namespace hassle::harness::explore
