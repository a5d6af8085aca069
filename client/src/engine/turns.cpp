#include "turns.hpp"

#include <algorithm>
#include <cassert>

namespace hassle::client {

void turns::enter(place& mine, net::time_point now) {
  assert(mine.owner_ == nullptr);
  const bulkhead::arrival arrived = core_.on_arrival(now);
  if (arrived.dropped) tell(*arrived.dropped, place::phase::dropped);
  if (arrived.what == bulkhead::verdict::refused) {
    mine.phase_ = place::phase::dropped;
    return;
  }
  mine.owner_ = this;
  mine.number_ = arrived.number;
  mine.phase_ = place::phase::running;
  if (arrived.what == bulkhead::verdict::run) return;
  mine.phase_ = place::phase::waiting;
  waiting_.push_back(&mine);
}

void turns::drop_expired(net::time_point now) {
  for (const bulkhead::ticket each : core_.take_expired(now)) tell(each, place::phase::dropped);
}

void turns::tell(bulkhead::ticket number, place::phase what) {
  const auto found =
      std::ranges::find(waiting_, number, [](const place* each) { return each->number_; });
  assert(found != waiting_.end() && "the core names only those who wait");
  place& which = **found;
  waiting_.erase(found);
  which.phase_ = what;
  if (what == place::phase::dropped) which.owner_ = nullptr;
  which.wakes_.wake();
}

void turns::leave(place& gone) noexcept {
  if (gone.phase_ == place::phase::waiting) {
    core_.on_gave_up(gone.number_);
    std::erase(waiting_, &gone);
    return;
  }
  assert(gone.phase_ == place::phase::running);
  const auto next = core_.on_done();
  if (next) tell(*next, place::phase::running);
}

}  // namespace hassle::client
