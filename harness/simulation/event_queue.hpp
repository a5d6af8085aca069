#pragma once

#include "harness/simulation/small_action.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hassle::harness {

/// Names a pending event. 0 is never given out, and no number twice.
using event_id = std::uint64_t;

/// The future of one world: actions ordered by (time, order of insertion).
///
/// Push and pop are O(log n), cancelling is O(1): a cancelled event leaves a dead key in the heap,
/// and the heap is rebuilt when more than half of it is dead, so that timers that are armed and
/// cancelled forever take bounded memory. Thread-safety: single-threaded.
class event_queue {
 public:
  struct event {
    net::time_point at;
    small_action action;
  };

  event_id push(net::time_point at, small_action action);

  /// The id that the next `push` will give.
  [[nodiscard]] event_id next_id() const noexcept {
    return ((serial_ + 1) << slot_bits) | (free_.empty() ? slots_.size() : free_.back());
  }

  /// Destroys the action. False if the event has been popped or cancelled already.
  bool cancel(event_id which) noexcept;

  /// The earliest time, or nothing if the queue is empty.
  [[nodiscard]] std::optional<net::time_point> next_time() noexcept;

  /// Takes the earliest event out. Precondition: not empty.
  [[nodiscard]] event pop() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return heap_.size() - dead_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Keys held, dead ones included: what the memory bound is about.
  [[nodiscard]] std::size_t keys() const noexcept { return heap_.size(); }

 private:
  // The id packs the slot and a serial number that only grows: comparing ids compares the order of
  // insertion, and a slot that was used again no longer matches the key.
  static constexpr unsigned slot_bits = 24;
  static constexpr std::size_t slots_max = std::size_t{1} << slot_bits;
  static constexpr std::size_t dead_min = 64;  // Below that, rebuilding is not worth it.

  struct key {
    net::time_point at;
    event_id id;
  };
  struct slot {
    event_id id = 0;  // 0 = free
    small_action action;
  };

  static bool later(const key& a, const key& b) noexcept {
    return a.at != b.at ? a.at > b.at : a.id > b.id;
  }
  static std::size_t slot_of(event_id id) noexcept { return id & (slots_max - 1); }
  [[nodiscard]] bool dead(const key& k) const noexcept { return slots_[slot_of(k.id)].id != k.id; }
  small_action release(event_id id) noexcept;
  void drop_front() noexcept;
  void compact() noexcept;

  std::vector<key> heap_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t dead_ = 0;
  std::uint64_t serial_ = 0;
};

}  // namespace hassle::harness
