#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// What can happen in a run. The comment behind each says what `connection` (c), `command` (n),
/// `value` (v) and `text` (t) mean for it; a letter that is missing is zero or empty.
/// The names are the ones written to journal files: they are never reused for something else.
enum class event_kind : std::uint8_t {
  // The process under test and its host.
  process_started,  ///< v: generation, from 1
  process_stopped,  ///< v: generation; t: why ("recycled", "invocation limit", "killed", "end of
                    ///< run")
  host_frozen,
  host_thawed,

  // The workload: what the user wanted and what the user got.
  command_issued,  ///< n; v: limit in ns; t: "get_states" or "light.turn_on light.kitchen"
  command_done,    ///< n; v: age of a stale answer in ns; t: outcome, see `outcome_text`

  // The client.
  attempt_began,   ///< c: 0 until TCP is connected; v: attempt number within the process, from 1
  attempt_stage,   ///< v: attempt; c; t: stage that was reached: "resolved", "tcp",
                   ///< "proxied", "tls", "upgraded"
  attempt_failed,  ///< v: attempt; c; t: "<stage>: <error>", stage resolve, tcp,
                   ///< proxy, tls, upgrade, token or auth
  client_ready,    ///< c; v: attempt. Authenticated: commands can be sent
  client_closed,   ///< c; t: why, as the client saw it
  command_sent,    ///< c, n; v: message id on the wire
  answer_taken,  ///< c, n; v: id in the message that was taken as the answer; t: "ok" or error code
  answer_discarded,  ///< c; v: id of a late, duplicate or unknown answer
  backoff_began,     ///< v: delay in ns
  ping_sent,         ///< c: health check
  pong_received,     ///< c
  ping_failed,       ///< c; no pong in time
  breaker_changed,   ///< t: "closed", "open", "half_open"
  cache_used,        ///< n; v: age in ns

  // The mock server: the ground truth.
  server_accepted,  ///< c
  server_auth,      ///< c; t: "ok" or the refusal
  server_received,  ///< c; v: message id; t: type, or "light.turn_on light.kitchen"
  server_executed,  ///< c; v: message id; t: "light.turn_on light.kitchen". Its effect is done
  server_answered,  ///< c; v: message id; t: "ok" or error code. Handed to the connection
  answer_lost,      ///< c; v: message id; t: which fault or phase took it
  server_closed,    ///< c; t: why the server ended it, or "peer" where it did not
  phase_changed,    ///< t: phase of a restart: stopping, refused, not_running, starting, running

  // The network.
  dialed,          ///< c; t: "host:port"
  connected,       ///< c
  dial_failed,     ///< c; t: error
  connection_cut,  ///< c; t: which fault or middlebox made the connection unusable

  // Faults. v is the number of the occurrence in the plan, from 1.
  fault_began,  ///< v; t: name of the fault
  fault_hit,    ///< v; c: what it hit; n: or which command; t: name of the fault
  fault_ended,  ///< v; t: name of the fault

  // The client, in its style `best`.
  home_starting,          ///< c: authenticated, but Home Assistant is not RUNNING yet
  home_running,           ///< c: it is now
  client_thawed,          ///< it noticed that it was frozen or the machine asleep
  probe_failed,           ///< c: no sign of life before a command could use it
  retry_began,            ///< n; v: number of the send, from 2; t: why
  retry_refused,          ///< n; t: "attempts", "budget", "deadline", "not_idempotent"
  effect_looked_up,       ///< n; t: "happened", "no_trace", "cannot_tell"
  call_queued,            ///< n; t: for what: "bulkhead", "starting", "connection"
  call_refused,           ///< n; t: why, the detail of the outcome
  hedge_sent,             ///< c, n; v: message id on the wire, of a second copy of a read
  mirror_used,            ///< n; v: age in ns
  mirror_replaced,        ///< c; v: entities in the snapshot
  token_refreshed,        ///< v: number of the token
  token_refresh_failed,   ///< t: why
  auth_refused,           ///< t: Home Assistant's word. The client stops trying
  endpoint_changed,       ///< v: number of the endpoint, 0 = preferred; t: its name
  subscription_sent,      ///< c; v: handle
  subscription_live,      ///< c; v: handle
  subscription_rejected,  ///< c; v: handle; t: error code
  subscription_gap,       ///< v: handle; t: its length in ns

  // What happens at home and what the application hears of it. Only where the run has an
  // application that subscribes. A handle is unique within a process, not within the run.
  home_changed,          ///< c: whose command did it, 0 = nobody's;
                         ///< t: "<entity> <context id>", as its state_changed event names them
  subscription_wanted,   ///< v: handle; t: "state_changed", "state_changed <entity>", or the type
                         ///< and whatever else of a subscription that nobody keeps a ledger of
  subscription_dropped,  ///< v: handle: the application unsubscribed
  event_heard,           ///< v: handle; t: as home_changed. The application was told
  gap_heard,             ///< v: handle; t: "<from> <to>", both in ns since the run began

  // The other clients of a herd, which record nothing else. The client under test is number 1.
  herd_attempt,  ///< v: number of the client, from 2: it begins a connection attempt
  herd_ready,    ///< c; v: number of the client. Authenticated

  // What the harness found at the end of a run.
  mirror_compared,  ///< v: differences between mirror and home; t: the first one: "ghost light.x",
                    ///< "missing light.x", "light.x: on, is off"
  measured,         ///< v; t: name of the figure, see `measure`

  client_trouble,  ///< t: what the client says is wrong beyond a broken connection: "forbidden",
                   ///< "certificate", "recovery_mode"…, "none" = it is over
};

/// How many kinds there are. The last one listed above is the last one.
inline constexpr std::size_t event_kind_count =
    static_cast<std::size_t>(event_kind::client_trouble) + 1;

/// What `measured` may be about.
namespace measure {
/// The most wake-ups of the client's host in a minute in which no fault was in force and no command
/// in flight, nor within the minute before.
inline constexpr std::string_view wakeups_per_minute_peak = "wakeups_per_minute_peak";
/// After the last process has ended: timers it has set, connections it holds open or dials.
inline constexpr std::string_view timers_left = "timers_left";
inline constexpr std::string_view connections_left = "connections_left";
/// Clients in the run, the one under test included.
inline constexpr std::string_view clients = "clients";
}  // namespace measure

/// One thing that happened. Flat, so that it costs little to record, to hash and to write.
struct event {
  std::chrono::nanoseconds at{};  ///< Since the run began; never decreases along a journal.
  event_kind kind{};
  std::uint32_t connection = 0;  ///< Unique in the run, from 1; 0 = none.
  std::uint32_t command = 0;     ///< Number of the workload's command, from 1; 0 = none.
  std::int64_t value = 0;
  std::string text;

  bool operator==(const event&) const = default;
};

/// The digest of a journal without events.
inline constexpr std::uint64_t empty_digest = 14695981039346656037ULL;  // FNV-1a's offset basis
/// The digest of a journal whose digest was `before`, with one event more.
[[nodiscard]] std::uint64_t next_digest(std::uint64_t before, const event& added) noexcept;

/// The ordered record of one run, and its only output.
///
/// The digest is a rolling hash over the content of all events: equal runs have equal digests on
/// every platform. Thread-safety: single-threaded.
class journal {
 public:
  /// REQUIRES: e.at is neither negative nor before the last event's. A violation is a bug of the
  /// recorder and asserts.
  void add(event e);

  [[nodiscard]] const std::vector<event>& events() const noexcept { return events_; }
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
  void reserve(std::size_t count) { events_.reserve(count); }

 private:
  std::vector<event> events_;
  std::uint64_t digest_ = empty_digest;
};

/// The enumerator's name, as journal files spell it.
[[nodiscard]] std::string_view name_of(event_kind kind) noexcept;
/// The inverse of `name_of`; nothing if there is no such kind.
[[nodiscard]] std::optional<event_kind> parse_event_kind(std::string_view name) noexcept;

/// How a command ended for the user.
enum class outcome : std::uint8_t { fresh, stale, connection, timeout, other };
[[nodiscard]] std::string_view name_of(outcome o) noexcept;

/// The text of `command_done`: "fresh", "stale", or "<class>: <detail>" with a detail code such as
/// "other: not_found", "connection: connection refused", "timeout: answer limit".
[[nodiscard]] std::string outcome_text(outcome o, std::string_view detail);

/// An outcome taken apart.
struct parsed_outcome {
  outcome what{};
  std::string_view detail;  ///< Views the text given.
};
/// The inverse of `outcome_text`. A class that is not known is `other`, with the whole text as its
/// detail.
[[nodiscard]] parsed_outcome parse_outcome(std::string_view text);

}  // namespace hassle::reports
