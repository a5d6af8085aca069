#pragma once

#include "scenarios/document.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace hassle::scenario {

inline constexpr std::size_t change_length_max = 4096;
inline constexpr std::size_t changes_max = 256;

/// Makes changes such as "network.latency=200ms" or "fault.restart.at=90s" in a document. Tables of
/// an array are named by their `name`; a fault without one by what it will be called ("restart-2"),
/// or by its kind if it is the only one. A value is TOML, or else a bare word: 90s is "90s".
/// Positions get `file`, and as line the number of the change. What the path's last part means is
/// for the rules to say; what cannot be followed there is complained about here.
void make_changes(value& root, std::span<const std::string> changes, std::uint32_t file,
                  problems& out);

}  // namespace hassle::scenario
