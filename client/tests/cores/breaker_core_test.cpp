#include "cores/breaker_core.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <optional>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;
using enum breaker_core::result;

constexpr net::time_point t0{};

/// A breaker with its dice and its clock.
class BreakerCoreFixture : public ::testing::Test {
 protected:
  void make(const breaker_config& settings) { core_.emplace(settings); }

  std::optional<breaker_core::permit> ask() { return core_->try_acquire(now_, random_); }
  breaker_core::permit must_get() {
    const auto given = ask();
    EXPECT_TRUE(given);
    return given.value_or(breaker_core::permit{});
  }
  void end(breaker_core::permit given, breaker_core::result how, duration took = 10ms) {
    core_->on_result(given, how, took, now_, random_);
  }
  void call(breaker_core::result how, duration took = 10ms) { end(must_get(), how, took); }
  void calls(int count, breaker_core::result how) {
    for (int i = 0; i < count; ++i) call(how);
  }
  [[nodiscard]] breaker_state state() const { return core_->state(); }
  duration open_time() { return core_->retry_at() - now_; }

  std::optional<breaker_core> core_;
  net::random_stream random_{3};
  net::time_point now_ = t0 + 1h;
};

breaker_config plain() {
  return {.failures_to_open = 5, .open_for = 60s, .open_max = 5min, .open_jitter_percent = 0};
}

TEST_F(BreakerCoreFixture, FiveFailuresInARowOpenIt) {
  make(plain());
  calls(4, failure);
  call(success);
  calls(4, failure);
  EXPECT_EQ(state(), breaker_state::closed);
  call(failure);
  EXPECT_EQ(state(), breaker_state::open);
  EXPECT_FALSE(ask());
  EXPECT_EQ(open_time(), 60s);
}

TEST_F(BreakerCoreFixture, HalfOpenLetsOneTrialThroughAndItsSuccessCloses) {
  make(plain());
  calls(5, failure);
  now_ += 60s;
  const auto trial = must_get();
  EXPECT_TRUE(trial.trial);
  EXPECT_FALSE(ask()) << "a second trial";
  end(trial, success);
  EXPECT_EQ(state(), breaker_state::closed);
  calls(4, failure);
  EXPECT_EQ(state(), breaker_state::closed) << "failures of before still counted";
}

TEST_F(BreakerCoreFixture, WithThreePermitsAllThreeMustSucceed) {
  auto settings = plain();
  settings.half_open_permits = 3;
  make(settings);
  calls(5, failure);
  now_ += 60s;
  const auto a = must_get();
  const auto b = must_get();
  const auto c = must_get();
  EXPECT_FALSE(ask());
  end(a, success);
  end(b, success);
  EXPECT_FALSE(ask()) << "a passed trial's permit is used up";
  EXPECT_EQ(state(), breaker_state::half_open);
  end(c, success);
  EXPECT_EQ(state(), breaker_state::closed);
}

TEST_F(BreakerCoreFixture, ACancelledTrialGivesItsPermitBack) {
  make(plain());
  calls(5, failure);
  now_ += 60s;
  core_->on_cancelled(must_get());
  end(must_get(), success);
  EXPECT_EQ(state(), breaker_state::closed);
}

// reconnect-policies §4, item 8: half-open circuits that waited for ever for a lost probe.
TEST_F(BreakerCoreFixture, ATrialThatNeverReturnsHasFailed) {
  auto settings = plain();
  settings.trial_limit = 30s;
  make(settings);
  calls(5, failure);
  now_ += 60s;
  const auto lost = must_get();
  now_ += 29s;
  EXPECT_FALSE(ask());
  EXPECT_EQ(core_->retry_at(), now_ + 1s);
  now_ += 1s;
  EXPECT_FALSE(ask());
  EXPECT_EQ(state(), breaker_state::open);
  EXPECT_EQ(open_time(), 120s);
  end(lost, success);
  EXPECT_EQ(state(), breaker_state::open) << "it came too late";
  now_ += 120s;
  call(success);
  EXPECT_EQ(state(), breaker_state::closed);
}

TEST_F(BreakerCoreFixture, OpenTimeDoublesUntilItIsClosed) {
  make(plain());
  calls(5, failure);
  for (const duration each : {60s, 120s, 240s, 300s, 300s}) {
    ASSERT_EQ(open_time(), each);
    now_ += each;
    call(failure);
  }
  now_ += 300s;
  call(success);
  calls(5, failure);
  EXPECT_EQ(open_time(), 60s);
}

TEST_F(BreakerCoreFixture, ANewConnectionIsAReasonToTryNow) {
  make(plain());
  calls(5, failure);
  core_->try_now(now_);
  const auto trial = must_get();
  EXPECT_FALSE(ask()) << "and it is a trial, as any other";
  end(trial, failure);
  EXPECT_EQ(open_time(), 120s);
}

TEST_F(BreakerCoreFixture, WithoutAdmissionItIsThePlainOne) {
  auto settings = plain();
  settings.open_jitter_percent = 20;
  make(without_admission(settings));
  calls(5, failure);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(open_time(), 60s);
    now_ += 60s;
    const auto first = must_get();
    EXPECT_TRUE(ask());
    end(first, failure);
  }
}

TEST_F(BreakerCoreFixture, OpenTimeHasJitterButNeverPassesItsLimit) {
  auto settings = plain();
  settings.open_jitter_percent = 20;
  make(settings);
  calls(5, failure);
  EXPECT_THAT(open_time(), AllOf(Ge(48s), Le(72s)));
  EXPECT_NE(open_time(), 60s);
  for (int i = 0; i < 100; ++i) {
    now_ = core_->retry_at();
    call(failure);
    ASSERT_LE(open_time(), 5min);
  }
  EXPECT_EQ(breaker_core::worst_open(settings), 5min);
  settings.open_growth = 1;
  EXPECT_EQ(breaker_core::worst_open(settings), 72s);
}

// Polly's note: results that belong to an earlier state must not count in the new one.
TEST_F(BreakerCoreFixture, LateResultsOfBeforeATransitionDoNotCount) {
  make(plain());
  const auto early_success = must_get();
  const auto early_failure = must_get();
  calls(5, failure);
  now_ += 60s;
  const auto trial = must_get();
  end(early_failure, failure);
  EXPECT_EQ(state(), breaker_state::half_open);
  end(early_success, success);
  EXPECT_EQ(state(), breaker_state::half_open);
  end(trial, success);
  EXPECT_EQ(state(), breaker_state::closed);
}

TEST_F(BreakerCoreFixture, ACountWindowOpensAtItsRateOnceThereAreEnoughCalls) {
  auto settings = plain();
  settings.window = breaker_window::count;
  settings.window_calls = 10;
  settings.calls_min = 6;
  settings.failure_percent = 50;
  make(settings);
  calls(3, failure);
  calls(2, success);
  EXPECT_EQ(state(), breaker_state::closed) << "five calls decide nothing";
  call(success);
  EXPECT_EQ(state(), breaker_state::open) << "three of six";
}

TEST_F(BreakerCoreFixture, ACountWindowForgetsWhatFellOut) {
  auto settings = plain();
  settings.window = breaker_window::count;
  settings.window_calls = 10;
  settings.calls_min = 10;
  settings.failure_percent = 50;
  make(settings);
  calls(4, failure);
  calls(10, success);
  calls(4, failure);
  EXPECT_EQ(state(), breaker_state::closed);
  call(failure);
  EXPECT_EQ(state(), breaker_state::open);
}

TEST_F(BreakerCoreFixture, ATimeWindowForgetsByTheClock) {
  auto settings = plain();
  settings.window = breaker_window::time;
  settings.window_time = 60s;
  settings.calls_min = 5;
  settings.failure_percent = 50;
  make(settings);
  calls(4, failure);
  now_ += 61s;
  call(failure);
  EXPECT_EQ(state(), breaker_state::closed);
  now_ += 30s;
  calls(4, failure);
  EXPECT_EQ(state(), breaker_state::open);
}

TEST_F(BreakerCoreFixture, SlowCallsOpenItTooWhereTheyAreCounted) {
  auto settings = plain();
  settings.window = breaker_window::count;
  settings.window_calls = 10;
  settings.calls_min = 5;
  settings.slow_call = 2s;
  settings.slow_percent = 80;
  make(settings);
  call(success);
  for (int i = 0; i < 3; ++i) call(success, 3s);
  call(success, 2s);
  EXPECT_EQ(state(), breaker_state::closed) << "three of five are slow";
  for (int i = 0; i < 5; ++i) {
    if (state() == breaker_state::closed) call(success, 3s);
  }
  EXPECT_EQ(state(), breaker_state::open);
  now_ += 60s;
  call(success, 3s);
  EXPECT_EQ(state(), breaker_state::open) << "a slow trial";
}

TEST_F(BreakerCoreFixture, WithoutAPermitLimitAnyNumberOfTrialsGoesThrough) {
  auto settings = plain();
  settings.half_open_permits = 0;
  make(settings);
  calls(5, failure);
  now_ += 60s;
  breaker_core::permit last;
  for (int i = 0; i < 100; ++i) last = must_get();
  end(last, success);
  EXPECT_EQ(state(), breaker_state::closed);
}

/// What the laws know about a breaker: all permits that are out, and when they were given.
struct user {
  breaker_core::permit given;
  net::time_point since;
};

// Permits are conserved, half-open never lets more through than it may, and whatever happened,
// asking again and again with good results always closes it in the end: no wedge.
RC_GTEST_PROP(BreakerCore, NeverWedgesAndNeverLetsTooManyTrialsThrough, ()) {
  breaker_config settings = plain();
  settings.window =
      *rc::gen::element(breaker_window::consecutive, breaker_window::count, breaker_window::time);
  settings.window_calls = *rc::gen::inRange(1U, 20U);
  settings.calls_min = *rc::gen::inRange(1U, settings.window_calls + 1);
  settings.failures_to_open = *rc::gen::inRange(1U, 5U);
  settings.half_open_permits = *rc::gen::inRange(1U, 4U);
  settings.open_jitter_percent = *rc::gen::inRange(0U, 101U);
  net::random_stream random(*rc::gen::arbitrary<std::uint64_t>());
  breaker_core core(settings);
  net::time_point now = t0;
  std::deque<user> users;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
  for (const int step : steps) {
    now += duration(1s) * (step % 4) * (step % 4) * 10;
    if (step < 4) {
      const auto given = core.try_acquire(now, random);
      if (given) users.push_back({*given, now});
    } else if (!users.empty()) {
      const user gone = users.front();
      users.pop_front();
      if (step == 4) core.on_cancelled(gone.given);
      if (step == 5) core.on_result(gone.given, success, now - gone.since, now, random);
      if (step == 6) core.on_result(gone.given, failure, now - gone.since, now, random);
      // Step 7: it never comes back.
    }
    RC_ASSERT(core.trials() <= settings.half_open_permits);
    RC_ASSERT(core.retry_at() <= now + settings.open_max + settings.trial_limit);
  }
  for (int i = 0; core.state() != breaker_state::closed; ++i) {
    RC_ASSERT(i < 20);
    now = std::max(now, core.retry_at());
    const auto given = core.try_acquire(now, random);
    if (given) core.on_result(*given, success, 1ms, now, random);
  }
}

// The window's sums, kept by adding and taking away, are what counting afresh gives.
RC_GTEST_PROP(BreakerCore, ACountWindowIsTheLastCalls, ()) {
  breaker_config settings = plain();
  settings.window = breaker_window::count;
  settings.window_calls = *rc::gen::inRange(1U, 12U);
  settings.calls_min = settings.window_calls;
  settings.failure_percent = *rc::gen::inRange(1U, 101U);
  net::random_stream random(1);
  breaker_core core(settings);
  std::deque<bool> last;
  for (const bool failed : *rc::gen::arbitrary<std::vector<bool>>()) {
    const auto given = core.try_acquire(t0, random);
    RC_ASSERT(given);
    core.on_result(*given, failed ? failure : success, 1ms, t0, random);
    last.push_back(failed);
    if (last.size() > settings.window_calls) last.pop_front();
    const auto failures = std::ranges::count(last, true);
    const bool opens = last.size() == settings.window_calls &&
                       failures * 100 >= static_cast<long>(settings.failure_percent * last.size());
    RC_ASSERT((core.state() == breaker_state::open) == opens);
    if (opens) break;
  }
}

}  // namespace
}  // namespace hassle::client
