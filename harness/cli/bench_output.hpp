#pragma once

#include "harness/cli/options.hpp"

#include <functional>
#include <string>

namespace hassle::harness::cli {

/// Whether the report can be written. False after complaining.
[[nodiscard]] bool is_writable(const bench_common& asked);

/// The tables for people, unless standard output is for a program; the document where it was asked
/// for. False after complaining.
[[nodiscard]] bool hand_over(const bench_common& asked, const std::function<std::string()>& json,
                             const std::function<void()>& print);

}  // namespace hassle::harness::cli
