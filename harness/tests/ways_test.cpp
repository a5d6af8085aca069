// The whole way to a Home Assistant: a token that is refreshed over HTTP, then name, TCP, proxy,
// TLS, upgrade and authentication; over loopback and in the simulated world, and with each of its
// steps in trouble.
#include "client/src/engine/dialler.hpp"
#include "client/src/engine/tokens.hpp"
#include "connect_proxy.hpp"
#include "harness/simulation/network.hpp"
#include "mockha/server.hpp"
#include "mockha/user.hpp"
#include "mockha/wall_time.hpp"
#include "troubled_world.hpp"

#include <hassle/client/client.hpp>
#include <hassle/net/gate.hpp>
#include <hassle/net/real_world.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/tls.hpp>
#include <hassle/protocol/message.hpp>

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <vector>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using client::dial_stage;
using client::tokens;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto client_id = "http://x.local/";
constexpr auto proxy_password = "SECRET-proxy";
constexpr auto proxy_login = "Basic bWU6U0VDUkVULXByb3h5";  // me:SECRET-proxy

/// What a journey came to.
struct report {
  std::optional<tokens::failure> no_token;
  std::optional<client::dial_error> not_dialled;
  bool authenticated = false;
  bool over = false;
  std::vector<std::string> texts;  ///< Of all that was told.
  std::vector<std::string> stages;
};

class recorder final : public client::observer {
 public:
  explicit recorder(report& into) : into_(into) {}
  void on_event(const client::client_event& event) override {
    into_.texts.emplace_back(event.text);
    if (event.kind == client::client_event_kind::attempt_stage) {
      into_.stages.emplace_back(event.text);
    }
  }

 private:
  report& into_;
};

/// The least that a client must say.
class greeting final : public net::websocket_events {
 public:
  greeting(net::websocket& socket, std::string token) : socket_(socket), token_(std::move(token)) {}
  void on_text(std::string_view text) override {
    if (text.find("auth_required") != std::string_view::npos) {
      socket_.send(protocol::auth_message(token_));
    }
    accepted = text.find("auth_ok") != std::string_view::npos;
    if (accepted) done.open();
  }
  void on_end(const net::websocket_end&) override { done.open(); }

  net::gate done;
  bool accepted = false;

 private:
  net::websocket& socket_;
  std::string token_;
};

/// A Home Assistant with TLS, a proxy, and what a client must know of both.
struct surroundings {
  surroundings(net::world& home_world, net::world& proxy_world)
      : wall(home_world.time().wall_now()),
        identity(net::make_self_signed({"ha.test"}, wall).value()),
        server(home_world, config_of(identity), {}),
        proxy(proxy_world) {
    const auto now = mockha::to_wall_time(wall);
    auto& store = server.tokens();
    const auto code = store.make_code(client_id, mockha::user{}.id, now);
    refresh_token = store.redeem_code(code, client_id, now)->refresh_token;
    proxy.login = proxy_login;
  }
  static mockha::server_config config_of(const net::tls_identity& identity) {
    mockha::server_config config;
    config.tls = net::make_tls_server(identity).value();
    return config;
  }
  [[nodiscard]] client::config settings(std::uint16_t home_port, net::endpoint proxy_at) const {
    client::config settings;
    settings.style = client::engine_style::best;
    settings.server = {"ha.test", home_port};
    settings.reconnect.emplace();
    settings.deadline.emplace();
    settings.jitter.emplace();
    settings.failover.emplace();
    auto& token = settings.token.emplace();
    token.refresh_token = refresh_token;
    token.client_id = client_id;
    auto& tls = settings.tls.emplace();
    tls.trust = client::tls_config::trust_kind::pinned;
    tls.pinned_sha256 = net::certificate_sha256(identity.certificate_chain);
    auto& through = settings.proxy.emplace();
    through.server = std::move(proxy_at);
    through.user = "me";
    through.password = proxy_password;
    return settings;
  }

  std::chrono::system_clock::time_point wall;
  net::tls_identity identity;
  mockha::server server;
  connect_proxy proxy;
  std::string refresh_token;
};

/// The client's side.
class traveller {
 public:
  traveller(net::world& world, client::config settings, report& into)
      : settings_(std::move(settings)),
        into_(into),
        tells_(into),
        shared_{world, settings_, &tells_},
        ways_(shared_),
        tokens_(shared_, ways_),
        tasks_(world.executor()) {}

  void start() { tasks_.spawn(go(*this)); }
  void cancel() { tasks_.stop(); }
  net::asio::awaitable<void> stop() {
    tasks_.stop();
    co_await tokens_.stop();
    co_await tasks_.join();
  }

 private:
  static net::asio::awaitable<void> go(traveller& self) {
    const ended told(self.into_);
    const auto token = co_await self.tokens_.get(0, self.shared_.now() + 60s);
    if (!token) {
      self.into_.no_token = token.error();
      co_return;
    }
    auto dialled = co_await self.ways_.dial(0, ++self.shared_.attempts);
    if (!dialled) {
      self.into_.not_dialled = std::move(dialled.error());
      co_return;
    }
    greeting hello(*dialled->socket, token->text);
    dialled->socket->start(hello);
    (void)co_await hello.done.wait(self.shared_.world.time(), self.shared_.now() + 10s);
    self.into_.authenticated = hello.accepted;
    dialled->socket.reset();
  }

  class ended {
   public:
    explicit ended(report& of) : of_(of) {}
    ended(const ended&) = delete;
    ended& operator=(const ended&) = delete;
    ~ended() { of_.over = true; }

   private:
    report& of_;
  };

  client::config settings_;
  report& into_;
  recorder tells_;
  client::engine_context shared_;
  client::dialler ways_;
  tokens tokens_;
  net::task_group tasks_;
};

void expect_no_secret(const report& of, const surroundings& around) {
  auto texts = of.texts;
  if (of.not_dialled) texts.push_back(of.not_dialled->text);
  for (const std::string& each : texts) {
    EXPECT_THAT(each, Not(HasSubstr("SECRET")));
    EXPECT_THAT(each, Not(HasSubstr(around.refresh_token)));
    EXPECT_THAT(each, Not(HasSubstr("eyJ"))) << "a JWT begins so";
  }
}

/// However it went: an end, a reason, and nothing left.
void expect_a_clear_end(const report& of) {
  EXPECT_TRUE(of.over);
  EXPECT_EQ((of.no_token ? 1 : 0) + (of.not_dialled ? 1 : 0) + (of.authenticated ? 1 : 0) <= 1,
            true);
  if (of.not_dialled) {
    EXPECT_TRUE(of.not_dialled->ec);
    EXPECT_THAT(of.not_dialled->text, Not(IsEmpty()));
  }
}

net::asio::awaitable<void> end_all(traveller& who, surroundings& around, bool& ended) {
  co_await who.stop();
  co_await around.proxy.stop();
  co_await around.server.stop();
  ended = true;
}

net::asio::awaitable<void> end_when_over(net::world& world, traveller& who, surroundings& around,
                                         const report& seen, bool& ended) {
  while (!seen.over) {
    (void)co_await net::sleep_until(world.time(), world.time().now() + 1ms);
  }
  co_await end_all(who, around, ended);
}

// ---- Over loopback ------------------------------------------------------------------------------

struct RealWaysTest : ::testing::Test {
  net::asio::io_context context{1};
  net::real_world world{context, 1};
  surroundings around{world, world};
  net::endpoint home = around.server.start({"127.0.0.1", 0}).value();
  net::endpoint proxy_at = around.proxy.start({"127.0.0.1", 0}).value();
  client::config settings = around.settings(home.port, proxy_at);
  net::task_group tasks{world.executor()};
  report seen;

  RealWaysTest() { around.proxy.hosts["ha.test"] = "127.0.0.1"; }

  void run(net::world& of_client) {
    traveller who(of_client, settings, seen);
    who.start();
    bool stopped = false;
    tasks.spawn(end_when_over(world, who, around, seen, stopped));
    context.run();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(around.proxy.open(), 0U);
    EXPECT_EQ(around.server.connections(), 0U);
    expect_no_secret(seen, around);
    expect_a_clear_end(seen);
  }
};

TEST_F(RealWaysTest, ATokenIsRefreshedAndUsedOverTlsThroughAProxy) {
  run(world);
  EXPECT_TRUE(seen.authenticated) << (seen.not_dialled ? seen.not_dialled->text : "");
  EXPECT_THAT(seen.stages, ElementsAre("resolved", "tcp", "proxied", "tls", "upgraded"));
  const std::string authority = "ha.test:" + std::to_string(home.port);
  EXPECT_THAT(around.proxy.asked, ElementsAre(authority, authority));
}

TEST_F(RealWaysTest, ARevokedRefreshTokenIsAPermanentRefusal) {
  around.server.tokens().revoke(around.refresh_token);
  run(world);
  EXPECT_EQ(seen.no_token, tokens::failure::refused);
  EXPECT_THAT(seen.texts, Contains("HTTP 400 (invalid_grant)"));
}

TEST_F(RealWaysTest, AProxyThatWantsAnotherLoginSaysSo) {
  settings.token.reset();
  settings.proxy->password = "wrong";
  run(world);
  ASSERT_TRUE(seen.not_dialled);
  EXPECT_EQ(seen.not_dialled->text, "proxy: HTTP 407");
}

TEST_F(RealWaysTest, ACertificateThatIsNotThePinnedOneIsNotTalkedTo) {
  settings.token.reset();
  settings.tls->pinned_sha256 = std::string(64, 'a');
  run(world);
  ASSERT_TRUE(seen.not_dialled);
  EXPECT_EQ(seen.not_dialled->text, "tls: certificate is not the pinned one");
  EXPECT_EQ(seen.not_dialled->why, client::dial_failure::unwelcome);
}

/// Runs one journey over loopback with its n-th operation failing. False if it had no n-th.
bool fails_over_loopback(std::size_t n) {
  net::asio::io_context context{1};
  net::real_world world{context, 1};
  surroundings around{world, world};
  const net::endpoint home = around.server.start({"127.0.0.1", 0}).value();
  const net::endpoint proxy_at = around.proxy.start({"127.0.0.1", 0}).value();
  around.proxy.hosts["ha.test"] = "127.0.0.1";
  client::config settings = around.settings(home.port, proxy_at);
  // A failed refresh is tried again, without much waiting.
  settings.token->retry_base = settings.token->retry_cap = 1ms;
  report seen;
  trouble strikes(trouble_kind::failure, n);
  troubled_world troubled(world, strikes);
  traveller who(troubled, settings, seen);
  who.start();
  net::task_group tasks(world.executor());
  bool stopped = false;
  tasks.spawn(end_when_over(world, who, around, seen, stopped));
  context.run();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(around.proxy.open(), 0U);
  EXPECT_EQ(around.server.connections(), 0U);
  expect_no_secret(seen, around);
  expect_a_clear_end(seen);
  EXPECT_FALSE(seen.no_token) << "one failure of a refresh is no reason to give up";
  EXPECT_TRUE(strikes.struck() || seen.authenticated);
  return strikes.struck();
}

TEST(EveryStepOfTheWay, FailsOverLoopback) {
  std::size_t n = 0;
  while (n < 200 && fails_over_loopback(n)) ++n;
  RecordProperty("steps", static_cast<int>(n));
  EXPECT_GT(n, 20U);
  EXPECT_LT(n, 200U);
}

// ---- The whole client ---------------------------------------------------------------------------

/// Everything on, in its best form.
client::config with_all_layers(client::config settings) {
  settings.health.emplace();
  settings.breaker.emplace();
  settings.degradation.emplace();
  settings.pool.emplace().size = 2;
  settings.correlation.emplace();
  settings.probe.emplace();
  settings.idempotency.emplace();
  settings.mirror.emplace();
  settings.admission.emplace();
  return settings;
}

struct RealClientTest : RealWaysTest {
  net::asio::awaitable<void> use(client::resilient_client& whole) {
    client::command read;
    read.body = {{"type", "get_states"}};
    outcome = co_await whole.send(std::move(read), world.time().now() + 30s);
    phase = whole.status().phase;
    error = whole.status().last_error;
    co_await whole.stop();
    co_await around.proxy.stop();
    co_await around.server.stop();
  }
  void ask() {
    recorder tells(seen);
    client::resilient_client whole(world, with_all_layers(settings), &tells);
    tasks.spawn(use(whole));
    context.run();
    seen.texts.push_back(outcome.detail);
    seen.texts.push_back(error);
    expect_no_secret(seen, around);
    EXPECT_EQ(around.proxy.open(), 0U);
    EXPECT_EQ(around.server.connections(), 0U);
  }

  client::outcome outcome;
  client::client_phase phase{};
  std::string error;
};

TEST_F(RealClientTest, IsAnsweredOverTlsThroughAProxyWithARefreshedToken) {
  ask();
  EXPECT_EQ(outcome.kind, client::outcome_kind::fresh) << outcome.detail << ", " << error;
  EXPECT_EQ(phase, client::client_phase::ready);
}

TEST_F(RealClientTest, ARevokedRefreshTokenIsAStateAndNoLoop) {
  around.server.tokens().revoke(around.refresh_token);
  ask();
  EXPECT_EQ(outcome.detail, client::detail_code::auth);
  EXPECT_EQ(phase, client::client_phase::refused);
  EXPECT_EQ(around.proxy.asked.size(), 1U);
}

// ---- In the simulated world ---------------------------------------------------------------------

/// The same, simulated: there, silence costs no time.
bool gets_into_trouble(trouble_kind kind, std::size_t n) {
  SCOPED_TRACE("step " + std::to_string(n));
  simulated_world world(1);
  network net(world, {.latency = 10ms}, [](const reports::event&) {});
  host& home_host = net.add_host("ha.test");
  host& proxy_host = net.add_host("proxy.test");
  host& client_host = net.add_host("client");
  surroundings around(home_host, proxy_host);
  EXPECT_TRUE(around.server.start({home_host.address(), 443}));
  EXPECT_TRUE(around.proxy.start({proxy_host.address(), 3128}));
  report seen;
  trouble strikes(kind, n);
  troubled_world troubled(client_host, strikes);
  traveller who(troubled, around.settings(443, {"proxy.test", 3128}), seen);
  bool cancelled = false;
  strikes.noticed = [&] {
    // Not from inside the operation, which would be cancelled before it begins.
    net::asio::post(world.executor(), [&] {
      cancelled = true;
      who.cancel();
    });
  };
  who.start();
  world.run_until(net::time_point(5min));
  EXPECT_TRUE(seen.over) << "it hangs";
  bool stopped = false;
  net::task_group tasks(world.executor());
  tasks.spawn(end_all(who, around, stopped));
  world.run_until(net::time_point(1h));
  EXPECT_TRUE(stopped);
  EXPECT_EQ(net.open_connections(), 0U);
  EXPECT_EQ(around.proxy.open(), 0U);
  EXPECT_EQ(around.server.connections(), 0U);
  expect_no_secret(seen, around);
  expect_a_clear_end(seen);
  if (cancelled) {
    EXPECT_THAT(seen.no_token.value_or(tokens::failure::cancelled), tokens::failure::cancelled);
    if (seen.not_dialled) {
      EXPECT_EQ(seen.not_dialled->ec, net::asio::error::operation_aborted);
    }
  } else {
    EXPECT_FALSE(seen.no_token);
  }
  EXPECT_TRUE(strikes.struck() || seen.authenticated);
  return strikes.struck();
}

class TroubledWaysTest : public ::testing::TestWithParam<trouble_kind> {};

TEST_P(TroubledWaysTest, EveryStepEndsClearlyAndLeavesNothing) {
  std::size_t n = 0;
  while (n < 200 && !HasFailure() && gets_into_trouble(GetParam(), n)) ++n;
  RecordProperty("steps", static_cast<int>(n));
  EXPECT_GT(n, 20U);
  EXPECT_LT(n, 200U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TroubledWaysTest,
                         ::testing::Values(trouble_kind::failure, trouble_kind::silence,
                                           trouble_kind::notice),
                         [](const auto& kind) {
                           switch (kind.param) {
                             case trouble_kind::failure:
                               return "Failure";
                             case trouble_kind::silence:
                               return "Silence";
                             case trouble_kind::notice:
                               return "Cancellation";
                           }
                           return "";
                         });

}  // namespace
}  // namespace hassle::harness
