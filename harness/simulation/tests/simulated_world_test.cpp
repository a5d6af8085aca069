#include "harness/simulation/simulated_world.hpp"

#include <gmock/gmock.h>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <stdexcept>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

net::time_point at(net::duration t) { return net::time_point(t); }

TEST(SimulatedWorld, TheClockJumpsFromEventToEvent) {
  simulated_world world(1);
  std::vector<net::time_point> seen;
  world.at(at(1h), [&] { seen.push_back(world.now()); });
  world.at(at(24h), [&] { seen.push_back(world.now()); });
  EXPECT_EQ(world.run_until(at(48h)), run_end::reached_end);
  EXPECT_THAT(seen, ElementsAre(at(1h), at(24h)));
  EXPECT_EQ(world.now(), at(48h));
}

TEST(SimulatedWorld, EventsAtTheEndStillRunAndLaterOnesWait) {
  simulated_world world(1);
  std::vector<std::string> seen;
  world.at(at(1s), [&] { seen.emplace_back("at the end"); });
  world.at(at(1s) + 1ns, [&] { seen.emplace_back("later"); });
  world.run_until(at(1s));
  EXPECT_THAT(seen, ElementsAre("at the end"));
  world.run_until(at(2s));
  EXPECT_THAT(seen, ElementsAre("at the end", "later"));
}

TEST(SimulatedWorld, ThePastHappensNow) {
  simulated_world world(1);
  world.run_until(at(10s));
  net::time_point when{};
  world.at(at(1s), [&] { when = world.now(); });
  world.run_until(at(20s));
  EXPECT_EQ(when, at(10s));
}

// Completions belong to the instant that caused them: nothing may overtake them.
TEST(SimulatedWorld, WhatIsReadyRunsBeforeTheNextEvent) {
  simulated_world world(1);
  std::vector<std::string> seen;
  world.at(at(1s), [&] {
    asio::post(world.executor(), [&] { seen.emplace_back("posted"); });
    seen.emplace_back("first");
  });
  world.at(at(1s), [&] { seen.emplace_back("second"); });
  world.run_until(at(1s));
  EXPECT_THAT(seen, ElementsAre("first", "posted", "second"));
}

TEST(SimulatedWorld, PostQueuesAndDispatchFromInsideRunsAtOnce) {
  simulated_world world(1);
  std::vector<std::string> seen;
  const auto executor = world.executor();
  asio::dispatch(executor, [&] {
    asio::post(executor, [&] { seen.emplace_back("posted"); });
    asio::dispatch(executor, [&] { seen.emplace_back("dispatched"); });
    seen.emplace_back("outer");
  });
  EXPECT_TRUE(seen.empty());  // From outside, even dispatch waits.
  world.run_until(at(0s));
  EXPECT_THAT(seen, ElementsAre("dispatched", "outer", "posted"));
}

// A client that spins must become an error, not a hang.
TEST(SimulatedWorld, EventsThatNeverLetTimePassEndTheRun) {
  simulated_world world(1, {.per_instant_max = 1000});
  std::function<void()> again = [&] { world.at(world.now(), [&] { again(); }); };
  again();
  EXPECT_EQ(world.run_until(at(1s)), run_end::busy_loop);
}

TEST(SimulatedWorld, CompletionsThatNeverLetTimePassEndTheRun) {
  simulated_world world(1, {.per_instant_max = 1000});
  std::function<void()> again = [&] { asio::post(world.executor(), [&] { again(); }); };
  again();
  EXPECT_EQ(world.run_until(at(1s)), run_end::busy_loop);
}

TEST(SimulatedWorld, TheLimitIsForOneInstantOnly) {
  simulated_world world(1, {.per_instant_max = 10});
  int count = 0;
  std::function<void()> tick = [&] {
    if (++count < 1000) world.at(world.now() + 1ns, [&] { tick(); });
  };
  tick();
  EXPECT_EQ(world.run_until(at(1s)), run_end::reached_end);
  EXPECT_EQ(count, 1000);
}

TEST(SimulatedWorld, TheStopFlagEndsTheRun) {
  simulated_world world(1);
  std::atomic<bool> stop = false;
  int ticks = 0;
  std::function<void()> tick = [&] {
    if (++ticks == 100) stop = true;
    world.at(world.now() + 1s, [&] { tick(); });
  };
  tick();
  EXPECT_EQ(world.run_until(net::never, &stop), run_end::interrupted);
  EXPECT_LT(ticks, 1000);
}

TEST(SimulatedWorld, FinishLetsReadyCompletionsRun) {
  simulated_world world(1);
  std::vector<std::string> seen;
  world.at(at(1s), [&] {
    world.finish();
    world.post([&] { seen.emplace_back("ready"); });
  });
  world.at(at(1s), [&] { seen.emplace_back("next event"); });
  EXPECT_EQ(world.run_until(at(5s)), run_end::finished);
  EXPECT_THAT(seen, ElementsAre("ready"));
  EXPECT_EQ(world.now(), at(1s));
}

TEST(SimulatedWorld, ExceptionsPassThroughAndTheRestCanGoOn) {
  simulated_world world(1);
  std::vector<std::string> seen;
  world.post([] { throw std::runtime_error("bug"); });
  world.post([&] { seen.emplace_back("behind"); });
  EXPECT_THROW(world.run_until(at(1s)), std::runtime_error);
  EXPECT_EQ(world.run_until(at(1s)), run_end::reached_end);
  EXPECT_THAT(seen, ElementsAre("behind"));
}

TEST(SimulatedWorld, RunsUntilNothingIsLeftIfThereIsNoEnd) {
  simulated_world world(1);
  world.at(at(100h), [] {});
  EXPECT_EQ(world.run_until(net::never), run_end::reached_end);
  EXPECT_EQ(world.now(), at(100h));
}

}  // namespace
}  // namespace hassle::harness
