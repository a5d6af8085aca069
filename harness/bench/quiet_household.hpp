#pragma once

#include "harness/client_settings.hpp"
#include "harness/process.hpp"
#include "harness/simulation/network.hpp"
#include "mockha/server.hpp"
#include "scenarios/library.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/task_group.hpp>

#include <cassert>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hassle::harness::bench {

/// A simulated server and as many clients of a profile as wanted; nothing is journalled.
class quiet_household {
 public:
  quiet_household(const char* profile, std::size_t clients) {
    const auto listening = server_.start({server_host_.address(), port});
    assert(listening);
    clients_.reserve(clients);
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
    world_.run_until(world_.now() + std::chrono::hours(1));
  }

  void connect_all() {
    for (auto& each : clients_) tasks_.spawn(each->start());
    run_for(std::chrono::seconds(10));
  }

  /// The first client sends one command after the other, for good, with a pause between them.
  void talk(net::duration pause = {}) { tasks_.spawn(talk_on(pause)); }
  void run_for(net::duration time) { world_.run_until(world_.now() + time); }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  [[nodiscard]] std::size_t connections() const { return server_.connections(); }

 private:
  static constexpr std::uint16_t port = 8123;

  static client::config settings_of(const char* profile, const host& server) {
    client::config settings = client_settings(scenario::find_profile(profile).value()).value();
    settings.server = {server.address(), port};
    settings.access_token = std::string(mockha::default_access_token);
    settings.unpredictable_masks = false;
    return settings;
  }

  asio::awaitable<void> talk_on(net::duration pause) {
    const client::command what = command_for(
        {.number = 1, .kind = scenario::command_kind::turn_on, .target = "light.kitchen"});
    for (;;) {
      const client::outcome result = co_await clients_.front()->send(what);
      if (result.kind == client::outcome_kind::fresh) ++answers_;
      if (pause > net::duration{}) {
        co_await net::sleep_until(client_host_.time(), client_host_.time().now() + pause);
      }
    }
  }
  asio::awaitable<void> stop_all() {
    for (auto& each : clients_) co_await each->stop();
    co_await server_.stop();
  }

  simulated_world world_{1};
  network network_{
      world_, {.latency = std::chrono::milliseconds(20)}, [](const reports::event&) {}};
  host& server_host_ = network_.add_host("homeassistant");
  host& client_host_ = network_.add_host("client");
  mockha::server server_{server_host_, mockha::make_config({.heartbeat = {}}), {}};
  net::task_group tasks_{world_.executor()};
  std::vector<std::unique_ptr<client::resilient_client>> clients_;
  std::uint64_t answers_ = 0;
};

}  // namespace hassle::harness::bench
