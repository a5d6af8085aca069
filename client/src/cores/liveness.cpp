#include "liveness.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::client {

liveness::liveness(const std::optional<health_config>& health,
                   const std::optional<probe_config>& probe, net::time_point now) noexcept
    : last_byte_(now) {
  if (health) {
    interval_ = health->interval;
    life_limit_ = health->life_limit;
    assert(health->interval > duration::zero() && health->life_limit > duration::zero());
  }
  if (probe) {
    probing_ = true;
    idle_limit_ = probe->idle_limit;
    probe_limit_ = probe->probe_limit;
    lateness_ = probe->thaw_lateness;
    assert(probe->idle_limit > duration::zero() && probe->probe_limit > duration::zero());
  }
}

liveness::action liveness::ping(net::time_point now, duration limit) noexcept {
  pinged_ = now;
  due_ = now + limit;
  heard_ = false;
  return action::send_ping;
}

liveness::action liveness::on_timer(net::time_point now) noexcept {
  const net::time_point expected = next();
  if (now < expected) return action::none;
  if (probing_ && now - expected > lateness_) {
    // The process was not there to read what may have come.
    on_thaw(now);
    return ping(now, probe_limit_);
  }
  if (!due_) return ping(now, life_limit_);
  if (!heard_) return action::give_up;
  be_alive(last_byte_);
  return action::none;
}

net::time_point liveness::next() const noexcept {
  if (due_) return *due_;
  return interval_ ? last_byte_ + *interval_ : net::never;
}

void liveness::be_alive(net::time_point last_byte) noexcept {
  last_byte_ = last_byte;
  thawed_ = false;
  heard_ = false;
  pinged_.reset();
  due_.reset();
}

void liveness::on_bytes(net::time_point now) noexcept {
  if (!thawed_) return be_alive(now);
  last_byte_ = now;
  heard_ = due_.has_value();
}

void liveness::on_pong(net::time_point now) noexcept { be_alive(now); }

void liveness::on_thaw(net::time_point) noexcept {
  if (!probing_) return;
  thawed_ = true;
  heard_ = false;
  pinged_.reset();
  due_.reset();
}

bool liveness::suspect(net::time_point now) const noexcept {
  if (!probing_) return false;
  return thawed_ || now - last_byte_ >= idle_limit_ || (pinged_ && now - *pinged_ >= probe_limit_);
}

liveness::action liveness::on_probe(net::time_point now) noexcept {
  if (!probing_) return action::none;
  if (!due_) return ping(now, probe_limit_);
  due_ = std::min(*due_, now + probe_limit_);
  return action::none;
}

std::optional<duration> liveness::worst_detection(
    const std::optional<health_config>& health) noexcept {
  if (!health || health->interval == no_limit || health->life_limit == no_limit) {
    return std::nullopt;
  }
  return health->interval + health->life_limit;
}

suspend_watch::suspend_watch(const probe_config& settings, net::time_point now,
                             std::chrono::system_clock::time_point wall) noexcept
    : lateness_(settings.thaw_lateness), last_(now), last_wall_(wall) {
  assert(lateness_ > duration::zero());
}

bool suspend_watch::on_look(net::time_point now, std::chrono::system_clock::time_point wall,
                            net::time_point expected) noexcept {
  const duration ran = now - last_;
  const duration wall_ran = std::chrono::duration_cast<duration>(wall - last_wall_);
  last_ = now;
  last_wall_ = wall;
  return wall_ran - ran > lateness_ || (expected != net::never && now - expected > lateness_);
}

}  // namespace hassle::client
