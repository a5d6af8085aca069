// The client's path from cold start to an answer and to its end, with each of its steps in trouble
// in turn: the first operation that it begins, the second, the third… until none is left.
#include "harness/client_settings.hpp"
#include "harness/process.hpp"
#include "harness/simulation/network.hpp"
#include "mockha/server.hpp"
#include "scenarios/library.hpp"
#include "troubled_world.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/tls.hpp>

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using client::outcome_kind;
using scenario::command_kind;

/// What is tried.
struct journey {
  std::string_view profile;
  command_kind wanted = command_kind::turn_on;
  trouble_kind kind = trouble_kind::failure;
  bool tls = false;
};

struct attempt {
  std::optional<client::outcome> outcome;
  bool struck = false;
  bool stopped = false;
  std::size_t connections_left = 99;
  std::size_t server_sessions_left = 99;
  std::size_t events_left = 99;  ///< Timers, and whatever else the world still has to do.
  std::uint64_t executions = 0;
};

asio::awaitable<void> use(client::resilient_client& client, command_kind wanted,
                          net::time_point limit, attempt& into) {
  co_await client.start();
  const scenario::planned_command what{.number = 1, .kind = wanted, .target = "light.kitchen"};
  into.outcome = co_await client.send(command_for(what), limit);
}

asio::awaitable<void> stop(client::resilient_client& client, mockha::server& server,
                           attempt& into) {
  co_await client.stop();
  co_await server.stop();
  into.stopped = true;
}

asio::awaitable<void> use_and_stop(net::world& world, client::resilient_client& client,
                                   mockha::server& server, command_kind wanted, attempt& into) {
  co_await use(client, wanted, world.time().now() + 30s, into);
  co_await stop(client, server, into);
}

struct certificate {
  explicit certificate(std::chrono::system_clock::time_point now)
      : identity(net::make_self_signed({"homeassistant.local"}, now).value()) {}
  net::tls_identity identity;

  [[nodiscard]] mockha::server_config server(bool tls) const {
    mockha::server_config config = mockha::make_config({});
    if (tls) config.tls = net::make_tls_server(identity).value();
    return config;
  }
  [[nodiscard]] client::config client(const journey& way, net::endpoint at) const {
    client::config settings = *client_settings(*scenario::find_profile(way.profile));
    settings.server = std::move(at);
    settings.access_token = std::string(mockha::default_access_token);
    if (way.tls) {
      auto& tls = settings.tls.emplace();
      tls.trust = client::tls_config::trust_kind::pinned;
      tls.pinned_sha256 = net::certificate_sha256(identity.certificate_chain);
    }
    return settings;
  }
};

// ---- In the simulated world ---------------------------------------------------------------------

/// Starts a client, sends one command, stops everything; the n-th operation of the client is
/// struck.
attempt try_simulated(const journey& way, std::size_t n) {
  attempt result;
  simulated_world world(1);
  network net(world, {.latency = 10ms}, [](const reports::event&) {});
  host& server_host = net.add_host("homeassistant");
  host& client_host = net.add_host("client");
  net.add_name("homeassistant.local", server_host);
  const certificate shown(server_host.time().wall_now());
  mockha::server server(server_host, shown.server(way.tls), {});
  EXPECT_TRUE(server.start({server_host.address(), 8123}));

  trouble strikes(way.kind, n);
  troubled_world troubled(client_host, strikes);
  client::resilient_client client(troubled, shown.client(way, {"homeassistant.local", 8123}),
                                  nullptr);
  net::task_group tasks(world.executor());
  tasks.spawn(use(client, way.wanted, net::time_point(30s), result));
  world.run_until(net::time_point(1min));
  EXPECT_EQ(tasks.size(), 0U) << "the command is still waiting";
  tasks.spawn(stop(client, server, result));
  // The longest that an end may take is a close handshake that is not answered.
  world.run_until(net::time_point(2min));
  result.struck = strikes.struck();
  result.connections_left = net.open_connections();
  result.server_sessions_left = server.connections();
  result.events_left = world.pending_events();
  result.executions = server.executions().total();
  return result;
}

// ---- Over loopback ------------------------------------------------------------------------------

attempt try_over_loopback(const journey& way, std::size_t n) {
  attempt result;
  asio::io_context context(1);
  net::real_world world(context, 1);
  const certificate shown(world.time().wall_now());
  mockha::server server(world, shown.server(way.tls), {});
  const net::endpoint listening = server.start({"127.0.0.1", 0}).value();

  trouble strikes(way.kind, n);
  troubled_world troubled(world, strikes);
  client::config settings = shown.client(way, listening);
  settings.reconnect->backoff_base = 1ms;  // Nobody waits for a test.
  settings.reconnect->backoff_cap = 10ms;
  client::resilient_client client(troubled, settings, nullptr);
  net::task_group tasks(world.executor());
  tasks.spawn(use_and_stop(world, client, server, way.wanted, result));
  context.run();  // Ends when nothing is outstanding: no timer, no read.
  result.struck = strikes.struck();
  result.connections_left = 0;
  result.server_sessions_left = server.connections();
  result.events_left = tasks.size();
  result.executions = server.executions().total();
  return result;
}

// ---- What must hold -----------------------------------------------------------------------------

/// Strikes each step in turn and hands what came of it to `judge`. Returns the number of steps.
template <class Try, class Judge>
std::size_t strike_each_step(const journey& way, Try try_it, Judge judge) {
  constexpr std::size_t steps_max = 500;
  for (std::size_t n = 0; n < steps_max && !testing::Test::HasFailure(); ++n) {
    SCOPED_TRACE(std::string(way.profile) + ", step " + std::to_string(n));
    const attempt result = try_it(way, n);
    EXPECT_TRUE(result.stopped);
    EXPECT_EQ(result.connections_left, 0U);
    EXPECT_EQ(result.server_sessions_left, 0U);
    EXPECT_EQ(result.events_left, 0U) << "a timer lives on";
    EXPECT_TRUE(result.outcome.has_value());
    if (!result.outcome) return 0;
    if (!result.struck) {
      EXPECT_EQ(result.outcome->kind, outcome_kind::fresh);
      testing::Test::RecordProperty(std::string(way.profile) + "_steps", static_cast<int>(n));
      return n;
    }
    judge(result);
  }
  ADD_FAILURE() << "the steps do not end";
  return steps_max;
}

void expect_fresh(const attempt& of) {
  EXPECT_EQ(of.outcome->kind, outcome_kind::fresh) << of.outcome->detail;
}

// A failure of naive is a connection error for the user, never a hang, and leaves nothing behind.
TEST(EveryStepFails, NaiveFailsWithAConnectionErrorOrHasItsAnswerAlready) {
  const std::size_t steps =
      strike_each_step({.profile = "naive"}, try_simulated, [](const attempt& of) {
        const outcome_kind kind = of.outcome->kind;
        EXPECT_TRUE(kind == outcome_kind::connection || kind == outcome_kind::fresh)
            << of.outcome->detail;
      });
  // Resolve, connect, upgrade there and back, three auth messages, the command and its answer.
  EXPECT_GT(steps, 8U);
}

// With layer 1 a single failure, wherever it strikes, never reaches the user.
TEST(EveryStepFails, ReconnectHidesAnySingleFailure) {
  strike_each_step({.profile = "reconnect"}, try_simulated, expect_fresh);
}

TEST(EveryStepFails, ProductionHidesAnySingleFailure) {
  const std::size_t steps =
      strike_each_step({.profile = "production"}, try_simulated, expect_fresh);
  EXPECT_GT(steps, 30U) << "three connections, a mirror, a command, and the end of it all";
}

TEST(EveryStepFails, ProductionHidesAnySingleFailureUnderTls) {
  strike_each_step({.profile = "production", .tls = true}, try_simulated, expect_fresh);
}

TEST(EveryStepFails, ProductionHidesAnyStepThatNeverEnds) {
  strike_each_step({.profile = "production", .kind = trouble_kind::silence}, try_simulated,
                   expect_fresh);
}

TEST(EveryStepFails, ProductionHidesAnyStepThatNeverEndsUnderTls) {
  strike_each_step({.profile = "production", .kind = trouble_kind::silence, .tls = true},
                   try_simulated, expect_fresh);
}

// What adds up runs once, or its outcome is said to be unknown.
TEST(EveryStepFails, ProductionNeverTogglesTwice) {
  for (const trouble_kind kind : {trouble_kind::failure, trouble_kind::silence}) {
    strike_each_step({.profile = "production", .wanted = command_kind::toggle, .kind = kind},
                     try_simulated, [](const attempt& of) {
                       EXPECT_LE(of.executions, 1U);
                       if (of.outcome->kind == outcome_kind::fresh) {
                         EXPECT_EQ(of.executions, 1U);
                       } else {
                         EXPECT_EQ(of.outcome->detail, client::detail_code::unknown_outcome);
                       }
                     });
  }
}

TEST(EveryStepFailsOverLoopback, ProductionHidesAnySingleFailure) {
  strike_each_step({.profile = "production"}, try_over_loopback, expect_fresh);
}

TEST(EveryStepFailsOverLoopback, ProductionHidesAnySingleFailureUnderTls) {
  strike_each_step({.profile = "production", .tls = true}, try_over_loopback, expect_fresh);
}

}  // namespace
}  // namespace hassle::harness
