// What a frame costs on its whole way: parsed, routed, told to the subscription, applied to the
// mirror, told to a listener. And what is in memory afterwards.
#include "client/tests/engine/mirror_fixture.hpp"
#include "large_home.hpp"

#include <hassle/protocol/message.hpp>

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

namespace hassle::client {
namespace {

class counting_listener final : public mirror_listener {
 public:
  void on_changes(const std::vector<mirror_change>& changes, bool) override {
    count += changes.size();
  }
  std::size_t count = 0;
};

/// A mirror with a connection.
struct mirrored_home {
  mirrored_home() {
    here.shared.telemetry = nullptr;
    here.states.hear(&heard);
    session = here.connect();
    session->accept(1);
  }
  void receive(const std::string& text) {
    const auto messages = protocol::parse_server_frame(text);
    for (const auto& each : *messages) session->give(each.id, each);
  }

  mirror_world here;
  counting_listener heard;
  std::shared_ptr<scripted_channel> session;
};

void receive_snapshot(benchmark::State& state) {
  const std::string text = message_text(1, snapshot_text());
  double mirror_bytes = 0;
  double answered_bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto before = static_cast<double>(bytes_in_use());
    auto home = std::make_unique<mirrored_home>();
    state.ResumeTiming();
    home->receive(text);
    state.PauseTiming();
    mirror_bytes = static_cast<double>(bytes_in_use()) - before;
    const command read{.body = {{"type", "get_states"}}};
    benchmark::DoNotOptimize(home->here.states.answer(read, home->here.clock));
    answered_bytes = static_cast<double>(bytes_in_use()) - before;
    home.reset();
    state.ResumeTiming();
  }
  state.counters["text_MB"] = static_cast<double>(text.size()) / 1e6;
  state.counters["MB"] = mirror_bytes / 1e6;
  state.counters["MB_with_an_answer"] = answered_bytes / 1e6;
}
BENCHMARK(receive_snapshot)->Unit(benchmark::kMillisecond);

/// `range`: 0 = one event with all changes, 1 = as Home Assistant coalesces them.
void receive_changes(benchmark::State& state) {
  mirrored_home home;
  home.receive(message_text(1, snapshot_text()));
  home.heard.count = 0;
  const std::string text =
      state.range(0) == 0 ? message_text(1, changes_text()) : coalesced_text(1);
  for (auto _ : state) home.receive(text);
  if (home.heard.count != static_cast<std::size_t>(state.iterations()) * changes_count) {
    state.SkipWithError("changes are missing");
  }
  state.SetItemsProcessed(state.iterations() * changes_count);
  state.counters["text_MB"] = static_cast<double>(text.size()) / 1e6;
}
BENCHMARK(receive_changes)->DenseRange(0, 1)->Unit(benchmark::kMillisecond);

/// `range`: 0 = the first since a change, 1 = the others.
void answer_get_states(benchmark::State& state) {
  mirrored_home home;
  home.receive(message_text(1, snapshot_text()));
  const std::string change = message_text(
      1, R"({"c":{"sensor.room_1_temperature":{"+":{"s":"1","c":"01KW0AF01A1CC39P1AECBC9999"}}}})");
  const command read{.body = {{"type", "get_states"}}};
  for (auto _ : state) {
    if (state.range(0) == 0) {
      state.PauseTiming();
      home.receive(change);
      state.ResumeTiming();
    }
    benchmark::DoNotOptimize(home.here.states.answer(read, home.here.clock));
  }
}
BENCHMARK(answer_get_states)->DenseRange(0, 1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hassle::client
