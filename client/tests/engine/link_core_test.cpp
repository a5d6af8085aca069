#include "cores/link_core.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hassle::client {
namespace {

using phase = link_core::phase;
using todo = link_core::todo;
using step = link_core::step;

constexpr net::time_point t0{};

config everything() {
  config settings;
  settings.reconnect.emplace();
  settings.jitter.emplace();
  settings.admission.emplace();
  settings.token.emplace();
  return settings;
}

config plain() {
  config settings;
  settings.reconnect.emplace();
  return settings;
}

class LinkCoreFixture : public ::testing::Test {
 protected:
  net::random_stream random{1};

  /// From wherever a begin is due to `ready`.
  void connect(link_core& link, net::time_point now) {
    ASSERT_EQ(link.now(), phase::token);
    ASSERT_EQ(link.on_token().what, todo::dial);
    ASSERT_EQ(link.on_dialled().what, todo::authenticate);
    step next = link.on_auth_ok(now);
    if (next.what == todo::ask_running) next = link.on_running();
    ASSERT_EQ(next.what, todo::serve);
  }
};

TEST_F(LinkCoreFixture, ASlotIsIdleUntilSomebodyNeedsItAndThenGoesThroughAllStages) {
  link_core link(everything());
  EXPECT_EQ(link.now(), phase::idle);
  EXPECT_EQ(link.retry(), step{todo::nothing}) << "nobody needs it";
  EXPECT_EQ(link.on_wanted(), step{todo::get_token});
  EXPECT_EQ(link.on_wanted(), step{todo::nothing});
  EXPECT_EQ(link.on_token(), step{todo::dial});
  EXPECT_EQ(link.on_dialled(), step{todo::authenticate});
  EXPECT_EQ(link.on_auth_ok(t0), step{todo::ask_running});
  EXPECT_EQ(link.now(), phase::starting);
  EXPECT_EQ(link.on_running(), step{todo::serve});
  EXPECT_EQ(link.now(), phase::ready);
}

TEST_F(LinkCoreFixture, WithoutAdmissionNobodyAsksWhetherTheHomeIsRunning) {
  link_core link(plain());
  (void)link.on_wanted();
  (void)link.on_token();
  (void)link.on_dialled();
  EXPECT_EQ(link.on_auth_ok(t0), step{todo::serve});
}

TEST_F(LinkCoreFixture, AStableConnectionThatIsLostIsDialledAgainAtOnceAndThenMoreSlowly) {
  link_core link(everything());
  (void)link.on_wanted();
  connect(link, t0);
  const net::time_point lost = t0 + 1h;
  step next = link.on_lost(lost, random);
  EXPECT_EQ(next.what, todo::wait);
  EXPECT_LE(next.at, lost + 500ms);
  EXPECT_EQ(link.failures(), 0U);
  const net::time_point dialled = next.at;
  EXPECT_EQ(link.on_timer(dialled), step{todo::get_token});
  (void)link.on_token();
  next = link.on_dial_failed(dial_failure::network, std::nullopt, dialled, random);
  EXPECT_EQ(next.what, todo::wait);
  EXPECT_LE(next.at, dialled + 1s);
  EXPECT_EQ(link.failures(), 1U);
}

// A restart takes seconds, and the herd must not return together; but who waits is let try once.
TEST_F(LinkCoreFixture, AfterAServerThatStopsItTakesItsTimeUnlessACommandWaits) {
  link_core link(everything());
  (void)link.on_wanted();
  connect(link, t0);
  const net::time_point lost = t0 + 1h;
  const step next = link.on_lost(lost, random, ready_end::server_stops);
  EXPECT_GT(next.at, lost + 500ms);
  EXPECT_LE(next.at, lost + 8s);
  EXPECT_EQ(link.demand_at(), lost);
  EXPECT_EQ(link.on_demand(lost), step{todo::get_token});
  (void)link.on_token();
  (void)link.on_dial_failed(dial_failure::network, std::nullopt, lost, random);
  EXPECT_GE(link.next(), lost + 8s) << "the dials after it are far apart as well";
  EXPECT_GE(link.demand_at(), lost + 5s) << "once";
}

TEST_F(LinkCoreFixture, AConnectionThatComesAndGoesDoesNotSetTheDelaysBack) {
  link_core link(everything());
  (void)link.on_wanted();
  connect(link, t0);
  net::time_point now = t0 + 1h;
  step next = link.on_lost(now, random);
  for (unsigned n = 1; n <= 6; ++n) {
    now = next.at;
    (void)link.on_timer(now);
    connect(link, now);
    next = link.on_lost(now + 1s, random);
    EXPECT_EQ(link.failures(), n);
  }
}

TEST_F(LinkCoreFixture, ATimerThatComesEarlyWaitsOn) {
  link_core link(plain());
  (void)link.on_wanted();
  (void)link.on_token();
  const step next = link.on_dial_failed(dial_failure::network, std::nullopt, t0, random);
  EXPECT_EQ(next, (step{todo::wait, t0 + 1s}));
  EXPECT_EQ(link.on_timer(t0 + 999ms), next);
  EXPECT_EQ(link.on_timer(t0 + 1s), step{todo::get_token});
}

TEST_F(LinkCoreFixture, ARetryEndsAWaitAndStartsTheDelaysOver) {
  link_core link(plain());
  (void)link.on_wanted();
  net::time_point now = t0;
  for (int n = 0; n < 5; ++n) {
    (void)link.on_token();
    now = link.on_dial_failed(dial_failure::network, std::nullopt, now, random).at;
    if (n < 4) (void)link.on_timer(now);
  }
  EXPECT_EQ(link.retry(), step{todo::get_token});
  EXPECT_EQ(link.retry(), step{todo::nothing}) << "an attempt is under way";
  (void)link.on_token();
  EXPECT_EQ(link.on_dial_failed(dial_failure::network, std::nullopt, now, random).at, now + 1s);
}

TEST_F(LinkCoreFixture, ACommandThatWaitsBringsTheNextAttemptForwardButNotAtOnce) {
  link_core link(plain());
  (void)link.on_wanted();
  net::time_point now = t0;
  for (int n = 0; n < 6; ++n) {
    (void)link.on_token();
    now = link.on_dial_failed(dial_failure::network, std::nullopt, now, random).at;
    if (n < 5) (void)link.on_timer(now);
  }
  EXPECT_EQ(link.next(), now) << "32 s after the last attempt";
  EXPECT_EQ(link.demand_at(), now - 27s);
  EXPECT_EQ(link.on_demand(now - 28s), step{todo::nothing});
  EXPECT_EQ(link.on_demand(now - 27s), step{todo::get_token});
  EXPECT_EQ(link.on_demand(now - 27s), step{todo::nothing});
  (void)link.on_token();
  EXPECT_EQ(link.on_dial_failed(dial_failure::network, std::nullopt, now, random).at, now + 60s)
      << "and the delays go on growing";
}

TEST_F(LinkCoreFixture, NobodysNeedOverrulesAServerThatAsksForTime) {
  link_core link(everything());
  (void)link.on_wanted();
  (void)link.on_token();
  (void)link.on_dial_failed(dial_failure::network, 40s, t0, random);
  EXPECT_EQ(link.demand_at(), net::never);
  EXPECT_EQ(link.on_demand(t0 + 10s), step{todo::nothing});
}

TEST_F(LinkCoreFixture, ARefusedTokenIsFollowedByAFreshOneAtOnceAndThenByAWait) {
  link_core link(everything());
  (void)link.on_wanted();
  (void)link.on_token();
  (void)link.on_dialled();
  EXPECT_EQ(link.on_auth_invalid(true, t0, random), step{todo::get_token});
  (void)link.on_token();
  (void)link.on_dialled();
  EXPECT_EQ(link.on_auth_invalid(true, t0, random).what, todo::wait);
}

TEST_F(LinkCoreFixture, APermanentRefusalIsAStateAndNoLoop) {
  link_core link(everything());
  (void)link.on_wanted();
  (void)link.on_token();
  (void)link.on_dialled();
  EXPECT_EQ(link.on_auth_invalid(false, t0, random), step{todo::park});
  EXPECT_EQ(link.now(), phase::refused);
  EXPECT_EQ(link.on_wanted(), step{todo::nothing});
  EXPECT_EQ(link.retry(), step{todo::get_token});
  EXPECT_EQ(link.on_token_refused(), step{todo::park});
  EXPECT_EQ(link.now(), phase::refused);
}

TEST_F(LinkCoreFixture, WithoutTheLayerTokenARefusalIsTriedAgainAfterADelay) {
  link_core link(plain());
  (void)link.on_wanted();
  (void)link.on_token();
  (void)link.on_dialled();
  EXPECT_EQ(link.on_auth_invalid(true, t0, random), (step{todo::wait, t0 + 1s}));
}

TEST_F(LinkCoreFixture, ATokenThatDoesNotComeCountsAsAFailedAttempt) {
  link_core link(plain());
  (void)link.on_wanted();
  EXPECT_EQ(link.on_token_late(t0, random), (step{todo::wait, t0 + 1s}));
  EXPECT_EQ(link.failures(), 1U);
}

TEST_F(LinkCoreFixture, WithoutReconnectThereIsOneAttempt) {
  link_core link{config{}};
  (void)link.on_wanted();
  (void)link.on_token();
  EXPECT_EQ(link.on_dial_failed(dial_failure::network, std::nullopt, t0, random), step{todo::park});
  EXPECT_EQ(link.now(), phase::spent);
  EXPECT_EQ(link.on_wanted(), step{todo::nothing});
  EXPECT_EQ(link.retry(), step{todo::get_token}) << "somebody asked for it";
}

TEST_F(LinkCoreFixture, AServerThatAsksForTimeGetsIt) {
  link_core link(everything());
  (void)link.on_wanted();
  (void)link.on_token();
  const step next = link.on_dial_failed(dial_failure::overloaded, 40s, t0, random);
  EXPECT_GE(next.at, t0 + 40s);
}

TEST_F(LinkCoreFixture, NothingHappensAfterStop) {
  link_core link(everything());
  (void)link.on_wanted();
  (void)link.on_token();
  link.stop();
  EXPECT_EQ(link.on_dialled(), step{todo::park});
  EXPECT_EQ(link.on_lost(t0, random), step{todo::park});
  EXPECT_EQ(link.on_wanted(), step{todo::nothing});
  EXPECT_EQ(link.retry(), step{todo::park});
  EXPECT_EQ(link.now(), phase::stopped);
}

// Whatever happens in whatever order, there is one attempt at a time, and it never gives up unless
// refused.
RC_GTEST_PROP(LinkCore, ASlotAlwaysHasSomethingToDoUnlessItIsRefused, (std::uint64_t seed)) {
  link_core link(everything());
  net::random_stream random(seed);
  net::time_point now = t0;
  step next = link.on_wanted();
  bool connected = false;
  for (int n = 0; n < 200; ++n) {
    const auto dice = *rc::gen::inRange(0, 4);
    now += duration(*rc::gen::inRange<std::int64_t>(0, 60'000'000'000));
    switch (next.what) {
      case todo::get_token:
        RC_ASSERT(!connected);
        next = dice == 0 ? link.on_token_late(now, random) : link.on_token();
        break;
      case todo::dial:
        RC_ASSERT(!connected);
        next = dice == 0 ? link.on_dial_failed(dial_failure::unwelcome, std::nullopt, now, random)
                         : link.on_dialled();
        connected = next.what == todo::authenticate;
        break;
      case todo::authenticate:
        if (dice < 2) connected = false;
        next = dice == 0   ? link.on_auth_invalid(true, now, random)
               : dice == 1 ? link.on_lost(now, random)
                           : link.on_auth_ok(now);
        break;
      case todo::ask_running:
        if (dice == 0) connected = false;
        next = dice == 0 ? link.on_lost(now, random) : link.on_running();
        break;
      case todo::serve:
        connected = false;
        next = link.on_lost(now, random);
        break;
      case todo::wait:
        RC_ASSERT(next.at <= now + 20min);
        if (dice == 0) {
          next = link.retry();
        } else {
          now = std::max(now, next.at);
          next = link.on_timer(now);
        }
        break;
      case todo::nothing:
      case todo::park:
        RC_FAIL("it gave up");
    }
  }
}

}  // namespace
}  // namespace hassle::client
