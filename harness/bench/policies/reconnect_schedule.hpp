#pragma once

#include "client/src/cores/backoff_schedule.hpp"

#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

namespace hassle::harness::bench {

/// What happened last, as far as any policy waits differently after it.
enum class ended : std::uint8_t {
  lost,            ///< A connection that was stable broke.
  server_stopped,  ///< The server of a stable connection said that it stops.
  refused,         ///< An attempt failed, in whatever way.
};

/// Delays one after the other; the last one for good, or never again after it.
/// REQUIRES: `delays` is not empty and outlives the schedule.
struct listed_delays {
  std::span<const net::duration> delays;
  bool gives_up = false;
};

/// first · factor^(n-1), not above `cap`, times U(1 - spread, 1 + spread).
/// `cap_after` = the cap holds for what comes out, too; both kinds exist.
/// REQUIRES: 0 < first <= cap, factor >= 1, 0 <= spread < 1.
struct symmetric_backoff {
  net::duration first;
  double factor;
  net::duration cap;
  double spread;
  bool cap_after;
};

/// min(cap, floor + U(0, min(cap, floor · 2^(n-1)))): full jitter above a floor.
/// REQUIRES: 0 < floor <= cap.
struct floored_full_jitter {
  net::duration floor;
  net::duration cap;
};

/// At once after a connection that worked; after x failures in a row
///
///   most · (k^(min(x, M) / M) - 1) / (k - 1),   k = 10, M = 5
///
/// (libsignal's route memory; its second factor, (c - c^(age / cutoff)) / (c - 1), is 1 at the
/// failure, from which we wait on.) REQUIRES: most > 0.
struct failure_memory {
  net::duration most;
};

/// The client's own rules, with or without jitter: client/src/cores/backoff_schedule.
struct client_backoff {
  client::backoff_schedule rules;
};

/// One client's reconnect policy: what is waited before each attempt. A value with the client's
/// memory in it; copies go their own ways. Pure: chance comes from `random`, time does not matter,
/// as every schedule here counts from the end of the attempt before.
class reconnect_schedule {
 public:
  using rules =
      std::variant<listed_delays, symmetric_backoff, floored_full_jitter, failure_memory,  //
                   client_backoff>;

  explicit reconnect_schedule(rules how) : how_(how) {}

  /// The delay before attempt `number`, 1 = the first after the loss. Nothing: there will be none.
  /// REQUIRES: numbers come one after the other, 1 with `lost` or `server_stopped`, all others
  /// with `refused`; a 1 begins anew.
  [[nodiscard]] std::optional<net::duration> delay(unsigned number, ended last,
                                                   net::random_stream& random);

 private:
  rules how_;
};

}  // namespace hassle::harness::bench
