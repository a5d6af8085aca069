#include "harness/simulation/link.hpp"

#include <boost/random/uniform_int_distribution.hpp>

#include <algorithm>
#include <cassert>

namespace hassle::harness {

void active_faults::end(std::uint32_t number) {
  std::erase_if(list_, [number](const active_fault& f) { return f.number == number; });
}

const active_fault* active_faults::blocks(direction d) const noexcept {
  using blocked = scenario::partition_fault::direction;
  const auto its_way = d == direction::to_server ? blocked::to_server : blocked::to_client;
  for (const auto& fault : list_) {
    const auto* partition = std::get_if<scenario::partition_fault>(&fault.what);
    if (partition == nullptr) continue;
    if (partition->blocked == blocked::both || partition->blocked == its_way) return &fault;
  }
  return nullptr;
}

const active_fault* active_faults::blocks_connect() const noexcept {
  for (const auto& fault : list_) {
    if (std::holds_alternative<scenario::blackhole_fault>(fault.what)) return &fault;
  }
  return blocks(direction::to_server);
}

jitter_random::result_type jitter_random::operator()() noexcept {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

link::link(const scenario::network& path, const active_faults& faults, bool loopback)
    : path_(path), faults_(&faults), loopback_(loopback) {
  if (loopback_) {
    path_ = {};
    path_.latency = {};
  }
  assert(path_.latency.count() >= 0 && path_.jitter.count() >= 0);
}

link::passage link::transmit(std::size_t bytes, std::size_t sender, net::time_point now,
                             jitter_random& random) {
  net::time_point departs = now;
  if (path_.bandwidth) {
    // Split, so that 256 KiB times a thousand million stays far from overflow, and rounded up.
    const std::uint64_t per_second = *path_.bandwidth;
    const std::uint64_t scaled = std::uint64_t{bytes} * 1'000'000'000U;
    const auto on_the_wire = net::duration((scaled + per_second - 1) / per_second);
    free_[sender] = std::max(free_[sender], now) + on_the_wire;
    departs = free_[sender];
  }
  net::time_point arrives = departs + one_way();
  if (path_.jitter.count() > 0) {
    boost::random::uniform_int_distribution<net::duration::rep> draw(0, path_.jitter.count());
    arrives += net::duration(draw(random));
  }
  return {departs, arrives};
}

net::duration link::one_way() const noexcept {
  net::duration sum = path_.latency;
  for_each_delay([&](const active_fault& fault) { sum += fault.amount; });
  return sum;
}

net::duration link::round_trip() const noexcept { return 2 * (one_way() + path_.jitter); }

}  // namespace hassle::harness
