#include "harness/grade/grading.hpp"
#include "harness/grade/matrix.hpp"

#include <gmock/gmock.h>
#include <boost/json/parse.hpp>

#include <chrono>

namespace hassle::harness::grade {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// A run of a hundred commands, so many of which found no connection.
reports::cell cell_of(unsigned failures) {
  reports::run_figures run;
  run.commands = 100;
  run.outcomes[static_cast<std::size_t>(reports::outcome::fresh)] = 100 - failures;
  run.outcomes[static_cast<std::size_t>(reports::outcome::connection)] = failures;
  run.seed = 1;
  for (const auto& each : reports::oracles()) run.oracles.push_back({.name = each.name});
  reports::cell cell;
  cell.scenario = "outage";
  cell.client = "anybody";
  cell.world = "simulated";
  cell.runs.push_back(std::move(run));
  cell.expectations.push_back(
      {.figure = "error_rate", .min = std::nullopt, .max = 0.02, .why = "It is back at once."});
  return cell;
}

TEST(Grading, WhoKeepsWhatIsExpectedOfTheBestIsOk) {
  const verdict given = judge(cell_of(1));
  EXPECT_EQ(given.given, mark::ok);
  EXPECT_THAT(given.findings, IsEmpty());
}

TEST(Grading, ALittleOutsideIsNonStrict) {
  const verdict given = judge(cell_of(5));
  EXPECT_EQ(given.given, mark::non_strict);
  ASSERT_THAT(given.findings, SizeIs(1));
  EXPECT_THAT(given.findings.front().what, HasSubstr("measured 0.05. It is back at once."));
}

TEST(Grading, FarOutsideIsFailed) { EXPECT_EQ(judge(cell_of(40)).given, mark::failed); }

TEST(Grading, ABrokenOracleIsFailedWhateverTheFiguresAre) {
  reports::cell cell = cell_of(5);
  auto& oracle = cell.runs.front().oracles.front();
  oracle.violations = 2;
  oracle.first_at = 3s;
  oracle.first = "command 7 took the answer of command 6";
  const verdict given = judge(cell);
  EXPECT_EQ(given.given, mark::failed);
  ASSERT_THAT(given.findings, SizeIs(2));
  EXPECT_TRUE(given.findings.front().broken);
  EXPECT_THAT(given.findings.front().what,
              testing::AllOf(HasSubstr("violated 2 times"), HasSubstr("command 7 took")));
}

TEST(Grading, WhereNothingWasMeasuredNothingIsSaid) {
  reports::cell none = cell_of(0);
  none.runs.clear();
  EXPECT_EQ(judge(none).given, mark::inconclusive);
  reports::cell idle = cell_of(0);
  idle.runs.front().idle_faults = {"restart"};
  const verdict given = judge(idle);
  EXPECT_EQ(given.given, mark::inconclusive);
  EXPECT_THAT(given.findings.front().what, HasSubstr("restart"));
  reports::cell cut_short = cell_of(0);
  cut_short.complete = false;
  EXPECT_EQ(judge(cut_short).given, mark::inconclusive);
}

TEST(Grading, HowFarIsFarDependsOnTheFigure) {
  const reports::expectation rate{.figure = "error_rate", .min = {}, .max = 0.01, .why = {}};
  EXPECT_FALSE(is_far_out(rate, 0.01));
  EXPECT_FALSE(is_far_out(rate, 0.05)) << "more than thrice as much, but not much";
  EXPECT_TRUE(is_far_out(rate, 0.2));
  const reports::expectation time{.figure = "detect_max_s", .min = {}, .max = 31, .why = {}};
  EXPECT_FALSE(is_far_out(time, 60));
  EXPECT_TRUE(is_far_out(time, 600));
  const reports::expectation count{.figure = "ping_failed", .min = {}, .max = 0, .why = {}};
  EXPECT_FALSE(is_far_out(count, 3));
  EXPECT_TRUE(is_far_out(count, 30));
  const reports::expectation least{.figure = "commands", .min = 100, .max = {}, .why = {}};
  EXPECT_FALSE(is_far_out(least, 60));
  EXPECT_TRUE(is_far_out(least, 20));
}

TEST(Evidence, EndsWithTheFirstCommandThatFailed) {
  reports::kept_run run;
  using enum reports::event_kind;
  const auto add = [&](std::chrono::seconds at, reports::event_kind kind, std::uint32_t command,
                       const char* text) {
    run.events.add({.at = at, .kind = kind, .command = command, .value = 0, .text = text});
  };
  add(1s, command_issued, 1, "light.turn_on light.kitchen");
  add(1s, command_done, 1, "fresh");
  add(2s, fault_began, 0, "outage");
  add(3s, command_issued, 2, "light.turn_on light.kitchen");
  add(3s, command_done, 2, "connection: refused");
  add(4s, fault_ended, 0, "outage");
  EXPECT_THAT(first_events(run, 10),
              ElementsAre(EndsWith("fault_began  outage"),
                          "00:00:03.000  command_issued  command 2  light.turn_on light.kitchen",
                          HasSubstr("command_done  command 2  connection")));
  EXPECT_THAT(first_events(run, 1), ElementsAre(HasSubstr("command_done")));
  EXPECT_THAT(first_events({}, 10), IsEmpty());
}

matrix small_matrix() {
  matrix of{.tool_version = "1", .clients = {"a", "b"}, .worlds = {"simulated", "real"}};
  of.items = {{.number = {}, .group = "idle", .scenario = "one", .title = "<One>", .severity = {}},
              {.number = {}, .group = "idle", .scenario = "two", .title = {}, .severity = {}},
              {.number = {}, .group = "path", .scenario = "three", .title = {}, .severity = {}}};
  number(of.items);
  of.cells.resize(6);
  of.cells[0] = {.done = true, .given = {}, .events = {}, .reproduce = {}};
  of.cells[1] = {.done = true,
                 .given = {.given = mark::failed,
                           .findings = {{.what = "oracle <x> is violated once", .broken = true}}},
                 .events = {"00:00:01.000  client_closed"},
                 .reproduce = {"hassle run one --client b"}};
  return of;
}

TEST(Matrix, ScenariosAreNumberedByTheirGroups) {
  const matrix of = small_matrix();
  EXPECT_EQ(of.items[0].number, "1.1");
  EXPECT_EQ(of.items[1].number, "1.2");
  EXPECT_EQ(of.items[2].number, "2.1");
  EXPECT_EQ(of.count(1, mark::failed), 1U);
}

TEST(Matrix, OnATerminalEachFailureHasItsReason) {
  const std::string text = matrix_text(small_matrix(), 120, false);
  EXPECT_THAT(text, HasSubstr("✗"));
  EXPECT_THAT(text, HasSubstr("1.1 one b\n  oracle <x> is violated once\n  again: hassle run one"));
}

TEST(Matrix, AsJsonEachCellHasItsGradeAndEvidence) {
  const auto document = boost::json::parse(matrix_json(small_matrix()));
  EXPECT_EQ(document.at("format"), "hassle-grade");
  EXPECT_EQ(document.at("cells").as_array().size(), 6U);
  EXPECT_EQ(document.at("cells").at(1).at("grade"), "failed");
  EXPECT_TRUE(document.at("cells").at(2).at("grade").is_null()) << "not run";
  EXPECT_EQ(document.at("clients").at(1).at("counts").at("failed").to_number<int>(), 1);
}

TEST(Matrix, InHtmlNothingOfOthersIsMarkup) {
  const std::string page = matrix_html(small_matrix());
  EXPECT_THAT(page, HasSubstr("&lt;One&gt;"));
  EXPECT_THAT(page, HasSubstr("href=\"#c1.1-2\""));
  EXPECT_THAT(page, HasSubstr("id=\"c1.1-2\""));
  EXPECT_THAT(page, Not(HasSubstr("oracle <x>")));
}

}  // namespace
}  // namespace hassle::harness::grade
