// Segments that are lost, changed or cut into slices.
#include "harness/simulation/tests/two_hosts.hpp"

#include <algorithm>

namespace hassle::harness {
namespace {

using namespace scenario;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

struct DamageFixture : NetworkFixture {
  /// Sends "0", "1", … from the client, one every `apart`, and says how late each one arrived, in
  /// milliseconds.
  std::vector<double> delays(int count, net::duration apart) {
    const net::time_point begin = world.now() + 1s;
    for (int i = 0; i < count; ++i) {
      world.at(begin + i * apart, [this] { client_writes("x"); });
    }
    log.clear();
    world.run_until(begin + count * apart + 1h);
    std::vector<double> late;
    for (const auto& line : log) {
      const auto text = line.substr(line.find(": ") + 2);
      if (text.find_first_not_of('x') != std::string::npos) continue;
      const double at = std::stod(line);
      for (std::size_t i = 0; i < text.size(); ++i) {
        const auto sent = begin + static_cast<int>(late.size()) * apart;
        const std::chrono::duration<double, std::milli> ms = sent.time_since_epoch();
        late.push_back(at - ms.count());
      }
    }
    return late;
  }
  static std::ptrdiff_t late(const std::vector<double>& delays) {
    return std::ranges::count_if(delays, [](double ms) { return ms > 100; });
  }
};
using Loss = DamageFixture;
using Corruption = DamageFixture;
using Slices = DamageFixture;

TEST_F(Loss, DelaysSomeSegmentsByRetransmission) {
  connect();
  fault(loss_fault{.chance = 0.1}, 500ms, 2h);
  const auto seen = delays(1000, 5s);
  ASSERT_EQ(seen.size(), 1000U);
  EXPECT_GT(late(seen), 60);
  EXPECT_LT(late(seen), 140);
  // Lost once: 200 ms; of those one in ten again, 600 ms; and so on.
  EXPECT_GT(std::ranges::count_if(seen, [](double ms) { return ms > 205 && ms < 215; }), 50);
  EXPECT_GT(std::ranges::count_if(seen, [](double ms) { return ms > 605 && ms < 615; }), 1);
  EXPECT_THAT(journal, Contains(HasSubstr("fault_hit c1 fault v1")));
}

TEST_F(Loss, OfEverythingEndsInATimeout) {
  connect();
  fault(loss_fault{.chance = 1}, 1s, 1h);
  at_time(2s, [this] { client_writes("hello"); });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("926600 client: timed out"));
}

TEST_F(Loss, OfAllThatComesBackEndsInATimeoutToo) {
  connect();
  fault(loss_fault{.direction = flow::to_client, .chance = 1}, 1s, 1h);
  at_time(2s, [this] { client_writes("hello"); });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("2010 server: hello", "926600 client: timed out"));
}

TEST_F(Loss, InTheOtherDirectionDelaysNothing) {
  connect();
  fault(loss_fault{.direction = flow::to_client, .chance = 0.3}, 500ms, 2h);
  EXPECT_EQ(late(delays(1000, 5s)), 0);
}

// Gilbert and Elliott: as many losses, but they come together.
TEST_F(Loss, MayComeInBursts) {
  connect();
  fault(loss_fault{.chance = 1, .to_bad = 0.01, .to_good = 0.5}, 500ms, 2h);
  const auto seen = delays(1000, 5s);
  ASSERT_EQ(seen.size(), 1000U);
  EXPECT_GT(late(seen), 2);
  EXPECT_LT(late(seen), 40);
  EXPECT_GT(*std::ranges::max_element(seen), 1400) << "retransmissions within a burst are lost too";
}

TEST_F(Loss, ReachesTheHandshake) {
  listen();
  fault(loss_fault{.chance = 1}, 0s, 2s);
  at_time(1ms, [this] { dial(); });
  run_until(10s);
  EXPECT_EQ(log.front(), "3021 client: connected");
}

TEST_F(Loss, StopsWithTheFault) {
  connect();
  fault(loss_fault{.chance = 1}, 1s, 3s);
  at_time(1s, [this] { client_writes("hello"); });
  run_until(1h);
  EXPECT_THAT(log, ElementsAre("4010 server: hello"));
}

// Draws of one fault, or of one connection, never change those of another, nor the jitter.
TEST(FaultDraws, AreStreamsOfTheirOwn) {
  const auto story = [](bool corruption, bool loss_of_nothing) {
    two_hosts pair({.latency = 10ms, .jitter = 20ms});
    pair.connect();
    const auto put = [&](const char* name, fault_parameters what) {
      pair.fault(hassle::scenario::fault{.name = name, .what = std::move(what)}, 500ms, 1h);
    };
    if (corruption) put("first", corrupt_fault{.direction = flow::both, .chance = 0.5});
    if (loss_of_nothing) put("other", loss_fault{.chance = 0});
    put("second", loss_fault{.chance = 0.2});
    for (int i = 1; i < 200; ++i) pair.at_time(i * 5s, [&] { pair.client_writes("x"); });
    pair.run_until(1h);
    std::vector<std::string> times;
    times.reserve(pair.log.size());
    for (const auto& line : pair.log) times.push_back(line.substr(0, line.find(':')));
    return times;
  };
  const auto alone = story(false, false);
  EXPECT_EQ(alone, story(true, false));
  EXPECT_EQ(alone, story(true, true));
}

TEST_F(Corruption, ChangesBytesAndNobodyNotices) {
  connect();
  fault(corrupt_fault{.chance = 1, .bytes = 1}, 1s, 3s);
  const std::string text(100, 'x');
  at_time(2s, [&] { client_writes(text); });
  at_time(4s, [&] { client_writes("healed"); });
  run_until(10s);
  ASSERT_EQ(log.size(), 2U);
  const std::string seen = log[0].substr(log[0].find(": ") + 2);
  ASSERT_EQ(seen.size(), text.size());
  EXPECT_EQ(std::ranges::count(seen, 'x'), 99);
  EXPECT_EQ(log[1], "4010 server: healed");
  EXPECT_THAT(journal, Contains("2010 fault_hit c1 fault v1"));
}

TEST_F(Corruption, ReachesOneDirectionOnly) {
  connect();
  fault(corrupt_fault{.direction = flow::to_client, .chance = 1, .bytes = 3}, 1s, 1h);
  at_time(2s, [&] { client_writes("whole"); });
  at_time(3s, [&] { server_writes("broken"); });
  run_until(10s);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0], "2010 server: whole");
  EXPECT_NE(log[1], "3010 client: broken");
}

TEST_F(Slices, ArriveOneByOne) {
  connect();
  fault(slice_fault{.bytes = 2, .gap = 100ms}, 1s, 3s);
  at_time(2s, [&] { client_writes("hello"); });
  at_time(2050ms, [&] { client_writes("b"); });  // Not before what is ahead of it.
  at_time(4s, [&] { client_writes("whole"); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("2010 server: he", "2110 server: ll", "2210 server: ob",
                               "4010 server: whole"));
  EXPECT_THAT(journal, Contains("2000 fault_hit c1 fault v1"));
}

TEST_F(Slices, LeaveWhatIsSmallAlone) {
  connect();
  fault(slice_fault{.bytes = 5, .gap = 100ms}, 1s, 3s);
  at_time(2s, [&] { client_writes("hello"); });
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("2010 server: hello"));
  EXPECT_THAT(journal, Not(Contains(HasSubstr("fault_hit"))));
}

TEST_F(Slices, AreLostLikeAllSegments) {
  connect();
  fault(slice_fault{.bytes = 2, .gap = 100ms}, 1s, 3s);
  partition(2150ms, 2200ms);
  at_time(2s, [&] { client_writes("hello"); });
  partition(2100ms, 2120ms);
  run_until(10s);
  EXPECT_THAT(log, ElementsAre("2010 server: he", "2210 server: llo"));
}

}  // namespace
}  // namespace hassle::harness
