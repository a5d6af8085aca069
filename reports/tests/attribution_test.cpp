#include "reports/attribution.hpp"

#include "reports/console_report.hpp"
#include "reports/json_report.hpp"
#include "reports/report.hpp"
#include "reports/statistics/shapley.hpp"
#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>  // Needs gtest.h before it.
#include <boost/json/parse.hpp>

#include <algorithm>
#include <functional>

namespace hassle::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t commands = 1000;

std::vector<std::string> layers_named(std::size_t n) {
  std::vector<std::string> names;
  names.reserve(n);
  for (std::size_t i = 0; i < n; ++i) names.push_back(std::string(1, static_cast<char>('a' + i)));
  return names;
}

// How many of the commands fail with these layers in this seed.
using errors_of = std::function<std::uint64_t(player_set, std::uint64_t seed)>;

cell cell_of(player_set set, std::size_t layers, std::uint64_t seeds, const errors_of& errors) {
  cell c;
  c.scenario = "flapping";
  c.world = "simulated";
  const std::vector<std::string> names = layers_named(layers);
  for (std::size_t i = 0; i < layers; ++i) {
    if ((set >> i & 1U) != 0) c.layers.push_back(names[i]);
  }
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    run_figures run;
    run.seed = seed;
    run.commands = commands;
    run.outcomes[static_cast<std::size_t>(outcome::timeout)] = errors(set, seed);
    c.runs.push_back(std::move(run));
  }
  return c;
}

std::vector<cell> cells_of(const std::vector<player_set>& sets, std::size_t layers,
                           std::uint64_t seeds, const errors_of& errors) {
  std::vector<cell> cells;
  cells.reserve(sets.size());
  for (const player_set set : sets) cells.push_back(cell_of(set, layers, seeds, errors));
  return cells;
}

// a saves 60, b saves 30 and c saves nothing; with weather.
std::uint64_t plain_errors(player_set set, std::uint64_t seed) {
  return 200 + seed * 7 % 5 - ((set & 1U) != 0 ? 60 + seed % 3 : 0) -
         ((set & 2U) != 0 ? 30 - seed % 2 : 0);
}

TEST(Attribution, GivesEachLayerWhatItSaves) {
  const auto found = attributions(cells_of(all_sets(3), 3, 10, plain_errors));
  ASSERT_EQ(found.size(), 1U);
  const attribution& a = found.front();
  EXPECT_EQ(a.scenario, "flapping");
  EXPECT_EQ(a.seeds, 10U);
  EXPECT_EQ(a.clients, 8U);
  EXPECT_EQ(a.orders, 0U);
  ASSERT_EQ(a.layers.size(), 3U);
  EXPECT_NEAR(a.layers[0].effect.errors_saved.mean, 0.061, 1e-12);
  EXPECT_NEAR(a.layers[1].effect.errors_saved.mean, 0.0295, 1e-12);
  EXPECT_TRUE(a.layers[0].effect.significant);
  EXPECT_EQ(a.layers[2].effect.errors_saved.mean, 0);
  EXPECT_EQ(a.layers[2].effect.errors_saved.high, 0);
  EXPECT_EQ(a.layers[2].effect.p, 1);
  EXPECT_FALSE(a.layers[2].effect.significant);
  EXPECT_NEAR(*a.layers[0].share + *a.layers[1].share, 1, 1e-12);
  EXPECT_THAT(a.doubts, IsEmpty());
  EXPECT_THAT(a.findings, IsEmpty());
  for (const layer_interaction& each : a.pairs) EXPECT_EQ(each.effect.errors_saved.mean, 0);
}

TEST(Attribution, CallsOutALayerThatHurtsAndPairsThatInteract) {
  // Either of a and b saves 50, both together no more; c adds 20 errors.
  const auto errors = [](player_set set, std::uint64_t seed) {
    return 100 + seed % 4 - ((set & 3U) != 0 ? 50 + seed % 2 : 0) + ((set & 4U) != 0 ? 20 : 0);
  };
  const auto found = attributions(cells_of(all_sets(3), 3, 8, errors));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(
      found.front().findings,
      ElementsAre(
          "c hurts under flapping: 2.00 pp (2.00 to 2.00) more of the commands fail with "
          "it.",
          "a and b do the same in part, or are in each other's way under flapping: together "
          "they save 5.05 pp (5.01 to 5.09) less than one by one."));
}

TEST(Attribution, OfSampledOrdersKnowsThemFromTheirCellsAlone) {
  const std::vector<player_set> sets = sets_of_orders(14, 6);
  std::vector<cell> cells = cells_of(sets, 14, 6, plain_errors);
  const auto found = attributions(cells);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().orders, 6U);
  EXPECT_EQ(found.front().clients, sets.size());
  EXPECT_EQ(found.front().pairs.size(), 91U);
  for (const layer_interaction& each : found.front().pairs) {
    EXPECT_EQ(each.effect.errors_saved.mean, 0) << "what a layer saves is always the same";
    EXPECT_EQ(each.effect.p, 1);
  }
  EXPECT_THAT(found.front().findings, IsEmpty());
  EXPECT_NEAR(found.front().layers[0].effect.errors_saved.mean, 0.061, 1e-12);
  double sum = 0;
  for (const layer_gain& each : found.front().layers) sum += each.effect.errors_saved.mean;
  EXPECT_NEAR(sum, found.front().errors_saved.mean, 1e-12);
  // Whatever the order of the cells, as shards may give them.
  std::ranges::reverse(cells);
  EXPECT_EQ(attributions(cells).front().layers[0].effect.errors_saved.low,
            found.front().layers[0].effect.errors_saved.low);
}

const layer_interaction& pair_of(const attribution& a, const std::string& first,
                                 const std::string& second) {
  const auto found = std::ranges::find_if(a.pairs, [&](const layer_interaction& each) {
    return each.first == first && each.second == second;
  });
  EXPECT_NE(found, a.pairs.end());
  return *found;
}

TEST(Attribution, OfSampledOrdersCallsOutPairsThatInteract) {
  // Either of a and b saves 50, both together no more. d saves 40, but only where c is there.
  const auto errors = [](player_set set, std::uint64_t seed) {
    return 200 + seed % 4 - ((set & 3U) != 0 ? 50 + seed % 2 : 0) -
           ((set & 12U) == 12 ? 40 + seed % 3 : 0);
  };
  constexpr std::size_t orders = 200;
  const auto found = attributions(cells_of(sets_of_orders(14, orders), 14, 6, errors));
  ASSERT_EQ(found.size(), 1U);
  const attribution& a = found.front();
  const layer_effect& same = pair_of(a, "a", "b").effect;
  EXPECT_TRUE(same.significant);
  EXPECT_LE(same.errors_saved.low, -0.05);
  EXPECT_GE(same.errors_saved.high, -0.051);
  const layer_effect& help = pair_of(a, "c", "d").effect;
  EXPECT_TRUE(help.significant);
  EXPECT_LE(help.errors_saved.low, 0.041);
  EXPECT_GE(help.errors_saved.high, 0.041);
  EXPECT_EQ(std::ranges::count_if(
                a.pairs, [](const layer_interaction& each) { return each.effect.significant; }),
            2);
  EXPECT_THAT(a.findings, ElementsAre(HasSubstr("a and b do the same in part"),
                                      HasSubstr("c and d help each other under flapping")));
}

TEST(Attribution, NamesTheFaultsUnderWhichALayerHurts) {
  const auto errors = [](player_set set, std::uint64_t seed) {
    return 100 + seed % 4 - ((set & 1U) != 0 ? 50 + seed % 2 : 0) + ((set & 2U) != 0 ? 20 : 0);
  };
  std::vector<cell> cells = cells_of(all_sets(2), 2, 8, errors);
  cells[0].runs[0].hit_faults = {"kick-1", "kick-2", "wifi-5g"};
  EXPECT_THAT(attributions(cells).front().findings,
              ElementsAre(HasSubstr("b hurts under flapping (kick, wifi-5g): 2.00 pp")));
  cells[0].runs[0].recovery_stages = {{.fault_kind = "restart"}};
  cells[1].runs[0].recovery_stages = {{.fault_kind = "cut"}};
  EXPECT_THAT(attributions(cells).front().findings,
              ElementsAre(HasSubstr("b hurts under flapping (cut, restart): 2.00 pp")));
}

TEST(Attribution, LeavesOutSeedsThatAClientLacksAndSaysNothingWithoutAllClients) {
  std::vector<cell> cells = cells_of(all_sets(3), 3, 5, plain_errors);
  cells[2].runs.erase(cells[2].runs.begin());
  EXPECT_EQ(attributions(cells).front().seeds, 4U);
  EXPECT_EQ(attributions(cells).front().first_seed, 2U);
  cells.erase(cells.begin() + 3);
  EXPECT_THAT(attributions(cells), IsEmpty());
  EXPECT_THAT(attributions({}), IsEmpty());
}

TEST(Attribution, DoubtsASingleSeedAndAFaultThatHitNobody) {
  std::vector<cell> cells = cells_of(all_sets(3), 3, 1, plain_errors);
  for (cell& each : cells) each.runs.front().idle_faults = {"cut-1", "cut-2"};
  cells[3].runs.front().idle_faults = {"cut-1"};
  cells[3].runs.front().hit_faults = {"cut-2"};
  const auto found = attributions(cells);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found.front().doubts,
              ElementsAre("The fault 'cut-1' hit nothing in any run.", HasSubstr("One seed")));
  EXPECT_FALSE(found.front().layers[0].effect.significant);
}

report report_of(std::vector<cell> cells, bool interrupted = false) {
  return make_report({.tool_version = "1.2.3",
                      .kind = report_kind::attribution,
                      .cells = std::move(cells),
                      .interrupted = interrupted});
}

TEST(AttributionReport, PassesWhereItCanBeSaidWhoSavesWhat) {
  const report r = report_of(cells_of(all_sets(3), 3, 10, plain_errors));
  EXPECT_EQ(r.verdict, "passed");
  const std::string text = console_report(r, {});
  EXPECT_THAT(text, HasSubstr("a      6.10 pp   6.04 to 6.16    67%  ████████████████████████\n"));
  EXPECT_THAT(text, HasSubstr("c      0.00 pp   0.00 to 0.00     0%\n"));
  EXPECT_THAT(text, HasSubstr("11.15 % with all of them"));
}

TEST(AttributionReport, IsInconclusiveWhereClientsAreMissingOrItWasInterrupted) {
  std::vector<cell> cells = cells_of(all_sets(3), 3, 10, plain_errors);
  EXPECT_EQ(report_of(cells, true).verdict, "inconclusive");
  cells.erase(cells.begin() + 2);
  const report r = report_of(cells);
  EXPECT_EQ(r.verdict, "inconclusive");
  EXPECT_THAT(console_report(r, {}), HasSubstr("? flapping: too little was run"));
  EXPECT_EQ(report_of({}).verdict, "inconclusive");
}

TEST(AttributionReport, InJsonHasAMemberForEachScenario) {
  const report r = report_of(cells_of(all_sets(3), 3, 10, plain_errors));
  const auto document = boost::json::parse(json_report(r));
  const auto& a = document.at("attribution").at(0);
  EXPECT_EQ(a.at("scenario"), "flapping");
  EXPECT_EQ(a.at("layers").at(0).at("layer"), "a");
  EXPECT_EQ(a.at("layers").at(0).at("significant"), true);
  EXPECT_EQ(a.at("interactions").as_array().size(), 3U);
}

// With a layer that hurts, two that do the same in part, and one that does nothing.
std::vector<cell> sample_cells() {
  const auto errors = [](player_set set, std::uint64_t seed) {
    return 100 + seed * 7 % 5 - ((set & 3U) != 0 ? 50 + seed % 3 : 0) +
           ((set & 4U) != 0 ? 20 - seed % 2 : 0);
  };
  std::vector<cell> cells = cells_of(all_sets(4), 4, 8, errors);
  for (cell& each : cells) {
    each.client = "four-layers";
    each.title = "Every login succeeds, and every connection is closed again within seconds";
    each.runs.front().hit_faults = {"kick-1", "kick-2"};
    each.runs.front().idle_faults = {"never"};
  }
  return cells;
}

TEST(AttributionReport, LooksAsItAlwaysDid) {
  const report r = report_of(sample_cells());
  tests::expect_golden("attribution.txt", console_report(r, {}));
  tests::expect_golden("attribution-80.txt", console_report(r, {.colour = true, .width = 80}));
  // The member as it stands in the report; the rest of it is not about layers.
  const std::string document = json_report(r);
  const std::size_t begin = document.find("\"attribution\": [");
  ASSERT_NE(begin, std::string::npos);
  tests::expect_golden("attribution.json", "{\n  " + document.substr(begin));
  EXPECT_NO_THROW((void)boost::json::parse("{" + document.substr(begin)));
}

RC_GTEST_PROP(Attribution, OfAnyErrorsAddsUpToWhatAllSave, ()) {
  const auto table = *rc::gen::container<std::vector<std::uint16_t>>(
      8 * 4, rc::gen::inRange<std::uint16_t>(0, 1000));
  const auto errors = [&](player_set set, std::uint64_t seed) {
    return table[set * 4 + (seed - 1)];
  };
  const auto found = attributions(cells_of(all_sets(3), 3, 4, errors));
  RC_ASSERT(found.size() == 1U);
  double sum = 0;
  for (const layer_gain& each : found.front().layers) sum += each.effect.errors_saved.mean;
  RC_ASSERT(std::abs(sum - found.front().errors_saved.mean) < 1e-12);
}

}  // namespace
}  // namespace hassle::reports
