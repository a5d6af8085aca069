// 'hassle run --client-cmd' as people call it.
#include "harness/tests/program.hpp"

#include <gmock/gmock.h>
#include <boost/json/parse.hpp>

#include <filesystem>
#include <string>

namespace hassle::harness {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string in_real = "run ha-restart --world real --time-scale 20 --seeds 1 --client-cmd ";
const std::string aiohttp =
    "/usr/bin/python3 " HASSLE_SOURCE_DIR "/harness/adapters/python/aiohttp_client.py\"";

TEST(ClientCommandCli, ARowOfTheReportIsCalledAsTheClientCallsItself) {
  const fs::path journals = fs::path(::testing::TempDir()) / "client_command_journals";
  const auto end = run_program(in_real + "\"" + aiohttp + " --journal " + journals.string());
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, AllOf(HasSubstr("real world"), HasSubstr("\naiohttp ")));
  EXPECT_TRUE(fs::exists(journals / "ha-restart.aiohttp.1.jsonl"));
  fs::remove_all(journals);
}

TEST(ClientCommandCli, OrAsTheUserCallsIt) {
  const auto end = run_program(in_real + "\"theirs=" + aiohttp);
  EXPECT_EQ(end.status, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("\ntheirs "));
}

TEST(ClientCommandCli, ItNeedsTheRealWorld) {
  const auto end = run_program("run ha-restart --client-cmd cat");
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.err, HasSubstr("it needs --world real"));
}

TEST(ClientCommandCli, ItIsGradedBesideOurs) {
  const auto end = run_program(
      "grade auth-phase-stall --seeds 1 --client production --client-cmd \"theirs=" + aiohttp +
      " --report json=-");
  EXPECT_EQ(end.status, 0) << end.err;
  const auto document = json::parse(end.out);
  EXPECT_EQ(document.at("complete"), true);
  ASSERT_EQ(document.at("cells").as_array().size(), 2U);
  const auto& ours = document.at("cells").at(0);
  EXPECT_EQ(ours.at("client"), "production");
  EXPECT_EQ(ours.at("grade"), "ok");
  // Nothing limits its login; aiohttp leaves that to whoever uses it.
  const auto& theirs = document.at("cells").at(1);
  EXPECT_EQ(theirs.at("client"), "theirs");
  EXPECT_EQ(theirs.at("grade"), "failed");
  EXPECT_THAT(std::string(theirs.at("findings").at(0).at("what").as_string()),
              HasSubstr("oracle within-limit"));
  EXPECT_FALSE(theirs.at("events").as_array().empty());
  EXPECT_THAT(std::string(theirs.at("reproduce").at(0).as_string()),
              AllOf(HasSubstr("--client-cmd"), HasSubstr("--world real --time-scale 20")));
}

TEST(RealWorldCli, AScheduleThatNoMachineKeepsIsRefused) {
  const auto end = run_program("run ha-restart --world real --time-scale 10000 --seeds 1");
  EXPECT_EQ(end.status, 3);
  EXPECT_EQ(end.out, "");
  EXPECT_THAT(end.err, AllOf(HasSubstr("too slow to keep the schedule"), HasSubstr("can be kept")));
}

TEST(ClientCommandCli, OneThatCannotBeStartedIsAFailureWithItsLastWords) {
  const auto end = run_program(in_real + "/nowhere/adapter");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.err, AllOf(HasSubstr("exited with 127 without having said hello"),
                             HasSubstr("its standard error:"), HasSubstr("/nowhere/adapter")));
}

TEST(ClientCommandCli, OneThatCrashesInARunFailsIt) {
  const auto end = run_program(
      in_real +
      R"("sh -c 'echo \"{\\\"op\\\":\\\"hello\\\",\\\"protocol\\\":1,\\\"name\\\":\\\"mine\\\",\\\"time\\\":\\\"skipping\\\"}\"; read a; echo out of ideas >&2; exit 3'")");
  EXPECT_EQ(end.status, 1) << end.out;
  EXPECT_THAT(end.err, AllOf(HasSubstr("mine in ha-restart, seed 1: the adapter exited with 3"),
                             HasSubstr("out of ideas")));
}

TEST(ClientCommandCli, ScenariosThatAnotherProcessCannotHaveAreRefused) {
  const auto end = run_program("run clock-jump --world real --client-cmd \"" + aiohttp);
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.err, HasSubstr("an adapter is given one access token"));
}

}  // namespace
}  // namespace hassle::harness
