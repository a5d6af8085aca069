#pragma once

#include "../net/tests/manual_world.hpp"
#include "../src/layers/layer.hpp"

#include <hassle/net/task_group.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hassle::client {

/// What the layer under test decorates: answers as it is told to, and remembers what it was asked.
struct script {
  std::deque<outcome> answers;             ///< The next answers; when empty, a fresh one.
  std::vector<net::time_point> deadlines;  ///< Of the requests that arrived.
};

class scripted_layer final : public layer {
 public:
  explicit scripted_layer(script& with) : script_(with) {}

  asio::awaitable<void> start() override { co_return; }
  asio::awaitable<outcome> send(const request& wanted) override {
    script_.deadlines.push_back(wanted.deadline);
    if (script_.answers.empty()) co_return outcome{.kind = outcome_kind::fresh};
    outcome next = std::move(script_.answers.front());
    script_.answers.pop_front();
    co_return next;
  }

 private:
  script& script_;
};

/// A client's shared parts without a network, for tests of single layers.
class layer_bench final : private observer {
 public:
  explicit layer_bench(config settings) : settings_(std::move(settings)) {}

  [[nodiscard]] context& shared() { return shared_; }
  [[nodiscard]] std::unique_ptr<layer> inner() { return std::make_unique<scripted_layer>(inside); }
  net::manual_world& world() { return world_; }

  outcome send(layer& whole, const command& what = {}, net::time_point deadline = net::never) {
    std::optional<outcome> got;
    tasks_.spawn(send_into(whole, what, deadline, got));
    world_.settle();
    return std::move(got.value());
  }

  script inside;
  std::vector<std::string> told;  ///< Texts of breaker changes, "cache" for cache use.

 private:
  static asio::awaitable<void> send_into(layer& whole, command what, net::time_point deadline,
                                         std::optional<outcome>& into) {
    const request wanted{what, deadline};
    into = co_await whole.send(wanted);
  }

  void on_event(const client_event& event) override {
    if (event.kind == client_event_kind::breaker_changed) told.emplace_back(event.text);
    if (event.kind == client_event_kind::cache_used) told.emplace_back("cache");
  }

  net::manual_world world_;
  config settings_;
  context shared_{.world = world_, .settings = settings_, .telemetry = this};
  net::task_group tasks_{world_.executor()};
};

inline outcome failing(outcome_kind kind, std::string detail) {
  return {.kind = kind, .detail = std::move(detail)};
}

}  // namespace hassle::client
