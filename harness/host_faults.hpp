#pragma once

#include "harness/conductor.hpp"
#include "harness/simulation/host.hpp"
#include "scenarios/scenario.hpp"

#include <vector>

namespace hassle::harness {

[[nodiscard]] bool is_host_fault(const scenario::fault_parameters& what) noexcept;

/// What goes wrong with the machines of a household. Faults of one kind may overlap: a machine
/// wakes up, and its clock goes on, when the last one has ended; the slowest step counts.
///
/// Hosts and conductor outlive it. Thread-safety: single-threaded.
class host_faults {
 public:
  host_faults(host& client, host& server, conductor& runs);

  /// True if it did something to somebody: there was a process to be hit.
  bool begin(const scenario::fault_parameters& what);
  /// What is over at once has no end.
  void end(const scenario::fault_parameters& what);
  /// All machines work from now on, as the end of a run needs it. No `end` may come after it.
  void heal();

 private:
  struct machine {
    host& where;
    unsigned suspended = 0;
    unsigned without_clock = 0;
    std::vector<net::duration> steps = {};
  };
  struct beginning;
  struct ending_of;

  [[nodiscard]] machine& of(scenario::host_choice which) noexcept {
    return which == scenario::host_choice::client ? client_ : server_;
  }
  [[nodiscard]] bool lives(scenario::host_choice which) const noexcept {
    return which == scenario::host_choice::server || conductor_.has_process();
  }
  void suspend(scenario::host_choice which);
  void resume(scenario::host_choice which);

  machine client_;
  machine server_;
  conductor& conductor_;
};

}  // namespace hassle::harness
