#include "harness/bench/policies/known_policies.hpp"

#include <algorithm>
#include <array>

namespace hassle::harness::bench {

namespace {

using namespace std::chrono_literals;
using net::duration;

// Read in the sources: src/connection.ts waits min(tries, 5) seconds.
constexpr std::array<duration, 6> official = {0s, 1s, 2s, 3s, 4s, 5s};
// src/homeAssistant/createSocket.ts tries again after a fixed time of its own, so that the
// library's schedule never gets further than its first delay. (Beside a Supervisor it waits 5 s
// before that one, too.)
constexpr std::array<duration, 2> node_red = {0s, 5s};
// DefaultReconnectPolicy.
constexpr std::array<duration, 4> signalr = {0s, 2s, 10s, 30s};
// socket.js, reconnectAfterMs.
constexpr std::array<duration, 10> phoenix = {10ms,  50ms,  100ms, 150ms, 200ms,
                                              250ms, 500ms, 1s,    2s,    5s};
// config::reconnect_wait_interval.
constexpr std::array<duration, 1> boost_redis = {1s};

std::vector<known_policy> make_policies() {
  const auto policy = [](std::string_view name, std::string_view source,
                         const reconnect_schedule::rules& how) {
    return known_policy{.name = name, .source = source, .schedule = reconnect_schedule(how)};
  };
  return {
      {.name = our_policy,
       .source = "hassle production: U(0, 0.5 s), then full jitter 1 s x2, cap 60 s",
       .schedule = our_schedule()},
      policy(official_policy, "home-assistant-js-websocket 9.6: 0, 1, 2, 3, 4, 5, 5... s",
             listed_delays{official}),
      policy("node-red", "node-red-contrib-home-assistant-websocket (2026): 0, 5, 5... s",
             listed_delays{node_red}),
      policy("report", "the field report, LEE §1: 0, 1, 2, 4... s, cap 60 s",
             client_backoff{client::backoff_schedule({}, std::nullopt)}),
      policy("signalr", "SignalR, withAutomaticReconnect: 0, 2, 10, 30 s, then never",
             listed_delays{signalr, true}),
      // The cap comes after the dice (backo2).
      policy("socket.io", "socket.io-client: 1 s x2, cap 5 s, +/-50 %",
             symmetric_backoff{1s, 2, 5s, 0.5, true}),
      policy("phoenix", "Phoenix, socket.js: 10, 50, 100, 150, 200, 250, 500 ms, 1, 2, 5, 5... s",
             listed_delays{phoenix}),
      policy("centrifuge", "centrifuge-js: min(20 s, 0.5 s + U(0, min(20 s, 0.5 s x2^n)))",
             floored_full_jitter{500ms, 20s}),
      // doc/connection-backoff.md: the dice come after the cap.
      policy("grpc", "gRPC connection backoff: 1 s x1.6, cap 120 s, +/-20 %",
             symmetric_backoff{1s, 1.6, 120s, 0.2, false}),
      policy("libsignal", "libsignal, route memory: 0, 1.9, 5.0, 9.9, 17.7, 30, 30... s",
             failure_memory{30s}),
      policy("boost.redis", "Boost.Redis 1.92: 1, 1... s", listed_delays{boost_redis}),
  };
}

}  // namespace

reconnect_schedule our_schedule(const client::reconnect_config& reconnect,
                                const client::jitter_config& jitter) {
  return reconnect_schedule(client_backoff{client::backoff_schedule(reconnect, jitter)});
}

const std::vector<known_policy>& known_policies() {
  static const std::vector<known_policy> all = make_policies();
  return all;
}

const known_policy* find_policy(std::string_view name) {
  const auto& all = known_policies();
  const auto found = std::ranges::find(all, name, &known_policy::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace hassle::harness::bench
