#include "reports/html_report.hpp"

#include "reports/html_text.hpp"
#include "reports/html_view.hpp"
#include "reports/junit_report.hpp"
#include "reports/recovery_stages.hpp"
#include "reports/tests/helpers.hpp"
#include "reports/tests/sample_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hassle::reports {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using ::testing::HasSubstr;
using ::testing::Not;

html_parts without_libraries() {
  html_parts parts = built_in_html_parts();
  parts.style = "/* style */\n";
  parts.script = "// script\n";
  parts.library = "bGlicmFyeQ==";
  parts.licence = "Of the library.\n";
  parts.charts = "{}";
  return parts;
}

std::string page_of(measurement of) {
  return html_report(make_report(std::move(of)), without_libraries());
}

TEST(HtmlReport, LooksLikeTheSample) {
  measurement sample = tests::sample_measurement();
  sample.kept.resize(1);
  tests::expect_golden("report.html", page_of(std::move(sample)));
}

TEST(HtmlReport, AnEmptyReportSaysSo) {
  EXPECT_THAT(page_of({.tool_version = "1"}), HasSubstr("Nothing was run."));
}

TEST(HtmlReport, SaysThatARunWasInterrupted) {
  measurement sample = tests::sample_measurement();
  sample.interrupted = true;
  EXPECT_THAT(page_of(std::move(sample)), HasSubstr("The run was interrupted"));
}

TEST(HtmlReport, SaysWhatEachLayerSaves) {
  report sample = make_report(tests::sample_measurement());
  attribution who;
  who.scenario = "lee-day";
  who.client = "production";
  who.seeds = 4;
  who.layers.push_back(
      {.layer = "reconnect",
       .effect = {.errors_saved = {.mean = 0.12, .low = 0.1, .high = 0.14}, .significant = true},
       .share = 0.8});
  who.layers.push_back({.layer = "jitter", .effect = {}, .share = std::nullopt});
  who.findings = {"reconnect needs health"};
  sample.attributed = {who};
  const std::string page = html_report(sample, without_libraries());
  EXPECT_THAT(page, HasSubstr("What each layer saves in lee-day"));
  EXPECT_THAT(page, HasSubstr("data-n=\"12 10 14\""));
  EXPECT_THAT(page, HasSubstr("80 %"));
  EXPECT_THAT(page, HasSubstr("<p>reconnect needs health</p>"));
}

TEST(HtmlReport, WithoutALibraryThereIsNoScriptForCharts) {
  html_parts parts = without_libraries();
  parts.library = {};
  const std::string page = html_report(make_report(tests::sample_measurement()), parts);
  for (const std::string_view part : {"id=\"charts\"", "id=\"library\"", "class=\"track\"",
                                      "class=\"timeline\"", "drawn as one", "Of the library."}) {
    EXPECT_THAT(page, Not(HasSubstr(std::string(part))));
  }
  // All that was measured is in tables and texts.
  for (const std::string_view part :
       {"class=\"figures\"", "class=\"waterfall\"", "class=\"found\"", "Faults of this run",
        "class=\"more story\"", "hassle explain"}) {
    EXPECT_THAT(page, HasSubstr(std::string(part)));
  }
}

std::size_t times(std::string_view what, std::string_view text) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
  return n;
}

/// The list of what is not as it should be.
std::string found_in(const std::string& page) {
  const auto begin = page.find("<ul class=\"found\">");
  return begin == page.npos ? "" : page.substr(begin, page.find("</ul>", begin) - begin);
}

/// All that must be the same for people and for machines that test.
void expect_as_junit(const report& r) {
  const std::string page = html_report(r, without_libraries());
  const std::string junit = junit_report(r);
  const std::string found = found_in(page);
  EXPECT_EQ(times("<span class=\"tag failed\">✗ failed</span>", found), times("<failure ", junit));
  EXPECT_EQ(times("? inconclusive</span>", found), times("<error ", junit));
  EXPECT_EQ(times("? not run</span>", found), times("<skipped ", junit));
  EXPECT_THAT(page, HasSubstr(counts_text(r.checks) + ", of "));
  for (const check& each : r.checks) {
    if (each.state == check_state::passed) continue;
    EXPECT_THAT(found, HasSubstr(each.subject + " with " + each.name));
    EXPECT_THAT(junit, HasSubstr("name=\"" + each.name + "\""));
  }
}

TEST(HtmlReport, CountsFailuresAsJunitDoesWhateverTheQuestion) {
  const auto made_for = [](report_kind kind, wanted_verdict wanted) {
    measurement sample = tests::sample_measurement();
    sample.kind = kind;
    sample.scenarios.front().wanted = wanted;
    return make_report(std::move(sample));
  };
  const report clients = made_for(report_kind::clients, wanted_verdict::passed);
  EXPECT_EQ(count(clients.checks).failed, 1U);
  expect_as_junit(clients);
  expect_as_junit(made_for(report_kind::suite, wanted_verdict::passed));
  const report canary = made_for(report_kind::suite, wanted_verdict::failed);
  EXPECT_EQ(count(canary.checks).failed, 4U);
  expect_as_junit(canary);
  const report losing = made_for(report_kind::losses, wanted_verdict::passed);
  EXPECT_EQ(count(losing.checks).failed, 4U);
  expect_as_junit(losing);
  expect_as_junit(made_for(report_kind::attribution, wanted_verdict::passed));
  report half = clients;
  half.runs.back().seeds = 0;
  half.runs.back().complete = false;
  half.checks = checks_of(half);
  EXPECT_EQ(count(half.checks).not_run, 1U);
  expect_as_junit(half);
}

TEST(HtmlReport, AScenarioIsWhatTheWorstOfItsChecksIs) {
  measurement sample = tests::sample_measurement();
  sample.kind = report_kind::losses;
  // That clients without a layer fail is nobody's fault.
  EXPECT_THAT(page_of(std::move(sample)),
              HasSubstr("lee-day</h2> <span class=\"tag passed\">✓ passed</span>"));
  EXPECT_THAT(page_of(tests::sample_measurement()),
              HasSubstr("lee-day</h2> <span class=\"tag failed\">✗ failed</span>"));
}

TEST(HtmlReport, NoTextOfOthersIsTakenForMarkup) {
  measurement sample = tests::sample_measurement();
  const std::string evil = "<script>alert('&')</script>";
  for (cell& each : sample.cells) each.title = evil;
  sample.scenarios.front().title = evil;
  sample.scenarios.front().mechanism = evil;
  tests::recorder r;
  r.started().ready(1).after(tests::nanoseconds(1)).fail(1, "connection: " + evil);
  sample.kept.front().events = r.written();
  const std::string page = page_of(std::move(sample));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert"));
  EXPECT_THAT(page, HasSubstr("\\u003cscript>alert"));
}

TEST(HtmlReport, ARunThatIsTheSameAsAnotherIsShownOnce) {
  measurement sample = tests::sample_measurement();
  sample.kept.resize(2);
  sample.kept[1].events = sample.kept[0].events;
  EXPECT_THAT(page_of(std::move(sample)), HasSubstr("as with naive, to the byte"));
}

/// Recoveries of a kind of fault that took so long to detect, and then so long to answer.
staged_recovery recovered(std::string kind, nanoseconds detect, nanoseconds answer) {
  staged_recovery one{.fault_kind = std::move(kind)};
  one.stages[static_cast<std::size_t>(recovery_stage::detect)] = detect;
  one.stages[static_cast<std::size_t>(recovery_stage::answer)] = answer;
  return one;
}

void recover(cell& c, const std::vector<staged_recovery>& all) {
  for (run_figures& run : c.runs) {
    run.recovery_stages = all;
    run.recoveries.clear();
    for (const staged_recovery& each : all) run.recoveries.push_back(each.total());
  }
}

TEST(HtmlReport, RecoveriesAreSplitByKindOfFaultTheSlowestFirst) {
  measurement sample = tests::sample_measurement();
  for (cell& each : sample.cells) recover(each, {});
  recover(sample.cells.back(), {recovered("cut", 3s, 1s), recovered("restart", 20s, 0s)});
  const std::string page = page_of(std::move(sample));
  const auto table = page.find("<table class=\"waterfall\">");
  ASSERT_NE(table, page.npos);
  const std::string shown = page.substr(table, page.find("</table>", table) - table);
  // Only stages that occurred, in their order.
  EXPECT_THAT(shown, HasSubstr("<th scope=\"col\">whole</th><th scope=\"col\">detect</th>"
                               "<th scope=\"col\">answer</th>"));
  EXPECT_THAT(shown, Not(HasSubstr("back off")));
  EXPECT_THAT(shown, HasSubstr("data-w=\"11.5 0.5\""));
  const auto all = shown.find("production, all faults <small>8 ×");
  const auto restart = shown.find("production, restart <small>4 ×");
  const auto cut = shown.find("production, cut <small>4 ×");
  EXPECT_LT(all, restart);
  EXPECT_LT(restart, cut);
  ASSERT_NE(cut, shown.npos);
  EXPECT_THAT(shown, HasSubstr("<td>mean</td><td>12.0 s</td><td>11.5 s</td><td>500 ms</td>"));
  EXPECT_THAT(shown, HasSubstr("<td>max</td><td>20.0 s</td><td>20.0 s</td><td>1.0 s</td>"));
  // Of eight recoveries the longest is the 90th percentile.
  EXPECT_THAT(shown, Not(HasSubstr("p90")));
}

TEST(HtmlReport, WhereNothingRecoveredNothingIsSplit) {
  measurement sample = tests::sample_measurement();
  for (cell& each : sample.cells) recover(each, {});
  EXPECT_THAT(page_of(std::move(sample)), Not(HasSubstr("What recoveries waited for</h3>")));
}

TEST(HtmlReport, SplitsTheRecoveriesOfTheUsersOwnClientAndOfProduction) {
  measurement sample = tests::sample_measurement();
  sample.again.client_files["degradation"] = "mine.toml";
  const std::string page = page_of(std::move(sample));
  for (const std::string_view client : {"naive", "degradation", "production"}) {
    EXPECT_THAT(page, HasSubstr(std::string(client) + ", cut <small>"));
  }
  EXPECT_THAT(page, Not(HasSubstr("correlation, cut <small>")));
  EXPECT_THAT(page, HasSubstr("3 of 5 clients with recoveries are shown."));
}

TEST(HtmlReport, EveryStageHasItsColour) {
  const bool has_charts = !built_in_html_parts().library.empty();
  for (const recovery_stage_description& each : recovery_stages()) {
    const bool coloured =
        built_in_html_parts().charts.contains('"' + std::string(each.words) + '"');
    EXPECT_EQ(coloured, has_charts) << each.words;
  }
}

/// Leave-one-out of so many scenarios, each with a run kept of each client.
measurement many(std::size_t scenarios) {
  const measurement sample = tests::sample_measurement();
  measurement m{.tool_version = "1", .kind = report_kind::losses};
  for (std::size_t i = 0; i < scenarios; ++i) {
    for (std::size_t client = 0; client < sample.cells.size(); ++client) {
      m.cells.push_back(sample.cells[client]);
      m.cells.back().scenario += std::to_string(i);
      m.kept.push_back(sample.kept[client]);
      m.kept.back().context.scenario += std::to_string(i);
    }
  }
  return m;
}

TEST(HtmlReport, ALargeOneShowsTheRunsThatMatterMost) {
  const std::size_t scenarios = html_runs_max / 5 + 1;
  const std::string page = page_of(many(scenarios));
  EXPECT_EQ(times("<details class=\"more run\">", page), scenarios * (html_runs_max / scenarios));
  EXPECT_THAT(page, HasSubstr("4 of 5 runs are shown; a report of this scenario alone"));
  EXPECT_EQ(times("<summary>production, seed 1", page), scenarios);
}

TEST(HtmlReport, InALargeOneRunsThatAreTheFirstOnesHaveNoFigures) {
  measurement large = many(html_runs_max / 5 + 1);
  large.cells[1].runs = large.cells[0].runs;
  const std::string page = page_of(std::move(large));
  EXPECT_EQ(times("as naive, to the byte</td>", page), 1U);
}

TEST(HtmlReport, TheMoreRunsThereAreTheLessRoomEachHas) {
  const html_room few = html_room_for(1, 2, 2);
  const html_room many = html_room_for(70, 240, 240);
  EXPECT_GT(few.marks, many.marks);
  EXPECT_GT(few.story_bytes, many.story_bytes);
  EXPECT_GT(few.recoveries, many.recoveries - 1);
  EXPECT_GT(few.waterfalls, many.waterfalls);
  EXPECT_EQ(many.runs, 240U);
  const html_room too_many = html_room_for(70, 1000, 1000);
  EXPECT_EQ(too_many.runs, html_runs_max / 70);
  EXPECT_EQ(html_room_for(1'000, 100'000, 100'000).runs, 1U);
  EXPECT_GT(html_room_for(1'000, 100'000, 100'000).marks, 0U);
}

TEST(HtmlReport, LibrariesAskForNothing) {
  const html_parts& parts = built_in_html_parts();
  for (const std::string_view part : {parts.library, parts.charts, parts.script}) {
    EXPECT_EQ(part.find("</script"), std::string_view::npos);
  }
  EXPECT_EQ(parts.page.find("src="), std::string_view::npos);
  EXPECT_EQ(parts.style.find("url("), std::string_view::npos);
}

TEST(HtmlText, IdsHoldNothingThatALinkWouldHaveToEscape) {
  EXPECT_EQ(html_id("./my scenario.toml"), "__my_scenario_toml");
}

TEST(HtmlText, AChangeThatMayBeNoneIsMarked) {
  summary s;
  s.seeds = 4;
  s.change = interval{.mean = -0.01, .low = -0.03, .high = 0.01};
  cell_evidence evidence;
  EXPECT_EQ(html_change(s, evidence), "~ -1.0 ±2.0 pp");
  EXPECT_EQ(html_change_kind(s, evidence), "");
  evidence.change.emplace();
  evidence.change->significant = true;
  EXPECT_EQ(html_change(s, evidence), "-1.0 ±2.0 pp");
  EXPECT_EQ(html_change_kind(s, evidence), "better");
}

}  // namespace
}  // namespace hassle::reports
