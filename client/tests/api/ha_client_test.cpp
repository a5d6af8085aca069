// The client as programs use it, against a scripted Home Assistant on loopback: what the
// completion tokens, executors and cancellation promise. What the engine does is tested elsewhere.
#include <hassle/client/ha_client.hpp>
#include <hassle/client/settings.hpp>

#include "scripted_home.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tests::scripted_home;
namespace json = boost::json;

/// Nothing here is about time; a busy machine is slow.
constexpr auto patience = 50s;

config settings_for(const scripted_home& home) {
  config settings = production_config();
  settings.server = home.address();
  settings.access_token = scripted_home::token;
  settings.mirror.reset();  // Its subscription would be among those that are counted.
  settings.pool->size = 1;
  return settings;
}

/// Rethrows what a coroutine throws.
void on_end(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

class HaClientTest : public ::testing::Test {
 protected:
  HaClientTest() { client.emplace(context.get_executor(), settings_for(home)); }

  /// Runs a coroutine, then stops the client and the server; all work is done then.
  template <class Body>
  void run(Body body) {
    asio::co_spawn(context, whole(std::move(body)), on_end);
    context.run();
    client.reset();
  }

  template <class Body>
  asio::awaitable<void> whole(Body body) {
    co_await body();
    co_await client->async_stop();
    home.stop();
  }

  asio::io_context context{1};
  scripted_home home{context};
  std::optional<ha_client> client;
};

service_call turn_on() { return {"light", "turn_on", "light.desk"}; }
service_call never() { return {"light", "never", "light.desk"}; }

// The closures of coroutines live in the frame of `whole` until they have ended.
// NOLINTBEGIN(cppcoreguidelines-avoid-capturing-lambda-coroutines)

TEST_F(HaClientTest, EveryKindOfTokenIsTaken) {
  std::vector<std::string> seen;
  std::future<outcome> future;
  run([&]() -> asio::awaitable<void> {
    const outcome awaited =
        co_await client->async_call_service(turn_on(), patience, asio::use_awaitable);
    EXPECT_EQ(awaited.kind, outcome_kind::fresh) << awaited.detail;
    EXPECT_EQ(awaited.context_id, "ctx");
    EXPECT_EQ(awaited.source, outcome_source::home_assistant);
    const outcome by_default = co_await client->async_ping(patience);
    EXPECT_EQ(by_default.kind, outcome_kind::fresh) << by_default.detail;
    auto later = client->async_states(patience, asio::deferred);
    const outcome deferred = co_await std::move(later);
    EXPECT_EQ(deferred.kind, outcome_kind::fresh) << deferred.detail;
    client->async_get_config(patience, [&](const outcome& how) {
      EXPECT_EQ(how.result->at("location_name"), "Home");
      seen.emplace_back("callback");
    });
    EXPECT_THAT(seen, IsEmpty()) << "never from inside the call";
    future = client->async_ping(patience, asio::use_future);
    command raw;
    raw.body["type"] = "validate_config";
    const outcome sent = co_await client->async_send(raw, patience);
    EXPECT_EQ(sent.kind, outcome_kind::fresh) << sent.detail;
  });
  EXPECT_THAT(seen, ElementsAre("callback"));
  EXPECT_EQ(future.get().kind, outcome_kind::fresh);
  EXPECT_EQ(home.logins(), 1U);
}

TEST_F(HaClientTest, ATemplateIsRenderedOnceAndItsErrorsAreTold) {
  run([&]() -> asio::awaitable<void> {
    const outcome good = co_await client->async_render_template("{{ 6 * 7 }}", patience);
    EXPECT_EQ(good.kind, outcome_kind::fresh) << good.detail;
    EXPECT_EQ(*good.result, json::value("42"));
    const outcome bad = co_await client->async_render_template("{{", patience);
    EXPECT_EQ(bad.kind, outcome_kind::other);
    EXPECT_EQ(bad.detail, "template_error");
    EXPECT_EQ(bad.message, "unexpected end");
  });
}

TEST_F(HaClientTest, AHandlerRunsOnItsExecutor) {
  asio::thread_pool elsewhere(1);
  std::promise<bool> ran_there;
  asio::post(context, [&] {
    client->async_ping(patience, asio::bind_executor(elsewhere, [&](const outcome& how) {
                         EXPECT_EQ(how.kind, outcome_kind::fresh) << how.detail;
                         ran_there.set_value(elsewhere.get_executor().running_in_this_thread());
                       }));
  });
  std::thread thread([&] { context.run(); });
  EXPECT_TRUE(ran_there.get_future().get());
  client->async_stop(asio::use_future).get();
  asio::post(context, [&] { home.stop(); });
  thread.join();
  client.reset();
}

TEST_F(HaClientTest, FuturesWorkFromAnotherThread) {
  std::thread thread([&] { context.run(); });
  const outcome called = client->async_call_service(turn_on(), patience, asio::use_future).get();
  EXPECT_EQ(called.kind, outcome_kind::fresh) << called.detail;
  const client_status status =
      client->async_wait_for(client_phase::ready, patience, asio::use_future).get();
  EXPECT_EQ(status.phase, client_phase::ready);
  client->async_stop(asio::use_future).get();
  client.reset();  // While the context still runs.
  asio::post(context, [&] { home.stop(); });
  thread.join();
}

TEST_F(HaClientTest, CancellingACommandEndsItAsCancelled) {
  asio::cancellation_signal signal;
  std::vector<std::string> seen;
  run([&]() -> asio::awaitable<void> {
    const outcome first = co_await client->async_ping(patience);
    EXPECT_EQ(first.kind, outcome_kind::fresh) << first.detail;
    client->async_call_service(never(), no_limit,
                               asio::bind_cancellation_slot(signal.slot(), [&](const outcome& how) {
                                 seen.push_back(how.detail);
                               }));
    const outcome second = co_await client->async_ping(patience);
    EXPECT_EQ(second.kind, outcome_kind::fresh);
    signal.emit(asio::cancellation_type::partial);
    const outcome third = co_await client->async_ping(patience);
    EXPECT_EQ(third.kind, outcome_kind::fresh);
    EXPECT_THAT(seen, ElementsAre("cancelled"));
  });
  signal.emit(asio::cancellation_type::terminal);  // Nobody is there any more.
}

TEST_F(HaClientTest, TheLoserOfARaceIsCancelled) {
  using namespace asio::experimental::awaitable_operators;
  run([&]() -> asio::awaitable<void> {
    const auto first =
        co_await (client->async_call_service(never(), no_limit, asio::use_awaitable) ||
                  client->async_ping(patience, asio::use_awaitable));
    EXPECT_EQ(first.index(), 1U);
  });
}

TEST_F(HaClientTest, EventsAreAwaitedOneAtATimeAcrossReconnects) {
  config settings = settings_for(home);
  settings.mirror.emplace().entity_ids = {"light.nobody_has"};
  client.emplace(context.get_executor(), settings);
  std::vector<std::string> seen;
  run([&]() -> asio::awaitable<void> {
    event_stream events = co_await client->async_subscribe_events("state_changed", {});
    stream_event next = co_await events.async_next();
    EXPECT_EQ(next.what, stream_event_kind::live);
    home.fire({{"event_type", "state_changed"}, {"data", {{"n", 1}}}});
    next = co_await events.async_next();
    EXPECT_EQ(next.what, stream_event_kind::event);
    EXPECT_EQ(next.event->at("data").at("n"), 1);
    home.drop();
    while (next.what != stream_event_kind::live) {
      next = co_await events.async_next();
      seen.push_back(std::to_string(static_cast<int>(next.what)));
    }
    home.fire({{"n", 2}});
    while (next.what != stream_event_kind::event) {
      next = co_await events.async_next();
      seen.push_back(std::to_string(static_cast<int>(next.what)));
    }
    EXPECT_EQ(next.event->at("n"), 2);
  });
  // lost, live, gap, event
  EXPECT_THAT(seen, ElementsAre("2", "1", "3", "0"));
}

TEST_F(HaClientTest, WithoutMirrorNoGapIsAnnounced) {
  std::vector<stream_event_kind> seen;
  run([&]() -> asio::awaitable<void> {
    event_stream events = co_await client->async_subscribe_events("state_changed", {});
    (void)co_await events.async_next();
    home.drop();
    for (int i = 0; i < 2; ++i) {
      const stream_event next = co_await events.async_next();
      seen.push_back(next.what);
    }
    home.fire({{"n", 2}});
    const stream_event last = co_await events.async_next();
    seen.push_back(last.what);
  });
  EXPECT_THAT(seen, ElementsAre(stream_event_kind::lost, stream_event_kind::live,
                                stream_event_kind::event));
}

TEST_F(HaClientTest, DestroyingAStreamUnsubscribesAndCancellingAWaitLosesNothing) {
  asio::cancellation_signal signal;
  run([&]() -> asio::awaitable<void> {
    std::optional<event_stream> events = co_await client->async_subscribe_events("", {});
    const stream_event live = co_await events->async_next();
    EXPECT_EQ(live.what, stream_event_kind::live);
    bool cancelled = false;
    events->async_next(asio::bind_cancellation_slot(
        signal.slot(), [&](const stream_event& event) { cancelled = event.text == "cancelled"; }));
    signal.emit(asio::cancellation_type::terminal);
    const outcome meanwhile = co_await client->async_ping(patience);
    EXPECT_EQ(meanwhile.kind, outcome_kind::fresh);
    EXPECT_TRUE(cancelled);
    home.fire({{"n", 1}});
    const stream_event kept = co_await events->async_next();
    EXPECT_EQ(kept.what, stream_event_kind::event);
    EXPECT_EQ(home.subscriptions(), 1U);
    events.reset();
    const outcome after = co_await client->async_ping(patience);
    EXPECT_EQ(after.kind, outcome_kind::fresh);
    EXPECT_EQ(home.subscriptions(), 0U);
  });
}

TEST_F(HaClientTest, EntitiesAreToldAsChangesAndASlowReaderLosesTheOldest) {
  run([&]() -> asio::awaitable<void> {
    const std::vector<std::string> lamp = {"light.desk"};
    event_stream changes = co_await client->async_subscribe_entities(lamp, {.events_max = 3});
    stream_event next = co_await changes.async_next();
    EXPECT_EQ(next.what, stream_event_kind::live);
    next = co_await changes.async_next();
    EXPECT_TRUE(next.snapshot);
    EXPECT_EQ(next.changes.at(0).to, "on");
    for (const char* const state : {"a", "b", "c", "d", "e"}) {
      home.fire({{"c", {{"light.desk", {{"+", {{"s", state}}}}}}}});
    }
    const outcome meanwhile = co_await client->async_ping(patience);
    EXPECT_EQ(meanwhile.kind, outcome_kind::fresh);
    next = co_await changes.async_next();
    EXPECT_EQ(next.what, stream_event_kind::dropped);
    EXPECT_EQ(next.count, 2U);
    next = co_await changes.async_next();
    EXPECT_EQ(next.changes.at(0).from, "b");
    EXPECT_EQ(next.changes.at(0).to, "c");
  });
}

TEST_F(HaClientTest, AStreamMayBeHeardInsteadAndEndsWithTheClient) {
  std::vector<stream_event_kind> seen;
  std::optional<event_stream> events;
  run([&]() -> asio::awaitable<void> {
    events = co_await client->async_subscribe_events("", {});
    events->on_event([&](const stream_event& event) { seen.push_back(event.what); });
    const outcome subscribed = co_await client->async_ping(patience);
    EXPECT_EQ(subscribed.kind, outcome_kind::fresh);
    home.fire({{"n", 1}});
    const outcome heard = co_await client->async_ping(patience);
    EXPECT_EQ(heard.kind, outcome_kind::fresh);
  });
  EXPECT_THAT(seen, ElementsAre(stream_event_kind::live, stream_event_kind::event,
                                stream_event_kind::closed));
}

TEST_F(HaClientTest, StoppingEndsWhatIsWaiting) {
  std::vector<std::string> seen;
  run([&]() -> asio::awaitable<void> {
    const outcome first = co_await client->async_ping(patience);
    EXPECT_EQ(first.kind, outcome_kind::fresh);
    client->async_call_service(never(), no_limit,
                               [&](const outcome& how) { seen.push_back(how.detail); });
    client->async_wait_for(client_phase::waiting, no_limit, [&](const client_status& status) {
      seen.emplace_back(name_of(status.phase));
    });
    co_await client->async_stop();
    EXPECT_EQ(seen.size(), 2U) << "before stop completes";
    const outcome late = co_await client->async_ping(patience);
    EXPECT_EQ(late.detail, detail_code::stopped);
    event_stream none = co_await client->async_subscribe_events("", {});
    const stream_event closed = co_await none.async_next();
    EXPECT_EQ(closed.what, stream_event_kind::closed);
  });
  EXPECT_THAT(seen, ::testing::Contains("stopped"));
}

TEST_F(HaClientTest, StatusIsToldAndAWrongTokenIsAPhaseNotALoop) {
  std::vector<client_phase> phases;
  config settings = settings_for(home);
  settings.access_token = "wrong";
  client.emplace(context.get_executor(), settings);
  client->on_status([&](const client_status& now) { phases.push_back(now.phase); });
  run([&]() -> asio::awaitable<void> {
    co_await client->async_start();
    const client_status refused = co_await client->async_wait_for(client_phase::ready, patience);
    EXPECT_EQ(refused.phase, client_phase::refused) << refused.last_error;
    client->retry(std::string(scripted_home::token));
    const client_status ready = co_await client->async_wait_for(client_phase::ready, patience);
    EXPECT_EQ(ready.phase, client_phase::ready) << ready.last_error;
  });
  EXPECT_THAT(phases, ::testing::IsSupersetOf({client_phase::refused, client_phase::ready}));
}

TEST_F(HaClientTest, LivesOnAStrandOfManyThreads) {
  asio::io_context many;
  const auto strand = asio::make_strand(many);
  client.emplace(strand, settings_for(home));
  std::promise<bool> on_strand;
  client->async_ping(patience, [&](const outcome& how) {
    on_strand.set_value(how.kind == outcome_kind::fresh && strand.running_in_this_thread());
  });
  std::vector<std::future<outcome>> answers;
  answers.reserve(50);
  for (int i = 0; i < 50; ++i) answers.push_back(client->async_ping(patience, asio::use_future));
  std::thread server([&] { context.run(); });
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { many.run(); });
  EXPECT_TRUE(on_strand.get_future().get());
  for (auto& each : answers) EXPECT_EQ(each.get().kind, outcome_kind::fresh);
  client->async_stop(asio::use_future).get();
  for (std::thread& each : threads) each.join();
  asio::post(context, [&] { home.stop(); });
  server.join();
  client.reset();
}

/// Counts what is allocated for a handler.
template <class T>
struct counting_allocator {
  using value_type = T;
  explicit counting_allocator(std::ptrdiff_t& count) : live(&count) {}
  template <class Other>
  explicit(false) counting_allocator(const counting_allocator<Other>& other) : live(other.live) {}
  T* allocate(std::size_t n) {
    ++*live;
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* what, std::size_t n) {
    --*live;
    std::allocator<T>().deallocate(what, n);
  }
  bool operator==(const counting_allocator&) const = default;

  std::ptrdiff_t* live;
};

TEST_F(HaClientTest, AHandlersMemoryComesFromItsAllocator) {
  std::ptrdiff_t live = 0;
  run([&]() -> asio::awaitable<void> {
    client->async_ping(patience,
                       asio::bind_allocator(counting_allocator<char>(live), [](const outcome&) {}));
    EXPECT_GT(live, 0);
    co_return;
  });
  EXPECT_EQ(live, 0);
}

// NOLINTEND(cppcoreguidelines-avoid-capturing-lambda-coroutines)

using HaClientDeathTest = HaClientTest;

TEST_F(HaClientDeathTest, DestroyingItWithWorkLeftIsAnAssertion) {
  EXPECT_DEATH(
      {
        client->async_ping(patience, [](const outcome&) {});
        client.reset();
      },
      "still pending");
  home.stop();
  context.run();
}

TEST_F(HaClientDeathTest, DestroyingItWithoutAStopIsAnAssertion) {
  EXPECT_DEATH(
      {
        client->async_ping(patience, [&](const outcome&) { client.reset(); });
        context.run();
      },
      "async_stop must have completed");
  home.stop();
  context.run();
}

}  // namespace
}  // namespace hassle::client
