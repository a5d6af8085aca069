#pragma once

#include "harness/bench/figures.hpp"
#include "harness/bench/peer_process.hpp"

#include <hassle/net/time.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace hassle::harness::bench {

/// Ours must take at most so many times the floor, at the median, over plain TCP.
inline constexpr double reconnect_ratio_most = 1.5;
/// And make at most so many attempts in ten seconds at a server that accepts it and then resets.
inline constexpr double attempts_most = 10;

struct reconnect_options {
  unsigned rounds = 200;
  /// Profiles of ours; those in the field report's style over plain TCP only.
  std::vector<std::string> clients = {"reconnect", "best", "production"};
  std::vector<peer_client> peers;  ///< See reconnect/peer.hpp. Over plain TCP only.
  net::duration storm{};           ///< How long attempts are counted; zero: not at all.
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> on_progress = {};
};

struct reconnect_result {
  std::vector<figure> rows;
  std::vector<std::string> failures;  ///< Clients that had no answer in some round, for people.
  bool complete = true;
};

/// Raw Beast (the floor), ours with some sets of layers and the peers against mockha on a thread of
/// its own, over loopback, taking turns round by round. Each round: connect, log in and ask
/// ("cold"); then the server resets the connection ("reconnect": from that instant to the first
/// answer of a client that asks as soon as it notices). A connection counts as stable after a
/// millisecond, which takes 30 s else: this is about the mechanism, not about a policy's delays.
/// Throws std::system_error where the machine has no sockets.
[[nodiscard]] reconnect_result measure_reconnects(const reconnect_options& how);

/// Whether the goals are reached, in sentences with their figures.
[[nodiscard]] std::string reconnect_goals(const reconnect_result& measured);

}  // namespace hassle::harness::bench
