#include "reports/analysis.hpp"
#include "scenarios/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::harness {
namespace {

// What a scenario may expect is what reports can measure: neither folder knows the other.
TEST(FigureNames, AreTheSameForScenariosAndReports) {
  EXPECT_THAT(scenario::figure_names(), testing::ElementsAreArray(reports::figure_names()));
}

}  // namespace
}  // namespace hassle::harness
