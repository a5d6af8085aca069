#include "harness/simulation/event_queue.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

event_id event_queue::push(net::time_point at, small_action action) {
  std::size_t index = slots_.size();
  if (free_.empty()) {
    assert(index < slots_max && "too many pending events");
    slots_.emplace_back();
    free_.reserve(slots_.capacity());  // So that releasing a slot never allocates.
  } else {
    index = free_.back();
    free_.pop_back();
  }
  const event_id id = (++serial_ << slot_bits) | index;
  slots_[index].id = id;
  slots_[index].action = std::move(action);
  heap_.push_back({at, id});
  std::ranges::push_heap(heap_, later);
  return id;
}

bool event_queue::cancel(event_id which) noexcept {
  const std::size_t index = slot_of(which);
  if (which == 0 || index >= slots_.size() || slots_[index].id != which) return false;
  const auto forgotten = release(which);  // Destroyed last: its destructor may use this queue.
  ++dead_;
  if (dead_ > dead_min && dead_ > heap_.size() / 2) compact();
  return true;
}

std::optional<net::time_point> event_queue::next_time() noexcept {
  while (!heap_.empty() && dead(heap_.front())) {
    drop_front();
    --dead_;
  }
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

event_queue::event event_queue::pop() noexcept {
  [[maybe_unused]] const auto next = next_time();
  assert(next.has_value());
  const key first = heap_.front();
  drop_front();
  return {first.at, release(first.id)};
}

small_action event_queue::release(event_id id) noexcept {
  slot& freed = slots_[slot_of(id)];
  small_action action = std::move(freed.action);
  freed.id = 0;
  free_.push_back(static_cast<std::uint32_t>(slot_of(id)));
  return action;
}

void event_queue::drop_front() noexcept {
  std::ranges::pop_heap(heap_, later);
  heap_.pop_back();
}

void event_queue::compact() noexcept {
  std::erase_if(heap_, [this](const key& k) { return dead(k); });
  std::ranges::make_heap(heap_, later);
  dead_ = 0;
}

}  // namespace hassle::harness
