#include "connection_choice.hpp"

#include <tuple>

namespace hassle::client {

std::optional<std::size_t> choose_connection(std::span<const connection_candidate> slots,
                                             std::size_t in_flight_max,
                                             std::optional<std::size_t> except) noexcept {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const connection_candidate& each = slots[i];
    if (!each.ready || each.in_flight >= in_flight_max || i == except) continue;
    const auto rank = [&](const connection_candidate& of) {
      return std::tuple(of.suspect, of.last_used);
    };
    if (!best || rank(each) < rank(slots[*best])) best = i;
  }
  return best;
}

}  // namespace hassle::client
