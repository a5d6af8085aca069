#pragma once

#include "scenarios/scenario.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace hassle::scenario {

/// One command of the workload, at its instant.
struct planned_command {
  std::uint32_t number = 0;  ///< From 1, in the order of `at`.
  duration at{};
  command_kind kind{};
  std::string target;  ///< Entity, also for state reads (what the user asks about).
  duration limit{};

  bool operator==(const planned_command&) const = default;
};

/// One occurrence of a fault.
struct planned_fault {
  std::uint32_t number = 0;  ///< From 1, in the order of `at`.
  std::size_t fault = 0;     ///< Index into scenario::faults: name, kind, fixed parameters.
  duration at{};
  duration lasts{};       ///< For a restart: the sum of its phases.
  restart_phases phases;  ///< Restarts only.
  duration amount{};      ///< `delay` of slow, `added` of latency, `by` of delay_answer.
  /// At `at` it does not begin: it waits for the `after` of its fault. What has not begun by the
  /// scenario's `length` never does.
  bool armed = false;
  /// Ends when its hits are used up, if that is earlier.
  bool open_ended = false;

  bool operator==(const planned_fault&) const = default;
};

/// What happens in one run, at which instant: the scenario with every distribution drawn.
/// A pure function of (scenario, seed). All lists are sorted by time.
struct plan {
  std::uint64_t seed = 0;
  std::vector<planned_command> commands;
  std::vector<planned_fault> faults;
  std::vector<duration>
      recycles;  ///< Cold starts of the client's host, the first boot (0) not listed.
  /// No fault is in force from here on: the end of the last one, at least scenario::length. Those
  /// that wait for something are taken as beginning as late as they can.
  duration healed{};
  duration end{};  ///< healed + settle; the run stops here.
};

/// Commands, faults and recycles are drawn from streams of their own ("workload", "recycle", and
/// "fault <name>" each), so that adding one changes nothing about the others. An occurrence that
/// would begin at or after `length` is not planned; one that would end later than `length` ends
/// when it ends. After `healed`, one state read and one service call are planned within `settle`
/// (if it is long enough), so that recovery is measured: they are ordinary commands. More than
/// `plan_items_max` items is an error that names the distribution responsible.
[[nodiscard]] std::expected<plan, input_error> make_plan(const scenario& s, std::uint64_t seed);

inline constexpr std::size_t plan_items_max = 2'000'000;

/// One occurrence of a fault that happens now, with everything drawn; `at` and the numbers are
/// zero. Armed where it has a trigger.
[[nodiscard]] planned_fault draw_occurrence(const fault& f, random_stream& random);

/// The plan written as a scenario with explicit times: parsing and planning it again gives the
/// same commands, faults and recycles for every seed.
[[nodiscard]] std::string frozen_scenario(const scenario& s, const plan& p);

}  // namespace hassle::scenario
