// Peers that mean no good cost little, and nothing to others. Over loopback; what a connection
// costs is seen by the server's own counts.
#include "mockha/bench/raw_client.hpp"
#include "mockha/bench/server_threads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::size_t four_mib = std::size_t{4} << 20U;

std::string command(std::size_t id, std::string_view type) {
  return client_frame(R"({"id":)" + std::to_string(id) + R"(,"type":")" + std::string(type) +
                      "\"}");
}

class HostilePeerTest : public ::testing::Test {
 protected:
  mockha_thread& server() {
    if (!server_) server_.emplace(config);
    return *server_;
  }
  raw_client& connect() { return clients_.emplace_back(server().port()); }
  raw_client& online() {
    raw_client& client = connect();
    client.authenticate(default_access_token);
    return client;
  }
  std::vector<connection_status> connections() {
    std::vector<connection_status> list;
    server().call([&](mockha::server& s) { list = s.connection_list(); });
    return list;
  }
  std::size_t most_queued() {
    std::size_t most = 0;
    for (const auto& each : connections()) most = std::max(most, each.queued);
    return most;
  }
  /// An honest client gets its answer.
  void expect_served(raw_client& client) {
    const std::size_t id = ++pinged_;
    client.send(command(id, "ping"));
    EXPECT_EQ(client.read(), R"({"id":)" + std::to_string(id) + R"(,"type":"pong"})");
  }
  void leave(raw_client& client) {
    clients_.remove_if([&](const raw_client& each) { return &each == &client; });
  }

  server_config config;

 private:
  std::optional<mockha_thread> server_;
  std::list<raw_client> clients_;  // Declared last: they end first.
  std::size_t pinged_ = 0;
};

// It asks for much and reads nothing: what waits for it is bounded, then it is thrown out.
TEST_F(HostilePeerTest, WhoNeverReadsIsThrownOut) {
  config.session.limits.outbox.messages_max = 50;
  config.limits.close_handshake = 50ms;  // Which it does not take part in either.
  // What the socket holds, and what waits behind it.
  const std::size_t queued_max =
      config.session.limits.outbox.messages_max + config.session.limits.outbox.front_messages_max;
  raw_client& honest = online();
  raw_client& hostile = online();
  std::size_t id = 0;
  while (connections().size() == 2) {
    hostile.send_what_goes(command(++id, "get_states"));
    EXPECT_LE(most_queued(), queued_max);
    expect_served(honest);
  }
  EXPECT_GT(id, config.session.limits.outbox.messages_max);
}

TEST_F(HostilePeerTest, AFloodIsWorkedOffAndOthersAreServedInBetween) {
  raw_client& honest = online();
  raw_client& hostile = online();
  constexpr std::size_t floods = 50;
  constexpr std::size_t commands = 100;
  std::size_t id = 0;
  for (std::size_t flood = 0; flood < floods; ++flood) {
    std::string bytes;
    for (std::size_t i = 0; i < commands; ++i) bytes += command(++id, "ping");
    hostile.send(bytes);
    expect_served(honest);
    for (std::size_t i = 0; i < commands; ++i) hostile.skip();
  }
  while (most_queued() > 0) {  // Everything goes out.
  }
}

TEST_F(HostilePeerTest, PingsInMassesAreAnsweredOneByOne) {
  raw_client& honest = online();
  raw_client& hostile = online();
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += client_frame("x", 0x89);
  hostile.send_what_goes(bytes);
  expect_served(honest);
}

TEST_F(HostilePeerTest, GarbageInsteadOfARequestEndsTheConnection) {
  raw_client& honest = online();
  net::random_stream random(1);
  for (int i = 0; i < 20; ++i) {
    std::string garbage(1000, ' ');
    for (char& each : garbage) each = static_cast<char>(random());
    raw_client& hostile = connect();
    hostile.send_what_goes(garbage + "\r\n\r\n");
    EXPECT_THAT(hostile.read_to_the_end(), Not(HasSubstr(" 101 ")));
    leave(hostile);
  }
  expect_served(honest);
}

TEST_F(HostilePeerTest, GarbageInsteadOfFramesEndsTheConnection) {
  raw_client& honest = online();
  net::random_stream random(2);
  for (int i = 0; i < 20; ++i) {
    std::string garbage(10'000, '\xFF');
    for (std::size_t at = 1; at < garbage.size(); ++at) garbage[at] = static_cast<char>(random());
    raw_client& hostile = online();
    hostile.send_what_goes(garbage);
    (void)hostile.read_to_the_end();
    leave(hostile);
  }
  expect_served(honest);
}

TEST_F(HostilePeerTest, WhoOpensAndNeverSpeaksIsCut) {
  config.limits.request = 50ms;
  raw_client& silent = connect();
  EXPECT_THAT(silent.read_to_the_end(), IsEmpty());
}

TEST_F(HostilePeerTest, WhoNeverFinishesItsRequestIsCut) {
  config.limits.request = 50ms;
  raw_client& slow = connect();
  slow.send("GET /api/websocket HTTP/1.1\r\nHost: ha\r\nX: ");
  EXPECT_THAT(slow.read_to_the_end(), Not(HasSubstr(" 101 ")));
}

TEST_F(HostilePeerTest, WhoNeverLogsInIsCut) {
  config.session.limits.authentication = 50ms;
  raw_client& silent = connect();
  silent.upgrade();
  EXPECT_THAT(silent.read(), HasSubstr("auth_required"));
  EXPECT_EQ(silent.next(), (raw_frame{0x88, "\x03\xE8"}));
}

TEST_F(HostilePeerTest, AHeaderWithoutEndIsRefused) {
  raw_client& hostile = connect();
  std::string bytes = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 10'000; ++i) bytes += "X-" + std::to_string(i) + ": y\r\n";
  hostile.send_what_goes(bytes);
  EXPECT_THAT(hostile.read_to_the_end(), Not(HasSubstr(" 101 ")));
}

TEST_F(HostilePeerTest, GiantsThatAreAnnouncedCostNothing) {
  raw_client& honest = online();
  for (int i = 0; i < 50; ++i) {
    raw_client& hostile = online();
    // One byte less than what is refused at once, of which nothing comes.
    hostile.send("\x81\xFF\x00\x00\x00\x00\x00\x3F\xFF\xFF\x00\x00\x00\x00"s);
  }
  expect_served(honest);
  EXPECT_EQ(connections().size(), 51U);
}

TEST_F(HostilePeerTest, GiantsThatComeEndTheirConnectionsOnly) {
  raw_client& honest = online();
  for (int i = 0; i < 5; ++i) {
    raw_client& hostile = online();
    hostile.send_what_goes(client_frame(std::string(four_mib, '[')));
    (void)hostile.read_to_the_end();
    expect_served(honest);
    leave(hostile);
  }
}

// Of nested arrays nobody needs a stack.
TEST_F(HostilePeerTest, AMessageOfBracketsIsNoJson) {
  raw_client& honest = online();
  raw_client& hostile = online();
  hostile.send(client_frame(std::string(1'000'000, '[')));
  EXPECT_EQ(hostile.next(), (raw_frame{0x88, "\x03\xE8"}));
  expect_served(honest);
}

TEST_F(HostilePeerTest, ConnectionsAreLimitedInNumber) {
  config.limits.connections_max = 20;
  std::vector<raw_client*> inside;
  inside.reserve(20);
  for (int i = 0; i < 20; ++i) inside.push_back(&online());
  raw_client& outside = connect();
  EXPECT_THAT(outside.read_to_the_end(), IsEmpty());
  for (raw_client* each : inside) expect_served(*each);
  leave(*inside.front());
  while (connections().size() == 20) {
  }
  expect_served(online());
}

TEST_F(HostilePeerTest, ManyShortVisitsLeaveNothingBehind) {
  raw_client& honest = online();
  for (int i = 0; i < 300; ++i) leave(i % 2 == 0 ? connect() : online());
  while (connections().size() > 1) {
  }
  expect_served(honest);
}

}  // namespace
}  // namespace hassle::mockha
