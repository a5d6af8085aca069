#include "retry_budget.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::client {

namespace {

constexpr std::int64_t one_retry = 1'000'000'000;

}  // namespace

retry_budget::retry_budget(const admission_config& settings, net::time_point now) noexcept
    : per_call_(one_retry / 100 * settings.retry_percent),
      per_nano_(settings.retries_per_second),
      most_(one_retry * settings.retry_burst),
      balance_(most_),
      as_of_(now) {
  assert(settings.retry_burst > 0);
}

std::int64_t retry_budget::filled(net::time_point now) const noexcept {
  const std::int64_t room = most_ - balance_;
  const std::int64_t passed = (now - as_of_).count();
  // Divided rather than multiplied: a long time times the rate could overflow.
  if (per_nano_ == 0) return balance_;
  if (passed >= room / per_nano_ + 1) return most_;
  return balance_ + std::min(room, passed * per_nano_);
}

void retry_budget::advance(net::time_point now) noexcept {
  assert(now >= as_of_);
  balance_ = filled(now);
  as_of_ = now;
}

void retry_budget::on_call(net::time_point now) noexcept {
  advance(now);
  balance_ = std::min(most_, balance_ + per_call_);
}

bool retry_budget::try_spend(net::time_point now) noexcept {
  advance(now);
  if (balance_ < one_retry) return false;
  balance_ -= one_retry;
  return true;
}

unsigned retry_budget::left(net::time_point now) const noexcept {
  return static_cast<unsigned>(filled(now) / one_retry);
}

}  // namespace hassle::client
