#pragma once

#include "reports/investigation.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hassle::reports {

/// An event that speaks against a command's success.
struct evidence {
  std::size_t at = 0;  ///< Index of the event.
  std::uint32_t connection = 0;
  std::string cause;  ///< What is to blame: a phase, a fault, a middlebox. Empty if unknown.
  std::string what;   ///< "connection 3 was killed in phase 'stopping' of restart-1"
  bool weak = false;  ///< Gives way to other evidence with the same cause on the same connection.
};

/// All evidence about a command, in the order of events, what says the same listed once. A
/// connection's misfortunes before the command count unless the connection carried something to the
/// client after them.
[[nodiscard]] std::vector<evidence> gather_evidence(const investigation& run,
                                                    const command_story& story);

/// "a", "a and b", "a, b and c": the names of faults.
[[nodiscard]] std::string names_of(const std::vector<const fault_span*>& faults);
/// "a was", "a and b were"
[[nodiscard]] std::string names_were(const std::vector<const fault_span*>& faults);

}  // namespace hassle::reports
