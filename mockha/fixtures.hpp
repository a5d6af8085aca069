#pragma once

#include "mockha/home.hpp"

namespace hassle::mockha::fixtures {

/// 44 entities: every kind that the scenarios use.
[[nodiscard]] home_plan small_home();

}  // namespace hassle::mockha::fixtures
