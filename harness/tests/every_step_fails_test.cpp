// The client's path from cold start to an answer, with each of its steps failing in turn: the first
// operation that it begins, the second, the third… until none is left to fail.
#include "failing_world.hpp"
#include "harness/client_settings.hpp"
#include "harness/process.hpp"
#include "harness/simulation/network.hpp"
#include "mockha/server.hpp"
#include "scenarios/library.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/task_group.hpp>

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using client::outcome_kind;

struct attempt {
  std::optional<client::outcome> outcome;
  bool failure_happened = false;
  bool stopped = false;
  std::size_t connections_left = 99;
  std::size_t server_sessions_left = 99;
};

asio::awaitable<void> use(client::resilient_client& client, attempt& into) {
  co_await client.start();
  const scenario::planned_command wanted{
      .number = 1, .kind = scenario::command_kind::turn_on, .target = "light.kitchen"};
  into.outcome = co_await client.send(command_for(wanted), net::time_point(30s));
}

asio::awaitable<void> stop(client::resilient_client& client, mockha::server& server,
                           attempt& into) {
  co_await client.stop();
  co_await server.stop();
  into.stopped = true;
}

/// Starts a client, sends one command, stops everything; the n-th operation of the client fails.
attempt try_with_failure(std::string_view profile, std::size_t n) {
  attempt result;
  simulated_world world(1);
  network net(world, {.latency = 10ms}, [](const reports::event&) {});
  host& server_host = net.add_host("homeassistant");
  host& client_host = net.add_host("client");
  net.add_name("homeassistant.local", server_host);
  mockha::server server(server_host, mockha::make_config({}), {});
  EXPECT_TRUE(server.start({server_host.address(), 8123}));

  failure_plan plan(n);
  failing_world failing(client_host, plan);
  client::config settings = *client_settings(*scenario::find_profile(profile));
  settings.server = {"homeassistant.local", 8123};
  settings.access_token = std::string(mockha::default_access_token);
  client::resilient_client client(failing, settings, nullptr);

  net::task_group tasks(world.executor());
  tasks.spawn(use(client, result));
  world.run_until(net::time_point(1min));
  result.failure_happened = plan.struck();
  EXPECT_EQ(tasks.size(), 0U) << "the command is still waiting";
  tasks.spawn(stop(client, server, result));
  world.run_until(net::time_point(1h));
  result.connections_left = net.open_connections();
  result.server_sessions_left = server.connections();
  return result;
}

/// Fails each step in turn and hands what came of it to `judge`. Returns the number of steps.
template <class Judge>
std::size_t fail_each_step(std::string_view profile, Judge judge) {
  constexpr std::size_t steps_max = 200;
  for (std::size_t n = 0; n < steps_max; ++n) {
    SCOPED_TRACE(std::string(profile) + ", step " + std::to_string(n));
    const attempt result = try_with_failure(profile, n);
    EXPECT_TRUE(result.stopped);
    EXPECT_EQ(result.connections_left, 0U);
    EXPECT_EQ(result.server_sessions_left, 0U);
    EXPECT_TRUE(result.outcome.has_value());
    if (!result.outcome) return 0;
    if (!result.failure_happened) {
      EXPECT_EQ(result.outcome->kind, outcome_kind::fresh);
      return n;
    }
    judge(*result.outcome);
  }
  ADD_FAILURE() << "the steps do not end";
  return steps_max;
}

// A failure of naive is a connection error for the user, never a hang, and leaves nothing behind.
TEST(EveryStepFails, NaiveFailsWithAConnectionErrorOrHasItsAnswerAlready) {
  const std::size_t steps = fail_each_step("naive", [](const client::outcome& o) {
    EXPECT_TRUE(o.kind == outcome_kind::connection || o.kind == outcome_kind::fresh) << o.detail;
  });
  // Resolve, connect, upgrade there and back, three auth messages, the command and its answer.
  EXPECT_GT(steps, 8U);
}

// With layer 1 a single failure, wherever it strikes, never reaches the user.
TEST(EveryStepFails, ReconnectHidesAnySingleFailure) {
  fail_each_step("reconnect",
                 [](const client::outcome& o) { EXPECT_EQ(o.kind, outcome_kind::fresh); });
}

TEST(EveryStepFails, ProductionHidesAnySingleFailure) {
  fail_each_step("production",
                 [](const client::outcome& o) { EXPECT_EQ(o.kind, outcome_kind::fresh); });
}

}  // namespace
}  // namespace hassle::harness
