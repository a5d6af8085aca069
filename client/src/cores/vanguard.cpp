#include "vanguard.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::client {

vanguard::vanguard(const std::optional<jitter_config>& settings) noexcept
    : holds_(settings.has_value()) {
  if (settings) stable_after_ = settings->stable_after;
}

net::time_point vanguard::may_begin(std::size_t which, std::span<const slot> all,
                                    net::time_point now) noexcept {
  assert(which < all.size());
  if (!holds_) return now;
  net::time_point proven = net::never;
  for (const slot& each : all) {
    if (!each.up_since) continue;
    proven = std::min(proven, each.failures == 0 ? now : *each.up_since + stable_after_);
  }
  if (proven != net::never) return std::max(proven, now);
  if (!ahead_ || all[*ahead_].out) ahead_ = which;
  return ahead_ == which ? now : net::never;
}

}  // namespace hassle::client
