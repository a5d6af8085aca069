#pragma once

#include "mockha/command_judge.hpp"
#include "mockha/frontend_data.hpp"
#include "mockha/home.hpp"
#include "mockha/message_reader.hpp"
#include "mockha/registries.hpp"
#include "mockha/tokens.hpp"

#include <hassle/net/time.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// How far a client may fall behind.
struct outbox_limits {
  std::size_t messages_max = 4096;  ///< So many waiting messages end the connection. > 0.
  /// So many bytes of them do it, too: Home Assistant has no such limit, but more memory. > 0.
  std::size_t bytes_max = std::size_t{256} << 20U;
  std::size_t peak = 1024;                             ///< More than so many …
  net::duration peak_time = std::chrono::seconds(10);  ///< … for so long do it, too. > 0.
  // What the socket may hold before messages wait at all:
  std::size_t front_bytes_max = std::size_t{1} << 20U;  ///< > 0. A message may exceed it.
  std::size_t front_messages_max = 2048;                ///< > 0.
};

/// Home Assistant's limits of one connection.
struct session_limits {
  net::duration authentication = std::chrono::seconds(10);  ///< From auth_required to `auth`. > 0.
  std::size_t answers_per_frame_max = 4096;  ///< More (from an array) end the connection. > 0.
  std::size_t subscriptions_max = 10'000;    ///< More are refused. > 0.
  outbox_limits outbox;
};

/// What all connections of a server have in common.
struct session_settings {
  std::string version = "2026.6.0";
  std::optional<net::duration> heartbeat = std::chrono::seconds(55);
  std::optional<net::duration> idle_close;
  session_limits limits;
  bool trace = true;  ///< Make `note` actions.
};

/// Home Assistant's CoreState, as far as a connected client can see it.
enum class core_state : std::uint8_t { not_running, starting, running };
[[nodiscard]] std::string_view name_of(core_state state) noexcept;

/// What a session sees of the server around it. Owned by the server, outlives all sessions.
struct surroundings {
  session_settings settings;
  home& house;
  registries& registry;
  token_store& tokens;
  command_judge* judge = nullptr;  ///< Nothing: no fault looks at commands.
  frontend_data frontend;          ///< Lives on while Home Assistant restarts.
  message_reader reader;
  core_state state = core_state::running;
  bool recovery_mode = false;  ///< Its configuration is broken: hardly anything is loaded.
};

}  // namespace hassle::mockha
