#include "harness/bench/samples.hpp"
#include "harness/bench/machine.hpp"

#include <gtest/gtest.h>

namespace hassle::harness::bench {
namespace {

TEST(Samples, AQuantileIsOneOfTheValues) {
  samples all;
  for (const double each : {5.0, 1.0, 4.0, 2.0, 3.0}) all.add(each);
  EXPECT_EQ(all.median(), 3);
  EXPECT_EQ(all.quantile(0.9), 5);
  EXPECT_EQ(all.quantile(0.2), 1);
  EXPECT_EQ(all.quantile(1), 5);
}

TEST(Samples, OfNothingThereIsNoMedian) { EXPECT_FALSE(samples().median()); }

TEST(Machine, TheProcessorIsWhatTheSystemCallsIt) {
  EXPECT_EQ(cpu_model("processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\nstepping: 1\n"
                      "model name\t: Another\n"),
            "Some CPU @ 3 GHz");
  EXPECT_EQ(cpu_model("processor: 0\n"), "unknown");
  EXPECT_EQ(cpu_model("model name"), "unknown");
}

TEST(Machine, TheEnvironmentSaysWhereAndWhen) {
  const auto where = environment();
  for (const char* each : {"hassle", "compiler", "build", "cpu", "kernel", "date"}) {
    EXPECT_FALSE(where.at(each).as_string().empty()) << each;
  }
  EXPECT_EQ(where.at("date").as_string().size(), 10U);
}

}  // namespace
}  // namespace hassle::harness::bench
