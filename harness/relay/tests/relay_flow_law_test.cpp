// What holds for every sequence of writes and faults.
#include "harness/relay/tests/one_flow.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace hassle::harness {
namespace {

/// A fault that may delay and reshape, but neither change nor lose.
scenario::fault_parameters harmless(int kind) {
  switch (kind) {
    case 0:
      return scenario::latency_fault{};
    case 1:
      return scenario::throttle_fault{.bandwidth = 5000};
    case 2:
      return scenario::slice_fault{.bytes = 3, .gap = 1ms};
    case 3:
      return scenario::partition_fault{};
    case 4:
      return scenario::loss_fault{.chance = 0.5, .to_bad = {}};
    default:
      return scenario::mtu_fault{.bytes = 10};
  }
}

TEST(RelayFlowLaws, NoByteIsLostReorderedOrDoubledAndTheBufferIsItsBound) {
  const bool holds = rc::check([] {
    one_flow f({.latency = 2ms, .jitter = 3ms}, {.buffer = 64, .read = 20, .segments = 8});
    std::string sent;
    std::vector<std::uint32_t> in_force;
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      const int what = *rc::gen::inRange(0, 6);
      if (what == 0) {
        in_force.push_back(f.begin(harmless(*rc::gen::inRange(0, 6)), 7ms));
      } else if (what == 1 && !in_force.empty()) {
        f.end(in_force.back());
        in_force.pop_back();
      } else if (what == 2) {
        f.reads = !f.reads;
        f.run();
      } else if (what == 3) {
        const auto by = std::chrono::milliseconds(*rc::gen::inRange(0, 300));
        f.run_until(f.now.time_since_epoch() + by);
      } else {
        std::string text(static_cast<std::size_t>(*rc::gen::inRange(1, 90)), '\0');
        for (char& c : text) c = static_cast<char>(*rc::gen::inRange(0, 256));
        sent += text.substr(0, f.send(text));
      }
      RC_ASSERT(f.flow.held() <= 64U);
      RC_ASSERT(sent.starts_with(f.received));
    }
    for (const auto fault : in_force) f.end(fault);
    f.reads = true;
    f.flow.finish(f.now);
    f.run();
    f.run_until(f.now.time_since_epoch() + 900s);
    RC_ASSERT(f.received == sent);
    RC_ASSERT(f.log.back().ends_with(" FIN"));
  });
  EXPECT_TRUE(holds);
}

TEST(RelayFlowLaws, ACutLetsExactlyItsBytesPass) {
  const bool holds = rc::check([] {
    one_flow f;
    const auto limit = *rc::gen::inRange<std::uint64_t>(1, 200);
    f.begin(
        scenario::cut_after_fault{.bytes = limit, .age = {}, .how = scenario::expiry_style::reset});
    std::string sent;
    while (!f.over) {
      const std::string text(static_cast<std::size_t>(*rc::gen::inRange(1, 50)), 'x');
      sent += text;
      f.send(text);
    }
    RC_ASSERT(f.received == sent.substr(0, limit));
    RC_ASSERT(f.cuts.size() == 1U);
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace hassle::harness
