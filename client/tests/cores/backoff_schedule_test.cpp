#include "cores/backoff_schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;

constexpr net::time_point t0{};
constexpr auto no_header = std::nullopt;

/// Full jitter's mean over many draws: far from both ends unless something is wrong.
duration mean_of_failures(unsigned nth) {
  net::random_stream random(7);
  duration sum{0};
  for (int i = 0; i < 1'000; ++i) {
    backoff_schedule schedule({}, jitter_config{});
    duration last{};
    for (unsigned k = 0; k < nth; ++k) {
      last = schedule.on_failed(dial_failure::network, no_header, random);
    }
    sum += last;
  }
  return sum / 1'000;
}

TEST(BackoffSchedule, WithoutJitterItIsTheReportsDoubling) {
  net::random_stream random(1);
  backoff_schedule schedule({.backoff_base = 1s, .backoff_cap = 60s}, std::nullopt);
  std::vector<duration> delays(8);
  std::ranges::generate(delays,
                        [&] { return schedule.on_failed(dial_failure::unwelcome, 5min, random); });
  EXPECT_THAT(delays, ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s));
  schedule.on_ready(t0);
  EXPECT_EQ(schedule.on_lost(t0, random), 0s);
  EXPECT_EQ(schedule.on_failed(dial_failure::network, no_header, random), 1s);
  EXPECT_EQ(random, net::random_stream(1)) << "drew for nothing";
}

TEST(BackoffSchedule, FullJitterIsHalfTheCeilingOnAverage) {
  EXPECT_THAT(mean_of_failures(1), AllOf(Ge(450ms), Le(550ms)));
  EXPECT_THAT(mean_of_failures(4), AllOf(Ge(3'600ms), Le(4'400ms)));
  EXPECT_THAT(mean_of_failures(20), AllOf(Ge(43s), Le(47s))) << "the upper half, at the cap";
}

TEST(BackoffSchedule, AStableConnectionThatIsLostIsDialledAtOnce) {
  net::random_stream random(1);
  backoff_schedule schedule({}, jitter_config{.stable_after = 30s});
  for (int i = 0; i < 10; ++i) (void)schedule.on_failed(dial_failure::network, no_header, random);
  schedule.on_ready(t0);
  EXPECT_LE(schedule.on_lost(t0 + 30s, random), 500ms);
}

// Field failure flapping-connect-close: resetting on "open" kept a server down.
TEST(BackoffSchedule, AServerThatDropsEverybodyAfterAuthenticationIsNotHammered) {
  net::random_stream random(1);
  backoff_schedule schedule({}, jitter_config{});
  net::time_point now = t0;
  int dials = 0;
  while (now < t0 + 10min) {
    schedule.on_ready(now);
    now += 100ms;
    now += schedule.on_lost(now, random);
    ++dials;
  }
  EXPECT_LE(dials, 25) << "less than two a minute at the cap, and the way there";
}

// Field failure reconnect-storm: two hundred clients, and a server that closes with 1000 and is
// away for 20 s. No second sees more than a fifth of them.
TEST(BackoffSchedule, AStoppingServerIsNotStormed) {
  net::random_stream random(1);
  std::vector<duration> dials;
  for (int i = 0; i < 200; ++i) {
    backoff_schedule schedule({}, jitter_config{});
    schedule.on_ready(t0);
    duration at = schedule.on_lost(t0 + 1h, random, ready_end::server_stops);
    for (; at < 20s; at += schedule.on_failed(dial_failure::network, no_header, random)) {
      dials.push_back(at);
    }
    dials.push_back(at);
  }
  std::ranges::sort(dials);
  std::ptrdiff_t peak = 0;
  for (auto each = dials.begin(); each != dials.end(); ++each) {
    peak = std::max(peak, std::lower_bound(each, dials.end(), *each + 1s) - each);
  }
  EXPECT_LE(peak, 40);
  EXPECT_LE(dials.back(), 36s) << "and all are back 16 s later";
}

TEST(BackoffSchedule, ASpreadDelaysTheFirstDialToo) {
  net::random_stream random(1);
  backoff_schedule schedule({}, jitter_config{.first_spread = 10s});
  schedule.on_ready(t0);
  const duration delay = schedule.on_lost(t0 + 1h, random);
  EXPECT_THAT(delay, AllOf(Ge(1ns), Le(10s)));
}

// Field failures mtu-blackhole and message-too-big-1009: however long it lives, it is of no use.
TEST(BackoffSchedule, AConnectionThatWasOfNoUseSetsNothingBack) {
  net::random_stream random(1);
  backoff_schedule schedule({}, jitter_config{});
  duration delay{};
  for (int i = 0; i < 10; ++i) {
    schedule.on_ready(t0);
    delay = schedule.on_lost(t0 + 1min, random, ready_end::useless);
  }
  EXPECT_GE(delay, 30s);
  for (int i = 0; i < 4; ++i) {
    schedule.on_ready(t0);
    delay = schedule.on_lost(t0 + 1min, random, ready_end::same_again);
    EXPECT_GE(delay, 1min);
  }
  EXPECT_GE(delay, 5min) << "longer each time";
}

TEST(BackoffSchedule, RetryAfterIsHonouredUpToItsLimit) {
  net::random_stream random(1);
  backoff_schedule schedule({}, jitter_config{.retry_after_max = 5min});
  EXPECT_THAT(schedule.on_failed(dial_failure::overloaded, 31s, random), AllOf(Ge(31s), Le(33s)));
  EXPECT_THAT(schedule.on_failed(dial_failure::network, 24h, random), Le(5min + 8s));
}

TEST(BackoffSchedule, AFourHundredAndThreeIsNotRetriedForMinutes) {
  net::random_stream random(1);
  backoff_schedule schedule({}, jitter_config{.slow_base = 60s, .slow_cap = 10min});
  const auto fails = [&] { return schedule.on_failed(failure_of_status(403), no_header, random); };
  EXPECT_THAT(fails(), AllOf(Ge(1min), Le(2min)));
  EXPECT_THAT(fails(), AllOf(Ge(2min), Le(4min)));
  EXPECT_THAT(fails(), AllOf(Ge(4min), Le(8min)));
  EXPECT_THAT(fails(), AllOf(Ge(5min), Le(10min)));
  EXPECT_THAT(fails(), AllOf(Ge(5min), Le(10min)));
  // A restart in between: the ban may be over.
  (void)schedule.on_failed(dial_failure::network, no_header, random);
  EXPECT_THAT(fails(), AllOf(Ge(1min), Le(2min)));
}

TEST(BackoffSchedule, StatusesMeanWhatTheyDoAtHomeAssistantAndItsProxies) {
  EXPECT_EQ(failure_of_status(502), dial_failure::network);
  EXPECT_EQ(failure_of_status(200), dial_failure::network);
  EXPECT_EQ(failure_of_status(302), dial_failure::network);
  EXPECT_EQ(failure_of_status(429), dial_failure::overloaded);
  EXPECT_EQ(failure_of_status(400), dial_failure::unwelcome);
  EXPECT_EQ(failure_of_status(404), dial_failure::unwelcome);
}

// Whatever happens in whatever order: no delay is negative or above what the linter is told.
RC_GTEST_PROP(BackoffSchedule, NoDelayPassesTheWorst, ()) {
  const duration base{*rc::gen::inRange<std::int64_t>(1, 100'000'000'000)};
  const duration cap{*rc::gen::inRange<std::int64_t>(base.count(), 10'000'000'000'000)};
  const duration slow{*rc::gen::inRange<std::int64_t>(1, 100'000'000'000)};
  const jitter_config jitter{
      .first_spread = duration{*rc::gen::inRange<std::int64_t>(0, 100'000'000'000)},
      .restart_spread = duration{*rc::gen::inRange<std::int64_t>(0, 100'000'000'000)},
      .slow_base = slow,
      .slow_cap = slow + duration{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000)}};
  net::random_stream random(*rc::gen::arbitrary<std::uint64_t>());
  backoff_schedule schedule({.backoff_base = base, .backoff_cap = cap}, jitter);
  net::time_point now = t0;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6));
  for (const int step : steps) {
    duration delay{};
    if (step <= 2) {
      const bool slowed = step == 2;
      const auto kind = step == 0 ? dial_failure::network : dial_failure::overloaded;
      delay = schedule.on_failed(slowed ? dial_failure::unwelcome : kind, no_header, random);
      RC_ASSERT(delay <= (slowed ? jitter.slow_cap : schedule.worst_delay()));
    } else if (step == 3) {
      delay = schedule.on_failed(dial_failure::network, 1h, random);
      RC_ASSERT(delay <= schedule.worst_delay_ever());
    } else {
      schedule.on_ready(now);
      now += step == 4 ? 1s : 1min;
      const auto how = *rc::gen::element(ready_end::lost, ready_end::server_stops,
                                         ready_end::useless, ready_end::same_again);
      delay = schedule.on_lost(now, random, how);
      RC_ASSERT(delay <= (how == ready_end::same_again ? jitter.slow_cap : schedule.worst_delay()));
    }
    RC_ASSERT(delay >= duration::zero());
    now += delay;
  }
}

}  // namespace
}  // namespace hassle::client
