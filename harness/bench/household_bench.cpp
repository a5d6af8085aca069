// What a simulated household costs: the whole client and the whole mock server, in virtual time.
//
//   build/release/bin/household_bench
#include "harness/bench/quiet_household.hpp"
#include "harness/client_settings.hpp"
#include "harness/simulated_run.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <benchmark/benchmark.h>

#include <malloc.h>

#include <cassert>
#include <cstdint>

namespace {

using namespace hassle;
using namespace hassle::harness;
using namespace std::chrono_literals;

using bench::quiet_household;

/// A service call and its result, through all layers of a profile, WebSocket and TCP to the mock
/// server's home and back.
void round_trip(benchmark::State& state, const char* profile) {
  quiet_household home(profile, 1);
  home.connect_all();
  home.talk();
  home.run_for(1s);
  const std::uint64_t before = home.answers();
  for (auto _ : state) home.run_for(40s);  // A thousand.
  state.SetItemsProcessed(static_cast<std::int64_t>(home.answers() - before));
}
BENCHMARK_CAPTURE(round_trip, naive, "naive");
BENCHMARK_CAPTURE(round_trip, reconnect, "reconnect");
BENCHMARK_CAPTURE(round_trip, production, "production");

/// A day with about 2,000 commands, journalled: commands cost, idle time does not.
void day_of_2000_commands(benchmark::State& state, const char* profile) {
  scenario::scenario what = scenario::find_scenario("lee-day").value();
  what.load.between_bursts = {.a = 86'400ms};
  what.load.burst_size = {.a = 2};
  const auto plan = scenario::make_plan(what, 1).value();
  const auto settings = client_settings(scenario::find_profile(profile).value()).value();
  std::size_t events = 0;
  for (auto _ : state) events += simulate(what, plan, settings, profile).journal.events().size();
  state.counters["commands"] = static_cast<double>(plan.commands.size());
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  state.SetLabel("items are journal events");
}
BENCHMARK_CAPTURE(day_of_2000_commands, naive, "naive")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(day_of_2000_commands, production, "production")->Unit(benchmark::kMillisecond);

/// What authenticated, idle clients take, with everything at both ends.
void ten_thousand_connections(benchmark::State& state) {
  constexpr std::size_t count = 10'000;
  double bytes = 0;
  for (auto _ : state) {
    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    quiet_household home("naive", count);
    home.connect_all();
    assert(home.connections() == count);
    bytes = static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd - before);
  }
  state.counters["MB"] = bytes / 1e6;
  state.counters["bytes_per_connection"] = bytes / count;
}
BENCHMARK(ten_thousand_connections)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
