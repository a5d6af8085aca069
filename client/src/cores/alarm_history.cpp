#include "alarm_history.hpp"

#include <algorithm>

namespace hassle::client {

namespace {

constexpr duration remembered_for = 5min;
constexpr duration again_within = 2min;
constexpr duration one_alarm = 10s;
constexpr duration longest = 60s;

}  // namespace

duration alarm_history::limit(const health_config& settings, net::time_point now) const noexcept {
  return now < until_ ? std::max(limit_, settings.life_limit) : settings.life_limit;
}

void alarm_history::raise(duration to, net::time_point now) noexcept {
  limit_ = std::min(now < until_ ? std::max(limit_, to) : to, longest);
  until_ = now + remembered_for;
}

void alarm_history::on_alarm(const health_config& settings, net::time_point now) noexcept {
  if (last_alarm_ && now - *last_alarm_ < one_alarm) return;
  const bool again = last_alarm_ && now - *last_alarm_ < again_within;
  last_alarm_ = now;
  if (!again) return;
  const duration apart = longest - std::min(settings.interval, longest);
  raise(std::max(2 * limit(settings, now), apart), now);
}

void alarm_history::on_pong(const health_config& settings, duration took,
                            net::time_point now) noexcept {
  // Longer than it was waited for: the process was frozen, and it says nothing.
  if (took > limit(settings, now) + 1s) return;
  if (took > settings.life_limit / 4) raise(4 * std::min(took, longest), now);
}

}  // namespace hassle::client
