#include "../src/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace hassle::client {
namespace {

using namespace std::chrono_literals;

constexpr net::time_point t0{};

circuit_breaker opened_at(net::time_point now) {
  circuit_breaker breaker({.failures_to_open = 5, .open_for = 60s});
  for (int i = 0; i < 5; ++i) breaker.on_failure(now);
  return breaker;
}

TEST(CircuitBreaker, FiveFailuresInARowOpenIt) {
  circuit_breaker breaker({.failures_to_open = 5, .open_for = 60s});
  for (int i = 0; i < 4; ++i) breaker.on_failure(t0);
  EXPECT_EQ(breaker.state(), circuit_state::closed);
  breaker.on_failure(t0);
  EXPECT_EQ(breaker.state(), circuit_state::open);
  EXPECT_FALSE(breaker.try_acquire(t0 + 59s));
}

TEST(CircuitBreaker, ASuccessInBetweenStartsTheCountAnew) {
  circuit_breaker breaker({.failures_to_open = 2, .open_for = 60s});
  breaker.on_failure(t0);
  breaker.on_success();
  breaker.on_failure(t0);
  EXPECT_EQ(breaker.state(), circuit_state::closed);
}

TEST(CircuitBreaker, AfterTheOpenTimeASuccessClosesIt) {
  circuit_breaker breaker = opened_at(t0);
  EXPECT_TRUE(breaker.try_acquire(t0 + 60s));
  EXPECT_EQ(breaker.state(), circuit_state::half_open);
  breaker.on_success();
  EXPECT_EQ(breaker.state(), circuit_state::closed);
}

TEST(CircuitBreaker, OneFailureInHalfOpenOpensItAgain) {
  circuit_breaker breaker = opened_at(t0);
  ASSERT_TRUE(breaker.try_acquire(t0 + 60s));
  breaker.on_failure(t0 + 65s);
  EXPECT_FALSE(breaker.try_acquire(t0 + 124s));
  EXPECT_TRUE(breaker.try_acquire(t0 + 125s));
}

// The report's flaw, kept: a burst that comes in half-open all goes through.
TEST(CircuitBreaker, HalfOpenLetsAnyNumberOfTrialsThrough) {
  circuit_breaker breaker = opened_at(t0);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(breaker.try_acquire(t0 + 60s));
}

// The open time counts from the last failure, also one that began before the circuit opened.
TEST(CircuitBreaker, ALateFailureProlongsTheOpenTime) {
  circuit_breaker breaker = opened_at(t0);
  breaker.on_failure(t0 + 30s);
  EXPECT_FALSE(breaker.try_acquire(t0 + 60s));
  EXPECT_TRUE(breaker.try_acquire(t0 + 90s));
}

}  // namespace
}  // namespace hassle::client
