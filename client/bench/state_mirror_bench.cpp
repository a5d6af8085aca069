// What a mirror of a large home costs: 10,000 entities, and the wave of 4,000 changes that a
// restart of Home Assistant sends in one frame.
#include <hassle/client/state_mirror.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <cstddef>
#include <string>

namespace hassle::client {
namespace {

namespace json = boost::json;

constexpr int entities = 10'000;
constexpr int changed = 4'000;

std::string entity(int number) { return fmt::format("sensor.room_{}_temperature", number); }

/// The attributes of a light of a current release, some 450 bytes as text.
std::string snapshot_text() {
  std::string text = R"({"a":{)";
  for (int i = 0; i < entities; ++i) {
    text += fmt::format(
        R"({}"{}":{{"s":"21.{}","a":{{"supported_color_modes":["color_temp","xy"],)"
        R"("min_color_temp_kelvin":2202,"max_color_temp_kelvin":6535,"brightness":{},)"
        R"("color_mode":"color_temp","color_temp_kelvin":2702,"effect_list":["none","candle","fire"],)"
        R"("friendly_name":"Room {} temperature","supported_features":44,"icon":"mdi:lamp",)"
        R"("device_class":"temperature","unit_of_measurement":"°C"}},)"
        R"("c":"01KW0AF01A1CC39P1AECBC{:04}","lc":1782422405.162552}})",
        i == 0 ? "" : ",", entity(i), i % 10, i % 256, i, i % 10'000);
  }
  return text + "}}";
}

std::string changes_text() {
  std::string text = R"({"c":{)";
  for (int i = 0; i < changed; ++i) {
    text += fmt::format(
        R"({}"{}":{{"+":{{"s":"22.{}","lc":1782422406.1,"c":"01KW0AF01A1CC39P1AECBD{:04}",)"
        R"("a":{{"brightness":{},"effect":"none"}}}}}})",
        i == 0 ? "" : ",", entity(i * 2), i % 10, i, i % 256);
  }
  return text + "}}";
}

std::size_t bytes_in_use() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

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
  state.counters["bytes_each"] = bytes / entities;
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
  state.SetItemsProcessed(state.iterations() * changed);
}
BENCHMARK(take_changes)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hassle::client
