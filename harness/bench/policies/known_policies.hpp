#pragma once

#include "harness/bench/policies/reconnect_schedule.hpp"

#include <hassle/client/config.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace hassle::harness::bench {

/// A policy under the name by which the command line and reports know it.
struct known_policy {
  std::string_view name;    ///< "gRPC"
  std::string_view source;  ///< Where its figures are from: project and version, and the schedule.
  reconnect_schedule schedule;
};

/// What the others are held against.
inline constexpr std::string_view our_policy = "ours";
inline constexpr std::string_view official_policy = "official";

/// Ours first, then the published ones, in the second half of 2026.
[[nodiscard]] const std::vector<known_policy>& known_policies();

/// By name; null if there is none.
[[nodiscard]] const known_policy* find_policy(std::string_view name);

/// Ours with other settings.
[[nodiscard]] reconnect_schedule our_schedule(const client::reconnect_config& reconnect = {},
                                              const client::jitter_config& jitter = {});

}  // namespace hassle::harness::bench
