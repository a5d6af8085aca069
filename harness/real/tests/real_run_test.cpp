// Households on real sockets: the same stories as in the simulated world, over loopback.
#include "harness/real/real_run.hpp"
#include "harness/client_settings.hpp"
#include "harness/real/real_network.hpp"
#include "harness/tests/scenario_runs.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace hassle::harness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
T must(std::expected<T, std::vector<scenario::input_error>> got) {
  if (!got) throw std::runtime_error(got.error().front().text());
  return std::move(*got);
}

test_run real(std::string_view scenario_text, std::string_view client,
              const std::atomic<bool>* interrupted = nullptr) {
  const scenario::scenario what = must(scenario::parse_scenario(scenario_text, "test.toml"));
  const scenario::client_profile profile = must(scenario::find_profile(client));
  const client::config settings = client_settings(profile).value();
  const scenario::plan plan = scenario::make_plan(what, 1).value();
  const run_order order{.what = &what,
                        .plan = &plan,
                        .settings = &settings,
                        .client_name = profile.name,
                        .interrupted = interrupted};
  test_run result;
  result.raw = run_real(order, {.time_scale = 20}).run;
  if (result.raw.bug) throw std::runtime_error(*result.raw.bug);
  result.figures = reports::analyse(result.raw.context, result.raw.journal);
  return result;
}

const std::string three_calls = command("10s") + command("3m") + command("6m");

std::string fault(std::string_view kind, std::string_view at, std::string_view rest = "") {
  return fmt::format("[[fault]]\nname = \"it\"\nkind = \"{}\"\nat = \"{}\"\n{}\n", kind, at, rest);
}

TEST(RealRun, CallsAreAnsweredFreshOverLoopback) {
  const test_run run = real(story(three_calls), "production");
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh", "fresh"));
  EXPECT_EQ(run.count(reports::event_kind::server_executed), 3U);
  EXPECT_EQ(run.raw.context.world, "real");
}

TEST(RealRun, BothEndsKnowAConnectionByOneNumber) {
  const test_run run = real(story(three_calls), "naive");
  std::vector<std::uint32_t> ready;
  std::vector<std::uint32_t> accepted;
  for (const reports::event& each : run.raw.journal.events()) {
    if (each.kind == reports::event_kind::client_ready) ready.push_back(each.connection);
    if (each.kind == reports::event_kind::server_accepted) accepted.push_back(each.connection);
  }
  EXPECT_FALSE(ready.empty());
  EXPECT_EQ(ready, accepted);
}

TEST(RealRun, TlsWorksAsWell) {
  const std::string text = story(three_calls) + "[server]\ntls = true\n";
  EXPECT_THAT(real(text, "production").outcomes(), ElementsAre("fresh", "fresh", "fresh"));
}

/// Each fault, at the first call of a client that does nothing about it.
TEST(RealRun, NetworkFaultsHitWhatIsOnTheWire) {
  const std::map<std::string, std::string> faults = {
      {"cut", fault("cut", "1m", "how = \"reset\"")},
      {"partition", fault("partition", "1m", "for = \"9m\"")},
      {"forget", fault("forget", "1m")},
  };
  for (const auto& [kind, text] : faults) {
    const test_run run = real(story(three_calls + text), "naive");
    EXPECT_EQ(run.count(reports::event_kind::fault_began), 1U) << kind;
    EXPECT_GE(run.count(reports::event_kind::fault_hit), 1U) << kind;
    EXPECT_EQ(run.outcomes().front(), "fresh") << kind;
    EXPECT_THAT(run.outcomes().at(1), Not("fresh")) << kind;
  }
}

TEST(RealRun, AServerThatIsDownRefusesDialsAndIsFoundAgain) {
  const test_run run = real(story(three_calls + fault("restart", "1m")), "production");
  EXPECT_THAT(run.outcomes(), ElementsAre("fresh", "fresh", "fresh"));
  EXPECT_GE(run.count(reports::event_kind::dial_failed), 1U);
  EXPECT_GE(run.count(reports::event_kind::client_ready), 2U);
}

TEST(RealRun, AMiddleboxForgetsAConnectionThatIsIdle) {
  const std::string text = story(three_calls) +
                           "[network.middlebox]\nidle = \"20s\"\n"
                           "on_expiry = \"silent\"\n";
  const test_run run = real(text, "naive");
  EXPECT_GE(run.count(reports::event_kind::connection_cut, "middlebox idle"), 1U);
  EXPECT_EQ(run.outcomes().front(), "fresh");
  EXPECT_THAT(run.outcomes().at(1), Not("fresh"));
}

TEST(RealRun, ADialTakesTheTimeOfItsHandshake) {
  const test_run run = real(story(three_calls), "naive");
  std::vector<net::duration> at;
  for (const reports::event& each : run.raw.journal.events()) {
    using enum reports::event_kind;
    if (each.kind == dialed || each.kind == connected) at.push_back(each.at);
  }
  ASSERT_GE(at.size(), 2U);
  EXPECT_GE(at[1] - at[0], std::chrono::milliseconds(40));  // 20 ms each way.
}

TEST(RealRun, AFrozenProcessHearsNothingUntilItThaws) {
  const test_run run =
      real(story(three_calls + fault("suspend", "170s", "for = \"30s\"")), "production");
  EXPECT_EQ(run.count(reports::event_kind::host_frozen), 1U);
  EXPECT_EQ(run.count(reports::event_kind::host_thawed), 1U);
  EXPECT_EQ(run.outcomes().size(), 3U);
}

TEST(RealRun, AnInterruptedRunEndsEarlyAndKeepsItsJournal) {
  const std::atomic<bool> interrupted = true;
  const test_run run = real(story(three_calls), "production", &interrupted);
  EXPECT_TRUE(run.raw.interrupted);
  EXPECT_FALSE(run.raw.journal.events().empty());
}

TEST(NotInTheRealWorld, NamesWhatCannotBeHad) {
  const auto why = [](const std::string& more) {
    return not_in_the_real_world(must(scenario::parse_scenario(story("") + more, "test.toml")));
  };
  EXPECT_FALSE(why(""));
  EXPECT_THAT(why(fault("move", "1m", "for = \"1m\"")).value_or(""), HasSubstr("'move' ('it')"));
}

TEST(NotInTheRealWorld, MostOfTheLibraryCanBeHad) {
  std::size_t possible = 0;
  const auto names = scenario::scenario_names();
  for (const auto& name : names) {
    if (!not_in_the_real_world(must(scenario::find_scenario(name)))) ++possible;
  }
  EXPECT_GT(possible * 5, names.size() * 4);
}

}  // namespace
}  // namespace hassle::harness
