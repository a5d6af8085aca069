#pragma once

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace hassle::mockha {

// What a server tells of itself to those who watch over it. Never holds a token.

struct connection_status {
  std::uint64_t key = 0;   ///< Unique in the server's life.
  std::uint32_t id = 0;    ///< The journal's number.
  std::string peer;        ///< Address and port, as far as the world knows them.
  std::string user_agent;  ///< Of the upgrade request; cut to 200 bytes.
  std::string phase;       ///< "authentication", "command", "ended"
  std::string user;        ///< Name; empty before the login.
  net::time_point since{};
  std::uint64_t last_message_id = 0;
  std::size_t subscriptions = 0;
  std::size_t queued = 0;      ///< Messages that wait to go out.
  std::uint64_t received = 0;  ///< Messages.
  std::uint64_t sent = 0;
  bool deflate = false;
  bool coalescing = false;
  bool stalled = false;  ///< By hand: it carries nothing.
};

/// What was counted since the start. A reset does not turn it back.
struct server_totals {
  std::uint64_t accepted = 0;  ///< Connections with a WebSocket.
  std::uint64_t received = 0;  ///< Messages.
  std::uint64_t sent = 0;
};

/// One thing that a fault touched.
struct fault_touch {
  net::time_point at{};
  std::uint32_t connection = 0;
  std::string what;  ///< Command, event, stage or path that was touched; may be empty.
};

struct fault_status {
  enum class stage : std::uint8_t {
    armed,  ///< Waits for its trigger.
    in_force,
    ended,
  };
  std::uint32_t number = 0;  ///< Of the occurrence. Unique in the server's life.
  std::string name;
  std::string kind;
  std::string asked;  ///< As it was asked for: one line of TOML keys.
  stage where = stage::armed;
  std::optional<net::time_point> began;
  std::optional<net::time_point> ended;
  std::uint64_t hits = 0;
  std::deque<fault_touch> touched;  ///< The newest of them (`server_limits::fault_touches_max`).
};

}  // namespace hassle::mockha
