// The journal's newest events, and how listeners read on from where they are.
#include "mockha/journal_feed.hpp"

#include "mockha/journal_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <manual_world.hpp>

#include <chrono>
#include <exception>
#include <string>

namespace hassle::mockha {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::StartsWith;

namespace {

reports::event event(std::string text) {
  reports::event e;
  e.at = 7ns;
  e.kind = reports::event_kind::server_received;
  e.connection = 3;
  e.text = std::move(text);
  return e;
}

}  // namespace

TEST(JournalFeed, KeepsTheNewestAndCountsAll) {
  journal_feed feed(2);
  EXPECT_EQ(feed.first(), 1U);
  EXPECT_EQ(feed.next(), 1U);
  for (const char* text : {"a", "b", "c"}) feed.add(event(text));
  EXPECT_EQ(feed.first(), 2U);
  EXPECT_EQ(feed.next(), 4U);
  EXPECT_EQ(feed.at(2).text, "b");
}

// A client chooses what some texts are: half a character would be no text any more.
TEST(JournalFeed, CutsLongTextsBetweenCharacters) {
  journal_feed feed(2);
  std::string text(journal_feed::text_bytes_max - 1, 'x');
  feed.add(event(text + "ä"));
  EXPECT_EQ(feed.at(1).text, text + "…");
}

TEST(JournalFeed, WakesWhoeverWaits) {
  net::manual_world world;
  journal_feed feed(10);
  net::wait_end seen{};
  int woken = 0;
  const auto listen = [&](std::uint64_t number) -> asio::awaitable<void> {
    seen = co_await feed.wait(world.time(), number, net::time_point(10s));
    ++woken;
  };
  const auto rethrow = [](const std::exception_ptr& e) {
    if (e) std::rethrow_exception(e);
  };
  asio::co_spawn(world.executor(), listen(1), rethrow);
  world.settle();
  EXPECT_EQ(woken, 0);
  feed.add(event("a"));
  world.settle();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(seen, net::wait_end::opened);
  asio::co_spawn(world.executor(), listen(1), rethrow);  // Is there already.
  asio::co_spawn(world.executor(), listen(2), rethrow);
  world.advance(10s);
  EXPECT_EQ(woken, 3);
  EXPECT_EQ(seen, net::wait_end::timed_out);
}

TEST(JournalText, IsALineOfJsonForEachEvent) {
  journal_feed feed(10);
  feed.add(event("a"));
  feed.add(event("b"));
  journal_text lines(feed, {.from = 1, .events = false});
  EXPECT_EQ(lines.next(1), "{\"i\":1,\"t\":7,\"e\":\"server_received\",\"c\":3,\"x\":\"a\"}\n");
  EXPECT_FALSE(lines.done());
  EXPECT_THAT(lines.next(1000), StartsWith("{\"i\":2,"));
  EXPECT_TRUE(lines.done());
  EXPECT_EQ(lines.next(1000), "");
}

TEST(JournalText, IsAServerSentEventForEachEvent) {
  journal_feed feed(10);
  feed.add(event("a"));
  journal_text events(feed, {.from = 1, .events = true});
  const std::string text = events.next(1000);
  EXPECT_THAT(text, StartsWith("id: 1\ndata: {\"i\":1,"));
  EXPECT_THAT(text, EndsWith("}\n\n"));
  EXPECT_THAT(events.nothing(), StartsWith(":"));
}

// Nobody who is told a part takes it for the whole.
TEST(JournalText, SaysWhatWasMissed) {
  journal_feed feed(2);
  for (const char* text : {"a", "b", "c", "d"}) feed.add(event(text));
  journal_text lines(feed, {.from = 1, .events = false});
  EXPECT_TRUE(lines.behind());
  EXPECT_THAT(lines.next(1000), StartsWith("{\"missed\":{\"from\":1,\"to\":2}}\n{\"i\":3,"));
  EXPECT_FALSE(lines.behind());
  journal_text events(feed, {.from = 2, .events = true});
  EXPECT_THAT(events.next(1000),
              StartsWith("event: missed\ndata: {\"missed\":{\"from\":2,\"to\":2}}\n\nid: 3\n"));
}

}  // namespace hassle::mockha
