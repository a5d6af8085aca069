#pragma once

#include "scenarios/library.hpp"

#include <span>

namespace hassle::scenario {

/// The files as the build found them: see embed.cmake.
[[nodiscard]] std::span<const library_file> embedded_suite();
[[nodiscard]] std::span<const library_file> embedded_profiles();

}  // namespace hassle::scenario
