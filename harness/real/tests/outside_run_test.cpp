// Households with somebody else's client, behind the shipped adapters and behind broken ones.
#include "harness/client_settings.hpp"
#include "harness/real/real_run.hpp"
#include "harness/tests/scenario_runs.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct outside_run : test_run {
  std::optional<door::adapter_fault> fault;
};

outside_run with(const std::string& command, std::string_view scenario_text, double time_scale = 20,
                 door::adapter_limits limits = {}) {
  auto parsed = scenario::parse_scenario(scenario_text, "test.toml");
  if (!parsed) throw std::runtime_error(parsed.error().front().text());
  const scenario::plan plan = scenario::make_plan(*parsed, 1).value();
  const scenario::client_profile profile{.name = "theirs"};
  const client::config settings = client_settings(profile).value();
  const run_order order{.what = &*parsed,
                        .plan = &plan,
                        .settings = &settings,
                        .client_name = profile.name,
                        .interrupted = nullptr};
  outside_run result;
  real_run_result done =
      run_real(order, {.time_scale = time_scale}, {.command = command, .limits = limits});
  if (done.run.bug) throw std::runtime_error(*done.run.bug);
  result.raw = std::move(done.run);
  result.fault = done.fault;
  result.figures = reports::analyse(result.raw.context, result.raw.journal);
  return result;
}

std::string shipped(std::string_view file) {
  return fmt::format("/usr/bin/python3 {}/harness/adapters/python/{}", HASSLE_SOURCE_DIR, file);
}

const std::string three_calls = command("10s") + command("3m") + command("6m");
const std::string a_restart = R"(
[[fault]]
name = "restart"
kind = "restart"
at = "1m"
)";

/// Says hello, and then what the test wants, line by line.
std::string scripted(std::string_view after_hello, std::string_view time = "skipping") {
  return fmt::format(
      R"(sh -c 'echo "{{\"op\":\"hello\",\"protocol\":1,\"name\":\"mine\",\"time\":\"{}\"}}"; {}')",
      time, after_hello);
}

class OutsideRunTest : public ::testing::TestWithParam<const char*> {};

TEST_P(OutsideRunTest, AShippedClientIsServedOnTime) {
  const outside_run run = with(shipped(GetParam()), story(three_calls));
  ASSERT_FALSE(run.fault) << run.fault->text();
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh", "fresh"));
  EXPECT_EQ(run.count(reports::event_kind::server_executed), 3U);
  EXPECT_EQ(run.count(reports::event_kind::answer_taken), 3U);
  EXPECT_EQ(run.count(reports::event_kind::process_started), 1U);
}

INSTANTIATE_TEST_SUITE_P(Shipped, OutsideRunTest,
                         ::testing::Values("websockets_naive.py", "websockets_fixed.py",
                                           "aiohttp_client.py"));

TEST(OutsideRun, OneThatConnectsAgainOutlivesARestart) {
  const outside_run run = with(shipped("aiohttp_client.py"), story(three_calls + a_restart));
  ASSERT_FALSE(run.fault) << run.fault->text();
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh", "fresh"));
  EXPECT_GE(run.count(reports::event_kind::client_ready), 2U);
}

TEST(OutsideRun, OneThatConnectsOnceDoesNot) {
  const outside_run run = with(shipped("websockets_naive.py"), story(three_calls + a_restart));
  ASSERT_FALSE(run.fault) << run.fault->text();
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "connection: closed", "connection: closed"));
}

TEST(OutsideRun, ACrashIsToldWithItsLastWords) {
  const outside_run run =
      with(scripted("read a; read b; echo out of ideas >&2; exit 3"), story(three_calls));
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->what, "exited with 3 in the middle");
  EXPECT_THAT(run.raw.client_fault.value(), HasSubstr("out of ideas"));
  EXPECT_THAT(run.outcomes(), Each("other: adapter"));
}

TEST(OutsideRun, OneThatIsSilentIsNotWaitedForLong) {
  const outside_run run = with(scripted("while read a; do :; done"), story(three_calls), 20,
                               {.up = 50ms, .answer = 50ms});
  ASSERT_TRUE(run.fault);
  EXPECT_THAT(run.fault->what, HasSubstr("has not said"));
}

TEST(OutsideRun, OneThatSaysNothingAtAllIsTold) {
  const outside_run run = with("cat >/dev/null", story(three_calls), 20, {.hello = 50ms});
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->what, "has not said hello within 0.05 s");
  EXPECT_THAT(run.outcomes(), Each("other: adapter"));
}

TEST(OutsideRun, AnOutcomeOfACommandThatItWasNeverGivenIsALie) {
  const outside_run run = with(
      scripted(
          R"(read a; echo "{\"op\":\"outcome\",\"id\":77,\"outcome\":\"fresh\"}"; cat >/dev/null)"),
      story(three_calls));
  ASSERT_TRUE(run.fault);
  EXPECT_THAT(run.fault->what, HasSubstr("command 77, which it was never given"));
}

TEST(OutsideRun, AnAnswerThatTheServerNeverGaveIsWrong) {
  // It claims success for each command, and has no connection.
  const std::string liar =
      "/usr/bin/python3 -c '"
      "import json,sys\n"
      "say=lambda **l: print(json.dumps(l),flush=True)\n"
      "say(op=\"hello\",protocol=1,name=\"liar\",time=\"skipping\")\n"
      "for line in sys.stdin:\n"
      "  o=json.loads(line)\n"
      "  if o[\"op\"]==\"start\": say(op=\"up\")\n"
      "  if o[\"op\"]==\"ask\": say(op=\"quiet\",quiet=True)\n"
      "  if o[\"op\"]==\"command\": say(op=\"outcome\",id=o[\"id\"],outcome=\"fresh\",answer={})'";
  const outside_run run = with(liar, story(three_calls));
  ASSERT_FALSE(run.fault) << run.fault->text();
  EXPECT_EQ(run.figures.wrong_answers, 3U);
}

TEST(OutsideRun, OneWithoutASenseOfTimeNeedsTheWalls) {
  const outside_run run = with(scripted("cat >/dev/null", "wall"), story(three_calls));
  ASSERT_TRUE(run.fault);
  EXPECT_THAT(run.fault->what, HasSubstr("run it with --time-scale 1"));
}

}  // namespace
}  // namespace hassle::harness
