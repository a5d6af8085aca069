// What many clients of one server cost, over real TCP on loopback: the processor time of the
// server's thread.
#include "mockha/bench/open_files.hpp"
#include "mockha/bench/raw_client.hpp"
#include "mockha/bench/server_threads.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {
namespace {

class counted_commands {
 public:
  explicit counted_commands(raw_client& client) : client_(client) {}
  void send(std::string_view rest) {
    client_.send(client_frame(R"({"id":)" + std::to_string(++id_) + "," + std::string(rest)));
  }

 private:
  raw_client& client_;
  std::size_t id_ = 0;
};

constexpr std::string_view toggle = R"("type":"call_service","domain":"light","service":"toggle",)"
                                    R"("target":{"entity_id":"light.kitchen"}})";

// One change, told to all who have subscribed to entities. `us_per_client` is its whole cost in
// shares; the text is made once.
void fan_out(benchmark::State& state) {
  stay_off_the_servers_core();
  const auto count = static_cast<std::size_t>(state.range(0));
  allow_open_files(2 * count + 100);
  mockha_thread mockha({});
  std::vector<raw_client> listeners;
  for (std::size_t i = 0; i < count; ++i) {
    listeners.emplace_back(mockha.port()).authenticate(default_access_token);
    counted_commands(listeners.back()).send(R"("type":"subscribe_entities"})");
    listeners.back().skip();  // The result, …
    listeners.back().skip();  // … and the home as it is.
  }
  raw_client actor(mockha.port());
  actor.authenticate(default_access_token);
  counted_commands commands(actor);
  double total = 0;
  for (auto _ : state) {
    const double began = mockha.processor_time();
    commands.send(toggle);
    for (auto& each : listeners) each.skip();
    actor.skip();
    const double took = mockha.processor_time() - began;
    total += took;
    state.SetIterationTime(took);
  }
  const auto told = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["us_per_client"] = total / told * 1e6;
}
BENCHMARK(fan_out)->Arg(1000)->UseManualTime();

// The states of the large home, again and again: made once per change, not once per request.
void get_states_of_the_large_home(benchmark::State& state) {
  stay_off_the_servers_core();
  const bool changes = state.range(0) != 0;
  server_config config;
  config.home = "large";
  mockha_thread mockha(std::move(config));
  raw_client client(mockha.port());
  client.authenticate(default_access_token);
  counted_commands commands(client);
  commands.send(R"("type":"get_states"})");
  std::string before = client.read();
  const std::size_t at = before.find("\"light.");
  const std::string light = before.substr(at + 1, before.find('"', at + 1) - at - 1);
  double total = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    if (changes) {
      commands.send(R"("type":"call_service","domain":"light","service":"toggle",)"
                    R"("target":{"entity_id":")" +
                    light + "\"}}");
      client.skip();
    }
    const double began = mockha.processor_time();
    commands.send(R"("type":"get_states"})");
    bytes = client.skip();
    const double took = mockha.processor_time() - began;
    total += took;
    state.SetIterationTime(took);
  }
  state.counters["answer_bytes"] = static_cast<double>(bytes);
  state.counters["mockha_us"] = total / static_cast<double>(state.iterations()) * 1e6;
}
BENCHMARK(get_states_of_the_large_home)->ArgName("changed")->Arg(0)->Arg(1)->UseManualTime();

}  // namespace
}  // namespace hassle::mockha
