#include "link_core.hpp"

#include "draw.hpp"

#include <cassert>

namespace hassle::client {

link_core::link_core(const config& settings)
    : reconnects_(settings.reconnect.has_value()),
      refreshes_(settings.token.has_value()),
      asks_running_(settings.admission.has_value()),
      spreads_(settings.jitter.has_value()),
      demand_rest_(5 * settings.reconnect.value_or(reconnect_config{}).backoff_base),
      backoff_(settings.reconnect.value_or(reconnect_config{}), settings.jitter) {}

link_core::step link_core::begin() noexcept {
  phase_ = phase::token;
  next_ = net::never;
  return {.what = todo::get_token};
}

link_core::step link_core::wait_for(duration delay, net::time_point now, net::random_stream& random,
                                    bool asked_for_time) {
  // The schedule counts the coming dial already.
  failures_ = backoff_.streak() - 1;
  if (!reconnects_) {
    phase_ = phase::spent;
    return {.what = todo::park};
  }
  phase_ = phase::waiting;
  next_ = now + delay;
  const duration rest =
      spreads_ ? draw_between(demand_rest_, 3 * demand_rest_, random) : demand_rest_;
  demand_at_ = asked_for_time ? net::never : now + rest;
  return {.what = todo::wait, .at = next_};
}

link_core::step link_core::on_wanted() {
  if (phase_ != phase::idle) return {.what = todo::nothing};
  return begin();
}

link_core::step link_core::on_timer(net::time_point now) {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::waiting);
  if (now < next_) return {.what = todo::wait, .at = next_};
  return begin();
}

link_core::step link_core::on_token() {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::token);
  phase_ = phase::dialling;
  return {.what = todo::dial};
}

link_core::step link_core::on_token_refused() {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::token);
  phase_ = phase::refused;
  return {.what = todo::park};
}

link_core::step link_core::on_token_late(net::time_point now, net::random_stream& random) {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::token);
  return wait_for(backoff_.on_failed(dial_failure::network, std::nullopt, random), now, random);
}

link_core::step link_core::on_dialled() {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::dialling);
  phase_ = phase::authenticating;
  return {.what = todo::authenticate};
}

link_core::step link_core::on_dial_failed(dial_failure why, std::optional<duration> retry_after,
                                          net::time_point now, net::random_stream& random) {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::dialling || phase_ == phase::authenticating);
  const bool asked_for_time = why != dial_failure::network || retry_after.has_value();
  return wait_for(backoff_.on_failed(why, retry_after, random), now, random, asked_for_time);
}

link_core::step link_core::on_auth_ok(net::time_point now) {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::authenticating);
  backoff_.on_ready(now);
  second_token_ = false;
  phase_ = asks_running_ ? phase::starting : phase::ready;
  return {.what = asks_running_ ? todo::ask_running : todo::serve};
}

link_core::step link_core::on_auth_invalid(bool again, net::time_point now,
                                           net::random_stream& random) {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::authenticating);
  if (!again) {
    phase_ = phase::refused;
    return {.what = todo::park};
  }
  if (refreshes_ && reconnects_ && !second_token_) {
    second_token_ = true;
    return begin();
  }
  return wait_for(backoff_.on_failed(dial_failure::network, std::nullopt, random), now, random);
}

link_core::step link_core::on_running() {
  if (phase_ == phase::stopped) return {.what = todo::park};
  assert(phase_ == phase::starting);
  phase_ = phase::ready;
  return {.what = todo::serve};
}

link_core::step link_core::on_lost(net::time_point now, net::random_stream& random, ready_end how) {
  if (phase_ == phase::stopped) return {.what = todo::park};
  if (phase_ == phase::authenticating) {
    return wait_for(backoff_.on_failed(dial_failure::network, std::nullopt, random), now, random);
  }
  assert(phase_ == phase::starting || phase_ == phase::ready);
  const bool same_again = how == ready_end::same_again;
  const step next = wait_for(backoff_.on_lost(now, random, how), now, random, same_again);
  if (failures_ == 0 && !same_again) demand_at_ = now;
  return next;
}

link_core::step link_core::on_demand(net::time_point now) {
  if (phase_ != phase::waiting || now < demand_at_) return {.what = todo::nothing};
  return begin();
}

link_core::step link_core::retry() {
  switch (phase_) {
    case phase::waiting:
    case phase::refused:
    case phase::spent:
      backoff_.reset();
      second_token_ = false;
      return begin();
    case phase::idle:
    case phase::token:
    case phase::dialling:
    case phase::authenticating:
    case phase::starting:
    case phase::ready:
      return {.what = todo::nothing};
    case phase::stopped:
      return {.what = todo::park};
  }
  assert(false);
  return {};
}

std::string_view name_of(link_core::phase phase) noexcept {
  using enum link_core::phase;
  switch (phase) {
    case idle:
      return "idle";
    case waiting:
      return "waiting";
    case token:
      return "token";
    case dialling:
      return "dialling";
    case authenticating:
      return "authenticating";
    case starting:
      return "starting";
    case ready:
      return "ready";
    case refused:
      return "refused";
    case spent:
      return "spent";
    case stopped:
      return "stopped";
  }
  assert(false);
  return "";
}

}  // namespace hassle::client
