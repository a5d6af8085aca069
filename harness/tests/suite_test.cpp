#include "harness/cli/suite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::harness::cli {
namespace {

using reports::wanted_verdict;
using ::testing::ElementsAre;

suite_scenario with(std::vector<std::string> clients, std::vector<std::string> expected) {
  suite_scenario each;
  each.what.clients = std::move(clients);
  for (std::string& name : expected) {
    each.what.expectations.emplace_back().client = std::move(name);
  }
  return each;
}

TEST(Suite, NaiveWhoIsNamedAndProductionRunAScenarioEachOnce) {
  EXPECT_THAT(suite_clients(with({"production", "pool"}, {"production-without-health", "pool"})),
              ElementsAre("naive", "pool", "production-without-health", "production"));
}

TEST(Suite, WhereItMustNotPassOnlyThoseItNamesRunAScenario) {
  suite_scenario canary = with({"naive"}, {"naive"});
  canary.wanted = wanted_verdict::failed;
  EXPECT_THAT(suite_clients(canary), ElementsAre("naive"));
}

TEST(Suite, AFilterChoosesByTagLayerAndGroup) {
  const auto all = find_suite({});
  ASSERT_TRUE(all);
  const auto canaries = find_suite({.tags = {"must-fail"}, .layers = {}, .groups = {"canary"}});
  ASSERT_TRUE(canaries);
  ASSERT_EQ(canaries->size(), 1U);
  EXPECT_EQ(canaries->front().what.name, "canary");
  EXPECT_EQ(canaries->front().group, "canary");
  EXPECT_EQ(canaries->front().wanted, wanted_verdict::failed);
  EXPECT_GT(all->size(), 1U);
}

TEST(Suite, AWordThatNoScenarioHasIsAnErrorWithTheNearest) {
  const auto unknown = find_suite({.tags = {}, .layers = {}, .groups = {"canari"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().front().text(),
            "--group: no scenario has 'canari' (did you mean 'canary'?)");
  EXPECT_FALSE(find_suite({.tags = {"must-fail"}, .layers = {}, .groups = {"lee"}}));
}

TEST(Suite, EveryCanaryMustNotPass) {
  const auto canaries = find_suite({.tags = {}, .layers = {}, .groups = {"canary"}});
  ASSERT_TRUE(canaries);
  for (const suite_scenario& each : *canaries) {
    EXPECT_NE(each.wanted, wanted_verdict::passed) << each.what.name;
  }
}

}  // namespace
}  // namespace hassle::harness::cli
