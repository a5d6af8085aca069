#pragma once

#include "harness/bench/figures.hpp"
#include "harness/bench/peer_process.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

namespace hassle::harness::bench {

struct mockha_options {
  unsigned turns = 40;  ///< Of 1,000 messages for each server and command.
  /// Mocks in processes of their own: each listens on loopback, writes "ready PORT" on its standard
  /// output, takes any token, answers ping and call_service, and ends with its standard input.
  std::vector<peer_client> peers;
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(std::size_t done, std::size_t all)> on_progress = {};
};

struct mockha_result {
  std::vector<figure> rows;
  bool complete = true;
};

/// Messages a second that one core can serve to a hundred clients: mockha, a bare Beast server that
/// answers with as many bytes (the baseline) and the peers, taking turns over TCP on loopback. It
/// is the reciprocal of the server's processor time for a message, the system's calls included.
/// Throws where the machine has no sockets or a peer does not start.
[[nodiscard]] mockha_result measure_mockha(const mockha_options& how);

}  // namespace hassle::harness::bench
