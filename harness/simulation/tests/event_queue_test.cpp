#include "harness/simulation/event_queue.hpp"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

net::time_point at(net::duration t) { return net::time_point(t); }

struct EventQueueFixture : ::testing::Test {
  event_id note(net::duration t, std::string what) {
    return queue.push(at(t), [this, what = std::move(what)] { seen.push_back(what); });
  }
  void run_all() {
    while (!queue.empty()) queue.pop().action();
  }

  event_queue queue;
  std::vector<std::string> seen;
};

TEST_F(EventQueueFixture, RunsInTheOrderOfTime) {
  note(3s, "three");
  note(1s, "one");
  note(2s, "two");
  run_all();
  EXPECT_THAT(seen, ElementsAre("one", "two", "three"));
}

// Runs must be equal everywhere, and a heap alone does not keep the order of equal keys.
TEST_F(EventQueueFixture, EqualTimesKeepTheOrderOfInsertion) {
  for (int i = 0; i < 100; ++i) note(1s, std::to_string(i));
  run_all();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(i));
}

// A freed slot is used again; the order must still be that of insertion, not of slots.
TEST_F(EventQueueFixture, ReusedSlotsDoNotJumpTheQueue) {
  const event_id first = note(1s, "gone");
  note(2s, "a");
  queue.cancel(first);
  note(2s, "b");
  run_all();
  EXPECT_THAT(seen, ElementsAre("a", "b"));
}

TEST_F(EventQueueFixture, CancelledEventsNeverRun) {
  note(1s, "kept");
  const event_id cancelled = note(1s, "cancelled");
  EXPECT_TRUE(queue.cancel(cancelled));
  EXPECT_FALSE(queue.cancel(cancelled));
  EXPECT_EQ(queue.size(), 1U);
  run_all();
  EXPECT_THAT(seen, ElementsAre("kept"));
}

// The slot of an event that ran belongs to somebody else by the time a late cancel arrives.
TEST_F(EventQueueFixture, LateCancelDoesNotHitTheNextOwnerOfTheSlot) {
  const event_id ran = note(1s, "first");
  queue.pop().action();
  note(2s, "second");
  EXPECT_FALSE(queue.cancel(ran));
  EXPECT_FALSE(queue.cancel(0));
  run_all();
  EXPECT_THAT(seen, ElementsAre("first", "second"));
}

TEST_F(EventQueueFixture, TheIdIsKnownBeforehand) {
  for (int i = 0; i < 3; ++i) {
    const event_id expected = queue.next_id();
    EXPECT_EQ(note(1s, "x"), expected);
    queue.cancel(expected);
  }
}

// A client that arms and cancels its limits for days must not fill the memory.
TEST_F(EventQueueFixture, MemoryStaysBoundedWhenTimersAreArmedAndCancelledForever) {
  for (int i = 0; i < 10; ++i) note(1h, "pending");
  for (int i = 0; i < 100'000; ++i) {
    queue.cancel(note(30min, "limit"));
    ASSERT_LE(queue.keys(), 200U);
  }
  EXPECT_EQ(queue.size(), 10U);
}

TEST_F(EventQueueFixture, CancellingDestroysTheAction) {
  auto held = std::make_shared<int>(1);
  const event_id id = queue.push(at(1s), [held] {});
  EXPECT_EQ(held.use_count(), 2);
  queue.cancel(id);
  EXPECT_EQ(held.use_count(), 1);
}

// An action may own timers, whose destructors cancel further events.
TEST_F(EventQueueFixture, ADestructorMayUseTheQueue) {
  struct canceller {
    event_queue* queue;
    event_id other;
    explicit canceller(event_queue& q, event_id id) : queue(&q), other(id) {}
    canceller(canceller&& c) noexcept : queue(std::exchange(c.queue, nullptr)), other(c.other) {}
    canceller& operator=(canceller&&) = delete;
    ~canceller() {
      if (queue != nullptr) queue->cancel(other);
    }
    void operator()() const {}
  };
  const event_id other = note(2s, "other");
  const event_id outer = queue.push(at(1s), canceller(queue, other));
  queue.cancel(outer);
  EXPECT_TRUE(queue.empty());
}

TEST(SmallAction, KeepsSmallAndLargeCapturesAlike) {
  int sum = 0;
  std::array<int, 100> large{};
  large[99] = 5;
  small_action heavy([&sum, large] { sum += large[99]; });
  small_action light([&sum] { sum += 1; });
  small_action moved = std::move(heavy);
  EXPECT_FALSE(heavy);  // NOLINT(bugprone-use-after-move): that it is empty is the point
  moved();
  light();
  EXPECT_EQ(sum, 6);
}

TEST(SmallAction, DestroysWhatItHolds) {
  auto held = std::make_shared<int>(1);
  std::array<char, 200> padding{};
  {
    small_action in_place([held] {});
    small_action on_heap([held, padding] { (void)padding; });
    small_action moved = std::move(in_place);
    EXPECT_EQ(held.use_count(), 3);
    moved = std::move(on_heap);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace hassle::harness
