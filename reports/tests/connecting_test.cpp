#include "reports/connecting.hpp"

#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

connecting_times times(const recorder& r) { return connecting(a_run(), r.written()); }

TEST(Detections, RunFromTheSilentEndToTheClientsGivingUp) {
  recorder r;
  r.started().ready(1).at(60s).cut(1, "middlebox idle").at(85s).closed(1, "no pong");
  r.ready(2).at(100s).server_closed(2, "restart-1").after(10ms).closed(2, "reset");
  EXPECT_THAT(times(r).detections, ElementsAre(25s, 10ms));
}

TEST(Detections, APartitionCountsOnlyIfItCostTheConnection) {
  recorder r;
  r.started().ready(1).at(10s).begin("partition-1").hit("partition-1", 1).at(15s);
  r.end("partition-1").note(event_kind::pong_received, 1).at(60s).closed(1, "end");
  EXPECT_THAT(times(r).detections, IsEmpty());
  r.ready(2).at(100s).begin("partition-1", 2).hit("partition-1", 2).at(101s).hit("partition-1", 2);
  r.at(122s).closed(2, "no pong");
  EXPECT_THAT(times(r).detections, ElementsAre(22s));
}

TEST(Detections, TheSlowAndTheDiscourteousBlockNothing) {
  recorder r;
  r.started().ready(1).begin("slow-1").hit("slow-1", 1).at(30s).closed(1, "by itself");
  r.ready(2).server_closed(2, "peer").closed(2, "by itself");
  EXPECT_THAT(times(r).detections, IsEmpty());
}

TEST(Detections, AFrozenHostCannotDetect) {
  recorder r;
  r.started().ready(1).at(10s).note(event_kind::host_frozen).at(20s).cut(1, "middlebox idle");
  r.at(500s).note(event_kind::host_thawed).at(503s).closed(1, "no life");
  EXPECT_THAT(times(r).detections, ElementsAre(3s));
}

TEST(Reconnections, RunFromTheFaultsEndWhereThereWasNoConnection) {
  recorder r;
  r.started().ready(1).at(10s).begin("refuse-1").server_closed(1, "x").closed(1, "x").at(40s);
  r.end("refuse-1").at(45s).ready(2).at(60s).begin("slow-1").at(70s).end("slow-1").ready(3);
  EXPECT_THAT(times(r).reconnections, ElementsAre(5030ms));
  EXPECT_THAT(times(r).attempts, ElementsAre(30ms, 30ms, 30ms));
}

TEST(FaultKinds, AreTakenFromNamesWhereNobodyLists) {
  run_context context = a_run();
  context.fault_kinds = {{"the-lift", "partition"}};
  EXPECT_EQ(context.kind_of("the-lift"), "partition");
  EXPECT_EQ(context.kind_of("restart-12"), "restart");
  EXPECT_EQ(context.kind_of("re-start"), "re-start");
  EXPECT_EQ(context.kind_of("stall-"), "stall-");
}

}  // namespace
}  // namespace hassle::reports::tests
