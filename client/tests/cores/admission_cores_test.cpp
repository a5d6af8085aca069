// retry_budget, bulkhead and connection_choice.
#include "cores/bulkhead.hpp"
#include "cores/connection_choice.hpp"
#include "cores/retry_budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <set>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr net::time_point t0{};
using verdict = bulkhead::verdict;

TEST(RetryBudget, FiveCallsBuyOneRetry) {
  retry_budget budget({.retry_percent = 20, .retries_per_second = 0, .retry_burst = 1}, t0);
  EXPECT_TRUE(budget.try_spend(t0));
  EXPECT_FALSE(budget.try_spend(t0));
  for (int i = 0; i < 4; ++i) budget.on_call(t0);
  EXPECT_FALSE(budget.try_spend(t0));
  budget.on_call(t0);
  EXPECT_TRUE(budget.try_spend(t0));
}

TEST(RetryBudget, AQuietHomeMayRetryOnceASecond) {
  retry_budget budget({.retry_percent = 0, .retries_per_second = 1, .retry_burst = 2}, t0);
  EXPECT_EQ(budget.left(t0), 2U);
  EXPECT_TRUE(budget.try_spend(t0));
  EXPECT_TRUE(budget.try_spend(t0));
  EXPECT_FALSE(budget.try_spend(t0 + 999ms));
  EXPECT_TRUE(budget.try_spend(t0 + 1s));
  EXPECT_EQ(budget.left(t0 + 24h * 365 * 200), 2U) << "time alone fills it to the brim";
}

// The promise of the header, over any run from the beginning.
RC_GTEST_PROP(RetryBudget, RetriesNeverPassBurstPlusShareOfCallsPlusTime, ()) {
  const admission_config settings{.retry_percent = *rc::gen::inRange(0U, 300U),
                                  .retries_per_second = *rc::gen::inRange(0U, 5U),
                                  .retry_burst = *rc::gen::inRange(1U, 20U)};
  retry_budget budget(settings, t0);
  net::time_point now = t0;
  double calls = 0;
  double retries = 0;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10))) {
    if (step < 3) {
      budget.on_call(now);
      ++calls;
    } else if (step < 9) {
      retries += budget.try_spend(now) ? 1 : 0;
    } else {
      now += 700ms;
    }
    const double seconds = std::chrono::duration<double>(now - t0).count();
    RC_ASSERT(retries <= settings.retry_burst + calls * settings.retry_percent / 100 +
                             seconds * settings.retries_per_second + 1e-6);
    RC_ASSERT(budget.left(now) <= settings.retry_burst);
  }
}

TEST(Bulkhead, CallsBeyondTheLimitWaitForTheirTurnInOrder) {
  bulkhead gate({.calls_max = 2, .queue_max = 2});
  EXPECT_EQ(gate.on_arrival(t0).what, verdict::run);
  EXPECT_EQ(gate.on_arrival(t0).what, verdict::run);
  const auto third = gate.on_arrival(t0);
  const auto fourth = gate.on_arrival(t0);
  EXPECT_EQ(third.what, verdict::wait);
  EXPECT_EQ(fourth.what, verdict::wait);
  EXPECT_EQ(gate.on_arrival(t0).what, verdict::refused);
  EXPECT_EQ(gate.on_done(), third.number);
  EXPECT_EQ(gate.on_done(), fourth.number);
  EXPECT_EQ(gate.on_done(), std::nullopt);
  EXPECT_EQ(gate.running(), 1U);
}

TEST(Bulkhead, OneThatGaveUpHasNoTurn) {
  bulkhead gate({.calls_max = 1, .queue_max = 3});
  (void)gate.on_arrival(t0);
  const auto second = gate.on_arrival(t0);
  const auto third = gate.on_arrival(t0);
  gate.on_gave_up(second.number);
  gate.on_gave_up(second.number);
  EXPECT_EQ(gate.on_done(), third.number);
}

TEST(Bulkhead, DropOldestMakesRoomForTheNewest) {
  bulkhead gate({.calls_max = 1, .queue_max = 2, .when_full = queue_policy::drop_oldest});
  (void)gate.on_arrival(t0);
  const auto second = gate.on_arrival(t0);
  (void)gate.on_arrival(t0);
  const auto fourth = gate.on_arrival(t0);
  EXPECT_EQ(fourth.what, verdict::wait);
  EXPECT_EQ(fourth.dropped, second.number);
  EXPECT_EQ(gate.waiting(), 2U);
}

// Field failure offline-queue-replay: minutes later the house replayed old commands.
TEST(Bulkhead, ExpireLetsNothingWaitTooLong) {
  bulkhead gate(
      {.calls_max = 1, .queue_max = 2, .when_full = queue_policy::expire, .queue_limit = 10s});
  (void)gate.on_arrival(t0);
  const auto second = gate.on_arrival(t0);
  const auto third = gate.on_arrival(t0 + 5s);
  EXPECT_EQ(gate.next(), t0 + 10s);
  EXPECT_EQ(gate.on_arrival(t0 + 9s).what, verdict::refused);
  EXPECT_THAT(gate.take_expired(t0 + 9s), IsEmpty());
  const auto fifth = gate.on_arrival(t0 + 10s);
  EXPECT_EQ(fifth.dropped, second.number);
  EXPECT_THAT(gate.take_expired(t0 + 15s), ElementsAre(third.number));
  EXPECT_EQ(gate.on_done(), fifth.number);
  EXPECT_EQ(gate.next(), net::never);
}

TEST(Bulkhead, WithoutAQueueNobodyWaits) {
  bulkhead gate({.calls_max = 1, .queue_max = 0, .when_full = queue_policy::drop_oldest});
  (void)gate.on_arrival(t0);
  EXPECT_EQ(gate.on_arrival(t0).what, verdict::refused);
}

// Every ticket ends exactly once, limits hold, and turns go in the order of arrival.
RC_GTEST_PROP(Bulkhead, TicketsAreConserved, ()) {
  const admission_config settings{
      .calls_max = *rc::gen::inRange<std::size_t>(1, 4),
      .queue_max = *rc::gen::inRange<std::size_t>(0, 4),
      .when_full =
          *rc::gen::element(queue_policy::reject, queue_policy::drop_oldest, queue_policy::expire),
      .queue_limit = 10s};
  bulkhead gate(settings);
  net::time_point now = t0;
  std::deque<bulkhead::ticket> waiting;
  std::size_t running = 0;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10))) {
    now += 1s;
    if (step < 5) {
      const auto arrived = gate.on_arrival(now);
      if (arrived.dropped) RC_ASSERT(*arrived.dropped == waiting.front());
      if (arrived.dropped) waiting.pop_front();
      if (arrived.what == verdict::run) ++running;
      if (arrived.what == verdict::wait) waiting.push_back(arrived.number);
    } else if (step < 8 && running > 0) {
      const auto turn = gate.on_done();
      RC_ASSERT(turn.has_value() == !waiting.empty());
      if (turn) RC_ASSERT(*turn == waiting.front());
      if (turn) waiting.pop_front();
      if (!turn) --running;
    } else if (step == 8 && !waiting.empty()) {
      gate.on_gave_up(waiting.back());
      waiting.pop_back();
    } else {
      for (const auto gone : gate.take_expired(now)) {
        RC_ASSERT(gone == waiting.front());
        waiting.pop_front();
      }
    }
    RC_ASSERT(gate.running() == running && gate.waiting() == waiting.size());
    RC_ASSERT(running <= settings.calls_max && waiting.size() <= settings.queue_max);
    RC_ASSERT(waiting.empty() || running == settings.calls_max);
  }
}

TEST(ConnectionChoice, TheLeastRecentlyUsedHealthyOneIsTaken) {
  const std::vector<connection_candidate> slots = {
      {.ready = true, .last_used = t0 + 3s},
      {.ready = false, .last_used = t0},
      {.ready = true, .suspect = true, .last_used = t0 + 1s},
      {.ready = true, .last_used = t0 + 2s},
      {.ready = true, .last_used = t0 + 2s},
  };
  EXPECT_EQ(choose_connection(slots, 10), 3U);
  EXPECT_EQ(choose_connection(slots, 10, 3), 4U);
}

TEST(ConnectionChoice, ASuspectOneIsBetterThanNone) {
  const std::vector<connection_candidate> slots = {
      {.ready = true, .in_flight = 10}, {.ready = true, .suspect = true}, {.ready = false}};
  EXPECT_EQ(choose_connection(slots, 10), 1U);
  EXPECT_EQ(choose_connection(slots, 10, 1), std::nullopt);
  EXPECT_EQ(choose_connection({}, 10), std::nullopt);
}

// Used in turn, no connection is ever left out for longer than a round.
RC_GTEST_PROP(ConnectionChoice, LoadGoesRoundAllHealthyOnes, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 8);
  std::vector<connection_candidate> slots(size, {.ready = true});
  std::multiset<std::size_t> used;
  for (std::size_t i = 0; i < size * 3; ++i) {
    const auto chosen = choose_connection(slots, 1'000);
    RC_ASSERT(chosen.has_value());
    slots[*chosen].last_used = t0 + 1s * static_cast<int>(i + 1);
    used.insert(*chosen);
  }
  for (std::size_t i = 0; i < size; ++i) RC_ASSERT(used.count(i) == 3U);
}

}  // namespace
}  // namespace hassle::client
