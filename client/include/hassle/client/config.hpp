#pragma once

#include <hassle/net/world.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hassle::client {

namespace asio = boost::asio;

using namespace std::chrono_literals;
using net::duration;

/// Stands for "without a limit". The linter takes it, to judge settings of other clients;
/// `validate` refuses it: our client has a limit everywhere.
inline constexpr duration no_limit = duration::max();

/// No setting may be longer (validated): sums of a few never overflow.
inline constexpr duration duration_max = 24h * 365;

/// Least `health_config::interval` and `life_limit`, unless `allow_tight`.
inline constexpr duration health_least = 10s;

/// Which engine does the work.
enum class engine_style : std::uint8_t {
  lee,   ///< Layers 0-7 as the field report has them, flaws included: the ladder measures them.
  best,  ///< Every layer in its best form. Layers 8-14 exist only here.
};

/// Layer 1. All figures are the field report's (LEE §1).
struct reconnect_config {
  duration connect_limit = 10s;  ///< Resolve, TCP and upgrade together. > 0.
  duration backoff_base = 1s;    ///< First delay after a failed attempt. > 0.
  duration backoff_cap = 60s;    ///< Delays double up to this. >= backoff_base.
  duration answer_limit = 5s;    ///< From sending to the answer, each of the two tries. > 0.

  bool operator==(const reconnect_config&) const = default;
};

/// Layer 2 (LEE §2).
struct health_config {
  /// Between pings. > 0. `best` has 20 s by default: less than half of the smallest limit that
  /// proxies are seen with, 60 s, and with life_limit a dead link is found within 30 s (field
  /// failures proxy-idle-cut, half-open-no-fin).
  duration interval = 30s;
  duration pong_limit = 5s;        ///< Without a pong for so long the connection is dead. > 0.
  duration unhealthy_after = 60s;  ///< A pool stops using a connection without a pong for so long.

  // Best. There `interval` is of silence, because any received byte is life, and `pong_limit` and
  // `unhealthy_after` are not used.

  /// Without a byte for so long after a ping the connection is dead. At least 10 s (validated):
  /// watchdogs of 3-5 s killed good links behind a large message or a busy server, Home Assistant's
  /// own frontend went from 5 to 15 s (field failure heartbeat-false-positive).
  duration life_limit = 10s;
  /// Permits `interval` and `life_limit` below 10 s, for networks where nothing is ever late.
  bool allow_tight = false;

  bool operator==(const health_config&) const = default;
};

/// What `breaker` looks at to decide that Home Assistant fails too often.
enum class breaker_window : std::uint8_t {
  consecutive,  ///< failures_to_open in a row.
  count,        ///< failure_percent of the last window_calls.
  time,         ///< failure_percent of the calls of the last window_time.
};

/// Layer 3 (LEE §3).
struct breaker_config {
  unsigned failures_to_open = 5;  ///< In a row. > 0.
  duration open_for = 60s;        ///< From the last failure until trials are let through. > 0.

  // Best. There `open_for` counts from the opening and grows. r4j = resilience4j's defaults.

  breaker_window window = breaker_window::consecutive;
  unsigned window_calls = 100;    ///< Of `count` (r4j). 1 to 10,000.
  duration window_time = 60s;     ///< Of `time`; kept as ten slices of equal length. >= 1 s.
  unsigned calls_min = 10;        ///< Fewer in the window decide nothing. r4j: 100, which is hours
                                  ///< of a household's commands. > 0, <= window_calls for `count`.
  unsigned failure_percent = 50;  ///< At least so many failed: opens (r4j). 1 to 100.
  duration slow_call{0};          ///< A call that takes longer is slow; 0 = none is. >= 0.
  unsigned slow_percent = 100;    ///< At least so many are slow: opens (r4j). 1 to 100.
  /// Trials let through in half-open; it closes when all of them succeeded, and opens when one
  /// fails. 0 = any number, and the first result decides (as in LEE). Ours: 1; r4j 10. <= 100.
  unsigned half_open_permits = 1;
  /// A trial without a result for so long has failed: half-open cannot wedge. > 0. Ours.
  duration trial_limit = 30s;
  unsigned open_growth = 2;           ///< Each opening without a close is longer by this. 1 to 10.
  duration open_max = 5min;           ///< It grows up to this, jitter included. >= open_for. Ours.
  unsigned open_jitter_percent = 20;  ///< ± so much (gRPC's ratio). 0 to 100.

  bool operator==(const breaker_config&) const = default;
};

/// Layer 4 (LEE §4).
struct degradation_config {
  duration ttl = 30s;             ///< A cached answer older than this is not used. > 0.
  std::size_t entries_max = 256;  ///< The oldest entry makes room. > 0.

  bool operator==(const degradation_config&) const = default;
};

/// Layer 5 (LEE §5).
struct pool_config {
  std::size_t size = 3;  ///< Idle connections kept. > 0. Best: connections kept; <= 64.
  /// Best: a read without an answer for so long is asked on a second connection too, and the first
  /// answer wins. Absent = never. > 0.
  std::optional<duration> hedge_after;

  bool operator==(const pool_config&) const = default;
};

/// Layer 6.
struct correlation_config {
  std::size_t in_flight_max = 1024;  ///< Commands waiting on one connection. > 0.

  bool operator==(const correlation_config&) const = default;
};

/// Layer 7.
struct deadline_config {
  /// Answers so long before the caller's limit. >= 0. `best` has 500 ms by default: what hears of
  /// it must still get home (field failure caller-deadline-shorter).
  duration margin = 100ms;
  duration resolve_limit = 5s;  ///< > 0
  duration tcp_limit = 5s;      ///< > 0
  duration upgrade_limit = 5s;  ///< > 0
  duration auth_limit = 10s;    ///< As long as Home Assistant itself waits. > 0.

  // Best.

  duration proxy_limit = 5s;  ///< The proxy's answer to CONNECT. > 0. As upgrade_limit.
  duration tls_limit = 10s;  ///< > 0. Small boards take seconds (field failure slow-tls-handshake).
  /// With less left than this nothing is sent any more: it would run, and nobody would hear of it
  /// (field failure caller-deadline-shorter). >= 0. An answer takes 50-150 ms from outside the home
  /// (LEE's notes).
  duration send_least = 150ms;
  /// From authentication until Home Assistant says RUNNING; after it the connection is used as it
  /// is, for what a home that is still starting can answer. > 0. The longest start on record takes
  /// 20 min (reference §6.3), with stage limits of 120 + 300 + 300 s.
  duration ready_limit = 20min;

  bool operator==(const deadline_config&) const = default;
};

/// Layer 8.
struct jitter_config {
  /// The first dial after a stable connection comes at a random instant within this, unless a
  /// command waits. >= 0. Small, as a proxy that reloads cuts everybody off at once and is there
  /// again (field failures proxy-reload-cut, max-lifetime-cut: back within 2 s). The official
  /// client, SignalR and Phoenix have none.
  duration first_spread = 500ms;
  /// The same where the server said that it stops (Close 1000, as Home Assistant does at a restart,
  /// 1012 or 1013): it is away for 2.6 s to minutes, and two hundred clients must not stand at its
  /// door in the same second (field failure reconnect-storm). The dials after it are at least as
  /// far apart. >= 0; 0 = as after any other end.
  duration restart_spread = 8s;
  /// Only a connection that was ready for so long sets the delays back. > 0. Design §4; field
  /// failure flapping-connect-close says 30-60 s.
  duration stable_after = 30s;
  /// What a server may ask for with Retry-After; more is cut. > 0. Field failure upgrade-429.
  duration retry_after_max = 5min;
  /// Least delay after an answer that a quick retry does not change, 400, 403 and 404 at the
  /// upgrade, or a certificate that is not trusted; doubles up to slow_cap. > 0. Field failures
  /// upgrade-not-101, cert-expired-or-stale, auth-retry-ip-ban.
  duration slow_base = 60s;
  duration slow_cap = 10min;  ///< >= slow_base. Ours.

  bool operator==(const jitter_config&) const = default;
};

/// Layer 9.
struct probe_config {
  /// A connection from which no byte came for so long is pinged before it is used. > 0. Lambda
  /// freezes of 3.5 s and more were measured, sockets survived gaps up to 3.78 s (field failure
  /// lambda-freeze-thaw).
  duration idle_limit = 5s;
  /// Without a byte for so long after the ping the connection is replaced. > 0. At most 5 s at wake
  /// (field failure suspend-resume); with an 8 s caller the rest must do for dialling and asking.
  duration probe_limit = 2s;
  /// A timer so late, or a wall clock that ran so far ahead of the steady one, means that the
  /// process was frozen or the machine asleep. > 0. Ours: above what a busy machine is late by.
  duration thaw_lateness = 1s;

  bool operator==(const probe_config&) const = default;
};

/// One row of the user's own table for `idempotency`.
struct service_rule {
  std::string service;  ///< "domain.service", or "domain.*" for all that no other row names.
  bool idempotent = false;

  bool operator==(const service_rule&) const = default;
};

/// Layer 10.
struct idempotency_config {
  std::vector<service_rule> rules;  ///< They win over the built-in table. <= 1,000.
  /// Sends per command, the first included. >= 1, <= 10. The SRE book's 3.
  unsigned attempts_max = 3;
  /// Whether an unknown outcome of a command that is not idempotent is looked up in the states.
  bool look_up = true;
  /// Home Assistant may still be at it when the connection is lost: states are looked at so long
  /// after the command was sent. >= 0. Ours; a state is written within 5 s of a call (reference
  /// §4.3).
  duration look_up_after = 1s;

  bool operator==(const idempotency_config&) const = default;
};

/// Layer 11.
struct mirror_config {
  std::vector<std::string> entity_ids;  ///< What is mirrored; empty = all that the user may see.
  std::size_t entities_max = 100'000;   ///< More are not taken in. > 0.
  /// Reads do not degrade to states that were last confirmed longer ago. > 0. Ours: the age is
  /// told, the caller judges.
  duration age_max = 24h;
  /// First delay before a rejected subscription is tried again, doubling to retry_cap. > 0. Both
  /// from field failure resubscribe-rejected.
  duration retry_base = 1s;
  duration retry_cap = 60s;  ///< >= retry_base
  /// A subscription without an event for so long is made anew, though pings are answered:
  /// "connected" subscriptions were dead for hours. > 0. Ours: homes have a sensor that reports
  /// every few minutes.
  duration quiet_limit = 10min;
  /// All states are asked for anew so long after the last time, whatever comes meanwhile: an event
  /// that was lost or changed on its way leaves no trace, and the state would be wrong until the
  /// entity changes again. > 0. Ours: a snapshot of a large home, 300 KB, is 0.5 KB/s then.
  duration resync_interval = 10min;
  std::size_t subscriptions_max = 1'000;  ///< More are refused. > 0.
  /// A snapshot with so much less in it than was known is not believed: Home Assistant starts, or
  /// is in recovery mode. What was known stays, as stale, and is asked for again. 1 to 100; 100 =
  /// every one is believed that is not empty. Field failure recovery-mode-empty speaks of 95 %.
  unsigned shrink_percent = 90;
  /// What has been so for so long is believed, outside of recovery mode. > 0. Ours.
  duration shrink_confirm = 10min;

  bool operator==(const mirror_config&) const = default;
};

/// What happens to a call that finds no room to wait.
enum class queue_policy : std::uint8_t {
  reject,       ///< It ends as "queue_full".
  drop_oldest,  ///< The one that has waited longest ends as "queue_full" and makes room.
  expire,       ///< Those that have waited for queue_limit make room; if none has, as `reject`.
};

/// What happens to a call while Home Assistant is starting.
enum class starting_policy : std::uint8_t {
  fail_fast,  ///< It ends as "starting".
  wait,       ///< It waits for RUNNING until its limit; without a limit it ends as "starting".
};

/// Layer 12.
struct admission_config {
  /// Retries per hundred calls. 0 to 1,000. Finagle's and Envoy's 20 %.
  unsigned retry_percent = 20;
  /// Retries per second besides, so that a quiet home may retry at all. 0 to 1,000. Finagle has 10
  /// for a server's load; a household sends less than one command a second.
  unsigned retries_per_second = 1;
  unsigned retry_burst = 10;    ///< Saved up at most; the start. 1 to 10,000. Finagle's 10 s worth.
  std::size_t calls_max = 256;  ///< Under way at once. > 0. A quarter of Home Assistant's 1,024.
  std::size_t queue_max = 256;  ///< Waiting for their turn besides. >= 0. Ours.
  queue_policy when_full = queue_policy::reject;
  /// Waiting longer than this ends as "queue_full" under `expire`. > 0. Ours: stale commands must
  /// not run minutes later (field failure offline-queue-replay).
  duration queue_limit = 10s;
  starting_policy while_starting = starting_policy::wait;

  bool operator==(const admission_config&) const = default;
};

/// Layer 13. Without a refresh token (a long-lived access token) it refreshes nothing, and knows a
/// permanent refusal all the same.
struct token_config {
  std::string refresh_token;  ///< Secret. Empty = none.
  /// As at the login that gave the refresh token; Home Assistant demands the same. Empty = none was
  /// sent then.
  std::string client_id;
  /// How much longer `config::access_token` is good; absent = not known, it is used until refused.
  std::optional<duration> expires_in;
  unsigned refresh_percent =
      80;  ///< Of the lifetime, then it is refreshed. 1 to 99. Reference §8.1.
  /// A token with less left than this is refreshed before it is used. >= 0. Field failure
  /// token-expired-on-reconnect.
  duration margin = 60s;
  duration refresh_limit = 10s;  ///< One refresh, dialling included. > 0. As auth_limit.
  duration retry_base = 1s;  ///< After a failed refresh, full jitter, doubling. > 0. As backoff.
  duration retry_cap = 60s;  ///< >= retry_base

  bool operator==(const token_config&) const = default;
};

/// How the other end of TLS is trusted. There is no way to switch the check off.
struct tls_config {
  enum class trust_kind : std::uint8_t {
    system,   ///< The system's certificate authorities.
    ca_file,  ///< Those in `ca_file` only.
    pinned,   ///< One certificate only, whoever signed it and whenever it expires.
  };
  trust_kind trust = trust_kind::system;
  std::string ca_file;        ///< PEM file; for `ca_file`.
  std::string pinned_sha256;  ///< SHA-256 of the certificate (DER), 64 hex digits; for `pinned`.
  /// Whether the certificate must name the host. May be off only where `ca_file` is trusted;
  /// `pinned` does not look at names.
  bool verify_host = true;
  /// Sent as SNI and looked for in the certificate; empty = the host that is dialled.
  std::string server_name;

  bool operator==(const tls_config&) const = default;
};

/// Where a Home Assistant answers. `endpoint_from_url` makes one of a URL.
struct endpoint_config {
  std::string name;  ///< For people: "local", "remote". Empty = host and port.
  net::endpoint server{"127.0.0.1", 8123};
  std::string target = "/api/websocket";
  std::optional<tls_config> tls;  ///< Absent = plain `ws`.

  bool operator==(const endpoint_config&) const = default;
};

/// An HTTP proxy that is asked to CONNECT (RFC 9110 §9.3.6).
struct proxy_config {
  net::endpoint server;
  std::string user;      ///< Empty = no authentication.
  std::string password;  ///< Secret. Sent with Basic.
  /// Hosts dialled directly: "host", ".suffix", an address, or "*" for all (curl's NO_PROXY).
  std::vector<std::string> bypass;

  bool operator==(const proxy_config&) const = default;
};

/// In which way several endpoints are tried.
enum class endpoint_policy : std::uint8_t {
  in_order,  ///< The next one when one fails.
  race,      ///< All, each race_delay after the one before; the first that is ready wins.
};

/// Layer 14. Times of RFC 8305 §8.
struct failover_config {
  std::vector<endpoint_config> others;  ///< After the one of `config`, which is preferred. <= 15.
  endpoint_policy policy = endpoint_policy::in_order;
  duration race_delay = 1s;  ///< > 0. Ours: a local answer takes well under it.
  /// While another endpoint is used, the preferred one is tried again so often. > 0. Ours.
  duration return_after = 5min;
  duration address_delay = 250ms;  ///< Between addresses of one host. 10 ms to 2 s.
  std::size_t addresses_max = 16;  ///< Of one host that are tried. > 0.

  bool operator==(const failover_config&) const = default;
};

/// What the client is made of. A layer whose settings are absent is off; all off = `naive`.
/// `validate` (validate.hpp) says what is wrong with one.
struct config {
  net::endpoint server{"127.0.0.1", 8123};
  std::string target = "/api/websocket";
  std::string access_token;                    ///< Secret: never logged, journalled or shown.
  bool unpredictable_masks = true;             ///< See net::websocket_limits.
  std::size_t message_bytes_max = 64U << 20U;  ///< Larger incoming messages end the connection.
  /// Best: offer permessage-deflate (RFC 7692). Messages count by their size when inflated.
  bool deflate = false;
  std::size_t inbox_max = 32;  ///< Messages kept for nobody yet, without `correlation`; > 0.
  /// `lee` until `best` can do everything; profiles and callers say which they mean.
  engine_style style = engine_style::lee;
  std::optional<tls_config> tls;      ///< Absent = plain `ws`. Best.
  std::optional<proxy_config> proxy;  ///< For all endpoints. Best.

  std::optional<reconnect_config> reconnect;
  std::optional<health_config> health;
  std::optional<breaker_config> breaker;
  std::optional<degradation_config> degradation;
  std::optional<pool_config> pool;
  std::optional<correlation_config> correlation;
  std::optional<deadline_config> deadline;
  std::optional<jitter_config> jitter;
  std::optional<probe_config> probe;
  std::optional<idempotency_config> idempotency;
  std::optional<mirror_config> mirror;
  std::optional<admission_config> admission;
  std::optional<token_config> token;
  std::optional<failover_config> failover;
};

}  // namespace hassle::client
