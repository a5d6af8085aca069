// What 'hassle bench relay' measures, as counters: the relay beside a direct connection and beside
// a bare loop of recv and send.
//
//   build/release/bin/relay_bench
#include "harness/bench/relay_cost.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace hassle::harness::bench;

void relay(benchmark::State& state) {
  relay_result measured;
  for (auto _ : state) measured = measure_relay({.round_trips = 5'000});
  for (const figure& each : measured.rows) {
    if (each.value) state.counters[each.name + " " + each.unit] = *each.value;
    if (const auto ratio = each.ratio()) state.counters[each.name + " ratio"] = *ratio;
  }
}
BENCHMARK(relay)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
