#include "harness/bench/recovery_lag.hpp"

#include "harness/bench/league.hpp"
#include "harness/bench/policies/known_policies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>

namespace hassle::harness::bench {
namespace {

using namespace std::chrono_literals;
using net::duration;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::StartsWith;

recovery through(std::string_view policy, duration outage) {
  net::random_stream random(1);
  return recover(find_policy(policy)->schedule, outage, random);
}

TEST(RecoveryLag, IsFromTheEndOfTheOutageToTheAttemptThatSucceeds) {
  // The official client tries after 0, 1, 3, 6 s and what the refusals took.
  const recovery end = through("official", 4s);
  EXPECT_EQ(end.lag, 2s + 3 * refusal_takes);
  EXPECT_EQ(end.attempts, 4U);
}

TEST(RecoveryLag, AnAttemptAtTheVeryEndSucceeds) {
  EXPECT_EQ(through("official", 1s + refusal_takes).lag, 0s);
  EXPECT_EQ(through("official", 0s).attempts, 1U);
}

TEST(RecoveryLag, WhoGivesUpIsNeverBack) {
  const recovery end = through("signalr", 1min);
  EXPECT_EQ(end.lag, never_back);
  EXPECT_EQ(end.attempts, 4U);
  EXPECT_EQ(through("signalr", 41s).lag, 1s + 3 * refusal_takes);
}

TEST(RecoveryLag, OutagesFillTheirRangeCellByCell) {
  net::random_stream random(1);
  const outage_range range{.from = 100ms, .to = 1h, .cells = 9, .per_cell = 50};
  const auto outages = draw_outages(range, random);
  ASSERT_EQ(outages.size(), 450U);
  EXPECT_THAT(outages, ::testing::Each(AllOf(Ge(100ms), Le(1h))));
  for (unsigned cell = 1; cell < range.cells; ++cell) {
    EXPECT_LE(outages[cell * 50 - 1], outages[cell * 50]) << cell;
  }
  EXPECT_THAT(middle_of(range, 4), AllOf(Ge(18s), Le(20s))) << "in the middle of the logarithms";
}

TEST(RecoveryLag, AFixedPeriodHasAUniformLag) {
  net::random_stream random(1);
  const outage_range range{.from = 10s, .to = 20s, .how = spacing::linear, .per_cell = 5'000};
  const auto outages = draw_outages(range, random);
  const auto curve =
      measure_lag(find_policy("boost.redis")->schedule, outages, range, random).value();
  EXPECT_THAT(curve.all.p50, AllOf(Ge(470ms), Le(530ms)));
  EXPECT_THAT(curve.all.p99, AllOf(Ge(980ms), Le(1'001ms)));
  EXPECT_THAT(curve.all.per_minute, AllOf(Ge(56.0), Le(60.0)));
  EXPECT_EQ(curve.all.back, 1);
}

TEST(RecoveryLag, AnInterruptEndsIt) {
  net::random_stream random(1);
  const std::atomic<bool> stop = true;
  const outage_range range{.from = 1s, .to = 2s, .per_cell = 10};
  const auto outages = draw_outages(range, random);
  EXPECT_FALSE(measure_lag(find_policy("ours")->schedule, outages, range, random, &stop));
  EXPECT_FALSE(play_league({.per_cell = 1, .interrupted = &stop}).complete);
}

TEST(ParetoFront, HoldsWhatNobodyBeats) {
  const std::array<lag_figures, 5> all = {
      lag_figures{.p50 = 1s, .per_minute = 10, .back = 1},
      lag_figures{.p50 = 2s, .per_minute = 5, .back = 1},
      lag_figures{.p50 = 2s, .per_minute = 6, .back = 1},    // As slow as the second, and louder.
      lag_figures{.p50 = 3s, .per_minute = 20, .back = 1},   // Worse than the first in both.
      lag_figures{.p50 = 1ms, .per_minute = 0, .back = 0.9}  // Gives up.
  };
  EXPECT_THAT(pareto_front(all), ElementsAre(true, true, false, false, false));
}

TEST(League, IsSortedAndTheSameForTheSameSeed) {
  const league played = play_league({.per_cell = 20});
  EXPECT_EQ(played.entries.size(), known_policies().size());
  EXPECT_TRUE(std::ranges::is_sorted(played.entries, {},
                                     [](const league_entry& each) { return each.all.all.p50; }));
  EXPECT_EQ(league_json(played), league_json(play_league({.per_cell = 20})));
  EXPECT_NE(league_json(played), league_json(play_league({.per_cell = 20, .seed = 2})));
}

TEST(League, TheOfficialClientsMedianIsWhatItsScheduleSays) {
  const league played = play_league({.per_cell = 500});
  const auto goal = goal_figures(played);
  ASSERT_EQ(goal.size(), 2U);
  // Of attempts after 0, 1, 3, 6, 10 and 15 s, and lengths from 0.5 to 12 s: by hand 1.75 s.
  EXPECT_THAT(goal[0].baseline.value(), AllOf(Ge(1.70), Le(1.80)));
  const bool reached = goal[0].ratio() <= lag_ratio_most && goal[1].ratio() <= 1;
  EXPECT_THAT(goal_text(played), StartsWith(reached ? "Reached after" : "Not reached after"));
}

TEST(League, TheTableTellsWhoGivesUp) {
  const std::string table = league_table(play_league({.per_cell = 20}), 120, false);
  EXPECT_THAT(table, AllOf(HasSubstr("official"), HasSubstr("back from 5"), HasSubstr("● front")));
}

TEST(Figures, HaveARatioWhereThereAreBothNumbers) {
  EXPECT_EQ((figure{.name = "a", .value = 1, .unit = "s", .baseline = 2}.ratio()), 0.5);
  EXPECT_FALSE((figure{.name = "a", .value = std::nullopt, .unit = "s", .baseline = 2}.ratio()));
  EXPECT_FALSE((figure{.name = "a", .value = 1, .unit = "s", .baseline = 0}.ratio()));
  EXPECT_EQ(short_number(std::nullopt), "never");
  EXPECT_EQ(short_number(12'345.6), "12346");
}

}  // namespace
}  // namespace hassle::harness::bench
