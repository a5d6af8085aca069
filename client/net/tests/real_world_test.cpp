#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <string>
#include <thread>

// What every world promises is tested by harness/simulation/tests/world_conformance_test.cpp; here
// is what only the real one does.
namespace hassle::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

struct RealWorldFixture : ::testing::Test {
  asio::io_context context{1};
  real_world world{context, 1};
  std::vector<std::string> seen;

  time_source::timer_id note_at(time_point at, std::string what) {
    return world.time().call_at(at, [this, what = std::move(what)] { seen.push_back(what); });
  }
};

TEST_F(RealWorldFixture, TimeStartsAtZeroAndDoesNotGoBack) {
  const time_point first = world.time().now();
  EXPECT_GE(first, time_point{});
  EXPECT_GE(world.time().now(), first);
}

// Asio does not promise this for timers of its own.
TEST_F(RealWorldFixture, EqualDeadlinesFireInTheOrderOfTheirMaking) {
  const time_point at = world.time().now() + 1ms;
  for (int i = 0; i < 50; ++i) note_at(at, std::to_string(i));
  context.run();
  ASSERT_EQ(seen.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(seen[i], std::to_string(i));
}

TEST_F(RealWorldFixture, ALaterTimerWithAnEarlierDeadlineGoesFirst) {
  const time_point now = world.time().now();
  note_at(now + 3ms, "third");
  note_at(now + 1ms, "first");
  note_at(now + 2ms, "second");
  context.run();
  EXPECT_THAT(seen, ElementsAre("first", "second", "third"));
}

TEST_F(RealWorldFixture, CancellingTheLastTimerLeavesNoWork) {
  const auto first = note_at(world.time().now() + 1h, "never");
  const auto second = note_at(world.time().now() + 2h, "never");
  world.time().cancel(first);
  world.time().cancel(second);
  world.time().cancel(second);
  context.run();  // Would run for an hour otherwise.
  EXPECT_TRUE(seen.empty());
}

TEST_F(RealWorldFixture, AddressesNeedNoLookup) {
  task_group tasks(world.executor());
  std::vector<endpoint> found;
  asio::awaitable<void> task = [](net::world& w,
                                  std::vector<endpoint>& to) -> asio::awaitable<void> {
    // Named, because g++ 12 destroys a braced temporary within a co_await twice.
    const endpoint address{"127.0.0.1", 80};
    auto answer = co_await w.resolve(address);
    if (answer) to = *answer;
  }(world, found);
  tasks.spawn(std::move(task));
  context.run();
  EXPECT_THAT(found, ElementsAre(endpoint{"127.0.0.1", 80}));
}

TEST_F(RealWorldFixture, ALookupCanBeCancelled) {
  task_group tasks(world.executor());
  error_code seen_error;
  asio::awaitable<void> task = [](net::world& w, error_code& ec) -> asio::awaitable<void> {
    const endpoint name{"hassle-test.invalid", 80};
    const auto answer = co_await w.resolve(name);
    if (!answer) ec = answer.error();
  }(world, seen_error);
  tasks.spawn(std::move(task));
  asio::post(context, [&] { tasks.stop(); });
  context.run();
  EXPECT_EQ(seen_error, asio::error::operation_aborted);
}

TEST_F(RealWorldFixture, WhatIsNoAddressIsAnError) {
  EXPECT_FALSE(world.listen({"not an address", 0}).has_value());
}

TEST_F(RealWorldFixture, RandomStreamsDependOnSeedAndName) {
  EXPECT_EQ(world.random("a")(), world.random("a")());
  EXPECT_NE(world.random("a")(), world.random("b")());
  EXPECT_NE(world.random("a")(), real_world(context, 2).random("a")());
}

asio::awaitable<std::string> greet(world& there, std::string& heard) {
  auto listening = there.listen({"127.0.0.1", 0});
  EXPECT_TRUE(listening);
  auto dialled = co_await there.connect((*listening)->local_endpoint());
  EXPECT_TRUE(dialled);
  auto accepted = co_await (*listening)->accept();
  EXPECT_TRUE(accepted);
  const std::string text = "hello";
  const std::array<asio::const_buffer, 1> out{asio::buffer(text)};
  (*dialled)->write_some(out, [](error_code ec, std::size_t) { EXPECT_FALSE(ec); });
  std::array<char, 16> in{};
  (*accepted)->read_some(asio::buffer(in), [&](error_code ec, std::size_t n) {
    EXPECT_FALSE(ec);
    heard.assign(in.data(), n);
  });
  const auto later = there.time().now() + 1ms;
  while (heard.empty()) {
    const error_code ec = co_await sleep_until(there.time(), later);
    EXPECT_FALSE(ec);
  }
  co_return heard;
}

// Everything it does runs on the executor that it was given: a strand, here of two threads.
TEST(ExecutorWorld, LivesOnAStrand) {
  asio::io_context context;
  const auto strand = asio::make_strand(context);
  const auto there = make_real_world(strand, unpredictable_seed());
  EXPECT_EQ(there->executor(), asio::any_io_executor(strand));
  task_group tasks(strand);
  std::string heard;
  bool outside = false;
  asio::post(strand, [&] {
    tasks.spawn([](world& inside, std::string& into) -> asio::awaitable<void> {
      co_await greet(inside, into);
    }(*there, heard));
    there->time().call_at(there->time().now() + 1ms,
                          [&] { outside = !strand.running_in_this_thread(); });
  });
  std::thread second([&] { context.run(); });
  context.run();
  second.join();
  EXPECT_EQ(heard, "hello");
  EXPECT_FALSE(outside);
}

TEST(ExecutorWorld, SeedsDiffer) { EXPECT_NE(unpredictable_seed(), unpredictable_seed()); }

}  // namespace
}  // namespace hassle::net
