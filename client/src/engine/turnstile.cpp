#include "turnstile.hpp"

#include <cassert>

namespace hassle::client {

turnstile::~turnstile() { assert(!taken_ && waiting_.empty()); }

asio::awaitable<turnstile::turn> turnstile::enter(net::time_source& time) {
  if (!std::exchange(taken_, true)) co_return turn(*this);
  // Not a member of the list's node only: it is taken out before it is let in.
  const auto mine = waiting_.emplace(waiting_.end());
  const net::wait_end how = co_await mine->wait(time);
  const bool let_in = mine->is_open();
  waiting_.erase(mine);
  turn granted = let_in ? turn(*this) : turn();
  if (how != net::wait_end::opened) co_return turn();
  co_return granted;
}

void turnstile::leave() noexcept {
  assert(taken_);
  for (net::gate& each : waiting_) {
    if (each.is_open()) continue;
    each.open();
    return;
  }
  taken_ = false;
}

}  // namespace hassle::client
