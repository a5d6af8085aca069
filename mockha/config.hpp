#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// The result of get_config: a home in Berlin with the metric system. `domains` are those of the
/// entities that exist, `state` a CoreState.
[[nodiscard]] std::string config_json(std::string_view version, std::string_view state,
                                      const std::vector<std::string_view>& domains);

}  // namespace hassle::mockha
