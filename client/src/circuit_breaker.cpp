#include "circuit_breaker.hpp"

#include <cassert>
#include <limits>

namespace hassle::client {

std::string_view name_of(circuit_state state) noexcept {
  switch (state) {
    case circuit_state::closed:
      return "closed";
    case circuit_state::open:
      return "open";
    case circuit_state::half_open:
      return "half_open";
  }
  assert(false);
  return "";
}

circuit_breaker::circuit_breaker(const breaker_config& settings) noexcept : settings_(settings) {
  assert(settings.failures_to_open > 0 && settings.open_for > net::duration::zero());
}

bool circuit_breaker::try_acquire(net::time_point now) noexcept {
  if (state_ != circuit_state::open) return true;
  if (now - last_failure_ < settings_.open_for) return false;
  state_ = circuit_state::half_open;
  return true;
}

void circuit_breaker::on_success() noexcept {
  failures_ = 0;
  state_ = circuit_state::closed;
}

void circuit_breaker::on_failure(net::time_point now) noexcept {
  if (failures_ < std::numeric_limits<unsigned>::max()) ++failures_;
  last_failure_ = now;
  // The count is not reset by opening, so that one failure in half_open opens it again.
  if (failures_ >= settings_.failures_to_open) state_ = circuit_state::open;
}

}  // namespace hassle::client
