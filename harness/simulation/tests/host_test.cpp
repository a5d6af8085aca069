#include "harness/simulation/tests/two_hosts.hpp"

#include <hassle/net/time.hpp>

#include <boost/random/uniform_int_distribution.hpp>

namespace hassle::harness {
namespace {

struct HostFixture : NetworkFixture {
  net::time_source& time = client.time();

  net::time_source::timer_id note_at(net::duration t, const std::string& what) {
    return time.call_at(at(t), [this, what] { note("timer", what); });
  }
};

TEST_F(HostFixture, TimersFireInTheOrderOfTheirDeadlines) {
  note_at(2s, "b");
  note_at(1s, "a");
  note_at(2s, "c");
  run_until(3s);
  EXPECT_THAT(log, ElementsAre("1000 timer: a", "2000 timer: b", "2000 timer: c"));
}

TEST_F(HostFixture, ADeadlineThatHasPassedFiresAtOnceButNotInline) {
  run_until(5s);
  note_at(1s, "late");
  EXPECT_THAT(log, IsEmpty());
  run_until(5s);
  EXPECT_THAT(log, ElementsAre("5000 timer: late"));
}

TEST_F(HostFixture, CancelledTimersDoNotFire) {
  const auto cancelled = note_at(1s, "cancelled");
  EXPECT_NE(cancelled, 0U);
  time.cancel(cancelled);
  time.cancel(cancelled);
  time.cancel(0);
  run_until(2s);
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(HostFixture, WhileFrozenNothingHappensAndAtThawAllThatIsDue) {
  note_at(1s, "a");
  note_at(2s, "b");
  note_at(30s, "not yet due");
  client.freeze();
  run_until(10s);
  EXPECT_THAT(log, IsEmpty());
  client.thaw();
  run_until(20s);
  EXPECT_THAT(log, ElementsAre("10000 timer: a", "10000 timer: b"));
}

// The first thing that a thawed program does may be to cancel what is due behind it.
TEST_F(HostFixture, ADueTimerCanBeCancelledByTheOneBeforeIt) {
  net::time_source::timer_id second = 0;
  time.call_at(at(1s), [&] {
    note("timer", "first");
    time.cancel(second);
  });
  second = note_at(2s, "second");
  client.freeze();
  run_until(10s);
  client.thaw();
  run_until(20s);
  EXPECT_THAT(log, ElementsAre("10000 timer: first"));
}

TEST_F(HostFixture, FreezingAgainKeepsTheRest) {
  time.call_at(at(1s), [&] {
    note("timer", "first");
    client.freeze();
  });
  note_at(2s, "second");
  client.freeze();
  run_until(10s);
  client.thaw();
  run_until(20s);
  EXPECT_THAT(log, ElementsAre("10000 timer: first"));
  client.thaw();
  run_until(30s);
  EXPECT_THAT(log, ElementsAre("10000 timer: first", "20000 timer: second"));
}

TEST_F(HostFixture, OneHostFrozenLeavesTheOtherRunning) {
  client.freeze();
  server.time().call_at(at(1s), [this] { note("server", "runs"); });
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("1000 server: runs"));
}

TEST_F(HostFixture, TheWallClockStartsAtTheEpochAndMayJump) {
  run_until(5s);
  EXPECT_EQ(time.wall_now(), host::epoch + 5s);
  client.jump_wall_clock(-1h);
  EXPECT_EQ(time.wall_now(), host::epoch + 5s - 1h);
  EXPECT_EQ(server.time().wall_now(), host::epoch + 5s);
  EXPECT_EQ(time.now(), at(5s));
}

TEST_F(HostFixture, RandomStreamsDependOnSeedHostAndNameAlone) {
  auto first = client.random("backoff");
  client.random("masking")();
  auto again = client.random("backoff");
  EXPECT_EQ(first(), again());
  EXPECT_NE(client.random("a")(), client.random("b")());
  EXPECT_NE(client.random("a")(), server.random("a")());
  two_hosts other_seed({}, 2);
  EXPECT_NE(client.random("a")(), other_seed.client.random("a")());
}

TEST_F(HostFixture, SleepersWakeAtTheirTimeOrWhenCancelled) {
  asio::awaitable<void> task = [](two_hosts& t, net::time_source& clock) -> asio::awaitable<void> {
    const error_code woken = co_await net::sleep_until(clock, at(1s));
    t.note("sleeper", woken ? error_text(woken) : "woken");
    const error_code cancelled = co_await net::sleep_until(clock, net::never);
    t.note("sleeper", error_text(cancelled));
  }(*this, time);
  net::task_group sleeping(world.executor());
  sleeping.spawn(std::move(task));
  at_time(5s, [&] { sleeping.stop(); });
  run_until(10s);
  EXPECT_EQ(sleeping.size(), 0U);
  EXPECT_THAT(log, ElementsAre("1000 sleeper: woken", "5000 sleeper: cancelled"));
}

TEST_F(HostFixture, ACancelledSleeperLeavesNoTimer) {
  asio::awaitable<void> task = [](net::time_source& clock) -> asio::awaitable<void> {
    co_await net::sleep_until(clock, at(1h));
  }(time);
  net::task_group sleeping(world.executor());
  sleeping.spawn(std::move(task));
  at_time(1s, [&] { sleeping.stop(); });
  run_until(2s);
  EXPECT_EQ(world.pending_events(), 0U);
}

TEST_F(HostFixture, ATimerObjectFiresOnceAndCancelsItself) {
  {
    net::timer forgotten(time);
    forgotten.call_at(at(1s), [this] { note("timer", "forgotten"); });
    EXPECT_TRUE(forgotten.armed());
  }
  net::timer kept(time);
  kept.call_at(at(1s), [this] { note("timer", "replaced"); });
  kept.call_at(at(2s), [&, this] {
    note("timer", "first");
    if (world.now() < at(3s)) {
      kept.call_at(at(3s), [this] { note("timer", "second"); });
    }
  });
  run_until(10s);
  EXPECT_FALSE(kept.armed());
  EXPECT_THAT(log, ElementsAre("2000 timer: first", "3000 timer: second"));
}

TEST_F(HostFixture, ATimerMayDestroyItself) {
  auto timer = std::make_unique<net::timer>(time);
  timer->call_at(at(1s), [&] {
    timer.reset();
    note("timer", "gone");
  });
  run_until(2s);
  EXPECT_THAT(log, ElementsAre("1000 timer: gone"));
}

TEST_F(HostFixture, ATimerThatIsNeverDueIsNotArmed) {
  net::timer timer(time);
  timer.call_at(net::never, [] {});
  EXPECT_FALSE(timer.armed());
  EXPECT_EQ(world.pending_events(), 0U);
}

}  // namespace
}  // namespace hassle::harness
