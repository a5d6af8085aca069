// 'hassle bench' as people and programs call it.
#include "harness/tests/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

/// What every benchmark's document has, whatever was measured.
void expect_sound(const json::value& document, const std::string& bench) {
  EXPECT_EQ(document.at("format"), "hassle-bench");
  EXPECT_EQ(document.at("bench"), json::string(bench));
  const auto& where = document.at("environment").as_object();
  EXPECT_EQ(where.size(), 7U) << "neither a machine's name nor a path";
  EXPECT_FALSE(where.at("hassle").as_string().empty());
  EXPECT_FALSE(where.at("compiler").as_string().empty());
  EXPECT_GE(where.at("cores").to_number<int>(), 0);
  const auto& rows = document.at("rows").as_array();
  EXPECT_FALSE(rows.empty());
  for (const auto& row : rows) {
    EXPECT_EQ(row.as_object().size(), 5U);
    EXPECT_TRUE(row.at("name").is_string() && row.at("unit").is_string());
    for (const char* number : {"value", "baseline", "ratio"}) {
      EXPECT_TRUE(row.at(number).is_null() || row.at(number).is_number()) << row;
    }
  }
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(BenchCli, WithoutANameItSaysWhichThereAre) {
  const auto none = run_program("bench");
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(run_program("bench --help").out, AllOf(HasSubstr("policy"), HasSubstr("Examples:")));
  EXPECT_EQ(run_program("bench nothing").status, 2);
}

TEST(BenchCli, ThePolicyLeagueIsATableAndTheGoal) {
  const auto end = run_program("bench policy --outages 20");
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("lag p50"), HasSubstr("● front"), HasSubstr("ours.short_lag_p50"),
                    HasSubstr("eached after outages"), Not(HasSubstr("\x1b["))));
}

TEST(BenchCli, ThePolicyLeagueIsADocumentForPrograms) {
  const auto end = run_program("bench policy --outages 20 --report json=-");
  EXPECT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  expect_sound(document, "policy");
  EXPECT_EQ(document.at("complete"), true);
  EXPECT_EQ(document.at("policies").as_array().size(), 11U);
  EXPECT_EQ(document.at("policies").at(0).at("curve").as_array().size(), 36U);
  EXPECT_EQ(run_program("bench policy --outages 20 --report json=-").out, end.out)
      << "the same seed, the same figures";
}

TEST(BenchCli, AReportGoesIntoAFileBesideTheTables) {
  const fs::path directory = fs::path(::testing::TempDir()) / "hassle-bench-cli";
  fs::create_directories(directory);
  const auto end = run_program("bench policy --outages 2 --report json=policy.json",
                               interrupt::never, directory.string());
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("lag p50"));
  expect_sound(json::parse(text_of(directory / "policy.json")), "policy");
  fs::remove_all(directory);
}

TEST(BenchCli, HerdsComeBackAsATableForEachSize) {
  const auto end = run_program("bench herd --clients 100,1000 --policy ours,official");
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("100 clients back to 1000 handshakes/s after 20.0 s"),
                    HasSubstr("\n1,000 clients back"), HasSubstr("Jain"), Not(HasSubstr("grpc"))));
}

TEST(BenchCli, HerdsAreADocumentForPrograms) {
  const std::string line = "bench herd --clients 1000 --target 99%=60s --report json=-";
  const auto end = run_program(line);
  EXPECT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  expect_sound(document, "herd");
  EXPECT_EQ(document.at("policies").as_array().size(), 11U);
  EXPECT_EQ(document.at("rows").as_array().size(), 11U * 11 + 5);
  EXPECT_EQ(document.at("settings").at("target_back_99").to_number<double>(), 60);
  EXPECT_EQ(run_program(line).out, end.out) << "the same seed, the same figures";
}

TEST(BenchCli, ATargetThatCannotBeMetExitsWithOne) {
  const auto end =
      run_program("bench herd --clients 1000 --policy ours --capacity 10 --target 99%=60s");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.out, HasSubstr("99 % of 1,000 back within 1m 00s: impossible"));
}

/// Names of the rows, in their order.
std::vector<std::string> names_in(const json::value& document) {
  std::vector<std::string> names;
  for (const auto& row : document.at("rows").as_array()) {
    names.emplace_back(row.at("name").as_string());
  }
  return names;
}

TEST(BenchCli, ReconnectsAreMeasuredBesideTheFloorAndOthers) {
  // A peer that has its answers before it is asked.
  const fs::path peer = fs::path(::testing::TempDir()) / "hassle-bench-peer";
  std::ofstream(peer) << "#!/bin/sh\nwhile read word; do\n  echo $word 1000\n"
                         "  echo answer 1000\n  echo ended\ndone\n";
  fs::permissions(peer, fs::perms::owner_all);
  const auto end = run_program(
      "bench reconnect --rounds 2 --storm 200ms --client best --peer easy=" + peer.string() +
      " --report json=-");
  fs::remove(peer);
  ASSERT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  expect_sound(document, "reconnect");
  EXPECT_THAT(names_in(document),
              AllOf(Contains("plain.floor.reconnect_p50"), Contains("plain.best.reconnect_p90"),
                    Contains("plain.easy.cold_p50"), Contains("tls.floor.cold_p50"),
                    Contains("tls.best.reconnect_p50"), Not(Contains("tls.easy.cold_p50")),
                    Contains("reset_after_login.production.attempts")));
  for (const auto& row : document.at("rows").as_array()) {
    EXPECT_TRUE(row.at("value").is_number()) << row;
  }
}

TEST(BenchCli, APeerThatEndsHasNoFigures) {
  const auto end =
      run_program("bench reconnect --rounds 1 --storm 0s --client best --peer gone=true");
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("plain gone: no answer in 1 of 1 rounds"));
}

TEST(BenchCli, MockhaIsMeasuredBesideABareServer) {
  const auto end = run_program("bench mockha --turns 1 --report json=-");
  ASSERT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  expect_sound(document, "mockha");
  EXPECT_THAT(names_in(document), ElementsAre("ping.bare_beast", "ping.mockha",
                                              "call_service.bare_beast", "call_service.mockha"));
  EXPECT_EQ(run_program("bench mockha --turns 1 --peer gone=true").status, 3);
}

TEST(BenchCli, TheRelayIsMeasuredBesideADirectConnection) {
  const auto end = run_program("bench relay --round-trips 200");
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, AllOf(HasSubstr("added_p50"), HasSubstr("throughput"), HasSubstr("eached: "),
                             HasSubstr("of a direct connection")));
}

TEST(BenchCli, TheSimulationTellsItsCostAndWhenASilentDropIsNoticed) {
  const auto end = run_program("bench simulation --quick --report json=-");
  ASSERT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  expect_sound(document, "simulation");
  EXPECT_THAT(names_in(document), IsSupersetOf({"events", "round_trips.production", "memory.1000",
                                                "hours.1", "silent_drop.detect_max"}));
  for (const auto& row : document.at("rows").as_array()) {
    const auto& name = row.at("name").as_string();
    if (name == "silent_drop.detect_max") {
      EXPECT_LE(row.at("value").to_number<double>(), 45);
    }
    if (name == "stalls_of_2s.false_alarms") {
      EXPECT_EQ(row.at("value").to_number<double>(), 0);
    }
  }
}

TEST(BenchCli, TwoFilesOfABenchmarkAreCompared) {
  const fs::path directory = fs::path(::testing::TempDir()) / "hassle-bench-compare";
  fs::create_directories(directory);
  const auto run = [&](const std::string& line) {
    return run_program(line, interrupt::never, directory.string());
  };
  for (const char* line :
       {"bench policy --outages 2 --report json=a.json --chart a.svg",
        "bench herd --clients 100 --policy ours --report json=h.json",
        "bench herd --clients 100 --policy ours --capacity 10 --report json=slow.json"}) {
    EXPECT_EQ(run(line).status, 0) << line;
  }
  EXPECT_THAT(text_of(directory / "a.svg"), HasSubstr("</svg>"));
  const auto same = run("compare a.json a.json");
  EXPECT_EQ(same.status, 0) << same.err;
  EXPECT_THAT(same.out, HasSubstr("policy: 0 better, 0 worse"));
  const auto worse = run("compare h.json slow.json");
  EXPECT_EQ(worse.status, 1) << worse.err << worse.out;
  EXPECT_EQ(run("compare a.json h.json").status, 2);
  const auto table = run("bench table a.json h.json");
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.out, AllOf(HasSubstr("lag after outages"), HasSubstr("Measured on ")));
  EXPECT_EQ(run("bench table a.svg").status, 2);
  fs::remove_all(directory);
}

TEST(BenchCli, TheTableOfTheReadmeIsMadeFromItsFiles) {
  const fs::path source(HASSLE_SOURCE_DIR);
  const std::string readme = text_of(source / "README.md");
  const std::string begin = "<!-- hassle bench table -->\n";
  const std::size_t from = readme.find(begin);
  ASSERT_NE(from, std::string::npos);
  const std::size_t to = readme.find("<!-- end of the table -->", from);
  const auto made = run_program(
      "bench table reconnect.json policy.json herd.json simulation.json mockha.json relay.json",
      interrupt::never, (source / "harness" / "bench" / "results").string());
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(readme.substr(from + begin.size(), to - from - begin.size()), made.out);
}

TEST(BenchCli, BadInputIsSaidBeforeAnythingIsMeasured) {
  for (const char* wrong :
       {"bench policy --report html=a.html",
        "bench policy --report json=", "bench policy --report json=nowhere/a.json",
        "bench policy --outages 0", "bench herd --clients 0", "bench herd --policy grcp",
        "bench herd --away soon", "bench herd --target 98%=60s",
        "bench herd --target 99%=", "bench herd --capacity 0", "bench reconnect --peer nobody",
        "bench reconnect --client nobody", "bench reconnect --storm soon",
        "bench reconnect --rounds 0", "bench relay --round-trips 1"}) {
    const auto end = run_program(wrong);
    EXPECT_EQ(end.status, 2) << wrong;
    EXPECT_THAT(end.out, IsEmpty()) << wrong;
    EXPECT_THAT(end.err, Not(IsEmpty())) << wrong;
  }
}

TEST(BenchCli, CtrlCReportsWhatWasComplete) {
  const auto end = run_program("bench policy --outages 100000", interrupt::when_running);
  EXPECT_EQ(end.status, 130);
  EXPECT_THAT(end.out, HasSubstr("Interrupted"));
  const auto herd = run_program("bench herd --clients 1000000 --policy phoenix,official,node-red",
                                interrupt::when_running);
  EXPECT_EQ(herd.status, 130);
}

}  // namespace
}  // namespace hassle::harness
