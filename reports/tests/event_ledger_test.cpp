#include "reports/event_ledger.hpp"

#include "reports/tests/helpers.hpp"

#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

// A home and an application with one subscription to everything.
class a_ledger : public recorder {
 public:
  a_ledger() {
    started();
    note(event_kind::subscription_wanted, 0, 0, 1, "state_changed");
    after(1s).note(event_kind::subscription_live, 1, 0, 1);
  }
  a_ledger& change(std::string_view what) {
    after(1s).note(event_kind::home_changed, 0, 0, 0, what);
    return *this;
  }
  a_ledger& hear(std::string_view what, std::int64_t handle = 1) {
    after(10ms).note(event_kind::event_heard, 0, 0, handle, what);
    return *this;
  }
  a_ledger& gap() {
    after(1s).note(event_kind::gap_heard, 0, 0, 1, "1 2");
    return *this;
  }
  [[nodiscard]] ledger_findings findings() const { return keep_ledger(a_run(), written()); }
};

TEST(EventLedger, WhatIsHeardInOrderIsWell) {
  a_ledger l;
  l.change("light.a 1").hear("light.a 1").change("light.b 2").change("light.a 3");
  l.hear("light.b 2").hear("light.a 3");
  const ledger_findings f = l.findings();
  EXPECT_EQ(f.wanted, 1U);
  EXPECT_EQ(f.heard, 3U);
  EXPECT_EQ(f.lost.count + f.duplicate.count + f.reordered.count + f.late.count, 0U);
}

TEST(EventLedger, AMissedEventIsLost) {
  a_ledger l;
  l.change("light.a 1").hear("light.a 1").change("light.a 2").change("light.a 3").hear("light.a 3");
  const ledger_findings f = l.findings();
  EXPECT_EQ(f.lost.count, 1U);
  EXPECT_EQ(f.lost.first, "light.a 2 on subscription 1");
  EXPECT_EQ(f.lost.first_at, 3s + 10ms);
}

// Where the way costs no time, all of this is one instant; their order says what could be known.
TEST(EventLedger, AChangeBeforeItLivedIsNotLostThoughAtTheSameInstant) {
  recorder r;
  r.started();
  r.note(event_kind::subscription_wanted, 0, 0, 1, "state_changed");
  r.note(event_kind::home_changed, 0, 0, 0, "light.a 1");
  r.note(event_kind::subscription_live, 1, 0, 1);
  EXPECT_EQ(keep_ledger(a_run(), r.written()).lost.count, 0U);
  r.note(event_kind::home_changed, 0, 0, 0, "light.a 2");
  r.after(1s).note(event_kind::home_changed, 0, 0, 0, "light.a 3");
  r.note(event_kind::event_heard, 0, 0, 1, "light.a 3");
  EXPECT_EQ(keep_ledger(a_run(), r.written()).lost.count, 1U);
}

TEST(EventLedger, AMissedEventBehindAnAnnouncedGapIsNotLost) {
  a_ledger l;
  l.change("light.a 1").hear("light.a 1").change("light.a 2").gap().change("light.a 3");
  l.hear("light.a 3");
  EXPECT_EQ(l.findings().lost.count, 0U);
  EXPECT_EQ(l.findings().gaps, 1U);
}

// What happens after the subscription lives again must be heard, whatever was announced before.
TEST(EventLedger, AGapExcusesNothingThatHappensAfterIt) {
  a_ledger l;
  l.change("light.a 1").hear("light.a 1").gap().change("light.a 2").change("light.a 3");
  l.hear("light.a 3");
  EXPECT_EQ(l.findings().lost.count, 1U);
}

TEST(EventLedger, ASubscriptionThatFallsSilentLosesEventsUntilTheQuietTime) {
  a_ledger l;
  l.change("light.a 1").hear("light.a 1").at(2min).note(event_kind::home_changed, 0, 0, 0, "a 2");
  l.at(9min + 30s).note(event_kind::home_changed, 0, 0, 0, "a 3");
  EXPECT_EQ(l.findings().lost.count, 1U) << "a 3 may be on its way when the run ends";
  l.stopped("end of run");
  EXPECT_EQ(l.findings().lost.count, 1U);
}

TEST(EventLedger, AProcessThatDiesTakesWithItWhatWasOnItsWay) {
  a_ledger l;
  l.change("light.a 1").hear("light.a 1").change("light.a 2").stopped("recycled").started(2);
  l.change("light.a 3");
  EXPECT_EQ(l.findings().lost.count, 0U) << "nobody has subscribed in the new process";
}

// A host that sleeps between invocations hears when it is awake, and perhaps never.
TEST(EventLedger, WhatHappensWhileTheHostSleepsMayBeOnItsWay) {
  a_ledger l;
  l.change("light.a 1").hear("light.a 1").note(event_kind::host_frozen);
  l.change("light.a 2").at(8min).note(event_kind::host_thawed);
  l.change("light.a 3");
  EXPECT_EQ(l.findings().lost.count, 1U) << "it has been awake since a 3 happened";
  l.note(event_kind::host_frozen);
  EXPECT_EQ(l.findings().lost.count, 0U);
}

TEST(EventLedger, TwiceIsADuplicateUnlessItHappenedTwice) {
  a_ledger l;
  l.change("light.a 1").change("light.a 1").hear("light.a 1").hear("light.a 1");
  EXPECT_EQ(l.findings().duplicate.count, 0U);
  l.hear("light.a 1");
  EXPECT_EQ(l.findings().duplicate.count, 1U);
}

TEST(EventLedger, BehindALaterOneIsReorderedNotLost) {
  a_ledger l;
  l.change("light.a 1").change("light.a 2").hear("light.a 2").hear("light.a 1");
  EXPECT_EQ(l.findings().reordered.count, 1U);
  EXPECT_EQ(l.findings().lost.count, 0U);
}

TEST(EventLedger, AfterUnsubscribingEverythingIsLate) {
  a_ledger l;
  l.change("light.a 1").note(event_kind::subscription_dropped, 0, 0, 1);
  l.hear("light.a 1").change("light.a 2");
  EXPECT_EQ(l.findings().late.count, 1U);
  EXPECT_EQ(l.findings().lost.count, 0U);
}

TEST(EventLedger, BeforeASubscriptionLivesNothingIsPromised) {
  recorder r;
  r.started().note(event_kind::subscription_wanted, 0, 0, 1, "state_changed");
  r.after(1s).note(event_kind::home_changed, 0, 0, 0, "light.a 1").after(1s);
  r.note(event_kind::subscription_live, 1, 0, 1);
  EXPECT_EQ(keep_ledger(a_run(), r.written()).lost.count, 0U);
}

TEST(EventLedger, ASubscriptionToOneEntityMissesNoOther) {
  recorder r;
  r.started().note(event_kind::subscription_wanted, 0, 0, 1, "state_changed light.a");
  r.note(event_kind::subscription_wanted, 0, 0, 2, "state_changed_ish");
  r.note(event_kind::subscription_live, 1, 0, 1).after(1s);
  r.note(event_kind::home_changed, 0, 0, 0, "light.aa 1");
  r.note(event_kind::home_changed, 0, 0, 0, "light.a 2");
  EXPECT_EQ(keep_ledger(a_run(), r.written()).lost.count, 1U);
  EXPECT_EQ(keep_ledger(a_run(), r.written()).wanted, 1U);
}

}  // namespace
}  // namespace hassle::reports::tests
