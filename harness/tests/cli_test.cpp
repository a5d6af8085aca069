// The program as people run it: arguments in, text and exit status out.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class CliTest : public ::testing::Test {
 protected:
  CliTest() : directory_(fs::path(::testing::TempDir()) / unique_name()) {
    fs::create_directories(directory_);
  }
  ~CliTest() override { fs::remove_all(directory_); }

  static std::string unique_name() {
    return std::string("hassle-") + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  std::string file(const std::string& name, std::string_view text) {
    const fs::path path = directory_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  fs::path directory_;
};

TEST_F(CliTest, WithoutArgumentsItSaysWhatIsMissingAndExitsWithTwo) {
  const auto run = run_program("");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("subcommand"));
}

TEST_F(CliTest, HelpNamesTheVerbsAndTheExitStatuses) {
  const auto run = run_program("--help");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("explain"), HasSubstr("130 interrupted")));
  EXPECT_THAT(run_program("run --help").out, HasSubstr("hassle run lee-day --ladder"));
}

TEST_F(CliTest, TheCanaryExitsWithOne) { EXPECT_EQ(run_program("run canary").status, 1); }

TEST_F(CliTest, LayersAreSharedOutAndTheSameOnAnyNumberOfThreads) {
  const std::string line =
      "run ha-restart --attribute report --seeds 2 --no-progress --report json=-";
  const auto one = run_program(line + " --jobs 1");
  EXPECT_EQ(one.status, 0);
  EXPECT_EQ(one.out, run_program(line + " --jobs 2").out);
  const auto a = boost::json::parse(one.out).at("attribution").at(0);
  EXPECT_EQ(a.at("clients"), 32);
  EXPECT_EQ(a.at("layers").at(4).at("layer"), "pool");
  EXPECT_THAT(run_program("run ha-restart --attribute report --seeds 4").out,
              HasSubstr("reconnect and pool do the same in part"));
  EXPECT_THAT(run_program("run ha-restart --attribute all --permutations 5").err,
              HasSubstr("'5' is not an even number from 4 to 1000"));
}

TEST_F(CliTest, SeedsAreAddedUntilEnoughIsKnownOrItIsSaidHowManyItWouldTake) {
  const std::string line = "run ha-restart --client naive,pool --no-progress --until ";
  EXPECT_THAT(run_program(line + "5%").out, HasSubstr("10 seeds from 1"));
  const auto short_of = run_program(line + "0.5% --seeds 2 --max-seeds 7");
  EXPECT_EQ(short_of.status, 3);
  EXPECT_THAT(short_of.out, AllOf(HasSubstr("7 seeds from 1"), HasSubstr("seeds would be needed")));
  EXPECT_THAT(run_program(line + "0.5").err, HasSubstr("neither a width such as 0.5%"));
  EXPECT_THAT(run_program(line + "1% --max-seeds 5").err, HasSubstr("less than the first 10"));
}

TEST_F(CliTest, AFaultThatCannotFireIsInconclusiveAndExitsWithThree) {
  const auto run = run_program("run never-fires");
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.out, HasSubstr("hit nothing"));
}

TEST_F(CliTest, AllOfAGroupHoldsIfEachIsAsItShouldBe) {
  const auto run = run_program("run --all --group canary");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("(must fail)"), HasSubstr("(must be inconclusive)"),
                             HasSubstr("Verdict: passed (2 scenarios, 2 as they should be)")));
  const auto other = run_program("run --all --group canary --set seeds=1 --set expect=[]");
  EXPECT_EQ(other.status, 1) << "without its expectation the canary passes";
}

TEST_F(CliTest, AllTakesNoScenarioAndOneOfTheTwoIsNeeded) {
  EXPECT_EQ(run_program("run").status, 2);
  EXPECT_EQ(run_program("run canary --all").status, 2);
  EXPECT_EQ(run_program("run canary --tag ci").status, 2);
  EXPECT_EQ(run_program("run --all --tag nothing-like-it").status, 2);
}

TEST_F(CliTest, NoColourCodesGoIntoAPipe) {
  EXPECT_THAT(run_program("run canary").out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run_program("run canary").err, IsEmpty());
}

TEST_F(CliTest, TheLinterExitsWithOneWhereThereIsNoBoundAndWithTwoForAFileThatIsWrong) {
  EXPECT_EQ(run_program("lint lee").status, 0);
  EXPECT_EQ(run_program("lint official-js").status, 1);
  const auto unknown = run_program("lint offical-js");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean 'official-js'?"));
  const auto wrong = run_program("lint " + file("mine.toml", "[health]\nintervall = \"30s\"\n"));
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("mine.toml:2:1: health.intervall: is no setting"));
  EXPECT_THAT(run_program("lint --help").out, HasSubstr("hassle lint official-js"));
}

TEST_F(CliTest, WhatTheLinterPrintsAsAFileItReadsBack) {
  const auto printed = run_program("lint production --toml");
  EXPECT_EQ(run_program("lint " + file("p.toml", printed.out)).out,
            run_program("lint production").out);
}

TEST_F(CliTest, AnUnknownScenarioIsAnErrorWithTheNearestName) {
  const auto run = run_program("run lee-dya");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("lee-day"));
  EXPECT_THAT(run.out, IsEmpty());
}

TEST_F(CliTest, AnUnknownClientIsAnErrorWithTheNearestName) {
  const auto run = run_program("run canary --client naivee");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("naive"));
}

struct bad_file {
  const char* name;
  std::string text;
  const char* message;  ///< Part of the error, which begins with the file's name.
};

std::string minimal(std::string_view more) {
  return "schema = 1\ntitle = \"t\"\nclients = [\"naive\"]\nduration = \"10m\"\n" +
         std::string(more);
}

TEST_F(CliTest, BadScenariosAreOneLineErrorsWithTheirPlaceAndNothingRuns) {
  const std::vector<bad_file> all = {
      {"unknown-key.toml", minimal("durration = \"5m\"\n"), ":5:1: "},
      {"wrong-type.toml", minimal("seeds = \"many\"\n"), ":5:"},
      {"missing-unit.toml", minimal("settle = 30\n"), ":5:"},
      {"negative.toml", minimal("settle = \"-5s\"\n"), ":5:"},
      {"overflow.toml", minimal("settle = \"99999999999999h\"\n"), ":5:"},
      {"late-fault.toml", minimal("[[fault]]\nkind = \"drop\"\nat = \"11m\"\n"), ":7:"},
      {"probability.toml", minimal("[[fault]]\nkind = \"drop\"\nat = \"1m\"\nprobability = 1.5\n"),
       ":8:"},
      {"unknown-home.toml", minimal("[server]\nhome = \"smal\"\n"), ":6:8: "},
      {"nobody-sends-it.toml",
       minimal("[[fault]]\nkind = \"cut\"\nafter = { command = \"light.tturn_on\" }\n"), ":5:1: "},
      {"circle.toml",
       minimal("[[fault]]\nkind = \"cut\"\nafter = { fault = \"cut-2\" }\n"
               "[[fault]]\nkind = \"cut\"\nafter = { fault = \"cut-1\" }\n"),
       ":7:19: faults wait for each other"},
      {"empty.toml", "", ": "},
      {"binary.toml",
       std::string("\x7f"
                   "ELF\0\x01\x02",
                   7),
       ": "},
      {"deep.toml", "a = " + std::string(100'000, '[') + "\n", ": "},
  };
  for (const bad_file& each : all) {
    const std::string path = file(each.name, each.text);
    const auto run = run_program("run " + path + " --seeds 1");
    EXPECT_EQ(run.status, 2) << each.name;
    EXPECT_THAT(run.err, AllOf(StartsWith(path), HasSubstr(each.message))) << each.name;
    EXPECT_THAT(run.out, IsEmpty()) << each.name;
    EXPECT_EQ(run_program("validate " + path).status, 2) << each.name;
  }
}

TEST_F(CliTest, AFileOfAHundredMegabytesIsRefused) {
  const std::string path = file("huge.toml", "");
  fs::resize_file(path, 100'000'000);
  const auto run = run_program("run " + path);
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, StartsWith(path));
}

TEST_F(CliTest, ADirectoryIsNoScenario) {
  const auto run = run_program("run " + directory_.string() + "/");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("directory"));
}

TEST_F(CliTest, AnUnknownLayerInAProfileIsAnError) {
  const std::string path = file("mine.toml", "schema = 1\ntitle = \"t\"\nlayers = [\"helth\"]\n");
  const auto run = run_program("run canary --client " + path);
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, AllOf(StartsWith(path + ":3:"), HasSubstr("health")));
}

TEST_F(CliTest, AJournalDirectoryThatCannotBeWrittenFailsBeforeTheRun) {
  const std::string blocked = file("a-file", "");
  const auto run = run_program("run canary --journal " + blocked + "/journals");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.out, IsEmpty());
}

TEST_F(CliTest, AReportThatCannotBeWrittenFailsBeforeTheRun) {
  const auto run = run_program("run canary --report json=" + directory_.string() + "/no/r.json");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_EQ(run_program("run canary --report jsn=x").status, 2);
}

TEST_F(CliTest, TheJsonReportHoldsWhatWasRun) {
  const std::string path = (directory_ / "r.json").string();
  EXPECT_EQ(run_program("run canary --seeds 2 --seed 9 --report json=" + path).status, 1);
  std::ifstream in(path);
  const auto report = boost::json::parse(std::string{std::istreambuf_iterator<char>(in), {}});
  EXPECT_EQ(report.at("schema").as_int64(), 2);
  EXPECT_EQ(report.at("verdict").as_string(), "failed");
  const auto& run = report.at("cells").at(0);
  EXPECT_EQ(run.at("scenario").as_string(), "canary");
  EXPECT_EQ(run.at("client").as_string(), "naive");
  EXPECT_EQ(run.at("seeds").to_number<int>(), 2);
  EXPECT_EQ(run.at("first_seed").to_number<int>(), 9);
  EXPECT_GT(run.at("error_rate").at("mean").to_number<double>(), 0.0);
}

TEST_F(CliTest, JsonOnStandardOutputIsAllThatIsPrinted) {
  const auto run = run_program("run canary --seeds 1 --report json=-");
  EXPECT_EQ(boost::json::parse(run.out).at("schema").as_int64(), 2);
}

TEST_F(CliTest, AScenarioExtendsAnotherAndIsChangedByHand) {
  const std::string path =
      file("mine.toml",
           "extends = \"canary\"\ntitle = \"mine\"\n[[fault]]\nname = \"cut\"\nat = \"2m\"\n");
  EXPECT_EQ(run_program("validate " + path).status, 0);
  EXPECT_THAT(run_program("show " + path).out,
              AllOf(StartsWith("mine: mine\n"), HasSubstr("0:02:00.000  fault")));
  const auto shown = run_program("show " + path + " --set fault.cut.at=3m --set settle=30s");
  EXPECT_THAT(shown.out, AllOf(HasSubstr("0:03:00.000  fault"), HasSubstr("in 30m30s")));
  EXPECT_EQ(run_program("run " + path + " --set expect=[] --set seeds=1").status, 0);
}

TEST_F(CliTest, AnUnknownParameterOfSetIsAnErrorWithItsPlaceAndNothingRuns) {
  const std::string path = file("a.toml", minimal(""));
  for (const std::string& verb :
       {std::string("run canary"), std::string("show canary"), std::string("shrink canary"),
        std::string("explore --runs 1"), "validate " + path}) {
    const auto run = run_program(verb + " --set network.latenzy=5ms");
    EXPECT_EQ(run.status, 2) << verb;
    EXPECT_EQ(run.err, "--set:1:9: unknown key 'latenzy' (did you mean 'latency'?)\n") << verb;
    EXPECT_THAT(run.out, IsEmpty()) << verb;
  }
}

TEST_F(CliTest, AnErrorInABaseNamesTheBase) {
  const std::string base = file("base.toml", minimal("setle = \"5m\"\n"));
  const auto run = run_program("run " + file("top.toml", "extends = \"./base.toml\"\n"));
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, StartsWith(base + ":5:1: unknown key 'setle' (did you mean 'settle'?)"));
}

TEST_F(CliTest, AnotherDurationIsRunWithoutTheExpectations) {
  const auto run = run_program("run canary --duration 20m --seeds 1");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, HasSubstr("21m"));
  EXPECT_THAT(run.err, HasSubstr("not checked"));
  EXPECT_EQ(run_program("run canary --duration 20").status, 2);
  EXPECT_EQ(run_program("run canary --duration 5m").status, 2) << "its fault is at 10m";
}

TEST_F(CliTest, ListNamesScenariosAndClients) {
  const auto run = run_program("list");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("lee-day "), HasSubstr("production ")));
}

TEST_F(CliTest, ListGroupsByFolderAndFilters) {
  const auto all = run_program("list");
  EXPECT_THAT(all.out, AllOf(HasSubstr("canary\n  canary "), HasSubstr("\nlee\n  "),
                             HasSubstr("\nClients\n")));
  const auto some = run_program("list --group lee --tag ci");
  EXPECT_EQ(some.status, 0);
  EXPECT_THAT(some.out, AllOf(HasSubstr("  lee-day "), Not(HasSubstr("lee-day-frozen")),
                              Not(HasSubstr("canary")), Not(HasSubstr("Clients"))));
  const auto unknown = run_program("list --group leee");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean 'lee'?"));
}

TEST_F(CliTest, ListAsJsonHoldsWhatAProgramWantsToKnow) {
  const auto listed = boost::json::parse(run_program("list --group canary --json").out);
  const auto& scenarios = listed.at("scenarios").as_array();
  ASSERT_EQ(scenarios.size(), 2U);
  const auto& canary = scenarios.at(0);
  EXPECT_EQ(canary.at("name"), "canary");
  EXPECT_EQ(canary.at("group"), "canary");
  EXPECT_EQ(canary.at("path"), "scenarios/suite/canary/canary.toml");
  EXPECT_EQ(canary.at("clients"), (boost::json::array{"naive"}));
  EXPECT_EQ(canary.at("duration"), "30m");
  EXPECT_GT(listed.at("clients").as_array().size(), 10U);
}

TEST_F(CliTest, ShowListsEveryCommandIfAsked) {
  EXPECT_THAT(run_program("show canary").out, Not(HasSubstr("  command 1 ")));
  const auto run = run_program("show canary --list");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("  command 1 "), Not(HasSubstr("┬"))));
}

TEST_F(CliTest, ShowDrawsThePlanAsATimeline) {
  const auto run = run_program("show ha-restart --seed 3");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("seed 3"), HasSubstr("refused 12s"), HasSubstr("healed"),
                             HasSubstr("┬─"), Not(HasSubstr("\x1b"))));
}

// A plan can be frozen into a file, and the file is a scenario like any other.
TEST_F(CliTest, AShownPlanRunsAgainAsAScenario) {
  const std::string path = file("frozen.toml", run_program("show ha-restart --seed 3 --toml").out);
  EXPECT_EQ(run_program("validate " + path).status, 0);
}

TEST_F(CliTest, ExplainNamesTheRestartPhaseThatKilledACommand) {
  run_program("run ha-restart --client reconnect --seeds 1 --journal " + directory_.string());
  const std::string journal = (directory_ / "ha-restart.reconnect.1.jsonl").string();
  const auto all = run_program("explain " + journal);
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.out, AllOf(HasSubstr("--command"), HasSubstr("not_running")));
  EXPECT_THAT(all.out, HasSubstr("--oracle within-limit"));
  const auto oracle = run_program("explain " + journal + " --oracle within-limit");
  EXPECT_EQ(oracle.status, 0);
  EXPECT_THAT(oracle.out, AllOf(HasSubstr("Violated"), HasSubstr("Why: ")));
  const auto unknown = run_program("explain " + journal + " --oracle happiness");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("answer-integrity"));
}

TEST_F(CliTest, ExplainRefusesWhatIsNoJournal) {
  const std::string path = file("no.jsonl", "hello\n");
  const auto run = run_program("explain " + path);
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr(path + ":1"));
}

TEST_F(CliTest, ExplainOfACommandThatTheJournalDoesNotHaveIsAnError) {
  run_program("run canary --seeds 1 --journal " + directory_.string());
  const auto run =
      run_program("explain " + (directory_ / "canary.naive.1.jsonl").string() + " --command 99999");
  EXPECT_EQ(run.status, 2);
}

// Ctrl-C ends a long batch soon, and what is complete is reported.
TEST_F(CliTest, AnInterruptStillWritesTheReport) {
  const std::string path = (directory_ / "r.json").string();
  const auto run = run_program("run lee-day --ladder --seeds 10000 --report json=" + path,
                               interrupt::when_running);
  EXPECT_EQ(run.status, 130);
  EXPECT_THAT(run.out, HasSubstr("lee-day"));
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(CliTest, ASecondRunOverwritesTheReportAtOnce) {
  const std::string path = file("r.json", "old");
  run_program("run canary --seeds 1 --report json=" + path);
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, StartsWith("{"));
}

}  // namespace
}  // namespace hassle::harness
