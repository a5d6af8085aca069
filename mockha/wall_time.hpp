#pragma once

#include <chrono>
#include <string>

namespace hassle::mockha {

/// Wall-clock time as Home Assistant keeps it: to the microsecond. Always handed in by the world.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] inline wall_time to_wall_time(std::chrono::system_clock::time_point at) {
  return std::chrono::floor<std::chrono::microseconds>(at);
}

/// Appends "2026-06-25T21:20:05.162552+00:00"; the fraction is left out where it is zero.
void append_iso(std::string& to, wall_time at);

/// Appends seconds since 1970 as a float with as many digits as are needed: 1782422405.162552.
void append_epoch(std::string& to, wall_time at);

[[nodiscard]] std::string iso_text(wall_time at);

}  // namespace hassle::mockha
