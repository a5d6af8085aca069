#include "mockha/active_faults.hpp"

#include <gtest/gtest.h>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;

scenario::fault named(std::string name, scenario::fault_parameters what) {
  scenario::fault f;
  f.name = std::move(name);
  f.what = what;
  return f;
}

scenario::planned_fault occurrence(std::uint32_t number, net::duration amount = {}) {
  scenario::planned_fault p;
  p.number = number;
  p.amount = amount;
  return p;
}

// What belongs to the network is none of the server's business.
TEST(ActiveFaults, OnlyTheServersKindsAreTaken) {
  EXPECT_EQ(server_fault(scenario::restart_fault{}), fault_kind::restart);
  EXPECT_EQ(server_fault(scenario::refuse_fault{}), fault_kind::refuse);
  EXPECT_EQ(server_fault(scenario::partition_fault{}), std::nullopt);
  EXPECT_EQ(server_fault(scenario::latency_fault{}), std::nullopt);
}

TEST(ActiveFaults, DelaysAddUpWhileTheyOverlap) {
  active_faults faults;
  const auto slow = named("slow-1", scenario::slow_fault{});
  faults.begin(fault_kind::slow, slow, occurrence(1, 2s));
  faults.begin(fault_kind::slow, slow, occurrence(2, 3s));
  EXPECT_EQ(faults.delay(), 5s);
  EXPECT_EQ(faults.end(1), fault_kind::slow);
  EXPECT_EQ(faults.delay(), 3s);
  EXPECT_EQ(faults.end(1), std::nullopt);
}

// Not executing is the stronger of the two.
TEST(ActiveFaults, LosingBeforeExecutionWins) {
  active_faults faults;
  faults.begin(fault_kind::lose_answer, named("after", scenario::lose_answer_fault{}),
               occurrence(1));
  EXPECT_EQ(faults.answers(), answer_rule::lose_after);
  EXPECT_EQ(faults.taker_of_answers().name, "after");
  faults.begin(fault_kind::lose_answer,
               named("before", scenario::lose_answer_fault{.before_execution = true}),
               occurrence(2));
  EXPECT_EQ(faults.answers(), answer_rule::lose_before);
  EXPECT_EQ(faults.taker_of_answers().name, "before");
  EXPECT_EQ(faults.taker_of_answers().number, 2U);
}

TEST(ActiveFaults, EveryConnectionIsHitOncePerOccurrence) {
  active_faults faults;
  faults.begin(fault_kind::stall, named("stall-1", scenario::stall_fault{}), occurrence(4));
  const auto hits = faults.first_hits(fault_kind::stall, 7);
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].number, 4U);
  EXPECT_EQ(hits[0].name, "stall-1");
  EXPECT_TRUE(faults.first_hits(fault_kind::stall, 7).empty());
  EXPECT_TRUE(faults.first_hits(fault_kind::slow, 8).empty());

  faults.end(4);
  EXPECT_TRUE(faults.first_hits_of_past_stalls(7).empty()) << "it was hit during the stall";
  EXPECT_EQ(faults.first_hits_of_past_stalls(8).size(), 1U);
}

}  // namespace
}  // namespace hassle::mockha
