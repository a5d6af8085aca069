#pragma once

#include <hassle/net/world.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace hassle::client {

namespace asio = boost::asio;

using namespace std::chrono_literals;
using net::duration;

/// Layer 1. All figures are the field report's (LEE §1).
struct reconnect_config {
  duration connect_limit = 10s;  ///< Resolve, TCP and upgrade together. > 0.
  duration backoff_base = 1s;    ///< First delay after a failed attempt. > 0.
  duration backoff_cap = 60s;    ///< Delays double up to this. >= backoff_base.
  duration answer_limit = 5s;    ///< From sending to the answer, each of the two tries. > 0.
};

/// Layer 2 (LEE §2).
struct health_config {
  duration interval = 30s;         ///< Between pings. > 0.
  duration pong_limit = 5s;        ///< Without a pong for so long the connection is dead. > 0.
  duration unhealthy_after = 60s;  ///< A pool stops using a connection without a pong for so long.
};

/// Layer 3 (LEE §3).
struct breaker_config {
  unsigned failures_to_open = 5;  ///< In a row. > 0.
  duration open_for = 60s;        ///< From the last failure until trials are let through. > 0.
};

/// Layer 4 (LEE §4).
struct degradation_config {
  duration ttl = 30s;             ///< A cached answer older than this is not used. > 0.
  std::size_t entries_max = 256;  ///< The oldest entry makes room. > 0.
};

/// Layer 5 (LEE §5).
struct pool_config {
  std::size_t size = 3;  ///< Idle connections kept. > 0.
};

/// Layer 6.
struct correlation_config {
  std::size_t in_flight_max = 1024;  ///< Commands waiting on one connection. > 0.
};

/// Layer 7.
struct deadline_config {
  duration margin = 100ms;      ///< Answers so long before the caller's limit. >= 0.
  duration resolve_limit = 5s;  ///< > 0
  duration tcp_limit = 5s;      ///< > 0
  duration upgrade_limit = 5s;  ///< > 0
  duration auth_limit = 10s;    ///< As long as Home Assistant itself waits. > 0.
};

/// What the client is made of. A layer whose settings are absent is off; all off = `naive`.
struct config {
  net::endpoint server{"127.0.0.1", 8123};
  std::string target = "/api/websocket";
  std::string access_token;                    ///< Secret: never logged, journalled or shown.
  bool unpredictable_masks = true;             ///< See net::websocket_limits.
  std::size_t message_bytes_max = 64U << 20U;  ///< Larger incoming messages end the connection.
  std::size_t inbox_max = 32;  ///< Messages kept for nobody yet, without `correlation`; > 0.

  std::optional<reconnect_config> reconnect;
  std::optional<health_config> health;
  std::optional<breaker_config> breaker;
  std::optional<degradation_config> degradation;
  std::optional<pool_config> pool;
  std::optional<correlation_config> correlation;
  std::optional<deadline_config> deadline;
};

}  // namespace hassle::client
