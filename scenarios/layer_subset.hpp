#pragma once

#include "scenarios/profile.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

/// The same profile with these of its layers and no others, named
/// "production-only-<layer>+<layer>" or "production-only-nothing"; with all of them it is the
/// profile itself. REQUIRES: the profile has them.
[[nodiscard]] client_profile with_only(const client_profile& profile,
                                       const std::vector<std::string>& layers);

/// The profile of a name such as `with_only` gives, if it is one: "production-only-health+pool".
/// The error names the layer that does not exist, or that the profile does not have.
[[nodiscard]] std::optional<std::expected<client_profile, std::vector<input_error>>>
find_layer_subset(std::string_view name);

}  // namespace hassle::scenario
