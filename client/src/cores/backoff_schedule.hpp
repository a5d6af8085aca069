#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <optional>

namespace hassle::client {

/// How an attempt to connect failed, as far as the next delay depends on it.
enum class dial_failure : std::uint8_t {
  network,     ///< Refused, silent, broken, 5xx, anything that heals by itself.
  overloaded,  ///< The server asks for fewer attempts: HTTP 429.
  unwelcome,   ///< The same answer is to be expected soon: HTTP 400, 403, 404, no trusted
               ///< certificate.
};

/// What an upgrade that was answered with this HTTP status means.
[[nodiscard]] dial_failure failure_of_status(unsigned http_status) noexcept;

/// How a ready connection ended, as far as the next delay depends on it.
enum class ready_end : std::uint8_t {
  lost,          ///< In whatever way.
  server_stops,  ///< The server said so, as one that restarts does.
  useless,       ///< It lived, and what was asked for did not get through: never stable.
  same_again,    ///< The next one will end in the same way: as dial_failure::unwelcome.
};

/// When one slot dials again. The n-th dial since the last stable connection (n = 0, 1, 2…) waits
///
///   n = 0: U(0, first_spread);     n > 0: U(0, base·2^(n-1)), at the cap U(cap/2, cap)
///
/// (full jitter, "Exponential Backoff and Jitter" as summed up in reconnect-policies §2; at the
/// cap
/// the lower half would add tries, two a minute of them, and next to no speed: the mean wait of
/// whoever comes back is 23 s instead of 20). After a server that stopped in an orderly way, with
/// s = restart_spread, it will be away for seconds, and all its clients know that at the same
/// instant:
///
///   n = 0: U(0, s);     n > 0: U(c/2, c), c = min(cap, max(2·s, base·2^(n-1)))
///
/// so that of two hundred no second sees a fifth (field failure reconnect-storm). The cold start's
/// dial is n = 0 as well, so that a dial at once is had once per stable connection and a
/// server that drops everybody after authentication is not hammered. `overloaded` counts twice.
/// `unwelcome` draws from U(m, 2m), m = slow_base doubling up to slow_cap / 2. A Retry-After comes
/// on top of the draw, cut at retry_after_max.
///
/// Without `jitter`: 0, base, 2·base… up to the cap, set back by every success, deaf to the
/// rest:
/// as LEE §1. Pure; copyable; no draw happens without jitter.
class backoff_schedule {
 public:
  backoff_schedule(const reconnect_config& settings, const std::optional<jitter_config>& jitter);

  /// A dial failed before the connection was ready: how long to wait before the next.
  [[nodiscard]] duration on_failed(dial_failure why, std::optional<duration> retry_after,
                                   net::random_stream& random);

  /// The connection is ready: from now on its time counts.
  void on_ready(net::time_point now) noexcept;

  /// The ready connection ended: how long to wait before the next dial. Needs a preceding on_ready.
  [[nodiscard]] duration on_lost(net::time_point now, net::random_stream& random,
                                 ready_end how = ready_end::lost);

  /// Somebody asked for an attempt now (`retry()`, another network): the next failure starts over.
  void reset() noexcept;

  /// The longest delay after `network` or `overloaded`, Retry-After aside; and after anything.
  [[nodiscard]] duration worst_delay() const noexcept;
  [[nodiscard]] duration worst_delay_ever() const noexcept;

  /// Dials in a row that led to no stable connection, the coming one not included.
  [[nodiscard]] unsigned streak() const noexcept { return streak_; }

  bool operator==(const backoff_schedule&) const = default;

 private:
  [[nodiscard]] duration ceiling() const noexcept;
  [[nodiscard]] duration next_delay(net::random_stream& random);

  duration base_;
  duration cap_;
  std::optional<jitter_config> jitter_;
  unsigned streak_ = 1;     ///< The cold start's dial is under way when this begins.
  unsigned unwelcome_ = 0;  ///< Failures of that kind in a row.
  bool herd_ = false;       ///< A stopping server sent everybody away.
  std::optional<net::time_point> ready_since_;
};

}  // namespace hassle::client
