#pragma once

#include "harness/bench/figures.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace hassle::harness::bench {

/// The relay shall add at most so much to a round trip, at the median, and let through at least so
/// many bytes for each that goes directly.
inline constexpr double relay_added_most_us = 25;
inline constexpr double relay_throughput_least = 0.7;

struct relay_options {
  unsigned round_trips = 20'000;  ///< Over each of the two ways.
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> on_progress = {};
};

struct relay_result {
  std::vector<figure> rows;
  bool complete = true;
};

/// The relay beside a direct connection and a bare loop of recv and send (what this machine gives
/// at best to whoever copies bytes in user space), over TCP on loopback, taking turns. Blocking
/// sockets at both ends, the relay on a thread of its own. What it adds to a round trip has as its
/// baseline what the bare loop adds. Throws where the machine has no sockets.
[[nodiscard]] relay_result measure_relay(const relay_options& how);

/// Whether the goals are reached, in sentences.
[[nodiscard]] std::string relay_goals(const relay_result& measured);

}  // namespace hassle::harness::bench
