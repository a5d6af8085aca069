#pragma once

#include <string>

namespace hassle::mockha {

/// What an entity of this state might be next: on and off take turns, numbers grow by one. All
/// others stay what they are.
[[nodiscard]] std::string next_state(const std::string& state);

}  // namespace hassle::mockha
