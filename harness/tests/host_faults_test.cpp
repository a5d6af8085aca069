// Faults of hosts in whole runs, and faults of network and host that wait for something.
#include "scenario_runs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using reports::event_kind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

std::string fault(std::string_view keys) { return fmt::format("[[fault]]\n{}\n", keys); }

TEST(HostFaults, ASuspendedClientSeesACommandWhenItWakes) {
  const auto run = run_text(story(command("2m") + command("3m10s") +
                                  fault("kind = \"suspend\"\nat = \"3m\"\nfor = \"20s\"")),
                            "production");
  EXPECT_EQ(run.count(event_kind::fault_hit, "suspend-1"), 1U);
  EXPECT_EQ(run.count(event_kind::host_frozen), 1U);
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh"));
  EXPECT_GE(run.first(event_kind::command_sent, 3min), 3min + 20s);
}

TEST(HostFaults, AClockThatStopsMakesTimersLate) {
  // A ping every so often: the sleep moves all that come behind it.
  const auto pings = [](std::string_view how) {
    const auto run =
        run_text(story(command("1s") + fault(fmt::format("kind = \"suspend\"\nat = \"100s\"\n"
                                                         "for = \"7s\"\nclock_stops = {}",
                                                         how))),
                 "health");
    return run.first(event_kind::ping_sent, 101s);
  };
  EXPECT_GT(pings("true"), pings("false"));
}

TEST(HostFaults, ASuspendedServerAnswersWhenItWakes) {
  const auto run = run_text(story(command("2m") + command("3m5s") +
                                  fault("kind = \"suspend\"\nat = \"3m\"\nfor = \"9s\"\n"
                                        "host = \"server\"")),
                            "naive");
  EXPECT_EQ(run.count(event_kind::fault_hit, "suspend-1"), 1U);
  EXPECT_EQ(run.count(event_kind::host_frozen), 0U);
  EXPECT_GE(run.first(event_kind::server_received, 3min), 3min + 9s);
}

TEST(HostFaults, AKilledProcessLosesWhatItWasDoingAndBootsAgain) {
  const auto run = run_text(story(command("2m") + command("3m") + command("4m") +
                                      fault("kind = \"kill\"\nat = \"3m30ms\""),
                                  "limit = \"10s\"\n"),
                            "production");
  EXPECT_EQ(run.count(event_kind::fault_hit, "kill-1"), 1U);
  EXPECT_EQ(run.count(event_kind::process_stopped, "killed"), 1U);
  EXPECT_EQ(run.count(event_kind::process_started), 2U);
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "timeout: killed with its process", "fresh"));
}

TEST(HostFaults, AWallClockThatJumpsHurtsNoSteadyOne) {
  const auto run =
      run_text(story(command("2m") + command("3m30s") + command("9m") +
                     fault("kind = \"wall_clock\"\nat = \"3m\"\nfor = \"2m\"\nback = true")),
               "production");
  EXPECT_EQ(run.count(event_kind::fault_hit, "wall_clock-1"), 1U);
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh", "fresh"));
}

TEST(HostFaults, ASlowCpuMakesAnswersLate) {
  const auto answered = [](std::string_view more) {
    const auto run = run_text(story(command("2m") + command("3m") + std::string(more)), "naive");
    return run.first(event_kind::answer_taken, 3min);
  };
  const auto quick = answered("");
  EXPECT_GT(answered(fault("kind = \"slow_cpu\"\nat = \"150s\"\nfor = \"1m\"\nstep = \"50ms\"")),
            quick + 40ms);
  EXPECT_GT(answered(fault("kind = \"slow_cpu\"\nat = \"150s\"\nfor = \"1m\"\nstep = \"50ms\"\n"
                           "host = \"server\"")),
            quick + 40ms);
}

TEST(HostFaults, ACutWaitsForTheSecondCallOfALight) {
  const auto run = run_text(
      story(command("1m") + command("2m") + command("3m") +
            fault("kind = \"cut\"\nname = \"it\"\nafter = { command = \"light.*\", count = 2 }") +
            fault("kind = \"kill\"\nname = \"then\"\nafter = { fault = \"it\" }")),
      "naive");
  EXPECT_EQ(run.count(event_kind::fault_began, "it"), 1U);
  EXPECT_EQ(run.count(event_kind::fault_hit, "it"), 1U);
  EXPECT_EQ(run.count(event_kind::fault_ended, "it"), 1U);
  EXPECT_EQ(run.count(event_kind::process_stopped, "killed"), 1U);
  EXPECT_GT(run.first(event_kind::connection_cut), 2min);
  EXPECT_LT(run.first(event_kind::connection_cut), 2min + 1s);
}

TEST(HostFaults, APartitionBeginsWithTheEndOfARestartAndEndsByItself) {
  const auto run =
      run_text(story(command("1m") + command("9m") + fault("kind = \"restart\"\nat = \"2m\"") +
                     fault("kind = \"partition\"\nname = \"it\"\nfor = \"1m\"\nmust_hit = false\n"
                           "after = { fault = \"restart-1\" }")),
               "production");
  const auto began = run.first(event_kind::fault_ended, 2min);  // Of the restart.
  EXPECT_EQ(run.count(event_kind::fault_began, "it"), 1U);
  EXPECT_EQ(run.first(event_kind::fault_ended, began + 1ns), began + 1min);
  EXPECT_THAT(run.outcomes(), Not(Contains(StartsWith("other"))));
}

}  // namespace
}  // namespace hassle::harness
