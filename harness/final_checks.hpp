#pragma once

#include "mockha/home.hpp"
#include "mockha/wall_time.hpp"
#include "reports/journal.hpp"

#include <hassle/client/config.hpp>
#include <hassle/client/state_mirror.hpp>
#include <hassle/net/time.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::harness {

/// How a client's mirror differs from the home that it mirrors.
struct mirror_differences {
  std::int64_t count = 0;
  std::string first;  ///< "ghost light.x", "missing light.x", "light.x: on, is off"
};

/// What changed at home less than this before is on its way to the mirror: it is not compared.
inline constexpr net::duration mirror_grace = std::chrono::seconds(10);

/// Holds the mirror against the home: the same entities (of those that it mirrors), with the same
/// states and attributes. `now` is the home's wall clock.
[[nodiscard]] mirror_differences compare_mirror(const client::state_mirror& mirror,
                                                const client::mirror_config& settings,
                                                const mockha::home& home, mockha::wall_time now);

/// The comparison as the journal has it.
[[nodiscard]] reports::event mirror_compared_event(const mirror_differences& found);

/// The longest time from the end of a fault to a fresh answer that these settings promise. Nothing
/// where there is none. What Home Assistant takes to start is none of it: as long as that lasts,
/// the fault does.
[[nodiscard]] std::optional<net::duration> promised_recovery(const client::config& settings);

/// A figure as the journal has it.
[[nodiscard]] reports::event measured_event(std::string_view name, std::int64_t value);

}  // namespace hassle::harness
