#pragma once

#include "reports/journal.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace hassle::reports {

struct run_context;

/// What a client was busy with. Of several things at once the first listed counts: with a good
/// connection it does not matter what becomes of another one.
enum class client_state : std::uint8_t {
  frozen,         ///< Its host stands still.
  down,           ///< No process, or one that has not begun to connect.
  starting,       ///< Authenticated; Home Assistant is not RUNNING, or is asked whether it is.
  resubscribing,  ///< Connected, and a subscription is not live yet.
  resyncing,      ///< Connected, and the mirror has not got its snapshot.
  ready,          ///< Connected, with nothing left to do.
  authenticating,
  upgrading,
  securing,  ///< TLS.
  connecting,
  resolving,
  detecting,    ///< Its connection is unusable; see `connecting_times`. It does not know.
  backing_off,  ///< Until the next attempt.
  idle,         ///< No connection, and nothing under way.
};
inline constexpr std::size_t client_state_count = static_cast<std::size_t>(client_state::idle) + 1;

struct client_span {
  std::chrono::nanoseconds from{};  ///< Since the run began.
  std::chrono::nanoseconds to{};
  client_state state{};

  bool operator==(const client_span&) const = default;
};

/// What the client of a run was busy with at each instant, from the run's begin to its last event:
/// spans without gaps, none empty, neighbours of different states. Told in hindsight: a connection
/// that was given up had been unusable since its last sign of life.
[[nodiscard]] std::vector<client_span> client_states(const run_context& context, const journal& j);

}  // namespace hassle::reports
