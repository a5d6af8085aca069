#pragma once

#include "reports/journal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hassle::reports {

/// An event told to a person: who did what.
struct told_event {
  std::string_view actor;  ///< user, host, client, server, network, fault, home, app, herd, harness
  std::string sentence;
};

/// `owner` is the command that the event's message was sent for, 0 if unknown; `subject` the
/// command whose story is told: it is "it", others are named.
[[nodiscard]] told_event tell(const event& e, std::uint32_t owner, std::uint32_t subject);

}  // namespace hassle::reports
