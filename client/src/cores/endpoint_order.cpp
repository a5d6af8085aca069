#include "endpoint_order.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

namespace hassle::client {

endpoint_order::endpoint_order(const std::optional<failover_config>& settings) {
  if (settings) {
    count_ = 1 + settings->others.size();
    policy_ = settings->policy;
    race_delay_ = settings->race_delay;
    return_after_ = settings->return_after;
    assert(race_delay_ > duration::zero() && return_after_ > duration::zero());
  }
  health_.resize(count_);
}

std::vector<endpoint_order::start> endpoint_order::plan() const {
  if (policy_ == endpoint_policy::in_order) return {{.endpoint = next_}};
  std::vector<start> all;
  all.reserve(count_);
  const auto add = [&](std::size_t which) {
    all.push_back({which, race_delay_ * static_cast<duration::rep>(all.size())});
  };
  add(next_);
  for (std::size_t i = 0; i < count_; ++i) {
    if (i != next_) add(i);
  }
  return all;
}

void endpoint_order::on_failed(std::size_t endpoint) noexcept {
  assert(endpoint < count_);
  health& of = health_[endpoint];
  if (of.failures < std::numeric_limits<unsigned>::max()) ++of.failures;
  if (endpoint == 0) return_at_ = net::never;  // It was its turn anyway.
  // A report of one that is not the next to be tried is another slot's, and late.
  if (endpoint != next_) return;
  // One that was kept for old times' sake gives way to the preferred one, not to its neighbour.
  const bool was_kept = kept_ == endpoint && endpoint != 0;
  next_ = was_kept ? 0 : (endpoint + 1) % count_;
  kept_.reset();
}

void endpoint_order::on_ready(std::size_t endpoint, net::time_point now) noexcept {
  assert(endpoint < count_);
  health_[endpoint].failures = 0;
  ++health_[endpoint].connections;
  next_ = endpoint;
  kept_.reset();
  newest_ = endpoint;
  // A connection that comes and goes must not put the return off for ever: the first counts.
  if (endpoint == 0) {
    return_at_ = net::never;
  } else if (return_at_ == net::never) {
    return_at_ = now + return_after_;
  }
}

void endpoint_order::on_lost(std::size_t endpoint) noexcept {
  assert(endpoint < count_ && health_[endpoint].connections > 0);
  --health_[endpoint].connections;
  if (endpoint != newest_) return;
  next_ = endpoint;
  kept_ = endpoint;
}

std::optional<std::size_t> endpoint_order::in_use() const noexcept {
  if (health_[newest_].connections > 0) return newest_;
  const auto found =
      std::ranges::find_if(health_, [](const health& each) { return each.connections > 0; });
  if (found == health_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - health_.begin());
}

net::time_point endpoint_order::return_at() const noexcept {
  return in_use().value_or(0) == 0 ? net::never : return_at_;
}

void endpoint_order::on_return_failed(net::time_point now) noexcept {
  if (return_at_ != net::never) return_at_ = now + return_after_;
}

unsigned endpoint_order::failures(std::size_t endpoint) const noexcept {
  assert(endpoint < count_);
  return health_[endpoint].failures;
}

address_family family_of(const net::endpoint& address) noexcept {
  return address.host.find(':') != std::string::npos ? address_family::ipv6 : address_family::ipv4;
}

std::vector<net::endpoint> address_order(const std::vector<net::endpoint>& resolved,
                                         std::optional<address_family> worked_last,
                                         std::size_t most) {
  if (resolved.empty()) return {};
  std::array<std::vector<net::endpoint>, 2> by_family;
  for (const net::endpoint& each : resolved) {
    auto& same = by_family[static_cast<std::size_t>(family_of(each))];
    if (std::ranges::find(same, each) == same.end()) same.push_back(each);
  }
  const auto first = static_cast<std::size_t>(worked_last.value_or(family_of(resolved.front())));
  std::vector<net::endpoint> ordered;
  for (std::size_t i = 0; ordered.size() < most; ++i) {
    bool any = false;
    for (const std::size_t family : {first, 1 - first}) {
      if (i >= by_family[family].size()) continue;
      any = true;
      if (ordered.size() < most) ordered.push_back(by_family[family][i]);
    }
    if (!any) break;
  }
  return ordered;
}

}  // namespace hassle::client
