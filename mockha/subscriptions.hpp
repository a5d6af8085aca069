#pragma once

#include "mockha/entity_filter.hpp"
#include "mockha/subscription.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// subscribe_events: whole events of one type, or of all ("*").
[[nodiscard]] std::unique_ptr<subscription> make_event_subscription(std::string event_type);

/// True for the types of events that a user who is no administrator may subscribe to.
[[nodiscard]] bool anybody_may_hear(std::string_view event_type) noexcept;

/// Which entities subscribe_entities is about: both must let one pass.
struct entity_choice {
  std::optional<std::vector<std::string>> ids;  ///< Sorted.
  entity_filter filter;

  [[nodiscard]] bool passes(std::string_view entity_id) const;
};

/// subscribe_entities: differences of the chosen entities; of all where there is no choice.
[[nodiscard]] std::unique_ptr<subscription> make_entities_subscription(
    std::optional<entity_choice> choice);

}  // namespace hassle::mockha
