#include "cores/endpoint_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

namespace hassle::client {
namespace {

using ::testing::ElementsAre;
using start = endpoint_order::start;

constexpr net::time_point t0{};
constexpr std::size_t local = 0;
constexpr std::size_t remote = 1;
constexpr std::size_t cloud = 2;

endpoint_order three(endpoint_policy policy = endpoint_policy::in_order) {
  return endpoint_order(failover_config{.others = {{.name = "remote"}, {.name = "cloud"}},
                                        .policy = policy,
                                        .race_delay = 1s,
                                        .return_after = 5min});
}
std::size_t next_of(const endpoint_order& order) { return order.plan().front().endpoint; }

TEST(EndpointOrder, WithoutTheLayerThereIsOneEndpoint) {
  endpoint_order order{std::nullopt};
  EXPECT_THAT(order.plan(), ElementsAre(start{0, 0s}));
  order.on_failed(0);
  EXPECT_THAT(order.plan(), ElementsAre(start{0, 0s}));
  order.on_ready(0, t0);
  EXPECT_EQ(order.return_at(), net::never);
}

TEST(EndpointOrder, EachFailureMovesOnAndAfterTheLastItBeginsAnew) {
  endpoint_order order = three();
  for (const std::size_t each : {local, remote, cloud, local}) {
    EXPECT_EQ(next_of(order), each);
    order.on_failed(each);
  }
  EXPECT_EQ(order.failures(local), 2U);
}

TEST(EndpointOrder, ALostEndpointIsDialledFirstButOnlyOnce) {
  endpoint_order order = three();
  order.on_failed(local);
  order.on_failed(remote);
  order.on_ready(cloud, t0);
  order.on_lost(cloud);
  EXPECT_EQ(next_of(order), cloud);
  order.on_failed(cloud);
  EXPECT_EQ(next_of(order), local);
  order.on_failed(local);
  EXPECT_EQ(next_of(order), remote);
}

// Not to its neighbour, which an outage of the one in the middle would lead to.
TEST(EndpointOrder, ALostEndpointThatFailsGivesWayToThePreferredOne) {
  endpoint_order order = three();
  order.on_failed(local);
  order.on_ready(remote, t0);
  order.on_lost(remote);
  order.on_failed(remote);
  EXPECT_EQ(next_of(order), local);
}

TEST(EndpointOrder, TheRaceStartsWithTheNextAndStaggersTheOthers) {
  endpoint_order order = three(endpoint_policy::race);
  EXPECT_THAT(order.plan(), ElementsAre(start{local, 0s}, start{remote, 1s}, start{cloud, 2s}));
  order.on_ready(cloud, t0);
  order.on_lost(cloud);
  EXPECT_THAT(order.plan(), ElementsAre(start{cloud, 0s}, start{local, 1s}, start{remote, 2s}));
}

// Field failure internal-external-url-stuck: at home again, and still going through the cloud.
TEST(EndpointOrder, ThePreferredOneIsTriedAgainWhileAnotherIsInUse) {
  endpoint_order order = three();
  order.on_failed(local);
  order.on_ready(remote, t0);
  EXPECT_EQ(order.in_use(), remote);
  EXPECT_EQ(order.return_at(), t0 + 5min);
  order.on_return_failed(t0 + 5min);
  EXPECT_EQ(order.return_at(), t0 + 10min);
  order.on_ready(local, t0 + 10min);
  EXPECT_EQ(order.return_at(), net::never);
  EXPECT_EQ(order.in_use(), local);
  order.on_lost(remote);
  EXPECT_EQ(next_of(order), local) << "letting go of the other one is no reason to dial it";
}

TEST(EndpointOrder, AConnectionThatComesAndGoesDoesNotPutTheReturnOff) {
  endpoint_order order = three();
  order.on_failed(local);
  order.on_ready(remote, t0);
  order.on_lost(remote);
  EXPECT_EQ(order.return_at(), net::never) << "nothing is in use";
  order.on_ready(remote, t0 + 4min);
  EXPECT_EQ(order.return_at(), t0 + 5min);
}

TEST(EndpointOrder, AnotherSlotsLateFailureDoesNotSkipAnEndpoint) {
  endpoint_order order = three();
  order.on_failed(local);
  order.on_failed(local);
  EXPECT_EQ(next_of(order), remote);
}

// However attempts end, an endpoint that could be reached is dialled within so many attempts.
RC_GTEST_PROP(EndpointOrder, EveryEndpointGetsItsTurn, ()) {
  endpoint_order order = three();
  net::time_point now = t0;
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3))) {
    now += 1s;
    const std::size_t dialled = next_of(order);
    if (step == 0) {
      order.on_ready(dialled, now);
      order.on_lost(dialled);
    } else {
      order.on_failed(dialled);
    }
  }
  std::set<std::size_t> tried;
  for (int i = 0; i < 4; ++i) {
    tried.insert(next_of(order));
    order.on_failed(next_of(order));
  }
  RC_ASSERT(tried.size() == 3U);
}

const net::endpoint a6{"fd00::a", 8123};
const net::endpoint b6{"fd00::b", 8123};
const net::endpoint a4{"192.0.2.1", 8123};
const net::endpoint b4{"192.0.2.2", 8123};
const net::endpoint c4{"192.0.2.3", 8123};

TEST(AddressOrder, FamiliesAlternateBeginningWithTheResolversChoice) {
  EXPECT_THAT(address_order({a6, b6, a4, b4, c4}, std::nullopt, 16),
              ElementsAre(a6, a4, b6, b4, c4));
  EXPECT_THAT(address_order({a4, a6}, std::nullopt, 16), ElementsAre(a4, a6));
}

TEST(AddressOrder, TheFamilyThatWorkedLastGoesFirst) {
  EXPECT_THAT(address_order({a6, b6, a4}, address_family::ipv4, 16), ElementsAre(a4, a6, b6));
  EXPECT_THAT(address_order({a6}, address_family::ipv4, 16), ElementsAre(a6));
}

TEST(AddressOrder, DuplicatesAndWhatIsTooManyAreLeftOut) {
  EXPECT_THAT(address_order({a6, a6, a4, b4}, std::nullopt, 2), ElementsAre(a6, a4));
  EXPECT_THAT(address_order({}, std::nullopt, 2), ElementsAre());
}

}  // namespace
}  // namespace hassle::client
