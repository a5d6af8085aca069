#include "scenarios/plan.hpp"

#include "scenarios/tests/support.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

namespace hassle::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

plan planned(std::string_view more, std::uint64_t seed = 1) {
  auto result = make_plan(parsed(minimal(more)), seed);
  if (!result) {
    ADD_FAILURE() << result.error().text();
    return {};
  }
  return *std::move(result);
}

std::vector<duration> times_of(const std::vector<planned_fault>& faults) {
  std::vector<duration> times;
  times.reserve(faults.size());
  for (const planned_fault& f : faults) {
    times.push_back(f.at);
  }
  return times;
}

TEST(Plan, IsAFunctionOfScenarioAndSeed) {
  const char* const text =
      "[[fault]]\nkind = \"forget\"\nevery = { dist = \"exponential\", mean = "
      "\"5m\" }\n[host]\nrecycle = { dist = \"exponential\", mean = \"5m\" }";
  const plan a = planned(text, 1);
  const plan b = planned(text, 1);
  const plan c = planned(text, 2);
  EXPECT_EQ(a.commands, b.commands);
  EXPECT_EQ(a.faults, b.faults);
  EXPECT_EQ(a.recycles, b.recycles);
  EXPECT_NE(a.commands, c.commands);
  EXPECT_NE(a.faults, c.faults);
  EXPECT_NE(a.recycles, c.recycles);
}

// Otherwise switching one fault on would change the day that clients are compared on.
TEST(Plan, AnotherFaultChangesNothingAboutTheRest) {
  const std::string base =
      "[workload]\nbetween_bursts = { dist = \"exponential\", mean = \"1m\" }\n"
      "[host]\nrecycle = { dist = \"uniform\", min = \"5m\", max = \"9m\" }\n";
  const std::string forget =
      "[[fault]]\nname = \"a\"\nkind = \"forget\"\nevery = { dist = \"exponential\", mean = "
      "\"5m\" }\n";
  const std::string stall =
      "[[fault]]\nkind = \"stall\"\nevery = { dist = \"exponential\", mean = \"3m\" }\n"
      "for = { dist = \"exponential\", mean = \"3s\" }\n";
  const plan without = planned(base + forget);
  const plan with = planned(base + stall + forget);
  EXPECT_EQ(without.commands.size(), with.commands.size());
  for (std::size_t i = 0; i + 2 < without.commands.size(); ++i) {  // The last two follow `healed`.
    EXPECT_EQ(without.commands[i], with.commands[i]);
  }
  EXPECT_EQ(without.recycles, with.recycles);
  std::vector<duration> forgets;
  for (const planned_fault& f : with.faults) {
    if (f.fault == 1) {
      forgets.push_back(f.at);
    }
  }
  EXPECT_EQ(forgets, times_of(without.faults));
}

TEST(Plan, BurstsHoldSpacedCommandsUntilTheLengthIsOver) {
  const plan p = planned(
      "settle = \"0s\"\n[workload]\nbetween_bursts = \"29m59s\"\nburst_size = 3\n"
      "spacing = \"1s\"\nmix = { toggle = 1 }\ntargets = [\"light.a\"]\nlimit = \"7s\"");
  std::vector<duration> times;
  for (const planned_command& c : p.commands) {
    times.push_back(c.at);
    EXPECT_EQ(c.number, times.size());
    EXPECT_EQ(c.kind, command_kind::toggle);
    EXPECT_EQ(c.target, "light.a");
    EXPECT_EQ(c.limit, 7s);
  }
  // The third of the second burst would be due at 1 h, which is the end.
  EXPECT_THAT(times, ElementsAre(29min + 59s, 30min, 30min + 1s, 59min + 58s, 59min + 59s));
}

TEST(Plan, CommandsOfOverlappingBurstsAreSortedAndNumbered) {
  const plan p = planned("[workload]\nbetween_bursts = \"10m\"\nburst_size = 10\nspacing = \"3m\"");
  for (std::size_t i = 1; i < p.commands.size(); ++i) {
    EXPECT_LE(p.commands[i - 1].at, p.commands[i].at);
    EXPECT_EQ(p.commands[i].number, i + 1);
  }
}

TEST(Plan, TheMixIsHeld) {
  const plan p = planned(
      "[workload]\nbetween_bursts = \"100ms\"\nmix = { turn_on = 3, toggle = 1, turn_off = 0 }");
  double toggles = 0;
  for (const planned_command& c : p.commands) {
    EXPECT_NE(c.kind, command_kind::turn_off);
    toggles += c.kind == command_kind::toggle ? 1 : 0;
  }
  // 36,000 draws: the standard error is 0.0023.
  EXPECT_NEAR(toggles / static_cast<double>(p.commands.size()), 0.25, 0.012);
}

TEST(Plan, AfterHealingOneReadAndOneCallMeasureRecovery) {
  const plan p = planned(
      "settle = \"1m\"\n[workload]\nbetween_bursts = \"30m\"\ntargets = [\"light.a\"]\n"
      "[[fault]]\nkind = \"stall\"\nat = \"59m\"\nfor = \"5m\"");
  EXPECT_EQ(p.healed, 64min);
  EXPECT_EQ(p.end, 65min);
  ASSERT_EQ(p.commands.size(), 3U);
  EXPECT_EQ(p.commands[1],
            (planned_command{2, 64min + 30s, command_kind::get_states, "light.a", 30s}));
  EXPECT_EQ(p.commands[2],
            (planned_command{3, 64min + 35s, command_kind::turn_on, "light.a", 30s}));
}

TEST(Plan, AShortSettleHasNoRoomForThem) {
  const plan p = planned("settle = \"39s\"\n[workload]\nbetween_bursts = \"59m\"");
  EXPECT_EQ(p.commands.size(), 1U);
  EXPECT_EQ(p.healed, 1h);
  EXPECT_EQ(p.end, 1h + 39s);
}

TEST(Plan, EveryCountsFromTheEndOfTheLastTime) {
  const plan p = planned("[[fault]]\nkind = \"stall\"\nevery = \"20m\"\nfor = \"5m\"");
  EXPECT_THAT(times_of(p.faults), ElementsAre(20min, 45min));
  EXPECT_EQ(p.faults[1].lasts, 5min);
  EXPECT_EQ(p.faults[1].number, 2U);
}

TEST(Plan, AtWithEveryIsASeriesThatBeginsThen) {
  const plan p = planned(
      "[[fault]]\nkind = \"partition\"\nat = \"10m\"\nevery = \"10s\"\nfor = \"5s\"\ntimes = 3");
  EXPECT_THAT(times_of(p.faults), ElementsAre(10min, 10min + 15s, 10min + 30s));
}

TEST(Plan, ARestartLastsAsLongAsItsPhases) {
  const plan p = planned(
      "[[fault]]\nkind = \"restart\"\nevery = \"20m\"\nstopping = \"1s\"\nrefused = \"2s\"\n"
      "not_running = \"3s\"\nstarting = \"4s\"");
  EXPECT_THAT(times_of(p.faults), ElementsAre(20min, 40min + 10s));
  EXPECT_EQ(p.faults[0].lasts, 10s);
  EXPECT_EQ(p.faults[0].phases, (restart_phases{1s, 2s, 3s, 4s}));
}

TEST(Plan, AmountsAreDrawnForEachTime) {
  const plan p = planned(
      "[[fault]]\nkind = \"slow\"\nevery = \"5m\"\nfor = \"1s\"\n"
      "delay = { dist = \"uniform\", min = \"1s\", max = \"9s\" }\n"
      "[[fault]]\nkind = \"latency\"\nat = \"1m\"\nfor = \"1s\"\nadded = \"300ms\"");
  ASSERT_GT(p.faults.size(), 3U);
  EXPECT_EQ(p.faults[0].amount, 300ms);
  EXPECT_NE(p.faults[1].amount, p.faults[2].amount);
}

TEST(Plan, TimesLimitsHowOften) {
  EXPECT_EQ(planned("[[fault]]\nkind = \"forget\"\nevery = \"1m\"\ntimes = 3").faults.size(), 3U);
  EXPECT_EQ(planned("[[fault]]\nkind = \"forget\"\nevery = \"1m\"").faults.size(), 59U);
}

// Comparing two probabilities compares the same weather, more or less of it.
TEST(Plan, ASmallerProbabilityThinsOutAndMovesNothing) {
  const std::string text =
      "[[fault]]\nkind = \"stall\"\nevery = { dist = \"exponential\", mean = \"10s\" }\n"
      "for = { dist = \"exponential\", mean = \"1s\" }\nprobability = ";
  const auto all = times_of(planned(text + "1").faults);
  const auto some = times_of(planned(text + "0.3").faults);
  EXPECT_TRUE(std::includes(all.begin(), all.end(), some.begin(), some.end()));
  EXPECT_NEAR(static_cast<double>(some.size()) / static_cast<double>(all.size()), 0.3, 0.1);
  EXPECT_TRUE(planned(text + "0").faults.empty());
}

TEST(Plan, FaultsOfOneInstantComeInTheOrderOfKindsThenOfDeclaration) {
  const plan p = planned(
      "[[fault]]\nkind = \"forget\"\nat = \"1m\"\n[[fault]]\nkind = \"cut\"\nat = \"1m\"\n"
      "[[fault]]\nname = \"z\"\nkind = \"cut\"\nat = \"1m\"\n"
      "[[fault]]\nkind = \"stall\"\nat = \"1m\"\nfor = \"1s\"");
  std::vector<std::size_t> order(p.faults.size());
  std::ranges::transform(p.faults, order.begin(), &planned_fault::fault);
  EXPECT_THAT(order, ElementsAre(3, 1, 2, 0));
}

TEST(Plan, RecyclesFollowEachOtherWithinTheLength) {
  EXPECT_THAT(planned("[host]\nrecycle = \"25m\"").recycles, ElementsAre(25min, 50min));
  EXPECT_THAT(planned("[host]\nrecycle_at = [\"50m\", \"1m\"]").recycles, ElementsAre(1min, 50min));
}

// The command line may shorten a scenario, also one that lists its times.
TEST(Plan, WhatIsListedBehindAShortenedLengthIsNotPlanned) {
  scenario s =
      parsed(minimal("[host]\nrecycle_at = [\"10m\", \"50m\"]\n[[fault]]\nkind = \"forget\"\n"
                     "[[fault.occurrence]]\nat = \"10m\"\n[[fault.occurrence]]\nat = \"50m\"\n"));
  s.length = 30min;
  const auto p = make_plan(s, 1);
  ASSERT_TRUE(p);
  EXPECT_THAT(times_of(p->faults), ElementsAre(10min));
  EXPECT_THAT(p->recycles, ElementsAre(10min));
}

TEST(Plan, ListedCommandsAreTheOnlyOnes) {
  const plan p = planned(
      "[workload]\nlimit = \"4s\"\n"
      "[[command]]\nat = \"1h1m\"\nkind = \"turn_on\"\ntarget = \"light.a\"\nlimit = \"1s\"\n"
      "[[command]]\nat = \"1s\"\nkind = \"toggle\"\ntarget = \"light.b\"");
  EXPECT_THAT(p.commands,
              ElementsAre(planned_command{1, 1s, command_kind::toggle, "light.b", 4s},
                          planned_command{2, 61min, command_kind::turn_on, "light.a", 1s}));
}

TEST(Plan, AListedCommandBehindTheEndIsAnError) {
  const auto p = make_plan(parsed(minimal("[[command]]\nat = \"1h2m\"\nkind = \"toggle\"\n"
                                          "target = \"light.a\"")),
                           1);
  ASSERT_FALSE(p);
  EXPECT_EQ(p.error().text(),
            "x.toml:4:1: command at 1h2m is not before the end of the run (duration and settle "
            "end at 1h2m)");
}

TEST(Plan, TooManyItemsAreAnErrorThatNamesTheDistribution) {
  const auto error_of = [](std::string_view more) {
    const auto p = make_plan(parsed(minimal(more)), 1);
    return p ? "none" : p.error().text();
  };
  EXPECT_EQ(error_of("[workload]\nbetween_bursts = \"1us\""),
            "x.toml:4:1: workload.between_bursts plans more than 2000000 items (a longer mean or a "
            "shorter duration)");
  EXPECT_EQ(error_of("[host]\nrecycle = \"1us\""),
            "x.toml:4:1: host.recycle plans more than 2000000 items (a longer mean or a shorter "
            "duration)");
  EXPECT_THAT(error_of("[[fault]]\nkind = \"forget\"\nevery = { dist = \"exponential\", mean = "
                       "\"1us\" }"),
              HasSubstr("'every' of fault 'forget-1' plans more than"));
  // Nothing is planned, yet the time it takes has an end too.
  EXPECT_THAT(error_of("[[fault]]\nkind = \"forget\"\nevery = \"1ns\"\nprobability = 0"),
              HasSubstr("'every' of fault 'forget-1' plans more than"));
}

}  // namespace
}  // namespace hassle::scenario
