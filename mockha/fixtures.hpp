#pragma once

#include "mockha/home.hpp"

namespace hassle::mockha::fixtures {

/// 44 entities: every kind that the scenarios use.
[[nodiscard]] home_plan small_home();

/// 2,500 entities of 24 domains, about 1 MB of get_states: a big house for load.
[[nodiscard]] home_plan large_home();

}  // namespace hassle::mockha::fixtures
