// mockha beside a server that does nothing (echo_server.hpp), over real TCP on loopback.
//
// What is compared is the processor time of the server's thread per message, system calls included:
// what one core can serve is its reciprocal. Wall time would measure the client, the scheduler and
// whatever else the machine does. Both servers take turns within every iteration, so that they see
// the same machine. `ratio` is 1 where mockha serves as many messages as the other does.
#include "mockha/bench/echo_server.hpp"
#include "mockha/bench/raw_client.hpp"
#include "mockha/bench/server_threads.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <ranges>
#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

constexpr std::size_t messages_per_turn = 500;

/// One kind of command, in a frame whose id can be changed: all ids have ten digits.
class command_text {
 public:
  explicit command_text(std::string rest) : frame_(client_frame(R"({"id":1000000000)" + rest)) {
    at_ = frame_.find("1000000000");
  }
  const std::string& with_id(std::size_t id) {
    frame_.replace(at_, 10, std::to_string(1'000'000'000 + id));
    return frame_;
  }

 private:
  std::string frame_;
  std::size_t at_;
};

/// The clients of one server.
class contender {
 public:
  contender(std::uint16_t port, std::size_t clients, std::string command, bool authenticated)
      : command_(std::move(command)) {
    for (std::size_t i = 0; i < clients; ++i) {
      clients_.emplace_back(port);
      if (authenticated) {
        clients_.back().authenticate(default_access_token);
      } else {
        clients_.back().upgrade();
      }
    }
  }

  /// Every client asks once, and gets its answer. The size of the last answer.
  std::size_t round() {
    const std::string& frame = command_.with_id(++id_);
    for (auto& each : clients_) each.send(frame);
    // The last first: else a client that is faster than its server goes to sleep before each
    // answer, and the server pays for its waking, the more the slower it is.
    std::size_t size = 0;
    for (auto& each : clients_ | std::views::reverse) size = each.skip();
    return size;
  }
  void turn() {
    const std::size_t rounds = std::max<std::size_t>(messages_per_turn / clients_.size(), 1);
    for (std::size_t i = 0; i < rounds; ++i) round();
    messages_ += rounds * clients_.size();
  }
  [[nodiscard]] std::size_t messages() const noexcept { return messages_; }

 private:
  command_text command_;
  std::vector<raw_client> clients_;
  std::size_t id_ = 0;
  std::size_t messages_ = 0;
};

void compare(benchmark::State& state, const std::string& command,
             const std::function<void(server&)>& prepare = nullptr) {
  stay_off_the_servers_core();
  const auto clients = static_cast<std::size_t>(state.range(0));
  mockha_thread mockha({}, prepare);
  contender ours(mockha.port(), clients, command, true);
  const std::size_t answer_bytes = ours.round();
  echo_thread echo(answer_bytes);
  contender theirs(echo.port(), clients, command, false);
  theirs.round();
  double mockha_time = 0;
  double echo_time = 0;
  for (auto _ : state) {
    const double mockha_began = mockha.processor_time();
    ours.turn();
    const double turn = mockha.processor_time() - mockha_began;
    const double echo_began = echo.processor_time();
    theirs.turn();
    echo_time += echo.processor_time() - echo_began;
    mockha_time += turn;
    state.SetIterationTime(turn);
  }
  const auto messages = static_cast<double>(ours.messages());
  state.SetItemsProcessed(static_cast<std::int64_t>(ours.messages()));
  state.counters["ratio"] = echo_time / mockha_time;
  state.counters["mockha_us"] = mockha_time / messages * 1e6;
  state.counters["echo_us"] = echo_time / messages * 1e6;
  state.counters["answer_bytes"] = static_cast<double>(answer_bytes);
}

void ping(benchmark::State& state) { compare(state, R"(,"type":"ping"})"); }
BENCHMARK(ping)->Arg(1)->Arg(100)->UseManualTime();

void call_service(benchmark::State& state) {
  compare(state, R"(,"type":"call_service","domain":"light","service":"turn_on",)"
                 R"("target":{"entity_id":"light.kitchen"}})");
}
BENCHMARK(call_service)->Arg(1)->Arg(100)->UseManualTime();

/// The small home, and as many sensors more as make its states 35 KB.
void fill_to_35_kb(server& mockha) {
  constexpr int sensors = 48;
  for (int i = 0; i < sensors; ++i) {
    mockha.set_state("sensor.meter_" + std::to_string(10 + i), "21.5",
                     {{"friendly_name", "Meter " + std::to_string(10 + i)},
                      {"unit_of_measurement", "°C"},
                      {"device_class", "temperature"},
                      {"state_class", "measurement"}});
  }
}

void get_states(benchmark::State& state) {
  compare(state, R"(,"type":"get_states"})", fill_to_35_kb);
}
BENCHMARK(get_states)->Arg(1)->Arg(100)->UseManualTime();

}  // namespace
}  // namespace hassle::mockha

BENCHMARK_MAIN();
