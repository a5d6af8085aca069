// What went over the wires of real runs: it changes nothing, is complete, and tells no token.
#include "harness/client_settings.hpp"
#include "harness/runner.hpp"
#include "harness/simulated_run.hpp"
#include "harness/simulation/host.hpp"
#include "harness/simulation/wire_tap.hpp"
#include "mockha/server.hpp"
#include "reports/clear_text.hpp"
#include "reports/pcapng_report.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {
namespace {

using reports::wire_kind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t seed = 1;

run_result run(std::string_view scenario, std::string_view client, bool wire) {
  const scenario::scenario what = scenario::find_scenario(scenario).value();
  const scenario::client_profile profile = scenario::find_profile(client).value();
  return simulate(what, scenario::make_plan(what, seed).value(), client_settings(profile).value(),
                  profile.name, nullptr, {}, {.wire = wire});
}

struct two_texts {
  std::string client;
  std::string server;
};

/// What each connection says, unmasked.
std::map<std::uint32_t, two_texts> clear_texts(const reports::wire_capture& capture) {
  std::map<std::uint32_t, two_texts> streams;
  for (const reports::wire_event& each : capture.events) {
    two_texts& of = streams[each.connection];
    (each.from_client ? of.client : of.server) += each.bytes;
  }
  for (auto& [number, of] : streams) {
    reports::clear_text server = reports::clear_text_of(of.server, false, false);
    of.client = reports::clear_text_of(of.client, true, server.deflate).text;
    of.server = std::move(server.text);
  }
  return streams;
}

std::string all_text(const reports::wire_capture& capture) {
  std::string all;
  for (const auto& [number, of] : clear_texts(capture)) all += of.client + of.server;
  return all;
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(WireRun, ListeningChangesNothing) {
  for (const std::string_view scenario : {"ha-restart", "slow-lossy-link", "half-open-no-fin"}) {
    const run_result with = run(scenario, "production", true);
    const run_result without = run(scenario, "production", false);
    EXPECT_EQ(with.journal.digest(), without.journal.digest()) << scenario;
    EXPECT_THAT(without.wire.events, IsEmpty());
    EXPECT_GT(with.wire.events.size(), 100U);
    EXPECT_EQ(with.wire.events_left_out, 0U);
  }
}

TEST(WireRun, IsThereForEachDialAndSaysAllThatWasSent) {
  const run_result result = run("ha-restart", "production", true);
  std::map<std::uint32_t, std::vector<std::int64_t>> sent;
  std::size_t dialed = 0;
  for (const reports::event& each : result.journal.events()) {
    dialed += each.kind == reports::event_kind::dialed ? 1 : 0;
    if (each.kind == reports::event_kind::command_sent) sent[each.connection].push_back(each.value);
  }
  EXPECT_EQ(result.wire.connections.size(), dialed);
  auto texts = clear_texts(result.wire);
  for (const auto& [connection, ids] : sent) {
    for (const std::int64_t id : ids) {
      EXPECT_THAT(texts[connection].client, HasSubstr("\"id\":" + std::to_string(id)));
    }
  }
  EXPECT_GT(sent.size(), 2U);
}

TEST(WireRun, NothingArrivesThatWasNotSent) {
  for (const std::string_view client : {"naive", "reconnect", "production"}) {
    for (const std::string_view scenario : {"ha-restart", "slow-lossy-link"}) {
      const run_result result = run(scenario, client, true);
      std::map<std::pair<std::uint32_t, bool>, std::uint64_t> under_way;
      for (const reports::wire_event& each : result.wire.events) {
        auto& own = under_way[{each.connection, each.from_client}];
        auto& others = under_way[{each.connection, !each.from_client}];
        if (each.kind == wire_kind::data) own += each.bytes.size();
        if (each.kind == wire_kind::fin) own += 1 - std::uint64_t{each.count};
        if (each.kind != wire_kind::ack) continue;
        ASSERT_LE(each.count, others);
        others -= each.count;
      }
    }
  }
}

/// What the text of any access token of the mock begins with.
constexpr std::string_view jwt_head = "eyJhbGciOi";

bool holds_secret_hex(std::string_view text) {
  std::size_t row = 0;
  return std::ranges::any_of(text, [&](char c) {
    row = std::isxdigit(static_cast<unsigned char>(c)) != 0 ? row + 1 : 0;
    return row >= 128;
  });
}

TEST(WireRun, TellsNoTokenEvenUnmasked) {
  std::string all;
  for (const std::string_view scenario : {"token-expired-on-reconnect", "token-revoked-kick",
                                          "clock-jump", "compression-rsv-1002", "canary"}) {
    for (const std::string_view client : {"naive", "production", "production-with-deflate"}) {
      const run_result result = run(scenario, client, true);
      const std::string text = all_text(result.wire);
      EXPECT_THAT(text, Not(HasSubstr(jwt_head))) << scenario << client;
      EXPECT_THAT(text, Not(HasSubstr(mockha::default_access_token))) << scenario << client;
      EXPECT_FALSE(holds_secret_hex(text)) << scenario << client;
      all += text;
    }
  }
  // They would have been there.
  EXPECT_GT(count_of(all, R"("type":"auth","access_token":"xxxxxx)"), 10U);
  EXPECT_GT(count_of(all, "&refresh_token=xxxxxx"), 0U);
  EXPECT_GT(count_of(all, R"({"access_token":"xxxxxx)"), 0U);
}

TEST(WireRun, BeginsWhenTheWallClockSaysSo) { EXPECT_EQ(reports::pcapng_epoch, host::epoch); }

TEST(WireTap, TakesNothingMoreOnceItsBoundIsMet) {
  simulated_world world(1);
  reports::wire_capture capture;
  wire_tap tap(world, capture, sizeof(reports::wire_connection) + sizeof(reports::wire_event) + 99);
  const std::string bytes(100, 'y');
  const std::array<net::asio::const_buffer, 1> buffers{net::asio::buffer(bytes)};
  tap.add_connection(1, "10.0.0.2", "10.0.0.1", 8123);
  tap.add_data(1, true, buffers, 100);
  tap.add(1, true, wire_kind::fin);
  EXPECT_EQ(capture.connections.size(), 1U);
  EXPECT_THAT(capture.events, IsEmpty());
  EXPECT_EQ(capture.events_left_out, 2U);
}

TEST(WireTap, TakesAsMuchAsTheNetworkTook) {
  simulated_world world(1);
  reports::wire_capture capture;
  wire_tap tap(world, capture);
  const std::string one = "abc";
  const std::string two = "defg";
  tap.add_data(1, true, std::array{net::asio::buffer(one), net::asio::buffer(two)}, 5);
  ASSERT_EQ(capture.events.size(), 1U);
  EXPECT_EQ(capture.events[0].bytes, "abcde");
}

}  // namespace
}  // namespace hassle::harness
