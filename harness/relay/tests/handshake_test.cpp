#include "harness/relay/handshake.hpp"

#include <boost/asio/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;

/// A connect over 100 ms each way, with faults that a test begins, and peers that it changes.
class HandshakeTest : public testing::Test, protected relay_watcher {
 protected:
  void begin(scenario::fault_parameters what) {
    faults.begin(active_fault{
        .number = ++begun, .name = "fault", .what = std::move(what), .amount = {}, .seed = 40});
  }
  /// How it ends, looked at whenever it wants to be, but not after `until`.
  std::optional<error_code> run(net::duration until) {
    for (;;) {
      const auto ended = dial.advance(now, are);
      if (ended) return ended;
      if (dial.parked() || dial.due() > net::time_point(until)) {
        now = net::time_point(until);
        return std::nullopt;
      }
      now = dial.due();
    }
  }

  void on_hit(std::uint32_t connection, const active_fault& fault) override {
    EXPECT_EQ(connection, 1U);
    hits.push_back(fault.number);
  }
  void on_cut(std::uint32_t, std::string_view) override { FAIL(); }

  std::uint32_t begun = 0;
  std::vector<std::uint32_t> hits;
  active_faults faults;
  link path{scenario::network{.latency = 100ms}, faults, false};
  relay_line line{path, *this, {.endpoint = "local", .connection = 1}};
  net::time_point now{};
  handshake::peers are;
  handshake dial{line, 7, now};
};

TEST_F(HandshakeTest, IsThroughAfterARoundTrip) {
  EXPECT_EQ(run(10s), error_code());
  EXPECT_EQ(now, net::time_point(200ms));
}

TEST_F(HandshakeTest, IsRefusedAfterARoundTripIfNobodyListens) {
  are.listening = false;
  EXPECT_EQ(run(10s), boost::asio::error::connection_refused);
  EXPECT_EQ(now, net::time_point(200ms));
}

TEST_F(HandshakeTest, SendsItsSynAgainUntilTheFaultIsOver) {
  begin(scenario::blackhole_fault{});
  EXPECT_EQ(run(2s), std::nullopt);
  EXPECT_EQ(hits, (std::vector<std::uint32_t>{1}));
  faults.end(1);
  EXPECT_EQ(run(10s), error_code());
  EXPECT_EQ(now, net::time_point(3200ms));
}

TEST_F(HandshakeTest, LosesTheAnswerToAFaultOfTheWayBack) {
  begin(scenario::partition_fault{scenario::flow::to_client});
  EXPECT_EQ(run(500ms), std::nullopt);
  EXPECT_EQ(hits, (std::vector<std::uint32_t>{1}));
  faults.end(1);
  EXPECT_EQ(run(10s), error_code());
  EXPECT_EQ(now, net::time_point(1200ms));
}

TEST_F(HandshakeTest, GetsNoAnswerFromAServerThatStandsStill) {
  are.server_frozen = true;
  EXPECT_EQ(run(5s), std::nullopt);
  are.server_frozen = false;
  EXPECT_EQ(run(10s), error_code());
  EXPECT_EQ(now, net::time_point(7200ms));
}

TEST_F(HandshakeTest, GivesUpAfterTwoMinutesAndSevenSeconds) {
  begin(scenario::partition_fault{scenario::flow::both});
  EXPECT_EQ(run(10min), boost::asio::error::timed_out);
  EXPECT_EQ(now, net::time_point(127s));
}

TEST_F(HandshakeTest, SendsNothingWhileItsMachineSleeps) {
  begin(scenario::blackhole_fault{});
  EXPECT_EQ(run(500ms), std::nullopt);
  are.client_frozen = true;
  EXPECT_EQ(run(10s), std::nullopt);
  EXPECT_TRUE(dial.parked());
  are.client_frozen = false;
  faults.end(1);
  EXPECT_EQ(run(20s), error_code());
  EXPECT_EQ(now, net::time_point(10'200ms));
}

}  // namespace
}  // namespace hassle::harness
