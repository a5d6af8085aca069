#pragma once

#include "scenarios/server_faults.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace hassle::harness {

/// Faults that wait for something before they begin: counts what they wait for, as it is told.
/// Knows no clock. Thread-safety: single-threaded.
class trigger_watch {
 public:
  /// The numbers of the faults whose time has come, in the order in which they were armed. They
  /// wait no longer.
  using due = std::vector<std::uint32_t>;

  void arm(std::uint32_t number, scenario::fault_trigger waits_for);
  /// False if it does not wait (any more).
  bool disarm(std::uint32_t number);

  /// `called` as journals call it, see `scenario::matches_command`.
  [[nodiscard]] due on_command(std::string_view called);
  [[nodiscard]] due on_accepted();
  /// A fault of this name has ended.
  [[nodiscard]] due on_fault_over(std::string_view name);

  [[nodiscard]] bool idle() const noexcept { return armed_.empty(); }

 private:
  struct entry {
    std::uint32_t number;
    scenario::fault_trigger waits_for;
    std::uint32_t counted = 0;
  };

  template <class Matches>
  due count(Matches matches);

  std::vector<entry> armed_;
};

}  // namespace hassle::harness
