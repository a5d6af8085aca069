#pragma once

#include "reports/investigation.hpp"

#include <string>
#include <vector>

namespace hassle::reports {

/// Why a command ended as it did.
struct finding {
  std::string headline;  ///< "connection 3 was killed in phase 'stopping' of restart-1"
  std::vector<std::string> sentences;  ///< How it came to that, in the order of events.
};

[[nodiscard]] finding find_cause(const investigation& run, const command_story& story);

}  // namespace hassle::reports
