#include "harness/home_life.hpp"

#include "mockha/next_state.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace hassle::harness {

namespace {

/// Changes that are drawn as coming at once still come one by one.
constexpr net::duration apart_least = std::chrono::milliseconds(1);

}  // namespace

home_life::home_life(net::world& where, mockha::server& home, scenario::duration_distribution apart)
    : time_(where.time()),
      home_(home),
      apart_(apart),
      random_(where.random("home changes")),
      next_(where.time()) {}

void home_life::wait() {
  next_.call_at(time_.now() + std::max(apart_least, apart_.draw(random_)), [this] {
    change();
    wait();
  });
}

void home_life::change() {
  // Drawn even if nothing comes of it, so that a fault moves no later change.
  const std::uint64_t drawn = random_();
  if (frozen_ || home_.phase() != mockha::restart_phase::running) return;
  std::vector<const mockha::entity*> changeable;
  for (const auto& each : home_.house().entities()) {
    const std::string& state = each.now().state;
    if (mockha::next_state(state) != state) changeable.push_back(&each);
  }
  if (changeable.empty()) return;
  const mockha::entity& one = *changeable[drawn % changeable.size()];
  const std::string id = one.id();
  const auto attributes = one.now().attributes;
  home_.set_state(id, mockha::next_state(one.now().state), attributes);
}

}  // namespace hassle::harness
