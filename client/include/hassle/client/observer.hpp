#pragma once

#include <cstdint>
#include <string_view>

namespace hassle::client {

/// What a client tells about its work. The comments say what the fields of `client_event` hold;
/// c = connection, n = tag of the command, v = value, t = text.
enum class client_event_kind : std::uint8_t {
  attempt_began,     ///< v: number of the attempt, from 1
  attempt_stage,     ///< v; c; t: "resolved", "tcp", "upgraded"
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
