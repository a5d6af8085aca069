#include "cores/subscription_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using book = subscription_book;
using phase = book::phase;
using todo = book::todo;

constexpr net::time_point t0{};
const mirror_config settings{.retry_base = 1s, .retry_cap = 60s, .quiet_limit = 10min};

book::action subscribe(book::handle which, book::round number) {
  return {.what = todo::subscribe, .which = which, .number = number};
}
book::action unsubscribe(book::handle which, book::round number) {
  return {.what = todo::unsubscribe, .which = which, .number = number};
}

/// A book with one live subscription: handle 1, round 1.
book with_one_live(book::traits like = {}, bool running = true) {
  book wanted(settings);
  (void)wanted.add(like);
  wanted.on_session_ready(running);
  EXPECT_THAT(wanted.take_due(t0), ElementsAre(subscribe(1, 1)));
  EXPECT_EQ(wanted.on_accepted(1, t0), std::nullopt);
  EXPECT_EQ(wanted.phase_of(1), phase::live);
  return wanted;
}

TEST(SubscriptionBook, WhatIsWantedIsSentOnEverySessionInItsOrder) {
  book wanted(settings);
  (void)wanted.add({});
  (void)wanted.add({});
  EXPECT_THAT(wanted.take_due(t0), IsEmpty()) << "no session";
  EXPECT_EQ(wanted.next(), net::never);
  wanted.on_session_ready(true);
  EXPECT_EQ(wanted.next(), t0);
  EXPECT_THAT(wanted.take_due(t0), ElementsAre(subscribe(1, 1), subscribe(2, 2)));
  EXPECT_THAT(wanted.take_due(t0), IsEmpty()) << "each exactly once";
  wanted.on_session_lost(t0);
  wanted.on_session_ready(true);
  EXPECT_THAT(wanted.take_due(t0), ElementsAre(subscribe(1, 3), subscribe(2, 4)));
  EXPECT_FALSE(wanted.all_live());
}

// The official client sends one that was wanted while it was offline only at the reconnect after
// next (reference §8).
TEST(SubscriptionBook, OneThatIsWantedWhileOfflineIsSentOnTheNextSession) {
  book wanted = with_one_live();
  wanted.on_session_lost(t0 + 1s);
  (void)wanted.add({});
  wanted.on_session_ready(true);
  EXPECT_THAT(wanted.take_due(t0 + 2s), ElementsAre(subscribe(1, 2), subscribe(2, 3)));
}

// Field failure events-lost-in-gap.
TEST(SubscriptionBook, ALostSessionIsAGapFromTheLastByteToTheAcceptance) {
  book wanted = with_one_live();
  wanted.on_session_lost(t0 + 10s);
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0 + 50s);
  wanted.on_session_lost(t0 + 55s);  // It broke again before the answer: the gap goes on.
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0 + 60s);
  EXPECT_EQ(wanted.on_accepted(3, t0 + 61s), (book::gap{t0 + 10s, t0 + 61s}));
}

// What the layer `mirror` is worth shows only where its absence is an ordinary client.
TEST(SubscriptionBook, WithoutMirrorNobodyHearsOfAGapNorOfASecondTry) {
  book wanted(std::nullopt);
  net::random_stream random(1);
  (void)wanted.add({});
  (void)wanted.add({});
  wanted.on_session_ready(false);
  (void)wanted.take_due(t0);
  EXPECT_EQ(wanted.on_accepted(1, t0), std::nullopt);
  wanted.on_rejected(2, "unknown_command", t0, random);
  EXPECT_EQ(wanted.phase_of(2), phase::refused);
  wanted.on_running(t0 + 1s);
  EXPECT_THAT(wanted.take_due(t0 + 1h), IsEmpty()) << "neither RUNNING nor silence";
  wanted.on_session_lost(t0 + 2h);
  wanted.on_session_ready(true);
  EXPECT_THAT(wanted.take_due(t0 + 3h), ElementsAre(subscribe(1, 3), subscribe(2, 4)));
  EXPECT_EQ(wanted.on_accepted(3, t0 + 3h), std::nullopt) << "an hour is missing, silently";
}

TEST(SubscriptionBook, AnEventMayComeBeforeTheResult) {
  book wanted(settings);
  (void)wanted.add({});
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0);
  const auto verdict = wanted.on_event(1, t0);
  EXPECT_TRUE(verdict.deliver);
  EXPECT_EQ(verdict.which, 1U);
  EXPECT_EQ(wanted.phase_of(1), phase::live);
  EXPECT_EQ(wanted.on_accepted(1, t0), std::nullopt);
}

// Field failure resubscribe-rejected: one of many was silently gone after a restart.
TEST(SubscriptionBook, ARejectedOneIsTriedAgainUntilItLives) {
  net::random_stream random(1);
  book wanted(settings);
  (void)wanted.add({});
  wanted.on_session_ready(true);
  net::time_point now = t0;
  for (book::round number = 1; number < 10; ++number) {
    ASSERT_THAT(wanted.take_due(now), ElementsAre(subscribe(1, number)));
    wanted.on_rejected(number, "unknown_command", now, random);
    EXPECT_EQ(wanted.phase_of(1), phase::waiting);
    ASSERT_LE(wanted.next(), now + 60s);
    now = wanted.next();
  }
  (void)wanted.take_due(now);
  (void)wanted.on_accepted(10, now);
  EXPECT_TRUE(wanted.all_live());
}

TEST(SubscriptionBook, RunningEndsTheWaiting) {
  net::random_stream random(1);
  book wanted(settings);
  (void)wanted.add({});
  wanted.on_session_ready(false);
  (void)wanted.take_due(t0);
  wanted.on_rejected(1, "invalid_format", t0, random);
  EXPECT_EQ(wanted.phase_of(1), phase::waiting) << "while it starts nothing is final";
  wanted.on_running(t0);
  EXPECT_THAT(wanted.take_due(t0), ElementsAre(subscribe(1, 2)));
  wanted.on_rejected(2, "invalid_format", t0, random);
  EXPECT_EQ(wanted.phase_of(1), phase::refused);
}

// A right is granted after all, and nobody has to restart anything.
TEST(SubscriptionBook, WhatIsRefusedForGoodIsAskedForAgainNowAndThen) {
  net::random_stream random(1);
  book wanted(settings);
  (void)wanted.add({});
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0);
  wanted.on_rejected(1, "unauthorized", t0, random);
  EXPECT_EQ(wanted.phase_of(1), phase::refused);
  EXPECT_EQ(wanted.next(), t0 + book::refused_for);
  EXPECT_THAT(wanted.take_due(t0 + book::refused_for - 1s), IsEmpty());
  EXPECT_THAT(wanted.take_due(t0 + book::refused_for), ElementsAre(subscribe(1, 2)));
  (void)wanted.on_accepted(2, t0 + book::refused_for);
  EXPECT_TRUE(wanted.all_live());
}

// "Subscribed", pings answered, and what comes first was lost: it would be silent for minutes.
TEST(SubscriptionBook, OneWhoseSnapshotDoesNotComeIsEndedAndAskedForAgain) {
  net::random_stream random(1);
  book wanted(settings);
  (void)wanted.add({.snapshot_first = true});
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0);
  EXPECT_EQ(wanted.on_accepted(1, t0), std::nullopt);
  EXPECT_EQ(wanted.phase_of(1), phase::asked) << "accepted is not alive";
  wanted.on_rejected(1, "timeout", t0 + 5s, random);
  EXPECT_THAT(wanted.take_due(t0 + 6s), ElementsAre(unsubscribe(1, 1), subscribe(1, 2)));
  (void)wanted.on_accepted(2, t0 + 6s);
  EXPECT_TRUE(wanted.on_event(2, t0 + 6s).deliver);
  EXPECT_TRUE(wanted.all_live());
  wanted.on_rejected(2, "unknown_error", t0 + 7s, random);
  EXPECT_EQ(wanted.phase_of(1), phase::live) << "it was accepted: an event was lost";
}

TEST(SubscriptionBook, UntilTheNewSnapshotTheOldRoundCounts) {
  net::random_stream random(1);
  book wanted(settings);
  (void)wanted.add({.snapshot_first = true});
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0);
  (void)wanted.on_accepted(1, t0);
  (void)wanted.on_event(1, t0);
  wanted.renew(1, t0 + 1s, random);
  EXPECT_THAT(wanted.take_due(t0 + 1s), ElementsAre(subscribe(1, 2)));
  (void)wanted.on_accepted(2, t0 + 2s);
  EXPECT_TRUE(wanted.on_event(1, t0 + 3s).deliver);
  EXPECT_TRUE(wanted.on_event(2, t0 + 4s).deliver);
  EXPECT_FALSE(wanted.on_event(1, t0 + 5s).deliver);
  EXPECT_THAT(wanted.take_due(t0 + 5s), ElementsAre(unsubscribe(1, 1)));
}

// An event that could not be put into words is a failed result (reference §3.3).
TEST(SubscriptionBook, OneWhoseSnapshotCannotBeToldIsEndedAndAskedForAgain) {
  net::random_stream random(1);
  book wanted(settings);
  (void)wanted.add({.snapshot_first = true});
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0);
  (void)wanted.on_accepted(1, t0);
  wanted.on_rejected(1, "unknown_error", t0, random);
  EXPECT_EQ(wanted.phase_of(1), phase::waiting);
  EXPECT_THAT(wanted.take_due(t0 + 1s), ElementsAre(unsubscribe(1, 1), subscribe(1, 2)));
}

// Field failure startup-dead-subscription: accepted while starting, and no event ever.
TEST(SubscriptionBook, OneFromBeforeRunningIsReplacedWithoutAHole) {
  book wanted = with_one_live({}, false);
  wanted.on_running(t0 + 20s);
  EXPECT_THAT(wanted.take_due(t0 + 20s), ElementsAre(subscribe(1, 2)));
  EXPECT_TRUE(wanted.on_event(1, t0 + 21s).deliver)
      << "the old round counts until the new one does";
  EXPECT_EQ(wanted.on_accepted(2, t0 + 22s), std::nullopt);
  EXPECT_THAT(wanted.take_due(t0 + 22s), ElementsAre(unsubscribe(1, 1)));
  EXPECT_FALSE(wanted.on_event(1, t0 + 23s).deliver) << "delivered twice";
  EXPECT_TRUE(wanted.on_event(2, t0 + 23s).deliver);
}

TEST(SubscriptionBook, OneThatNeedsNoIntegrationIsLeftAlone) {
  book wanted = with_one_live({.needs_running = false}, false);
  wanted.on_running(t0 + 20s);
  EXPECT_THAT(wanted.take_due(t0 + 20s), IsEmpty());
}

TEST(SubscriptionBook, RunningThatComesWhileItIsAskedForCountsToo) {
  book wanted(settings);
  (void)wanted.add({});
  wanted.on_session_ready(false);
  (void)wanted.take_due(t0);
  wanted.on_running(t0 + 1s);
  (void)wanted.on_accepted(1, t0 + 2s);
  EXPECT_THAT(wanted.take_due(t0 + 2s), ElementsAre(subscribe(1, 2)));
}

// "Pings fine, no events."
TEST(SubscriptionBook, AQuietOneIsMadeAnewUnlessItMayBeQuiet) {
  book wanted = with_one_live();
  (void)wanted.add({.may_be_quiet = true});
  (void)wanted.take_due(t0);
  (void)wanted.on_accepted(2, t0);
  (void)wanted.on_event(1, t0 + 5min);
  EXPECT_EQ(wanted.next(), t0 + 15min);
  EXPECT_THAT(wanted.take_due(t0 + 15min), ElementsAre(subscribe(1, 3)));
  EXPECT_EQ(wanted.next(), net::never) << "one renewal at a time";
}

// A lost event leaves no trace: busy or not, all is asked for again.
TEST(SubscriptionBook, OneWithASnapshotIsMadeAnewHoweverMuchItTells) {
  net::random_stream random(1);
  book wanted(mirror_config{.quiet_limit = 10min, .resync_interval = 20min});
  (void)wanted.add({.may_be_quiet = true, .snapshot_first = true});
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0);
  (void)wanted.on_accepted(1, t0);
  (void)wanted.on_event(1, t0 + 1s);
  (void)wanted.on_event(1, t0 + 19min);
  EXPECT_EQ(wanted.next(), t0 + 1s + 20min);
  EXPECT_THAT(wanted.take_due(t0 + 21min), ElementsAre(subscribe(1, 2)));
  wanted.on_rejected(2, "unauthorized", t0 + 21min, random);
  EXPECT_EQ(wanted.next(), t0 + 21min + book::refused_for) << "once more, but not at once";
}

TEST(SubscriptionBook, ARejectedRenewalLeavesTheOldRoundAndIsTriedAgain) {
  net::random_stream random(1);
  book wanted = with_one_live();
  (void)wanted.take_due(t0 + 10min);
  wanted.on_rejected(2, "home_assistant_error", t0 + 10min, random);
  EXPECT_EQ(wanted.phase_of(1), phase::live);
  EXPECT_TRUE(wanted.on_event(1, t0 + 10min).deliver);
  EXPECT_LE(wanted.next(), t0 + 10min + 1s);
}

// Its silence goes on: that is no reason to ask again at once.
TEST(SubscriptionBook, ARenewalOfAQuietOneThatIsRejectedKeepsItsDelay) {
  net::random_stream random(1);
  book wanted = with_one_live();
  (void)wanted.take_due(t0 + 10min);
  wanted.on_rejected(2, "unauthorized", t0 + 10min, random);
  EXPECT_EQ(wanted.phase_of(1), phase::live);
  EXPECT_EQ(wanted.next(), t0 + 10min + book::refused_for);
}

TEST(SubscriptionBook, ARoundWithoutAnAnswerIsEndedBeforeItIsTriedAgain) {
  net::random_stream random(1);
  book wanted(settings);
  (void)wanted.add({});
  wanted.on_session_ready(true);
  (void)wanted.take_due(t0);
  wanted.on_rejected(1, "timeout", t0 + 10s, random);
  EXPECT_THAT(wanted.take_due(t0 + 11s), ElementsAre(unsubscribe(1, 1), subscribe(1, 2)));
  EXPECT_EQ(wanted.on_accepted(1, t0 + 12s), std::nullopt) << "too late";
  EXPECT_EQ(wanted.phase_of(1), phase::asked);
}

// An event that Home Assistant could not serialise is a failed result with the subscription's id.
TEST(SubscriptionBook, AFailureOfALiveRoundDoesNotEndIt) {
  net::random_stream random(1);
  book wanted = with_one_live();
  wanted.on_rejected(1, "unknown_error", t0 + 1min, random);
  EXPECT_EQ(wanted.phase_of(1), phase::live);
}

// Each round may lose its first event as well: made anew at once each time, it would never wait.
TEST(SubscriptionBook, WhatIsMadeAnewAgainAndAgainWaitsLongerEachTime) {
  net::random_stream random(1);
  book wanted = with_one_live();
  net::time_point now = t0 + 1min;
  wanted.renew(1, now, random);
  EXPECT_EQ(wanted.next(), now) << "the first time at once";
  unsigned rounds = 1;
  for (book::round number = 2; now < t0 + 11min; ++number, ++rounds) {
    wanted.renew(1, now, random);
    now = std::max(now, wanted.next());
    EXPECT_THAT(wanted.take_due(now), ElementsAre(subscribe(1, number)));
    wanted.renew(1, now, random);  // Nothing: a new round is on its way.
    (void)wanted.on_accepted(number, now);
    EXPECT_THAT(wanted.take_due(now), ElementsAre(unsubscribe(1, number - 1)));
  }
  EXPECT_LT(rounds, 45U) << "half of retry_cap apart, on the average";
  EXPECT_GT(rounds, 10U);
  now += 2min;
  wanted.renew(1, now, random);
  EXPECT_EQ(wanted.next(), now) << "it was well for retry_cap";
}

TEST(SubscriptionBook, ARenewalThatWaitsIsNotPutOff) {
  net::random_stream random(1);
  book wanted = with_one_live();
  wanted.renew(1, t0, random);
  (void)wanted.take_due(t0);
  (void)wanted.on_accepted(2, t0);
  (void)wanted.take_due(t0);
  wanted.renew(1, t0, random);
  const net::time_point due = wanted.next();
  ASSERT_LE(due, t0 + 1s);
  for (int i = 0; i < 100; ++i) wanted.renew(1, t0, random);
  EXPECT_EQ(wanted.next(), due);
}

TEST(SubscriptionBook, OneThatIsNotWantedAnyMoreIsUnsubscribed) {
  book wanted = with_one_live();
  wanted.remove(1);
  wanted.remove(1);
  EXPECT_THAT(wanted.take_due(t0), ElementsAre(unsubscribe(1, 1)));
  EXPECT_FALSE(wanted.on_event(1, t0).deliver);
  EXPECT_TRUE(wanted.all_live());
}

TEST(SubscriptionBook, WithoutTheLayerARejectionIsFinalForTheSession) {
  net::random_stream random(1);
  book wanted(std::nullopt);
  (void)wanted.add({});
  wanted.on_session_ready(false);
  (void)wanted.take_due(t0);
  wanted.on_rejected(1, "unknown_command", t0, random);
  EXPECT_EQ(wanted.phase_of(1), phase::refused);
  wanted.on_running(t0);
  EXPECT_EQ(wanted.next(), net::never);
  wanted.on_session_lost(t0);
  wanted.on_session_ready(true);
  EXPECT_EQ(wanted.next(), t0);
}

TEST(SubscriptionBook, ThereIsRoomForSoManyOnly) {
  book wanted(mirror_config{.subscriptions_max = 1});
  EXPECT_TRUE(wanted.add({}));
  EXPECT_FALSE(wanted.add({}));
}

/// What Home Assistant has: it takes commands in their order, and answers when it pleases.
struct server {
  std::map<book::round, book::handle> live;
  std::vector<book::action> unanswered;

  void take(const std::vector<book::action>& sent) {
    for (const book::action& each : sent) {
      if (each.what == todo::subscribe) unanswered.push_back(each);
      if (each.what == todo::unsubscribe) live.erase(each.number);
      if (each.what == todo::unsubscribe) {
        std::erase_if(unanswered, [&](const auto& of) { return of.number == each.number; });
      }
    }
  }
};

// Field failure duplicate-delivery. After any history an event is delivered exactly once for each
// subscription that the server knows, nothing unwanted is left there, and all live in the end.
RC_GTEST_PROP(SubscriptionBook, ExactlyOneRoundDeliversAndEverythingLivesInTheEnd, ()) {
  book wanted(settings);
  net::random_stream random(*rc::gen::arbitrary<std::uint64_t>());
  server home;
  std::vector<book::handle> handles;
  bool session = false;
  net::time_point now = t0;
  const auto answer = [&](bool accept, std::string_view code) {
    if (home.unanswered.empty()) return;
    const book::action first = home.unanswered.front();
    home.unanswered.erase(home.unanswered.begin());
    if (accept) home.live.emplace(first.number, first.which);
    if (accept) (void)wanted.on_accepted(first.number, now);
    if (!accept) wanted.on_rejected(first.number, code, now, random);
  };
  const auto deliver_to_each = [&] {
    std::multiset<book::handle> delivered;
    for (const auto& [number, which] : home.live) {
      if (wanted.on_event(number, now).deliver) delivered.insert(which);
    }
    for (const book::handle each : delivered) RC_ASSERT(delivered.count(each) == 1U);
    for (const book::handle each : handles) {
      if (wanted.phase_of(each) == phase::live) RC_ASSERT(delivered.contains(each));
    }
  };
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
    now += 17s;
    if (step == 0) {
      if (const auto added = wanted.add({})) handles.push_back(*added);
    } else if (step == 1 && !handles.empty()) {
      wanted.remove(handles.front());
      handles.erase(handles.begin());
    } else if (step == 2 && session) {
      wanted.on_session_lost(now);
      home = {};
      session = false;
    } else if (step == 3 && !session) {
      wanted.on_session_ready(*rc::gen::arbitrary<bool>());
      session = true;
    } else if (step == 4) {
      wanted.on_running(now);
    } else if (step == 5) {
      now += 10min;
    } else if (step == 6) {
      answer(false, "unknown_command");
    } else if (step == 7 || step == 8) {
      answer(true, "");
    } else if (step < 11) {
      home.take(wanted.take_due(now));
    } else {
      deliver_to_each();
    }
  }
  if (!session) wanted.on_session_ready(true);
  wanted.on_running(now);
  for (int i = 0; i < 200 && (!wanted.all_live() || wanted.next() <= now); ++i) {
    if (wanted.next() != net::never) now = std::max(now, wanted.next());
    home.take(wanted.take_due(now));
    while (!home.unanswered.empty()) answer(true, "");
    home.take(wanted.take_due(now));
  }
  RC_ASSERT(wanted.all_live());
  RC_ASSERT(home.live.size() == handles.size());
  deliver_to_each();
}

}  // namespace
}  // namespace hassle::client
