#pragma once

#include "../cores/alarm_history.hpp"

#include <hassle/client/config.hpp>
#include <hassle/client/observer.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>

namespace hassle::client {

/// What all parts of one engine share. Outlives them.
struct engine_context {
  net::world& world;
  const config& settings;
  observer* telemetry = nullptr;  ///< May be null.
  std::uint32_t attempts = 0;     ///< Numbers of attempts given out.
  bool stopping = false;
  alarm_history alarms;  ///< Of pings without an answer, on all connections.

  [[nodiscard]] net::time_point now() const { return world.time().now(); }
  void tell(const client_event& event) const {
    if (telemetry != nullptr) telemetry->on_event(event);
  }
};

}  // namespace hassle::client
