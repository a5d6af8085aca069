// What the production engine adds to a call: the bare way through a session, and the same through
// all layers, to a server in memory that answers at once. The target is at most 1 us and at most
// two allocations more.
#include "counting_new.hpp"
#include "engine/session.hpp"
#include "tests/engine/fake_dialler.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/settings.hpp>
#include <hassle/net/real_world.hpp>

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstdlib>
#include <string>

namespace hassle::client {
namespace {

/// A Home Assistant that answers everything at once, in place of a WebSocket.
class instant_home final : public net::websocket {
 public:
  explicit instant_home(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void start(net::websocket_events& events) override {
    events_ = &events;
    answer(R"({"type":"auth_required","ha_version":"2026.6.0"})");
  }
  bool send(std::string message) override {
    constexpr std::string_view begin = R"({"id":)";
    if (!message.starts_with(begin)) {
      answer(R"({"type":"auth_ok","ha_version":"2026.6.0"})");
      return true;
    }
    const std::string_view id(message.data() + begin.size(),
                              message.find_first_not_of("0123456789", begin.size()) - begin.size());
    const bool asks_config = message.find("get_config") != std::string::npos;
    std::string text = R"({"id":)";
    text += id;
    text += R"(,"type":"result","success":true,"result":)";
    text +=
        asks_config
            ? R"({"state":"RUNNING"}})"
            : R"({"context":{"id":"01KDVDNA2TFJ5ZTDNSEJ7TT7JV","parent_id":null,"user_id":null}}})";
    answer(std::move(text));
    return true;
  }
  void ping(std::string_view payload) override {
    asio::post(executor_, [this, payload = std::string(payload)] { events_->on_pong(payload); });
  }
  void close(std::uint16_t) override { end(); }
  void abort(bool) override { end(); }
  void pause_reading() override {}
  void resume_reading() override {}
  void ignore_pings(bool) override {}
  void fragment(std::size_t) override {}
  void trickle(std::size_t, net::duration) override {}
  void mute(bool) override {}
  [[nodiscard]] std::size_t queued() const noexcept override { return 0; }
  [[nodiscard]] std::uint32_t connection_id() const noexcept override { return 1; }

 private:
  void answer(std::string text) {
    asio::post(executor_, [this, text = std::move(text)] {
      if (ended_) return;
      events_->on_bytes();
      events_->on_text(text);
    });
  }
  void end() {
    if (std::exchange(ended_, true)) return;
    asio::post(executor_, [this] { events_->on_end({.ours = true}); });
  }

  asio::any_io_executor executor_;
  net::websocket_events* events_ = nullptr;
  bool ended_ = false;
};

class bench_world final : public dialling_world {
 public:
  explicit bench_world(asio::io_context& context) : real_(context, 1) {}
  asio::any_io_executor executor() override { return real_.executor(); }
  net::time_source& time() override { return real_.time(); }
  asio::awaitable<net::result<std::vector<net::endpoint>>> resolve(net::endpoint name) override {
    return real_.resolve(std::move(name));
  }
  asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> connect(
      net::endpoint address) override {
    return real_.connect(std::move(address));
  }
  net::result<std::unique_ptr<net::acceptor>> listen(net::endpoint local) override {
    return real_.listen(std::move(local));
  }
  net::random_stream random(std::string_view name) override { return real_.random(name); }
  asio::awaitable<dial_result> dial(std::size_t, std::uint32_t) override {
    co_return std::make_unique<instant_home>(executor());
  }

 private:
  net::real_world real_;
};

config all_layers() {
  config settings = production_config();
  settings.access_token = "token";
  return settings;
}

command make_command() {
  command what;
  what.body = protocol::call_service_body("light", "turn_on", "light.kitchen");
  return what;
}

/// Runs `once` as often as the benchmark wants, inside one coroutine.
template <class Once>
asio::awaitable<void> repeat(benchmark::State& state, Once once) {
  for (int i = 0; i < 100; ++i) co_await once();
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) co_await once();
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(bench::allocations() - before) / static_cast<double>(state.iterations()));
}

asio::awaitable<void> call_bare(bench_world& world, const config& settings,
                                benchmark::State& state) {
  engine_context shared{.world = world, .settings = settings};
  waiting_room room(world.time());
  const auto connection = std::make_shared<session>(
      shared, room, std::make_unique<instant_home>(world.executor()), 0, 1);
  (void)co_await connection->authenticate("token", net::never);
  // It outlives its coroutines: `repeat` ends after the last of them. NOLINTNEXTLINE
  auto once = [&]() -> asio::awaitable<void> {
    const command what = make_command();
    const outcome result = co_await connection->call(what, shared.now() + 5s);
    if (result.kind != outcome_kind::fresh) std::abort();
  };
  co_await repeat(state, once);
  connection->drop("done");
  co_await connection->over().wait(world.time());
  room.stop();
}

asio::awaitable<void> call_guarded(bench_world& world, const config& settings,
                                   benchmark::State& state) {
  resilient_client client(world, settings, nullptr);
  co_await client.start();
  // As above. NOLINTNEXTLINE
  auto once = [&]() -> asio::awaitable<void> {
    command what = make_command();
    const outcome result = co_await client.send(std::move(what), world.time().now() + 8s);
    if (result.kind != outcome_kind::fresh) std::abort();
  };
  co_await repeat(state, once);
  co_await client.stop();
}

template <class Way>
void run(benchmark::State& state, Way way) {
  asio::io_context context(1);
  bench_world world(context);
  const config settings = all_layers();
  asio::co_spawn(context, way(world, settings, state), [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  });
  context.run();
}

void bare_call(benchmark::State& state) { run(state, call_bare); }
BENCHMARK(bare_call);

void guarded_call(benchmark::State& state) { run(state, call_guarded); }
BENCHMARK(guarded_call);

}  // namespace
}  // namespace hassle::client
