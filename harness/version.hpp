#pragma once

#include <string_view>

namespace hassle::harness {

inline constexpr std::string_view version = HASSLE_VERSION;  // From CMake's project().

}  // namespace hassle::harness
