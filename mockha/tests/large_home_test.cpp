#include "mockha/home.hpp"
#include "mockha/registries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <map>
#include <string>

namespace hassle::mockha {
namespace {

using testing::Ge;
using testing::IsEmpty;
using testing::SizeIs;

const wall_time start{std::chrono::seconds(1'782'422'405)};

home make() { return {*find_home("large"), context_source(net::random_stream(1)), start}; }

TEST(LargeHome, HoldsAsMuchAsABigHouse) {
  const home house = make();
  EXPECT_EQ(house.size(), 2'500U);
  EXPECT_GT(house.states_json().size(), 900'000U);
  EXPECT_LT(house.states_json().size(), 1'500'000U);
  EXPECT_THAT(house.domains(), SizeIs(Ge(20U)));
  EXPECT_EQ(json::parse(house.states_json()).as_array().size(), 2'500U);
}

TEST(LargeHome, IsAlwaysTheSame) { EXPECT_EQ(make().states_json(), make().states_json()); }

TEST(LargeHome, IsMadeOfWhatHomesAreMadeOf) {
  std::map<std::string, std::size_t, std::less<>> count;
  const home house = make();
  for (const auto& e : house.entities()) {
    ++count[std::string(e.domain())];
    EXPECT_TRUE(is_entity_id(e.id())) << e.id();
    EXPECT_EQ(house.find(e.id()), &e);
  }
  EXPECT_THAT(count["sensor"], Ge(1'000U));
  EXPECT_THAT(count["binary_sensor"], Ge(200U));
  EXPECT_EQ(count["light"], 80U);
  EXPECT_EQ(count["cover"], 41U);
  EXPECT_EQ(count["climate"], 40U);
  for (const char* domain : {"automation", "script", "scene", "weather", "calendar", "person"}) {
    EXPECT_THAT(count[domain], Ge(1U)) << domain;
  }
}

TEST(LargeHome, EveryEntityIsRegisteredWithADeviceThatExists) {
  const home_plan plan = *find_home("large");
  const registries all(plan, start);
  EXPECT_EQ(plan.registered.size(), plan.entities.size());
  EXPECT_EQ(all.entities().size(), plan.entities.size());
  EXPECT_EQ(all.areas().size(), 40U);
  for (const auto& [id, e] : all.entities()) {
    if (e.device_id) {
      EXPECT_TRUE(all.devices().contains(*e.device_id)) << id;
    }
  }
  for (const auto& [id, d] : all.devices()) {
    if (d.area_id) {
      EXPECT_TRUE(all.areas().contains(*d.area_id)) << d.name;
    }
  }
}

TEST(LargeHome, ItsShedRaises) {
  home house = make();
  const service_call call{
      .domain = "switch", .service = "turn_on", .entities = {"switch.shed_outlet"}};
  const auto done = house.execute(*find_service("switch", "turn_on"), call, "user", start, {});
  ASSERT_TRUE(done.failed.has_value());
  EXPECT_EQ(done.failed->code, "home_assistant_error");
  EXPECT_EQ(done.failed->translation_domain, "tuya");
  EXPECT_THAT(done.changes, IsEmpty());
}

// One change must not cost what 2,500 states cost.
TEST(LargeHome, ChangeRewritesOnlyItsOwnState) {
  home house = make();
  const std::string before = house.states_json();
  house.set("sun.sun", "below_horizon", {}, start, {});
  const std::string after = house.states_json();
  EXPECT_NE(before, after);
  EXPECT_EQ(after, [&] {
    std::string all = "[";
    for (const auto& e : house.entities()) all += e.full_json() + ",";
    all.back() = ']';
    return all;
  }());
}

}  // namespace
}  // namespace hassle::mockha
