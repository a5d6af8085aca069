// The program as its users start it: what it prints, and that it ends when it is told to.
#include "mockha/tests/running_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace {

using hassle::mockha::tests::program;
using testing::HasSubstr;

TEST(Program, SaysWhereItListensAndStopsWhenToldTo) {
  for (const int which : {SIGTERM, SIGINT}) {
    program mockha({"--listen", "127.0.0.1:0", "--token", "t\"1"});
    const std::string ready = mockha.line();
    EXPECT_THAT(ready, testing::MatchesRegex(
                           "\\{\"ready\":true,\"url\":\"ws://127\\.0\\.0\\.1:[1-9][0-9]*/api/"
                           "websocket\",\"admin\":\"http://127\\.0\\.0\\.1:[1-9][0-9]*\",\"token\":"
                           "\"t\\\\\"1\"\\}"));
    mockha.signal(which);
    EXPECT_EQ(mockha.rest(), "");
    EXPECT_EQ(mockha.exit_status(), 0);
  }
}

TEST(Program, WithoutTheAdminApiTheReadyLineHasNone) {
  program mockha({"--listen", "127.0.0.1:0", "--admin", "off"});
  EXPECT_THAT(mockha.line(), testing::Not(HasSubstr("admin\":")));
}

TEST(Program, ASelfSignedCertificateMakesItWss) {
  program mockha({"--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--tls-self-signed"});
  EXPECT_THAT(mockha.line(), HasSubstr("\"url\":\"wss://127.0.0.1:"));
}

TEST(Program, APortThatIsTakenIsNamed) {
  program first({"--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"});
  const std::string ready = first.line();
  const auto at = ready.find("http://") + std::string("http://").size();
  const std::string taken = ready.substr(at, ready.find('"', at) - at);
  program second({"--listen", "127.0.0.1:0", "--admin", taken});
  EXPECT_THAT(second.rest(), testing::AllOf(HasSubstr(taken), HasSubstr("0 for any")));
  EXPECT_EQ(second.exit_status(), 2);
  program third({"--listen", taken});
  EXPECT_THAT(third.rest(), testing::AllOf(HasSubstr(taken), HasSubstr("0 for any")));
  EXPECT_EQ(third.exit_status(), 2);
}

// Other people's parts of a scenario are named; the journal is whole, whenever it is stopped.
TEST(Program, AScenarioIsPlayedAndTheJournalIsWhole) {
  const std::string file = testing::TempDir() + "mockha-program-test.jsonl";
  program mockha({"--listen", "127.0.0.1:0", "--scenario", "ha-restart", "--time-scale", "1000",
                  "--seed", "7", "--journal", file});
  EXPECT_THAT(mockha.line(), testing::AllOf(HasSubstr("scenario ha-restart"),
                                            HasSubstr("left to others: the workload")));
  EXPECT_THAT(mockha.line(), HasSubstr("\"ready\":true"));
  mockha.signal(SIGTERM);
  EXPECT_EQ(mockha.exit_status(), 0);
  std::ifstream in(file);
  std::string first;
  std::string last;
  std::getline(in, first);
  EXPECT_THAT(first,
              testing::AllOf(HasSubstr("\"scenario\":\"ha-restart\""), HasSubstr("\"seed\":7")));
  for (std::string line; std::getline(in, line);) last = line;
  EXPECT_THAT(last, testing::StartsWith("{\"digest\":\""));
  std::remove(file.c_str());
}

TEST(Program, BadUsageIsOneLineAndStatusTwo) {
  const std::vector<std::vector<std::string>> cases = {{"--listen", "nowhere"},
                                                       {"--listen", "127.0.0.1:99999"},
                                                       {"--listen", "127.0.0.1:"},
                                                       {"--listen", "300.0.0.1:8123"},
                                                       {"--token", ""},
                                                       {"--scenario", "ha-restrt"},
                                                       {"--scenario", "./nowhere.toml"},
                                                       {"--home", "smal"},
                                                       {"--ha-version", ""},
                                                       {"--time-scale", "0"},
                                                       {"--time-scale", "fast"},
                                                       {"--admin", "0.0.0.0:0"},
                                                       {"--admin", "nowhere"},
                                                       {"--admin-token", ""},
                                                       {"--tls-cert", "cert.pem"},
                                                       {"--journal", "/nowhere/journal.jsonl"},
                                                       {"--frobnicate"}};
  for (const auto& arguments : cases) {
    program mockha(arguments);
    EXPECT_THAT(mockha.rest(), testing::Not(testing::IsEmpty())) << arguments[0];
    EXPECT_EQ(mockha.exit_status(), 2) << arguments[0];
  }
}

TEST(Program, WhatWasMeantIsNamed) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--scenario", "ha-restrt"}, "did you mean 'ha-restart'?"},
      {{"--home", "smal"}, "did you mean 'small'?"},
      {{"--time-scael", "10"}, "did you mean '--time-scale'?"},
      {{"--admin", "0.0.0.0:0"}, "--admin-token"}};
  for (const auto& [arguments, hint] : cases) {
    program mockha(arguments);
    EXPECT_THAT(mockha.rest(), HasSubstr(hint));
    EXPECT_EQ(mockha.exit_status(), 2);
  }
}

TEST(Program, HelpAndVersionAreNoErrors) {
  program help({"--help"});
  EXPECT_THAT(help.rest(), HasSubstr("Exit status"));
  EXPECT_EQ(help.exit_status(), 0);
  program version({"--version"});
  EXPECT_THAT(version.rest(), testing::StartsWith("mockha 0."));
  EXPECT_EQ(version.exit_status(), 0);
}

}  // namespace
