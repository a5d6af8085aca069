#pragma once

#include "scripted_world.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/settings.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

struct told final : observer {
  struct entry {
    client_event_kind kind{};
    std::uint32_t tag = 0;
    std::string text;
  };
  void on_event(const client_event& event) override {
    all.push_back({event.kind, event.tag, std::string(event.text)});
  }
  [[nodiscard]] std::ptrdiff_t count(client_event_kind kind) const {
    return std::ranges::count(all, kind, &entry::kind);
  }
  [[nodiscard]] std::vector<std::string> texts(client_event_kind kind) const {
    std::vector<std::string> found;
    for (const entry& each : all) {
      if (each.kind == kind) found.push_back(each.text);
    }
    return found;
  }
  std::vector<entry> all;
};

/// All layers, with no dice where they would only be in the way.
inline config all_layers() {
  config settings = production_config();
  settings.access_token = "secret";
  settings.pool->size = 1;
  settings.jitter->first_spread = 0s;
  return settings;
}

/// A client with the production engine, in a world that the test plays.
class EngineFixture : public ::testing::Test {
 protected:
  ~EngineFixture() override {
    stop();
    EXPECT_EQ(tasks.size(), 0U) << "a command outlives the client";
    EXPECT_EQ(world.open_connections(), 0U);
    EXPECT_EQ(world.armed_timers(), 0U);
  }

  resilient_client& make() {
    client.emplace(world, settings, &seen);
    return *client;
  }
  void start() {
    if (!client) make();
    tasks.spawn(client->start());
    world.settle();
  }
  void stop() {
    if (!client || stopped) return;
    stopped = true;
    tasks.spawn(client->stop());
    world.advance(1min);
  }

  static command service(std::string_view name, std::uint32_t tag = 1) {
    command what;
    what.body = protocol::call_service_body("light", name, "light.desk");
    what.tag = tag;
    return what;
  }
  static command read() {
    command what;
    what.body = {{"type", "get_states"}};
    what.cache_key = "states";
    return what;
  }

  /// Sends it with so much time; its number in `outcomes`.
  std::size_t send(command what, duration time = 8s) {
    outcomes.emplace_back();
    const net::time_point limit = time == no_limit ? net::never : world.now() + time;
    tasks.spawn(await(std::move(what), limit, outcomes.size() - 1));
    world.settle();
    return outcomes.size() - 1;
  }
  asio::awaitable<void> await(command what, net::time_point limit, std::size_t n) {
    outcome result = co_await client->send(std::move(what), limit);
    outcomes[n] = std::move(result);
  }
  [[nodiscard]] std::string detail(std::size_t n) const {
    return outcomes[n] ? outcomes[n]->detail : "(waits)";
  }
  [[nodiscard]] bool fresh(std::size_t n) const {
    return outcomes[n] && outcomes[n]->kind == outcome_kind::fresh;
  }
  fake_connection& last() { return *world.connections.back(); }

  scripted_world world;
  config settings = all_layers();
  told seen;
  std::optional<resilient_client> client;
  net::task_group tasks{world.executor()};
  std::vector<std::optional<outcome>> outcomes;
  bool stopped = false;
};

}  // namespace hassle::client
