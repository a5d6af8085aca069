#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// The result of get_config: a home in Berlin with the metric system. `domains` are those of the
/// entities that exist, `state` a CoreState. `external_url` is left out for users who are local
/// only.
[[nodiscard]] std::string config_json(std::string_view version, std::string_view state,
                                      const std::vector<std::string_view>& domains,
                                      bool with_external_url = true, bool recovery_mode = false);

/// What is loaded before any integration of the home, sorted.
[[nodiscard]] std::span<const std::string_view> core_components();

}  // namespace hassle::mockha
