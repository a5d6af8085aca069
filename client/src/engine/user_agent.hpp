#pragma once

#include <string_view>

namespace hassle::client {

/// The header User-Agent of all our requests: name and version of the project.
inline constexpr std::string_view user_agent = "hassle/" HASSLE_VERSION;

}  // namespace hassle::client
