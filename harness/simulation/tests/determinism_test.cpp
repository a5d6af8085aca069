#include "harness/simulation/tests/two_hosts.hpp"

#include <boost/random/uniform_int_distribution.hpp>

#include <thread>

namespace hassle::harness {
namespace {

/// An hour of traffic over a bad network, as one long text.
std::string hour(std::uint64_t seed) {
  two_hosts pair({.latency = 10ms,
                  .jitter = 30ms,
                  .bandwidth = 100'000,
                  .box = {.lifetime = 20min, .on_expiry = scenario::expiry_style::reset}},
                 seed);
  pair.listen();
  pair.partition(10min, 11min);
  pair.fault(scenario::latency_fault{}, 30min, 40min, 300ms);
  pair.fault(scenario::loss_fault{.chance = 0.5, .to_bad = 0.1}, 2min, 8min);
  pair.fault(scenario::corrupt_fault{.chance = 0.2, .bytes = 3}, 5min, 9min);
  pair.fault(scenario::slice_fault{.bytes = 500, .gap = 1ms}, 12min, 14min);
  pair.fault(scenario::throttle_fault{.bandwidth = 5'000}, 13min, 15min);
  pair.fault(scenario::mtu_fault{.bytes = 15'000}, 18min, 19min);
  pair.fault(scenario::swizzle_fault{.chance = 1}, 22min, 24min);
  pair.fault(scenario::cut_after_fault{.bytes = 200'000}, 26min, 28min);
  pair.fault(scenario::cut_fault{scenario::expiry_style::fin}, 50min, 50min);
  auto random = pair.client.random("test");
  boost::random::uniform_int_distribution<int> size(1, 20'000);
  boost::random::uniform_int_distribution<int> gap(1, 2'000);
  net::duration when = 1s;
  while (when < 1h) {
    when += gap(random) * 1ms;
    pair.at_time(when, [&pair, n = size(random)] {
      if (!pair.at_client) return pair.dial();
      pair.client_writes(std::string(static_cast<std::size_t>(n), 'x'));
      if (pair.at_server) pair.server_writes(std::to_string(n));
    });
    if (gap(random) < 20) {
      pair.at_time(when + 1ms, [&pair] {
        pair.at_client.reset();
        pair.at_server.reset();
      });
    }
  }
  pair.run_until(2h);
  std::string text;
  for (const auto& line : pair.journal) text += line + "\n";
  for (const auto& line : pair.log) text += line + "\n";
  return text + std::to_string(pair.world.steps());
}

TEST(Determinism, TheSameSeedGivesTheSameRun) { EXPECT_EQ(hour(7), hour(7)); }

// Worlds share nothing: what one does on a thread of its own changes nothing about another.
TEST(Determinism, TwoWorldsOnTwoThreadsAreEqual) {
  std::string first;
  std::string second;
  {
    const std::jthread one([&] { first = hour(9); });
    const std::jthread two([&] { second = hour(9); });
  }
  EXPECT_EQ(first, second);
  EXPECT_GT(first.size(), 1000U);
}

TEST(Determinism, AnotherSeedGivesAnotherRun) { EXPECT_NE(hour(7), hour(8)); }

}  // namespace
}  // namespace hassle::harness
