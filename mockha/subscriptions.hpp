#pragma once

#include "mockha/subscription.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hassle::mockha {

/// subscribe_events: whole events of one type, or of all ("*").
[[nodiscard]] std::unique_ptr<subscription> make_event_subscription(std::string event_type);

/// subscribe_entities: differences of the entities named (sorted ids), or of all.
[[nodiscard]] std::unique_ptr<subscription> make_entities_subscription(
    std::optional<std::vector<std::string>> entities);

}  // namespace hassle::mockha
