// What a mirror of a large home costs: 10,000 entities, and the wave of 4,000 changes that a
// restart of Home Assistant sends in one frame.
#include "large_home.hpp"

#include <hassle/client/state_mirror.hpp>

#include <boost/json/parse.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>

namespace hassle::client {
namespace {

namespace json = boost::json;

void take_snapshot(benchmark::State& state) {
  const json::value event = json::parse(snapshot_text());
  double bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::size_t before = bytes_in_use();
    state_mirror mirror(mirror_config{});
    mirror.on_subscribed();
    state.ResumeTiming();
    mirror.apply(event, nullptr);
    state.PauseTiming();
    bytes = static_cast<double>(bytes_in_use() - before);
    state.ResumeTiming();
  }
  state.counters["MB"] = bytes / 1e6;
  state.counters["bytes_each"] = bytes / entities_count;
}
BENCHMARK(take_snapshot)->Unit(benchmark::kMillisecond);

/// `range`: 0 = applied only, nobody listens; 1 = with the list of changes; 2 = parsed besides.
void take_changes(benchmark::State& state) {
  state_mirror mirror(mirror_config{});
  mirror.on_subscribed();
  mirror.apply(json::parse(snapshot_text()), nullptr);
  const std::string text = changes_text();
  const json::value event = json::parse(text);
  for (auto _ : state) {
    std::vector<mirror_change> changes;
    if (state.range(0) == 2) {
      mirror.apply(json::parse(text), &changes);
    } else {
      mirror.apply(event, state.range(0) == 1 ? &changes : nullptr);
    }
    benchmark::DoNotOptimize(changes.data());
  }
  state.SetItemsProcessed(state.iterations() * changes_count);
}
BENCHMARK(take_changes)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hassle::client
