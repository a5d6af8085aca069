#include "liveness.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::client {

namespace {

/// After a thaw, this long after a ping, what was in the buffer has been read.
constexpr duration buffered_for = std::chrono::milliseconds(100);

}  // namespace

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
  asked_ = pings_ignored_;
  ask_at_ = asked_ ? net::never : now + limit / 2;
  return asked_ ? action::ask : action::send_ping;
}

liveness::action liveness::on_timer(net::time_point now) noexcept {
  const net::time_point expected = next();
  if (now < expected) return action::none;
  if (probing_ && now - expected > lateness_) {
    // The process was not there to read what may have come.
    on_thaw(now);
    return ping(now, probe_for());
  }
  if (!due_) return ping(now, life_limit_);
  if (now < *due_) {
    ask_at_ = net::never;
    asked_ = !heard_;
    return asked_ ? action::ask : action::none;
  }
  if (!heard_) return action::give_up;
  be_alive(last_byte_);
  return action::none;
}

net::time_point liveness::next() const noexcept {
  if (due_) return std::min(*due_, ask_at_);
  return interval_ ? last_byte_ + *interval_ : net::never;
}

duration liveness::probe_for() const noexcept {
  return std::clamp(2 * pings_take_, probe_limit_, std::max(probe_limit_, life_limit_));
}

void liveness::be_alive(net::time_point last_byte) noexcept {
  if (pinged_ && asked_) pings_ignored_ = true;
  if (pinged_) pings_take_ = std::max(last_byte - *pinged_, pings_take_ / 2);
  last_byte_ = last_byte;
  thawed_ = false;
  heard_ = false;
  pinged_.reset();
  due_.reset();
  ask_at_ = net::never;
  asked_ = false;
}

void liveness::on_bytes(net::time_point now) noexcept {
  if (!thawed_) return be_alive(now);
  last_byte_ = now;
  // What is read at once lay in the buffer.
  if (pinged_ && now - *pinged_ > buffered_for) heard_ = true;
}

void liveness::on_pong(net::time_point now) noexcept {
  be_alive(now);
  pings_ignored_ = false;
}

void liveness::on_thaw(net::time_point) noexcept {
  if (!probing_) return;
  thawed_ = true;
  heard_ = false;
  pinged_.reset();
  due_.reset();
  ask_at_ = net::never;
  asked_ = false;
}

bool liveness::suspect(net::time_point now) const noexcept {
  if (!probing_) return false;
  return thawed_ || now - last_byte_ >= idle_limit_ || (pinged_ && now - *pinged_ >= probe_for());
}

liveness::action liveness::on_probe(net::time_point now) noexcept {
  if (!probing_) return action::none;
  if (!due_) return ping(now, probe_for());
  due_ = std::min(*due_, now + probe_for());
  if (ask_at_ != net::never) ask_at_ = std::min(ask_at_, now + probe_for() / 2);
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
