#pragma once

#include "reports/analysis.hpp"
#include "reports/event_ledger.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// The most connection attempts that any 60 seconds of a run may hold.
inline constexpr std::size_t attempts_per_minute_max = 60;
/// The most connections of the client that a server may accept within any second.
inline constexpr std::size_t handshakes_per_second_max = 10;
/// Refusals of one token closer to each other than this come near a ban (Home Assistant bans an
/// address after a handful); one more is allowed to a token that is new.
inline constexpr std::chrono::nanoseconds auth_refusals_apart = std::chrono::seconds(60);
/// The most within that time, whatever the reason: logins of a pool of three that were under way.
inline constexpr std::size_t auth_refusals_max = 3;
/// The most wake-ups in a minute in which nothing is wrong and nobody asks: five a second.
inline constexpr std::int64_t idle_wakeups_max = 300;
/// The most commands that may wait in a client: `admission`'s default for both of its limits.
inline constexpr std::size_t queue_max = 512;
/// A process that has run for less may still be making its first connection.
inline constexpr std::chrono::nanoseconds first_connection_takes = std::chrono::seconds(60);
/// How much later a client may be back after it was told that it is not welcome (HTTP 4xx, a
/// certificate that is not trusted): jitter.slow_cap and jitter.retry_after_max.
inline constexpr std::chrono::nanoseconds unwelcome_takes = std::chrono::minutes(15);

/// What a journal says, as oracles look at it. All parts outlive it.
struct testimony {
  const run_context& context;
  const journal& events;
  std::span<const command_story> stories;
  const ledger_findings& ledger;
  const gauge_values& gauges;

  /// From here on a client must be itself again: half of the quiet time behind `healed` is over.
  [[nodiscard]] std::chrono::nanoseconds calm() const {
    return context.healed + (context.simulated - context.healed) / 2;
  }
  /// What lives on a connection stays dead where none is made anew, or nobody notices: of a
  /// client with a mirror that lacks one of these two nothing of the kind is asked.
  [[nodiscard]] bool looks_after_connections() const;
  [[nodiscard]] const event& at(std::size_t index) const { return events.events()[index]; }
};

/// Counts violations and keeps the first in time.
class violation_count {
 public:
  void add(std::chrono::nanoseconds at, std::string what, std::uint32_t command = 0,
           std::uint64_t times = 1);
  [[nodiscard]] oracle_result result(std::string_view name) &&;

 private:
  oracle_result found_;
};

/// One result for each of `oracles()`, in that order.
[[nodiscard]] std::vector<oracle_result> ask_oracles(const testimony& t);

// The oracles by what they look at; each returns what it counted.
[[nodiscard]] violation_count wrong_answers_taken(const testimony& t);
[[nodiscard]] violation_count executed_too_often(const testimony& t);
[[nodiscard]] violation_count past_their_limit(const testimony& t);
[[nodiscard]] violation_count not_recovered(const testimony& t);
[[nodiscard]] violation_count other_than_one_outcome(const testimony& t);
[[nodiscard]] violation_count past_recovery_bound(const testimony& t);
[[nodiscard]] violation_count busy_minutes(const testimony& t);
[[nodiscard]] violation_count busy_seconds(const testimony& t);
[[nodiscard]] violation_count connects_side_by_side(const testimony& t);
[[nodiscard]] violation_count refusals_close_together(const testimony& t);
[[nodiscard]] violation_count restless(const testimony& t);
[[nodiscard]] violation_count queues_too_long(const testimony& t);
[[nodiscard]] violation_count mirror_untrue(const testimony& t);
[[nodiscard]] violation_count mirror_not_live(const testimony& t);
[[nodiscard]] violation_count left_behind(const testimony& t);

}  // namespace hassle::reports
