#include "backoff_schedule.hpp"

#include "draw.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::client {

namespace {

void count_up(unsigned& counter, unsigned by = 1) noexcept {
  // Far above where every delay is at its cap; far below where a counter would wrap.
  constexpr unsigned enough = 1'000;
  counter = std::min(counter + by, enough);
}

}  // namespace

dial_failure failure_of_status(unsigned http_status) noexcept {
  if (http_status == 429) return dial_failure::overloaded;
  // 403 may be Home Assistant's ban, which an attempt never lifts (reference §1.5). 401 is what a
  // proxy with a login of its own says. 200 and redirects are a captive portal's, which goes away.
  const bool same_again = http_status >= 400 && http_status < 500 && http_status != 408;
  return same_again ? dial_failure::unwelcome : dial_failure::network;
}

backoff_schedule::backoff_schedule(const reconnect_config& settings,
                                   const std::optional<jitter_config>& jitter)
    : base_(settings.backoff_base), cap_(settings.backoff_cap), jitter_(jitter) {
  assert(duration::zero() < base_ && base_ <= cap_);
  assert(!jitter ||
         (duration::zero() < jitter->slow_base && jitter->slow_base <= jitter->slow_cap &&
          duration::zero() <= jitter->first_spread && duration::zero() <= jitter->restart_spread));
}

duration backoff_schedule::ceiling() const noexcept {
  return streak_ == 0 ? duration::zero() : doubled(base_, streak_ - 1, cap_);
}

duration backoff_schedule::next_delay(net::random_stream& random) {
  duration most = ceiling();
  duration least = jitter_ ? duration::zero() : most;
  if (jitter_ && streak_ == 0) {
    most = herd_ ? jitter_->restart_spread : jitter_->first_spread;
  } else if (jitter_) {
    if (herd_) most = std::min(cap_, std::max(2 * jitter_->restart_spread, most));
    if (herd_ || most == cap_) least = most / 2;
  }
  const duration delay = jitter_ ? draw_between(least, most, random) : most;
  count_up(streak_);
  return delay;
}

duration backoff_schedule::on_failed(dial_failure why, std::optional<duration> retry_after,
                                     net::random_stream& random) {
  assert(!ready_since_);
  if (!jitter_) return next_delay(random);
  duration delay{};
  if (why == dial_failure::unwelcome) {
    const duration half_cap = std::max(jitter_->slow_base, jitter_->slow_cap / 2);
    const duration least = doubled(jitter_->slow_base, unwelcome_, half_cap);
    delay = draw_between(least, std::min(least * 2, jitter_->slow_cap), random);
    count_up(unwelcome_);
    count_up(streak_);
  } else {
    unwelcome_ = 0;
    if (why == dial_failure::overloaded) count_up(streak_);
    delay = next_delay(random);
  }
  if (retry_after && *retry_after > duration::zero()) {
    delay += std::min(*retry_after, jitter_->retry_after_max);
  }
  return delay;
}

void backoff_schedule::on_ready(net::time_point now) noexcept {
  assert(!ready_since_);
  ready_since_ = now;
}

duration backoff_schedule::on_lost(net::time_point now, net::random_stream& random, ready_end how) {
  assert(ready_since_);
  const duration lived = now - *ready_since_;
  ready_since_.reset();
  if (jitter_ && how == ready_end::same_again) {
    return on_failed(dial_failure::unwelcome, std::nullopt, random);
  }
  const bool stable = !jitter_ || (lived >= jitter_->stable_after && how != ready_end::useless);
  if (stable) streak_ = 0;
  unwelcome_ = 0;
  herd_ = jitter_ && how == ready_end::server_stops && jitter_->restart_spread > duration::zero();
  return next_delay(random);
}

void backoff_schedule::reset() noexcept {
  streak_ = 1;
  unwelcome_ = 0;
  herd_ = false;
}

duration backoff_schedule::worst_delay() const noexcept {
  return jitter_ ? std::max({cap_, jitter_->first_spread, jitter_->restart_spread}) : cap_;
}

duration backoff_schedule::worst_delay_ever() const noexcept {
  if (!jitter_) return cap_;
  return std::max(worst_delay(), jitter_->slow_cap) + jitter_->retry_after_max;
}

}  // namespace hassle::client
