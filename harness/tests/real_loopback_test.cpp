// The same client and the same mock server as in every simulated run, over real TCP on loopback.
#include "harness/client_settings.hpp"
#include "harness/process.hpp"
#include "mockha/server.hpp"
#include "scenarios/library.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

using client::outcome_kind;
using ::testing::Each;
using ::testing::ElementsAre;

/// Server and client in one real world; the test says what the client does.
class LoopbackTest : public ::testing::Test {
 protected:
  client::config settings(std::string_view profile) {
    client::config result = *client_settings(*scenario::find_profile(profile));
    result.server = listening_;
    result.access_token = token_;
    return result;
  }

  static client::command read() { return {.body = {{"type", "get_states"}}}; }
  static client::command turn_on() {
    return command_for(
        {.number = 1, .kind = scenario::command_kind::turn_on, .target = "light.kitchen"});
  }

  /// Sends the commands one after the other, then stops everything.
  void run(std::string_view profile, std::vector<client::command> commands) {
    client::resilient_client client(world_, settings(profile), nullptr);
    net::task_group tasks(world_.executor());
    tasks.spawn(use(client, std::move(commands)));
    context_.run();
  }

  asio::awaitable<void> use(client::resilient_client& client,
                            std::vector<client::command> commands) {
    co_await client.start();
    for (const client::command& each : commands) {
      outcomes_.push_back(co_await client.send(each));
    }
    co_await client.stop();
    co_await server_.stop();
  }

  std::vector<outcome_kind> kinds() const {
    std::vector<outcome_kind> result(outcomes_.size());
    std::ranges::transform(outcomes_, result.begin(), &client::outcome::kind);
    return result;
  }

  asio::io_context context_{1};
  net::real_world world_{context_, 1};
  mockha::server server_{world_, mockha::make_config({}), {}};
  net::endpoint listening_ = server_.start({"127.0.0.1", 0}).value();
  std::string token_ = std::string(mockha::default_access_token);
  std::vector<client::outcome> outcomes_;
};

TEST_F(LoopbackTest, NaiveReadsStatesAndSwitchesALight) {
  run("naive", {read(), turn_on(), read()});
  EXPECT_THAT(kinds(), Each(outcome_kind::fresh));
  const auto& states = outcomes_.back().result->as_array();
  const auto kitchen = std::ranges::find_if(
      states, [](const auto& each) { return each.at("entity_id") == "light.kitchen"; });
  ASSERT_NE(kitchen, states.end());
  EXPECT_EQ(kitchen->at("state"), "on");
}

TEST_F(LoopbackTest, ProductionDoesTheSame) {
  run("production", {read(), turn_on(), read()});
  EXPECT_THAT(kinds(), Each(outcome_kind::fresh));
  EXPECT_EQ(server_.executions().total(), 1U);
}

TEST_F(LoopbackTest, AnErrorOfHomeAssistantArrivesWithItsCode) {
  run("production", {command_for({.number = 1,
                                  .kind = scenario::command_kind::get_state_service,
                                  .target = "light.kitchen"})});
  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(outcomes_[0].kind, outcome_kind::other);
  EXPECT_EQ(outcomes_[0].detail, "not_found");
}

TEST_F(LoopbackTest, AWrongTokenIsRefused) {
  token_ = "not the token";
  run("naive", {read()});
  EXPECT_THAT(kinds(), ElementsAre(outcome_kind::connection));
}

}  // namespace
}  // namespace hassle::harness
