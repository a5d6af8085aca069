// What every call pays on its way: the target is 50 ns for the breaker alone.
#include "cores/breaker_core.hpp"
#include "cores/bulkhead.hpp"
#include "cores/connection_choice.hpp"
#include "cores/liveness.hpp"
#include "cores/retry_budget.hpp"

#include <benchmark/benchmark.h>

#include <array>

namespace hassle::client {
namespace {

/// `range`: the kind of window.
void breaker_round(benchmark::State& state) {
  breaker_core core({.window = static_cast<breaker_window>(state.range(0))});
  net::random_stream random(1);
  net::time_point now{};
  for (auto _ : state) {
    now += 1ms;
    const auto given = core.try_acquire(now, random);
    core.on_result(*given, breaker_core::result::success, 1ms, now, random);
    benchmark::DoNotOptimize(core.state());
  }
}
BENCHMARK(breaker_round)->DenseRange(0, 2);

void budget_call(benchmark::State& state) {
  net::time_point now{};
  retry_budget budget({}, now);
  for (auto _ : state) {
    now += 1ms;
    budget.on_call(now);
    benchmark::DoNotOptimize(budget.left(now));
  }
}
BENCHMARK(budget_call);

void bulkhead_round(benchmark::State& state) {
  bulkhead gate({});
  for (auto _ : state) {
    benchmark::DoNotOptimize(gate.on_arrival({}));
    benchmark::DoNotOptimize(gate.on_done());
  }
}
BENCHMARK(bulkhead_round);

void choice_of_three(benchmark::State& state) {
  std::array<connection_candidate, 3> slots;
  slots.fill({.ready = true});
  net::time_point now{};
  for (auto _ : state) {
    now += 1ms;
    const auto chosen = choose_connection(slots, 1'024);
    slots[*chosen].last_used = now;
    benchmark::DoNotOptimize(slots);
  }
}
BENCHMARK(choice_of_three);

void liveness_byte(benchmark::State& state) {
  net::time_point now{};
  liveness link(health_config{}, probe_config{}, now);
  for (auto _ : state) {
    now += 1ms;
    link.on_bytes(now);
    benchmark::DoNotOptimize(link.suspect(now));
  }
}
BENCHMARK(liveness_byte);

}  // namespace
}  // namespace hassle::client
