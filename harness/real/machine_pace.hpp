#pragma once

#include <hassle/net/time.hpp>

#include <chrono>
#include <optional>
#include <string>

/// Whether the machine is fast enough for the time scale that was asked for.
namespace hassle::harness {

/// What a single step on sockets may be late by, of the scenario's time: far less than the
/// latencies, deadlines and delays that scenarios are about.
inline constexpr net::duration step_late_max = std::chrono::milliseconds(20);

/// The median time that a byte takes over loopback and back, measured now; some milliseconds are
/// spent on it. Zero if the machine has no loopback: what runs there will say so itself.
[[nodiscard]] net::duration round_trip_on_loopback();

/// Why such a machine cannot keep the schedule at a time scale (> 0), and what it could keep.
[[nodiscard]] std::optional<std::string> too_slow(net::duration round_trip, double time_scale);

}  // namespace hassle::harness
