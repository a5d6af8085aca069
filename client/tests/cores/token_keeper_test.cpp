#include "cores/token_keeper.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace hassle::client {
namespace {

using answer = token_keeper::answer;
using decision = token_keeper::decision;
using failure = token_keeper::failure;

constexpr net::time_point t0{};
const token_config half_an_hour{
    .refresh_token = "r", .expires_in = 30min, .refresh_percent = 80, .margin = 60s};
const token_config unknown_life{.refresh_token = "r"};
const token_config long_lived{};

decision use(std::uint32_t number) { return {.what = answer::use, .number = number}; }
const decision refresh{.what = answer::refresh};
const decision refused{.what = answer::refused};
const decision wait_for_refresh{.what = answer::wait};

TEST(TokenKeeper, ATokenIsRefreshedAtEightyPercentOfItsLife) {
  token_keeper keeper(half_an_hour, true, t0);
  EXPECT_EQ(keeper.on_wanted(t0), use(1));
  EXPECT_EQ(keeper.next(), t0 + 24min);
  EXPECT_EQ(keeper.on_timer(t0 + 23min).what, answer::wait);
  EXPECT_EQ(keeper.on_timer(t0 + 24min), refresh);
  EXPECT_EQ(keeper.on_wanted(t0 + 24min), use(1)) << "it is still good";
  EXPECT_EQ(keeper.on_refreshed(30min, t0 + 24min), 2U);
  EXPECT_EQ(keeper.on_wanted(t0 + 24min), use(2));
  EXPECT_EQ(keeper.next(), t0 + 48min);
}

// Field failure token-expired-on-reconnect: refresh before dialling, not after the refusal.
TEST(TokenKeeper, ATokenWithLessThanTheMarginLeftIsRefreshedFirstAndOnlyOnce) {
  token_keeper keeper(half_an_hour, true, t0);
  EXPECT_EQ(keeper.on_wanted(t0 + 29min), refresh);
  EXPECT_EQ(keeper.on_wanted(t0 + 29min), wait_for_refresh);
  EXPECT_EQ(keeper.on_timer(t0 + 29min).what, answer::wait);
}

TEST(TokenKeeper, WithoutATokenTheFirstThingIsARefresh) {
  token_keeper keeper(unknown_life, false, t0);
  EXPECT_EQ(keeper.on_wanted(t0), refresh);
  EXPECT_EQ(keeper.on_refreshed(30min, t0), 1U);
  EXPECT_EQ(keeper.on_wanted(t0), use(1));
}

TEST(TokenKeeper, ARefusedTokenIsRefreshedOnceAndTheFreshOneIsTheLast) {
  token_keeper keeper(unknown_life, true, t0);
  EXPECT_EQ(keeper.on_auth_invalid(1, t0), refresh);
  (void)keeper.on_refreshed(30min, t0);
  EXPECT_EQ(keeper.on_auth_invalid(2, t0), refused);
  EXPECT_EQ(keeper.on_wanted(t0 + 24h), refused);
  EXPECT_EQ(keeper.next(), net::never) << "no timed loop: it would feed the ban counter";
}

TEST(TokenKeeper, ATokenThatWasTakenOnceMayBeRefreshedAgain) {
  token_keeper keeper(unknown_life, true, t0);
  (void)keeper.on_auth_invalid(1, t0);
  (void)keeper.on_refreshed(30min, t0);
  keeper.on_auth_ok(2);
  EXPECT_EQ(keeper.on_auth_invalid(2, t0 + 10min), refresh);
}

TEST(TokenKeeper, ARefusalOfAnOlderTokenSaysNothingAboutTheNewOne) {
  token_keeper keeper(half_an_hour, true, t0);
  (void)keeper.on_timer(t0 + 24min);
  (void)keeper.on_refreshed(30min, t0 + 24min);
  EXPECT_EQ(keeper.on_auth_invalid(1, t0 + 25min), use(2));
}

TEST(TokenKeeper, ALongLivedTokenIsUsedUntilItIsRefused) {
  token_keeper keeper(long_lived, true, t0);
  keeper.on_thaw(t0);
  EXPECT_EQ(keeper.on_wanted(t0 + 24h * 365), use(1));
  EXPECT_EQ(keeper.next(), net::never);
  EXPECT_EQ(keeper.on_auth_invalid(1, t0), refused);
  keeper.retry(false, t0);
  EXPECT_EQ(keeper.on_wanted(t0), use(1));
  (void)keeper.on_auth_invalid(1, t0);
  keeper.retry(true, t0);
  EXPECT_EQ(keeper.on_wanted(t0), use(2));
}

TEST(TokenKeeper, ARefusalThatAnotherAttemptUnderWayProvesWrongIsVoid) {
  token_keeper keeper(long_lived, true, t0);
  EXPECT_EQ(keeper.on_wanted(t0), use(1));
  EXPECT_EQ(keeper.on_wanted(t0), use(1));
  EXPECT_EQ(keeper.on_auth_invalid(1, t0), refused);
  keeper.on_auth_ok(1);
  EXPECT_FALSE(keeper.refused());
  EXPECT_EQ(keeper.on_wanted(t0), use(1));
  EXPECT_EQ(keeper.on_auth_invalid(1, t0), refused);
}

TEST(TokenKeeper, ARefusedRefreshStaysRefusedThoughAnOlderTokenIsTaken) {
  token_keeper keeper(half_an_hour, true, t0);
  (void)keeper.on_timer(t0 + 24min);
  net::random_stream random(1);
  keeper.on_refresh_failed(failure::permanent, t0 + 24min, random);
  keeper.on_auth_ok(1);
  EXPECT_TRUE(keeper.refused());
}

TEST(TokenKeeper, FourHundredAndFourHundredAndThreeAreFinalTheRestPasses) {
  EXPECT_EQ(token_keeper::failure_of_status(400), failure::permanent);
  EXPECT_EQ(token_keeper::failure_of_status(403), failure::permanent);
  EXPECT_EQ(token_keeper::failure_of_status(502), failure::passing);
  EXPECT_EQ(token_keeper::failure_of_status(404), failure::passing);
  net::random_stream random(1);
  token_keeper keeper(unknown_life, false, t0);
  (void)keeper.on_wanted(t0);
  keeper.on_refresh_failed(failure::permanent, t0, random);
  EXPECT_TRUE(keeper.refused());
  keeper.retry(false, t0);
  EXPECT_EQ(keeper.on_wanted(t0), refresh);
}

TEST(TokenKeeper, AFailedRefreshIsTriedAgainLaterAndTheOldTokenServesMeanwhile) {
  net::random_stream random(1);
  token_keeper keeper(half_an_hour, true, t0);
  (void)keeper.on_timer(t0 + 24min);
  keeper.on_refresh_failed(failure::passing, t0 + 24min, random);
  EXPECT_EQ(keeper.on_wanted(t0 + 24min), use(1));
  EXPECT_LE(keeper.next(), t0 + 24min + 1s);
  EXPECT_EQ(keeper.on_timer(keeper.next()), refresh);
  keeper.on_refresh_failed(failure::passing, t0 + 29min, random);
  const decision later = keeper.on_wanted(t0 + 29min);
  EXPECT_EQ(later.what, answer::wait);
  EXPECT_EQ(later.at, keeper.next());
  EXPECT_EQ(keeper.on_wanted(later.at), refresh);
}

TEST(TokenKeeper, ACancelledRefreshIsBegunAgainByTheNextWhoAsks) {
  token_keeper keeper(unknown_life, false, t0);
  (void)keeper.on_wanted(t0);
  keeper.on_refresh_cancelled();
  EXPECT_EQ(keeper.on_wanted(t0), refresh);
}

// The steady clock stands still while the machine sleeps: 30 minutes may have been 8 hours.
TEST(TokenKeeper, AfterSleepTheTokenIsRefreshedBeforeItsNextUse) {
  token_keeper keeper(half_an_hour, true, t0);
  keeper.on_thaw(t0);
  EXPECT_EQ(keeper.on_wanted(t0 + 1min), refresh);
}

TEST(TokenKeeper, ARefreshThatAFrozenProcessCouldNotLookAfterIsMadeAgainAtOnce) {
  net::random_stream random(1);
  token_keeper keeper(unknown_life, false, t0);
  ASSERT_EQ(keeper.on_wanted(t0), refresh);
  keeper.on_thaw(t0 + 1h);
  keeper.on_refresh_failed(failure::passing, t0 + 1h, random);
  EXPECT_EQ(keeper.on_wanted(t0 + 1h), refresh);
  keeper.on_refresh_failed(failure::passing, t0 + 1h, random);
  const decision later = keeper.on_wanted(t0 + 1h);
  ASSERT_EQ(later.what, answer::wait) << "once";
  keeper.on_thaw(t0 + 1h);
  EXPECT_EQ(keeper.on_wanted(t0 + 1h), refresh) << "what was waited for may long be there";
}

TEST(TokenKeeper, AShortLifeIsNotAllMargin) {
  token_keeper keeper({.refresh_token = "r", .expires_in = 30s, .margin = 60s}, true, t0);
  EXPECT_EQ(keeper.on_wanted(t0), use(1));
}

// Whatever happens: one refresh at a time, and no second fresh token is offered to a server that
// refused the first.
RC_GTEST_PROP(TokenKeeper, OneRefreshAtATimeAndTwoRefusalsInARowAreTheEnd, ()) {
  const token_config settings = *rc::gen::element(half_an_hour, unknown_life);
  token_keeper keeper(settings, *rc::gen::arbitrary<bool>(), t0);
  net::random_stream random(*rc::gen::arbitrary<std::uint64_t>());
  net::time_point now = t0;
  bool refreshing = false;
  int refusals = 0;  // Since the last auth_ok or retry, of current tokens.
  const auto note = [&](const decision& said) {
    if (said.what != answer::refresh) return;
    RC_ASSERT(!refreshing);
    refreshing = true;
  };
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9))) {
    now += 3min;
    if (step == 0) note(keeper.on_timer(now));
    if (step == 1 || step == 2) {
      const decision said = keeper.on_wanted(now);
      note(said);
      if (said.what == answer::use && step == 2) {
        ++refusals;
        note(keeper.on_auth_invalid(said.number, now));
      }
    }
    if (step == 3) {
      const decision said = keeper.on_wanted(now);
      note(said);
      if (said.what == answer::use) keeper.on_auth_ok(said.number);
      if (said.what == answer::use) refusals = 0;
    }
    if (step >= 4 && step <= 7 && refreshing) {
      refreshing = false;
      if (step == 4) (void)keeper.on_refreshed(30min, now);
      if (step == 5) keeper.on_refresh_failed(failure::passing, now, random);
      if (step == 6) keeper.on_refresh_failed(failure::permanent, now, random);
      if (step == 7) keeper.on_refresh_cancelled();
    }
    if (step == 8) keeper.on_thaw(now);
    RC_ASSERT(keeper.refreshing() == refreshing);
    RC_ASSERT(refusals <= 3);
    if (refusals >= 3) RC_ASSERT(keeper.refused());
  }
}

}  // namespace
}  // namespace hassle::client
