#include "health_watch.hpp"

#include <cassert>

namespace hassle::client {

health_watch::health_watch(const health_config& settings, net::time_point now) noexcept
    : settings_(settings), last_pong_(now), next_ping_(now + settings.interval) {
  assert(settings.interval > net::duration::zero());
  assert(settings.pong_limit > net::duration::zero());
}

health_watch::action health_watch::on_timer(net::time_point now) noexcept {
  if (pong_due_) return now < *pong_due_ ? action::none : action::give_up;
  if (now < next_ping_) return action::none;
  pong_due_ = now + settings_.pong_limit;
  return action::send_ping;
}

void health_watch::on_pong(net::time_point now) noexcept {
  last_pong_ = now;
  if (!pong_due_) return;  // Unsolicited: a sign of life all the same.
  pong_due_.reset();
  // As the report's loop: it sleeps for an interval from here, not from the ping.
  next_ping_ = now + settings_.interval;
}

net::time_point health_watch::next() const noexcept { return pong_due_.value_or(next_ping_); }

bool health_watch::healthy(net::time_point now) const noexcept {
  return now - last_pong_ < settings_.unhealthy_after;
}

}  // namespace hassle::client
