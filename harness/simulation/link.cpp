#include "harness/simulation/link.hpp"

#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <cassert>

namespace hassle::harness {

namespace {

/// When `bytes` that are sent at `now` have left, over a wire that is busy until `free`.
net::time_point queue(std::size_t bytes, std::uint64_t per_second, net::time_point now,
                      net::time_point& free) {
  // Split, so that 256 KiB times a thousand million stays far from overflow, and rounded up.
  const std::uint64_t scaled = std::uint64_t{bytes} * 1'000'000'000U;
  const auto on_the_wire = net::duration((scaled + per_second - 1) / per_second);
  free = std::max(free, now) + on_the_wire;
  return free;
}

}  // namespace

link::link(const scenario::network& path, const active_faults& faults, bool loopback)
    : path_(path), faults_(&faults), loopback_(loopback) {
  if (loopback_) {
    path_ = {};
    path_.latency = {};
  }
  assert(path_.latency.count() >= 0 && path_.jitter.count() >= 0);
}

link::passage link::transmit(std::size_t bytes, const sender& from, net::time_point now,
                             jitter_random& random) {
  passage p = transmit_again(bytes, from, now);
  if (path_.jitter.count() > 0) {
    boost::random::uniform_int_distribution<net::duration::rep> draw(0, path_.jitter.count());
    p.arrives += net::duration(draw(random));
  }
  return p;
}

link::passage link::transmit_again(std::size_t bytes, const sender& from, net::time_point now) {
  const net::time_point departs = departure(bytes, from, now);
  return {departs, departs + one_way(from.who)};
}

net::time_point link::departure(std::size_t bytes, const sender& from, net::time_point now) {
  net::time_point departs = now;
  if (path_.bandwidth) departs = queue(bytes, *path_.bandwidth, now, free_[from.end]);
  const active_faults* active = faults();
  if (active == nullptr) return departs;
  using scenario::throttle_fault;
  active->for_each<throttle_fault>(from.who, [&](const active_fault& f, const throttle_fault& t) {
    if (!concerns(t.direction, from.way)) return;
    auto found = std::ranges::find(throttles_, f.number, &narrow_wire::fault);
    if (found == throttles_.end()) found = throttles_.insert(found, narrow_wire{f.number, {}});
    departs = queue(bytes, t.bandwidth, departs, found->free[from.end]);
  });
  return departs;
}

bool link::unthrottle(std::uint32_t fault, net::time_point now) {
  const auto narrow = [fault](const narrow_wire& w) { return w.fault == fault; };
  if (std::erase_if(throttles_, narrow) == 0) return false;
  for (narrow_wire& other : throttles_) other.free.fill(now);
  free_.fill(now);
  return true;
}

net::duration link::one_way(const route& r) const noexcept {
  net::duration sum = path_.latency;
  if (const active_faults* active = faults()) {
    active->for_each<scenario::latency_fault>(
        r, [&](const active_fault& f, const scenario::latency_fault&) { sum += f.amount; });
  }
  return sum;
}

net::duration link::round_trip(const route& r) const noexcept {
  return 2 * (one_way(r) + path_.jitter);
}

}  // namespace hassle::harness
