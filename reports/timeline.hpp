#pragma once

#include "reports/journal.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hassle::reports {

/// One occurrence of a fault.
struct fault_span {
  std::string name;         ///< "restart-1", and "restart-1 #3" when it happens for the third time.
  std::string base;         ///< As the journal names it: "restart-1".
  std::int64_t number = 0;  ///< In the plan, among all faults.
  std::chrono::nanoseconds began{};
  std::chrono::nanoseconds ended =
      std::chrono::nanoseconds::max();  ///< max: not within the journal.
};

/// A phase of a restart other than "running".
struct phase_span {
  std::string phase;
  std::string fault;      ///< The base name of the fault it belongs to; may be empty.
  std::string label;      ///< "phase 'stopping' of restart-1"
  std::size_t begin = 0;  ///< Index of its phase_changed.
  std::size_t end = 0;    ///< Index of the next one, or of the journal's end.
  std::chrono::nanoseconds began{};
};

/// What was broken when, from the journal's fault and phase events. The journal must outlive it.
class timeline {
 public:
  explicit timeline(const journal& j);

  /// Occurrences that overlap [from, to], in the order they began.
  [[nodiscard]] std::vector<const fault_span*> active(std::chrono::nanoseconds from,
                                                      std::chrono::nanoseconds to) const;
  /// The phase in force at an event, or null. An event just before a phase of the same instant
  /// belongs to that phase, unless another one was in force: a server may close its connections
  /// first and announce the phase afterwards.
  [[nodiscard]] const phase_span* phase_at(std::size_t event_index) const;

 private:
  void add_fault_event(const event& e);
  void add_phase(std::size_t index);

  const std::vector<event>& events_;
  std::vector<fault_span> faults_;
  std::map<std::string, std::size_t> times_;  // How often each fault began.
  std::vector<phase_span> phases_;
};

}  // namespace hassle::reports
