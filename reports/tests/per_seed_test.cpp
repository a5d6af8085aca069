#include "reports/per_seed.hpp"

#include "reports/tests/sample_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace hassle::reports {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::Optional;

TEST(PerSeed, EveryFigureOfARunIsWhatACellOfThatRunAloneSays) {
  for (const cell& each : tests::sample_ladder()) {
    const per_seed_figures all = per_seed(each);
    ASSERT_EQ(all.figures.size(), figure_names().size());
    for (std::size_t i = 0; i < each.runs.size(); ++i) {
      cell alone = each;
      alone.runs = {each.runs[i]};
      const summary s = summarise(alone);
      EXPECT_EQ(all.seeds[i], each.runs[i].seed);
      for (const figure_series& series : all.figures) {
        ASSERT_EQ(series.values.size(), each.runs.size()) << series.name;
        EXPECT_EQ(series.values[i].has_value(), has_figure(s, series.name)) << series.name;
        if (series.values[i]) {
          EXPECT_EQ(series.values[i], figure(s, series.name)) << series.name;
        }
        EXPECT_EQ(figure_of(each.runs[i], series.name), series.values[i]) << series.name;
      }
    }
  }
}

// An error rate is the mean of its runs', a gauge the largest of theirs.
TEST(PerSeed, TheFiguresOfACellAreMadeOfThoseOfItsRuns) {
  const cell ladder = tests::sample_ladder().front();
  const summary s = summarise(ladder);
  const per_seed_figures all = per_seed(ladder);
  double sum = 0;
  for (const run_value& value : all.find("error_rate")->values) sum += value.value();
  EXPECT_DOUBLE_EQ(sum / static_cast<double>(all.seeds.size()), *figure(s, "error_rate"));
  const auto& peaks = all.find("attempts_per_minute_max")->values;
  EXPECT_EQ(*std::ranges::max_element(peaks), figure(s, "attempts_per_minute_max"));
}

TEST(PerSeed, ARunWithoutCommandsHasNoErrorRateAndAnUnknownFigureIsNone) {
  EXPECT_EQ(figure_of(run_figures{}, "error_rate"), std::nullopt);
  EXPECT_EQ(figure_of(run_figures{}, "no_such_figure"), std::nullopt);
  EXPECT_EQ(per_seed(cell{}).find("no_such_figure"), nullptr);
  EXPECT_THAT(figure_of(run_figures{}, "attempts"), Optional(DoubleEq(0)));
}

TEST(PerSeed, PairsAreTheSeedsThatBothHave) {
  const auto run = [](std::uint64_t seed, std::uint64_t failed) {
    run_figures r;
    r.seed = seed;
    r.commands = 10;
    r.outcomes[static_cast<std::size_t>(outcome::timeout)] = failed;
    return r;
  };
  cell before;
  before.runs = {run(1, 1), run(2, 2), run(3, 3)};
  cell after;
  after.runs = {run(2, 0), run(3, 1), run(4, 9)};
  const seed_pairs pairs = pair_by_seed(before, after, "error_rate");
  EXPECT_THAT(pairs.seeds, ElementsAre(2U, 3U));
  EXPECT_THAT(pairs.before, ElementsAre(DoubleEq(0.2), DoubleEq(0.3)));
  EXPECT_THAT(pairs.after, ElementsAre(DoubleEq(0), DoubleEq(0.1)));
}

}  // namespace
}  // namespace hassle::reports
