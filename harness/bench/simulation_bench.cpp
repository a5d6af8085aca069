// What the simulated world costs: events, bytes, connections, WebSocket round trips.
//
//   build/release/bin/simulation_bench
#include "harness/simulation/network.hpp"

#include <hassle/net/task_group.hpp>
#include <hassle/net/websocket.hpp>

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

/// Pushes one event and pops one, with so many pending.
void event_push_pop(benchmark::State& state) {
  event_queue queue;
  std::uint64_t fired = 0;
  std::uint64_t spread = 1;
  net::time_point now{};
  const auto push = [&] {
    spread = spread * 6364136223846793005ULL + 1442695040888963407ULL;
    queue.push(now + net::duration(spread >> 40U), [&fired] { ++fired; });
  };
  for (std::int64_t i = 0; i < state.range(0); ++i) push();
  for (auto _ : state) {
    push();
    auto event = queue.pop();
    now = event.at;
    event.action();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(fired));
}
BENCHMARK(event_push_pop)->Arg(10)->Arg(1'000)->Arg(100'000);

/// A limit that is armed and cancelled, as each command does it.
void event_arm_cancel(benchmark::State& state) {
  event_queue queue;
  for (int i = 0; i < 1000; ++i) queue.push(net::time_point(1h), [] {});
  for (auto _ : state) queue.cancel(queue.push(net::time_point(30s), [] {}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(event_arm_cancel);

struct pair_of_hosts {
  simulated_world world{1};
  network net{world, {.latency = 20ms}, [](const reports::event&) {}};
  host& client = net.add_host("client");
  host& server = net.add_host("server");
  net::task_group tasks{world.executor()};
  std::unique_ptr<net::acceptor> acceptor = std::move(*server.listen({"", 80}));

  ~pair_of_hosts() {
    tasks.stop();
    world.run_until(world.now() + 1h);
  }
  net::endpoint address() const { return {server.address(), 80}; }

  asio::awaitable<void> accept(std::unique_ptr<net::byte_stream>& into) {
    auto accepted = co_await acceptor->accept();
    into = std::move(*accepted);
  }
  asio::awaitable<void> dial(std::unique_ptr<net::byte_stream>& into) {
    auto dialed = co_await client.connect(address());
    into = std::move(*dialed);
  }
};

/// Sends back what it is sent, and counts.
class echo {
 public:
  explicit echo(net::byte_stream& stream) : stream_(&stream) { read(); }

  void write() {
    const asio::const_buffer all(bytes_.data(), bytes_.size());
    stream_->write_some({&all, 1}, [](error_code, std::size_t) {});
  }
  std::uint64_t received = 0;

 private:
  void read() {
    stream_->read_some(asio::buffer(bytes_), [this](error_code ec, std::size_t) {
      if (ec) return;
      ++received;
      write();
      read();
    });
  }
  net::byte_stream* stream_;
  std::string bytes_ = std::string(100, 'x');
};

/// 100 bytes there and back over a bare stream.
void stream_round_trip(benchmark::State& state) {
  pair_of_hosts pair;
  std::unique_ptr<net::byte_stream> near;
  std::unique_ptr<net::byte_stream> far;
  pair.tasks.spawn(pair.accept(far));
  pair.tasks.spawn(pair.dial(near));
  pair.world.run_until(net::time_point(1s));
  echo client(*near);
  echo server(*far);
  client.write();
  for (auto _ : state) pair.world.run_until(pair.world.now() + 40s);  // 1000 round trips
  state.SetItemsProcessed(static_cast<std::int64_t>(client.received));
  near.reset();
  far.reset();
}
BENCHMARK(stream_round_trip);

/// Connecting and closing, both ends.
void connect_close(benchmark::State& state) {
  pair_of_hosts pair;
  for (auto _ : state) {
    std::unique_ptr<net::byte_stream> near;
    std::unique_ptr<net::byte_stream> far;
    pair.tasks.spawn(pair.accept(far));
    pair.tasks.spawn(pair.dial(near));
    pair.world.run_until(pair.world.now() + 1s);
    assert(near && far);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(connect_close);

/// Memory of connections that only wait to be read from, both ends and their streams.
void idle_connections(benchmark::State& state) {
  constexpr std::size_t count = 10'000;
  double bytes = 0;
  for (auto _ : state) {
    pair_of_hosts pair;
    std::vector<std::unique_ptr<net::byte_stream>> streams(2 * count);
    std::string buffer(10, 'x');
    const std::size_t before = mallinfo2().uordblks;
    for (std::size_t i = 0; i < count; ++i) {
      pair.tasks.spawn(pair.accept(streams[2 * i]));
      pair.tasks.spawn(pair.dial(streams[2 * i + 1]));
      pair.world.run_until(pair.world.now() + 1s);
    }
    for (auto& each : streams) {
      const asio::const_buffer hello(buffer.data(), buffer.size());
      each->write_some({&hello, 1}, [](error_code, std::size_t) {});
    }
    pair.world.run_until(pair.world.now() + 1s);
    for (auto& each : streams) {
      each->read_some(asio::buffer(buffer), [](error_code, std::size_t) {});
    }
    pair.world.run_until(pair.world.now() + 1s);
    for (auto& each : streams) {
      each->read_some(asio::buffer(buffer), [](error_code, std::size_t) {});
    }
    bytes = static_cast<double>(mallinfo2().uordblks - before) / (2 * count);
  }
  state.counters["bytes_per_end"] = bytes;
}
BENCHMARK(idle_connections)->Iterations(1);

/// One end of a WebSocket connection that answers each message with one of its own.
class websocket_echo final : public net::websocket_events {
 public:
  explicit websocket_echo(std::string answer) : answer_(std::move(answer)) {}

  void run(std::unique_ptr<net::websocket> socket) {
    socket_ = std::move(socket);
    socket_->start(*this);
  }
  void send() { socket_->send(answer_); }
  void stop() { socket_->abort(); }
  void on_text(std::string_view) override {
    ++received;
    send();
  }
  void on_end(const net::websocket_end&) override {}
  std::uint64_t received = 0;

 private:
  std::unique_ptr<net::websocket> socket_;
  std::string answer_;
};

asio::awaitable<void> upgrade_near(pair_of_hosts& pair, websocket_echo& into) {
  auto dialed = co_await pair.client.connect(pair.address());
  auto upgraded = co_await net::websocket_connect(pair.client.time(), std::move(*dialed), "ha",
                                                  "/api/websocket", {});
  into.run(std::move(*upgraded));
}
asio::awaitable<void> upgrade_far(pair_of_hosts& pair, websocket_echo& into) {
  auto accepted = co_await pair.acceptor->accept();
  auto upgraded = co_await net::websocket_accept(pair.server.time(), std::move(*accepted), {}, {});
  into.run(std::move(*upgraded));
}

/// A command and its answer as WebSocket messages, by Beast at both ends.
void websocket_round_trip(benchmark::State& state) {
  pair_of_hosts pair;
  websocket_echo near(R"({"id":1,"type":"call_service","domain":"light","service":"turn_on",)"
                      R"("target":{"entity_id":"light.kitchen"}})");
  websocket_echo far(R"({"id":1,"type":"result","success":true,"result":null})");
  pair.tasks.spawn(upgrade_far(pair, far));
  pair.tasks.spawn(upgrade_near(pair, near));
  pair.world.run_until(net::time_point(1s));
  near.send();
  for (auto _ : state) pair.world.run_until(pair.world.now() + 40s);
  state.SetItemsProcessed(static_cast<std::int64_t>(near.received));
  near.stop();
  far.stop();
  pair.world.run_until(pair.world.now() + 1h);
}
BENCHMARK(websocket_round_trip);

}  // namespace

BENCHMARK_MAIN();
