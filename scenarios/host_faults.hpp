#pragma once

#include "scenarios/distribution.hpp"

#include <chrono>
#include <cstdint>

namespace hassle::scenario {

/// Whose host a fault concerns.
enum class host_choice : std::uint8_t { client, server };

// What can go wrong with a host, one struct for each kind of fault.

/// It stands still: a laptop asleep, a frozen container, a virtual machine that is paused. Nothing
/// arrives, no timer fires; at its end all that is due happens at once.
struct suspend_fault {
  host_choice host = host_choice::client;
  /// The steady clock stops meanwhile, as CLOCK_MONOTONIC does while Linux is suspended, and timers
  /// are late by that. Otherwise it runs on, as in a process that is only stopped.
  bool clock_stops = false;
};
/// The client's wall clock is wrong: NTP, a user, a machine that resumed. The steady clock is not.
struct wall_clock_fault {
  duration by = std::chrono::hours(1);  ///< > 0
  bool back = false;                    ///< Slow rather than fast.
};
/// Everything that its programs do takes so long in addition, one thing after the other.
struct slow_cpu_fault {
  host_choice host = host_choice::client;
  duration step = std::chrono::milliseconds(1);  ///< Of each timer or completion. > 0
};
/// The process under test is killed, commands in flight with it; the next command boots a new one.
struct kill_fault {};

}  // namespace hassle::scenario
