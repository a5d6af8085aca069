#include "scenarios/override.hpp"
#include "scenarios/scenario.hpp"
#include "support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::scenario {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string text = minimal(R"([network]
latency = "20ms"
jitter = "3ms"
[workload]
between_bursts = { dist = "uniform", min = "1m", max = "2m" }
[[fault]]
kind = "restart"
at = "5m"
[[fault]]
name = "first cut"
kind = "cut"
at = "10m"
[[fault]]
kind = "cut"
at = "20m"
)");

std::expected<scenario, std::vector<input_error>> changed(std::vector<std::string> changes,
                                                          const std::string& of = text) {
  return parse_scenario(of, "x.toml", {.changes = std::move(changes), .find_base = {}});
}

std::vector<std::string> errors_of_changes(std::vector<std::string> changes,
                                           const std::string& of = text) {
  const auto result = changed(std::move(changes), of);
  return result ? std::vector<std::string>() : error_texts(result.error());
}

TEST(Override, AKeyOfATableIsSetAndTheOthersStay) {
  const auto s = changed({"network.latency=200ms", "settle=10s"});
  ASSERT_TRUE(s);
  EXPECT_EQ(s->path.latency, milliseconds(200));
  EXPECT_EQ(s->path.jitter, milliseconds(3));
  EXPECT_EQ(s->settle, seconds(10));
}

TEST(Override, ATableThatTheFileDoesNotHaveIsMade) {
  const auto s = changed({"network.middlebox.idle=15m", "host.cold_start=1s"});
  ASSERT_TRUE(s);
  EXPECT_EQ(s->path.box.idle, minutes(15));
  EXPECT_EQ(s->where_client_lives.cold_start, seconds(1));
}

TEST(Override, ValuesAreTomlOrBareWords) {
  const auto s = changed({"seeds=3", "title=\"a \\\"b\\\"\"", "network.middlebox.on_expiry=fin",
                          "host.freeze_between_invocations=true", "tags=[\"a\", \"b\"]",
                          "server.heartbeat = off"});
  ASSERT_TRUE(s);
  EXPECT_EQ(s->seeds, 3U);
  EXPECT_EQ(s->title, "a \"b\"");
  EXPECT_EQ(s->path.box.on_expiry, expiry_style::fin);
  EXPECT_TRUE(s->where_client_lives.freeze_between_invocations);
  EXPECT_THAT(s->tags, ElementsAre("a", "b"));
  EXPECT_FALSE(s->ha.heartbeat);
}

TEST(Override, AFaultIsNamedByItsNameOrTheOneItWillGetOrItsOnlyKind) {
  const auto s = changed({"fault.restart.refused=90s", "fault.'first cut'.at=11m",
                          "fault.cut-2.at=21m", "fault.restart-1.at=6m"});
  ASSERT_TRUE(s) << s.error().front().text();
  EXPECT_EQ(std::get<restart_fault>(s->faults[0].what).refused.a, seconds(90));
  EXPECT_EQ(s->faults[0].at, minutes(6));
  EXPECT_EQ(s->faults[1].at, minutes(11));
  EXPECT_EQ(s->faults[2].at, minutes(21));
}

TEST(Override, WhatIsInsideAValueCanBeSetToo) {
  const auto s = changed({"workload.between_bursts.max=3m"});
  ASSERT_TRUE(s);
  EXPECT_EQ(s->load.between_bursts.b, minutes(3));
}

TEST(Override, OneWayToSayWhenReplacesAnother) {
  const auto s = changed({"fault.cut-2.occurrence=[{ at = \"7m\" }]"});
  ASSERT_TRUE(s);
  EXPECT_FALSE(s->faults[2].at);
  EXPECT_TRUE(s->faults[2].occurrences);
}

TEST(Override, TheLastOfSeveralChangesOfOneKeyHolds) {
  EXPECT_EQ(changed({"settle=1s", "settle=2s"})->settle, seconds(2));
}

TEST(Override, AnUnknownParameterIsAnErrorWithItsPlaceAndTheNearestWord) {
  EXPECT_THAT(errors_of_changes({"settle=1s", "network.latenzy=5ms"}),
              ElementsAre("--set:2:9: unknown key 'latenzy' (did you mean 'latency'?)"));
  EXPECT_THAT(
      errors_of_changes({"netwrok.latency=5ms"}),
      ElementsAre(HasSubstr("--set:1:1: unknown table 'netwrok' (did you mean 'network'?)")));
  EXPECT_THAT(errors_of_changes({"fault.restart.refusd=5s"}),
              ElementsAre("--set:1:15: unknown key 'refusd' (did you mean 'refused'?)"));
  EXPECT_THAT(errors_of_changes({"fault.first cat.at=5s"}),
              ElementsAre("--set:1:7: no fault is named 'first cat' (did you mean 'first cut'?)"));
  EXPECT_THAT(errors_of_changes({"fault.x.at=5s"}, minimal()),
              ElementsAre(HasSubstr("--set:1:7: no fault is named 'x' (the scenario has no")));
}

TEST(Override, AKindThatSeveralFaultsHaveIsNotEnough) {
  EXPECT_THAT(errors_of_changes({"fault.cut.at=5s"}),
              ElementsAre("--set:1:7: 'cut' are several (one of: first cut, cut-2)"));
}

TEST(Override, AWrongValueIsAnErrorAtTheValue) {
  EXPECT_THAT(errors_of_changes({"network.latency=soon"}),
              ElementsAre(StartsWith("--set:1:17: latency: ")));
  EXPECT_THAT(errors_of_changes({"seeds=many"}), ElementsAre(StartsWith("--set:1:7: seeds: ")));
  EXPECT_THAT(errors_of_changes({"tags=[\"a\", 5]"}),
              ElementsAre(StartsWith("--set:1:12: tags: ")));
  EXPECT_THAT(errors_of_changes({"title=\"a"}), ElementsAre(StartsWith("--set:1:7: ")));
  EXPECT_THAT(errors_of_changes({"settle={ a = 1 }"}),
              ElementsAre(StartsWith("--set:1:8: settle")));
}

TEST(Override, WhatIsNoPathAndValueIsAnError) {
  EXPECT_THAT(errors_of_changes({"settle"}), ElementsAre(StartsWith("--set:1:7: expected '.'")));
  EXPECT_THAT(errors_of_changes({""}), ElementsAre(StartsWith("--set:1:1: no '='")));
  EXPECT_THAT(errors_of_changes({"=5"}), ElementsAre(StartsWith("--set:1:1: no name")));
  EXPECT_THAT(errors_of_changes({"settle="}), ElementsAre(StartsWith("--set:1:8: no value")));
  EXPECT_THAT(errors_of_changes({"a..b=5"}), ElementsAre(StartsWith("--set:1:3: no name")));
  EXPECT_THAT(errors_of_changes({"'settle=5s"}), ElementsAre(StartsWith("--set:1:1: a quote")));
  EXPECT_THAT(errors_of_changes({std::string("a=\0b", 4)}), SizeIs(1));
  EXPECT_THAT(errors_of_changes({"title=" + std::string(change_length_max, 'x')}), SizeIs(1));
}

TEST(Override, WhatIsNoTableHasNoKeys) {
  EXPECT_THAT(errors_of_changes({"title.x=5s"}),
              ElementsAre("--set:1:1: 'title' is a string, not a table (title=…)"));
  EXPECT_THAT(errors_of_changes({"fault.restart=5s"}),
              ElementsAre(StartsWith("--set:1:7: the fault 'restart' as a whole cannot be set")));
  EXPECT_THAT(errors_of_changes({"expect.naive.max=1"}),
              ElementsAre(StartsWith("--set:1:1: the tables of [[expect]] have no names")));
}

TEST(Override, ListsAsAWholeCanBeSet) { EXPECT_THAT(changed({"fault=[]"})->faults, IsEmpty()); }

TEST(Override, ABaseIsGivenInAFileOnly) {
  EXPECT_THAT(errors_of_changes({"extends=lee-day"}), ElementsAre(StartsWith("--set:1:1: ")));
}

TEST(Override, MoreChangesThanAllowedAreAnError) {
  EXPECT_THAT(errors_of_changes(std::vector<std::string>(changes_max + 1, "settle=1s")), SizeIs(1));
}

TEST(Override, TheWorkloadsListedCommandsExcludeWhatIsDrawnAsEver) {
  const std::string listed =
      minimal("[[command]]\nat = \"1m\"\nkind = \"toggle\"\ntarget = \"light.a\"\n");
  EXPECT_THAT(errors_of_changes({"workload.burst_size=3"}, listed),
              ElementsAre(StartsWith("--set:1:21: 'burst_size' has no effect")));
}

}  // namespace
}  // namespace hassle::scenario
