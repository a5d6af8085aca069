// What a simulated household costs: the whole client and the whole mock server, in virtual time.
//
//   build/release/bin/household_bench
#include "harness/client_settings.hpp"
#include "harness/process.hpp"
#include "harness/simulated_run.hpp"
#include "harness/simulation/network.hpp"
#include "mockha/server.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/task_group.hpp>

#include <benchmark/benchmark.h>

#include <malloc.h>

#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace hassle;
using namespace hassle::harness;
using namespace std::chrono_literals;

constexpr std::uint16_t port = 8123;

client::config settings_of(const char* profile, const host& server) {
  client::config settings = client_settings(scenario::find_profile(profile).value()).value();
  settings.server = {server.address(), port};
  settings.access_token = std::string(mockha::default_access_token);
  settings.unpredictable_masks = false;
  return settings;
}

/// A server and as many clients as wanted; nothing is journalled.
class quiet_household {
 public:
  quiet_household(const char* profile, std::size_t clients) {
    const auto listening = server_.start({server_host_.address(), port});
    assert(listening);
    for (std::size_t i = 0; i < clients; ++i) {
      clients_.push_back(std::make_unique<client::resilient_client>(
          client_host_, settings_of(profile, server_host_), nullptr));
    }
  }
  quiet_household(const quiet_household&) = delete;
  quiet_household& operator=(const quiet_household&) = delete;
  ~quiet_household() {
    tasks_.stop();
    net::task_group endings(world_.executor());
    endings.spawn(stop_all());
    world_.run_until(world_.now() + 1h);
  }

  void connect_all() {
    for (auto& each : clients_) tasks_.spawn(each->start());
    world_.run_until(world_.now() + 10s);
  }

  /// The first client sends one command after the other, for good.
  void talk(const client::command& what) { tasks_.spawn(talk_on(what)); }
  void run_for(net::duration time) { world_.run_until(world_.now() + time); }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  [[nodiscard]] std::size_t connections() const { return server_.connections(); }

 private:
  asio::awaitable<void> talk_on(client::command what) {
    for (;;) {
      const client::outcome result = co_await clients_.front()->send(what);
      if (result.kind == client::outcome_kind::fresh) ++answers_;
    }
  }
  asio::awaitable<void> stop_all() {
    for (auto& each : clients_) co_await each->stop();
    co_await server_.stop();
  }

  simulated_world world_{1};
  network network_{world_, {.latency = 20ms}, [](const reports::event&) {}};
  host& server_host_ = network_.add_host("homeassistant");
  host& client_host_ = network_.add_host("client");
  mockha::server server_{server_host_, mockha::make_config({.heartbeat = {}}), {}};
  net::task_group tasks_{world_.executor()};
  std::vector<std::unique_ptr<client::resilient_client>> clients_;
  std::uint64_t answers_ = 0;
};

client::command service_call() {
  return command_for(
      {.number = 1, .kind = scenario::command_kind::turn_on, .target = "light.kitchen"});
}

/// A service call and its result, through all layers of a profile, WebSocket and TCP to the mock
/// server's home and back.
void round_trip(benchmark::State& state, const char* profile) {
  quiet_household home(profile, 1);
  home.connect_all();
  home.talk(service_call());
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
