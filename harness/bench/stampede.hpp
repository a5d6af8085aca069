#pragma once

#include "harness/bench/policies/reconnect_schedule.hpp"

#include <hassle/net/time.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace hassle::harness::bench {

/// A server that restarts, and what its door can do.
struct stampede_server {
  net::duration away = std::chrono::seconds(20);  ///< Everybody is refused meanwhile. >= 0
  /// Handshakes a second, one after the other. > 0
  double capacity = 1'000;
  /// Connections that may wait for theirs; a further one hears nothing. > 0. 128 is what aiohttp,
  /// and with it Home Assistant, listens with.
  unsigned backlog = 128;
};

struct stampede_options {
  std::uint32_t clients = 1'000;  ///< > 0
  stampede_server server;
  net::duration attempt_limit = std::chrono::seconds(10);  ///< Of each attempt. > 0
  /// Clients notice the loss at random instants within this. >= 0
  net::duration notice_spread = std::chrono::milliseconds(50);
  net::duration give_up = std::chrono::hours(2);  ///< Of virtual time, after the restart. > 0
  std::uint64_t seed = 1;
  const std::atomic<bool>* interrupted = nullptr;
};

/// How it went. Times count from the instant at which the server is there again.
struct stampede_figures {
  std::optional<net::duration> back_99;  ///< Until 99 % of all clients are back; nothing: never.
  std::uint32_t back = 0;                ///< Clients.
  std::uint64_t peak = 0;                ///< Most attempts in any second, the server there or not.
  std::uint64_t attempts = 0;            ///< All of them:
  std::uint64_t refused = 0;             ///< while it was away,
  std::uint64_t dropped = 0;             ///< with the backlog full,
  std::uint64_t late = 0;                ///< given up by the client while it waited in the backlog.
  net::duration wait_p50{};              ///< Of those that are back.
  net::duration wait_p99{};
  /// Jain's index of the waits, (Σx)² / (n Σx²): 1 if all waited as long, 1/n if one did.
  double jain = 0;
};

/// All clients of a server that stopped in an orderly way come back to it by a policy. An attempt
/// that waits in the backlog past its limit was in vain, and its handshake is made all the same.
/// Pure event simulation, O(log clients) an attempt. Nothing if interrupted.
[[nodiscard]] std::optional<stampede_figures> stampede(const reconnect_schedule& policy,
                                                       const stampede_options& how);

/// The least time in which any policy could bring 99 % back.
[[nodiscard]] net::duration least_back_99(const stampede_options& how);

}  // namespace hassle::harness::bench
