#pragma once

#include <cstdint>
#include <string_view>

namespace hassle::client {

/// What a client tells about its work. The comments say what the fields of `client_event` hold;
/// c = connection, n = tag of the command, v = value, t = text.
enum class client_event_kind : std::uint8_t {
  attempt_began,     ///< v: number of the attempt, from 1
  attempt_stage,     ///< v; c; t: "resolved", "tcp", "proxied", "tls", "upgraded"
  attempt_failed,    ///< v; c; t: "<stage>: <error>"
  ready,             ///< v; c
  closed,            ///< c; t: why
  command_sent,      ///< c, n; v: id on the wire
  answer_taken,      ///< c, n; v: id in the answer; t: "ok" or error code
  answer_discarded,  ///< c; v: id
  backoff_began,     ///< v: delay in ns
  ping_sent,         ///< c
  pong_received,     ///< c
  ping_failed,       ///< c
  breaker_changed,   ///< t: "closed", "open", "half_open"
  cache_used,        ///< n; v: age in ns

  // Style `best` only.
  home_starting,          ///< c: authenticated, but Home Assistant is not RUNNING yet
  home_running,           ///< c: it is now; follows every `ready` where `admission` waits for it
  thawed,                 ///< the process was frozen or the machine asleep
  probe_failed,           ///< c: no sign of life before a command could use it
  retry_began,            ///< n; v: number of the send, from 2; t: why
  retry_refused,          ///< n; t: "attempts", "budget", "deadline", "not_idempotent"
  effect_looked_up,       ///< n; t: "happened", "no_trace", "cannot_tell"
  call_queued,            ///< n; t: "bulkhead", "starting", "connection"
  call_refused,           ///< n; t: a detail_code
  hedge_sent,             ///< c, n; v: id on the wire
  mirror_used,            ///< n; v: age in ns
  mirror_replaced,        ///< c; v: entities in the snapshot
  token_refreshed,        ///< v: number of the token
  token_refresh_failed,   ///< t: why
  auth_refused,           ///< t: Home Assistant's word. For good, until `retry`
  endpoint_changed,       ///< v: number, 0 = preferred; t: its name
  subscription_sent,      ///< c; v: handle
  subscription_live,      ///< c; v: handle
  subscription_rejected,  ///< c; v: handle; t: error code
  subscription_gap,       ///< v: handle; t: length in ns, as a number
  trouble,                ///< t: name of the client_trouble that there is now, "none" = it is over
};

struct client_event {
  client_event_kind kind{};
  std::uint32_t connection = 0;
  std::uint32_t tag = 0;
  std::int64_t value = 0;
  std::string_view text;  ///< Valid during the call only. Never holds a secret.
};

/// Hears of everything that a client does. Called on the client's executor; must not call back
/// into the client.
class observer {
 public:
  virtual void on_event(const client_event& event) = 0;

 protected:
  ~observer() = default;
};

}  // namespace hassle::client
