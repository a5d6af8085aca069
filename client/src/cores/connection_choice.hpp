#pragma once

#include <hassle/net/time.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace hassle::client {

/// What the choice looks at in one slot of the pool.
struct connection_candidate {
  bool ready = false;
  bool suspect = false;       ///< To be probed before use (liveness).
  std::size_t in_flight = 0;  ///< Commands waiting on it.
  net::time_point last_used{};
};

/// The slot for the next command: of those that are ready and have fewer than `in_flight_max`
/// commands out, the ones that are not suspect come first; of these the least recently used (LEE
/// §5), of equal ones the first. `except`: not this one (a hedged read's first connection). Empty =
/// none will do. Pure, no allocation.
[[nodiscard]] std::optional<std::size_t> choose_connection(
    std::span<const connection_candidate> slots, std::size_t in_flight_max,
    std::optional<std::size_t> except = std::nullopt) noexcept;

}  // namespace hassle::client
