#pragma once

#include "reports/report.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::reports {

/// Something that lasted, in one lane of a run's timeline.
struct track_mark {
  std::size_t lane = 0;  ///< Index in `run_track::lanes`.
  std::string state;     ///< Of what kind it is: "fault", "connected", "open", "timeout"…
  std::string text;      ///< What it was; empty where the state says it all.
  std::chrono::nanoseconds from{};
  std::chrono::nanoseconds to{};
  std::uint64_t count = 1;    ///< Of how many it is made, for want of room.
  std::uint32_t command = 0;  ///< Number of the command, if it is just one.

  bool operator==(const track_mark&) const = default;
};

/// A run to look at: faults, phases of Home Assistant, the client's host, connections, breaker and
/// commands beside each other. Lanes in which nothing happened are left out.
struct run_track {
  std::vector<std::string> lanes;
  std::vector<track_mark> marks;  ///< By lane, and in each by state.
  std::chrono::nanoseconds length{};
  bool thinned = false;  ///< Some marks are made of several.
};

/// The most lanes that faults get; what comes later shares the last one.
inline constexpr std::size_t fault_lanes_max = 8;

/// The track of a run. Of each lane and state there are at most `marks_max` marks: what is more is
/// put together with its neighbours. REQUIRES: marks_max > 0.
[[nodiscard]] run_track track_of(const run_context& context, const journal& events,
                                 std::size_t marks_max);

/// As compact JSON: {"length":s,"lanes":[…],"states":[…],"texts":[…],
/// "marks":[[lane,state,from,length,text,count,command],…]}, in seconds to the millisecond; zeros
/// at the end of a mark are left out.
[[nodiscard]] std::string track_json(const run_track& track);

}  // namespace hassle::reports
