#include "scenarios/contradictions.hpp"
#include "scenarios/library.hpp"
#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// [[fault]] with these keys.
std::string a_fault(std::string_view keys) { return "[[fault]]\n" + std::string(keys) + "\n"; }

std::vector<std::string> errors_with(std::initializer_list<std::string_view> faults) {
  std::string text = minimal();  // An hour; the first fault is on line 4.
  for (const std::string_view each : faults) text += a_fault(each);
  return errors_of(text);
}

constexpr std::string_view early = "name = \"early\"\nkind = \"stall\"\nat = \"5m\"\nfor = \"1m\"";

TEST(Contradictions, AFaultThatWaitsForOneThatEndsInTimeIsRight) {
  EXPECT_THAT(errors_with({early, "kind = \"cut\"\nafter = { fault = \"early\" }"}), IsEmpty());
}

TEST(Contradictions, NoFaultWaitsForItselfNorForWhatIsNotThere) {
  EXPECT_THAT(errors_with({"kind = \"cut\"\nafter = { fault = \"cut-1\" }"}),
              ElementsAre("x.toml:6:19: fault 'cut-1' waits for its own end"));
  EXPECT_THAT(errors_with({early, "kind = \"cut\"\nafter = { fault = \"erly\" }"}),
              ElementsAre("x.toml:11:19: after: no fault is named 'erly' (did you mean 'early'?)"));
}

TEST(Contradictions, ACircleIsToldOnceAndNotToThoseBeforeIt) {
  EXPECT_THAT(errors_with({"name = \"c\"\nkind = \"cut\"\nafter = { fault = \"a\" }",
                           "name = \"a\"\nkind = \"cut\"\nafter = { fault = \"b\" }",
                           "name = \"b\"\nkind = \"cut\"\nafter = { fault = \"a\" }"}),
              ElementsAre(HasSubstr("x.toml:11:19: faults wait for each other in a circle: "
                                    "a -> b -> a")));
}

TEST(Contradictions, WhatWaitsForSomethingThatNeverHappensNeverBegins) {
  EXPECT_THAT(errors_with({"name = \"no\"\nkind = \"cut\"\nat = \"1m\"\nprobability = 0",
                           "kind = \"drop\"\nafter = { fault = \"no\" }"}),
              ElementsAre("x.toml:11:19: fault 'drop-1' can never begin: 'no' never ends"));
  EXPECT_THAT(errors_with({"name = \"no\"\nkind = \"cut\"\noccurrence = []",
                           "kind = \"drop\"\nafter = { fault = \"no\" }"}),
              ElementsAre(HasSubstr("can never begin: 'no' never ends")));
}

TEST(Contradictions, WhatWaitsForSomethingThatEndsTooLateNeverBegins) {
  EXPECT_THAT(errors_with({"name = \"long\"\nkind = \"stall\"\nat = \"50m\"\nfor = \"10m\"",
                           "kind = \"drop\"\nafter = { fault = \"long\" }"}),
              ElementsAre("x.toml:11:19: fault 'drop-1' can never begin: 'long' ends at 1h at the "
                          "earliest (duration = \"1h\")"));
  EXPECT_THAT(errors_with({"kind = \"restart\"\nat = \"55m\"\nrefused = \"5m\"",
                           "kind = \"drop\"\nafter = { fault = \"restart-1\" }"}),
              ElementsAre(HasSubstr("'restart-1' ends at")));
}

TEST(Contradictions, TheTimesOfAChainAddUp) {
  const std::string_view second =
      "name = \"b\"\nkind = \"stall\"\nfor = \"40m\"\nafter = { fault = \"a\" }";
  const std::string_view third = "name = \"c\"\nkind = \"cut\"\nafter = { fault = \"b\" }";
  EXPECT_THAT(
      errors_with({"name = \"a\"\nkind = \"stall\"\nat = \"0s\"\nfor = \"10m\"", second, third}),
      IsEmpty());
  EXPECT_THAT(
      errors_with({"name = \"a\"\nkind = \"stall\"\nat = \"0s\"\nfor = \"20m\"", second, third}),
      ElementsAre(HasSubstr("fault 'c' can never begin: 'b' ends at 1h at the earliest")));
}

// What is drawn may be short enough.
TEST(Contradictions, WhatDependsOnChanceIsNone) {
  EXPECT_THAT(errors_with({"name = \"long\"\nkind = \"stall\"\nat = \"50m\"\n"
                           "for = { dist = \"exponential\", mean = \"2h\" }",
                           "kind = \"drop\"\nafter = { fault = \"long\" }"}),
              IsEmpty());
  EXPECT_THAT(
      errors_with({"name = \"long\"\nkind = \"slow\"\ndelay = \"1s\"\nat = \"50m\"\nhits = 1",
                   "kind = \"drop\"\nafter = { fault = \"long\" }"}),
      IsEmpty());
}

TEST(Contradictions, TwoRestartsDoNotOverlap) {
  EXPECT_THAT(errors_with({"kind = \"restart\"\nat = \"5m\"\nrefused = \"1m\"",
                           "kind = \"restart\"\nat = \"5m30s\""}),
              ElementsAre(HasSubstr(
                  "x.toml:10:6: fault 'restart-2' overlaps 'restart-1', and both are about "
                  "the server ('restart-1' lasts from 5m to ")));
  EXPECT_THAT(errors_with({"kind = \"restart\"\nat = \"5m\"", "kind = \"restart\"\nat = \"10m\""}),
              IsEmpty());
}

TEST(Contradictions, FaultsOfOneKindExcludeEachOtherOnOneHostOnly) {
  const std::string_view asleep = "kind = \"suspend\"\nat = \"5m\"\nfor = \"2m\"";
  EXPECT_THAT(errors_with({asleep, "kind = \"suspend\"\nat = \"6m\"\nfor = \"2m\""}),
              ElementsAre(HasSubstr("both are about the client's host")));
  EXPECT_THAT(
      errors_with({asleep, "kind = \"suspend\"\nhost = \"server\"\nat = \"6m\"\nfor = \"2m\""}),
      IsEmpty());
}

TEST(Contradictions, OverlapsByChanceAreNone) {
  EXPECT_THAT(errors_with({"kind = \"stall\"\nat = \"5m\"\nfor = \"1m\"\nprobability = 0.5",
                           "kind = \"stall\"\nat = \"5m\"\nfor = \"1m\""}),
              IsEmpty());
  EXPECT_THAT(
      errors_with({"kind = \"stall\"\nat = \"5m\"\nfor = \"1m\"",
                   "kind = \"stall\"\nat = \"5m\"\nfor = \"1m\"\nafter = { connections = 1 }"}),
      IsEmpty());
}

TEST(Contradictions, AFaultOfAnEndpointOrOfTlsNeedsIt) {
  EXPECT_THAT(errors_with({"kind = \"cut\"\nat = \"5m\"\nendpoint = \"remote\""}),
              ElementsAre(HasSubstr("x.toml:7:12: there is no endpoint 'remote'")));
  EXPECT_THAT(errors_with({"kind = \"suspend\"\nat = \"5m\"\nfor = \"1s\"\nhost = \"router\""}),
              ElementsAre(HasSubstr("host: unknown word 'router'")));
  EXPECT_THAT(errors_with({"kind = \"tls\"\nat = \"5m\"\nfor = \"1s\""}),
              ElementsAre(HasSubstr("x.toml:5:8: the server does not speak TLS")));
}

TEST(Contradictions, AFrozenPlanHasNone) {
  // Its occurrences were drawn, whatever they overlap.
  EXPECT_THAT(errors_with({"kind = \"stall\"\noccurrence = [{ at = \"1m\", for = \"1m\" }]",
                           "kind = \"stall\"\noccurrence = [{ at = \"1m\", for = \"1m\" }]"}),
              IsEmpty());
}

TEST(Contradictions, ThousandsOfFaultsInAChainAreFollowedAtOnce) {
  std::string text = minimal(a_fault("name = \"f0\"\nkind = \"cut\"\nat = \"1m\""));
  for (int i = 1; i < 5000; ++i) {
    text += a_fault("name = \"f" + std::to_string(i) + "\"\nkind = \"cut\"\nafter = { fault = \"f" +
                    std::to_string(i - 1) + "\" }");
  }
  EXPECT_THAT(errors_of(text), IsEmpty());
}

}  // namespace
}  // namespace hassle::scenario
