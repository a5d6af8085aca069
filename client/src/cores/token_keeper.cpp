#include "token_keeper.hpp"

#include "draw.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

token_keeper::token_keeper(const token_config& settings, bool has_access,
                           net::time_point now) noexcept
    : can_refresh_(!settings.refresh_token.empty()),
      percent_(settings.refresh_percent),
      margin_(settings.margin),
      retry_base_(settings.retry_base),
      retry_cap_(settings.retry_cap) {
  assert(0 < percent_ && percent_ < 100 && margin_ >= duration::zero());
  if (has_access) take(settings.expires_in, now);
  refreshed_ = false;
}

void token_keeper::take(std::optional<duration> expires_in, net::time_point now) noexcept {
  ++number_;
  has_token_ = true;
  proven_ = false;
  refreshed_ = true;
  stale_ = false;
  refresh_at_.reset();
  good_until_.reset();
  if (!expires_in || *expires_in <= duration::zero()) return;
  const duration early = *expires_in / 100 * percent_;
  refresh_at_ = now + early;
  // A short life must not be all margin, or no token would ever be good enough to be used.
  good_until_ = now + std::max(early, *expires_in - margin_);
}

bool token_keeper::usable(net::time_point now) const noexcept {
  if (!has_token_) return false;
  // The only one that there will ever be is used until it is refused.
  if (!can_refresh_) return true;
  return !stale_ && (!good_until_ || now < *good_until_);
}

token_keeper::decision token_keeper::begin_refresh() noexcept {
  assert(can_refresh_ && phase_ != phase::refreshing && phase_ != phase::refused);
  slept_ = false;
  phase_ = phase::refreshing;
  return {.what = answer::refresh};
}

token_keeper::decision token_keeper::on_wanted(net::time_point now) noexcept {
  if (phase_ == phase::refused) return {.what = answer::refused};
  if (usable(now)) return {.what = answer::use, .number = number_};
  if (!can_refresh_) {
    phase_ = phase::refused;
    return {.what = answer::refused};
  }
  if (phase_ == phase::refreshing) return {.what = answer::wait};
  if (phase_ == phase::waiting && now < retry_at_) return {.what = answer::wait, .at = retry_at_};
  return begin_refresh();
}

token_keeper::decision token_keeper::on_timer(net::time_point now) noexcept {
  if (phase_ == phase::refused) return {.what = answer::refused};
  if (now >= next()) return begin_refresh();
  return {.what = answer::wait, .at = next()};
}

net::time_point token_keeper::next() const noexcept {
  if (!can_refresh_) return net::never;
  switch (phase_) {
    case phase::idle:
      return has_token_ && !stale_ ? refresh_at_.value_or(net::never) : net::never;
    case phase::waiting:
      return retry_at_;
    case phase::refreshing:
    case phase::refused:
      return net::never;
  }
  assert(false);
  return net::never;
}

std::uint32_t token_keeper::on_refreshed(std::optional<duration> expires_in,
                                         net::time_point now) noexcept {
  assert(phase_ == phase::refreshing);
  phase_ = phase::idle;
  failures_ = 0;
  take(expires_in, now);
  return number_;
}

void token_keeper::on_refresh_failed(failure how, net::time_point now, net::random_stream& random) {
  assert(phase_ == phase::refreshing);
  if (how == failure::permanent) {
    phase_ = phase::refused;
    has_token_ = false;
    return;
  }
  phase_ = phase::waiting;
  if (std::exchange(slept_, false)) {
    retry_at_ = now;
    return;
  }
  const duration most = doubled(retry_base_, failures_, retry_cap_);
  retry_at_ = now + draw_between(duration::zero(), most, random);
  if (most < retry_cap_) ++failures_;
}

void token_keeper::on_refresh_cancelled() noexcept {
  assert(phase_ == phase::refreshing);
  phase_ = phase::idle;
}

token_keeper::failure token_keeper::failure_of_status(unsigned http_status) noexcept {
  const bool final = http_status == 400 || http_status == 401 || http_status == 403;
  return final ? failure::permanent : failure::passing;
}

void token_keeper::on_auth_ok(std::uint32_t number) noexcept {
  if (number != number_) return;
  proven_ = true;
  // Two were presenting it at once, and one refusal was not the token's fault: something on the
  // path may have garbled it.
  if (std::exchange(refused_by_auth_, false)) {
    phase_ = phase::idle;
    has_token_ = true;
  }
}

token_keeper::decision token_keeper::on_auth_invalid(std::uint32_t number,
                                                     net::time_point now) noexcept {
  if (phase_ == phase::refused) return {.what = answer::refused};
  if (number == number_ && has_token_) {
    has_token_ = false;
    // One fresh token is tried, not two: each refusal feeds the ban counter (reference §1.5). A
    // refresh that is under way already brings another.
    const bool final = !can_refresh_ || (refreshed_ && !proven_);
    if (final && phase_ != phase::refreshing) {
      phase_ = phase::refused;
      refused_by_auth_ = true;
    }
  }
  return on_wanted(now);
}

void token_keeper::on_thaw(net::time_point now) noexcept {
  if (good_until_) stale_ = true;
  slept_ = phase_ == phase::refreshing;
  // What was waited for may long be there.
  if (phase_ == phase::waiting) retry_at_ = std::min(retry_at_, now);
}

void token_keeper::retry(bool has_new_access, net::time_point now) noexcept {
  // A refresh that is under way reports its end, and is of use.
  if (phase_ != phase::refreshing) phase_ = phase::idle;
  refused_by_auth_ = false;
  failures_ = 0;
  if (has_new_access) {
    take(std::nullopt, now);
  } else if (!can_refresh_ && number_ != 0) {
    has_token_ = true;
  }
  refreshed_ = false;
}

}  // namespace hassle::client
