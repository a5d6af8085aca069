#pragma once

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hassle::client {

/// What a client is doing, seen as a whole: the best of its connections counts.
enum class client_phase : std::uint8_t {
  idle,        ///< Nobody has needed a connection yet.
  connecting,  ///< Dialling, authenticating, refreshing a token.
  waiting,     ///< For the next attempt, see `next_attempt`.
  starting,    ///< Connected; Home Assistant is not RUNNING yet.
  ready,       ///< Commands are answered.
  refused,     ///< Home Assistant refuses the token for good. Nothing is tried until `retry`.
  stopped,
};
[[nodiscard]] std::string_view name_of(client_phase phase) noexcept;

/// What is wrong beyond a connection that is not there: it does not pass by itself, or not soon,
/// and somebody may have to do something. `client_status::last_error` has the words.
enum class client_trouble : std::uint8_t {
  none,
  forbidden,           ///< HTTP 403: Home Assistant bans this address, or a proxy does. Tried again
                       ///< in minutes (field failure auth-retry-ip-ban).
  overloaded,          ///< HTTP 429: the server asks for fewer attempts.
  not_home_assistant,  ///< Another answer than 101 that is no gateway's (5xx): a wrong path, an
                       ///< untrusted proxy, a captive portal (field failure upgrade-not-101).
  certificate,      ///< Not trusted, expired, another name (field failure cert-expired-or-stale).
  token_refused,    ///< For good, until `retry`.
  message_too_big,  ///< The server sends more than message_bytes_max, or takes less than we send
                    ///< (field failure message-too-big-1009).
  large_messages,   ///< Twice in a row a connection died in the middle of a message: the path
                    ///< takes small packets only (field failure mtu-blackhole).
  recovery_mode,    ///< Home Assistant runs, but without integrations (field failure
                    ///< recovery-mode-empty). The mirror keeps what it knew, as stale.
};
[[nodiscard]] std::string_view name_of(client_trouble trouble) noexcept;

/// A snapshot. Holds no secret.
struct client_status {
  client_phase phase = client_phase::idle;
  net::time_point since{};      ///< When this phase began.
  std::size_t connections = 0;  ///< That are ready for commands.
  std::size_t endpoint = 0;     ///< Number of the one in use, or tried last; 0 = preferred.
  std::uint32_t attempts = 0;   ///< To connect, over its life.
  unsigned failures = 0;        ///< Attempts in a row that led to no stable connection.
  net::time_point next_attempt = net::never;  ///< Of `waiting`.
  std::string last_error;  ///< "tcp: Connection refused"; why the last attempt or connection ended.
  client_trouble trouble = client_trouble::none;
  std::string ha_version;               ///< As Home Assistant said at the last authentication.
  std::string_view breaker = "closed";  ///< "closed", "open", "half_open".

  bool operator==(const client_status&) const = default;
};

}  // namespace hassle::client
