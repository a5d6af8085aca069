// The shell over real sockets on loopback. No test waits for time to pass: restarts are ended by
// hand, limits are left alone. What takes time is tested in the simulated world, by the harness.
#include "mockha/server.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/real_world.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace hassle::mockha {
namespace {

using namespace std::chrono_literals;
using reports::event_kind;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

/// A client that keeps what it is sent.
class client final : private net::websocket_events {
 public:
  client(net::world& world, std::unique_ptr<net::websocket> socket)
      : time_(world.time()), socket_(std::move(socket)) {
    socket_->start(*this);
  }

  /// The next message, or "closed <code>" or "cut" once the connection is over.
  asio::awaitable<std::string> next() {
    while (inbox_.empty()) {
      news_ = std::make_unique<net::gate>();
      (void)co_await news_->wait(time_);
    }
    std::string text = std::move(inbox_.front());
    inbox_.pop_front();
    co_return text;
  }
  asio::awaitable<std::string> ask(std::string text) {
    socket_->send(std::move(text));
    co_return co_await next();
  }
  asio::awaitable<std::string> authenticate() {
    EXPECT_THAT(co_await next(), HasSubstr("auth_required"));
    co_return co_await ask(R"({"type":"auth","access_token":"mockha-access-token"})");
  }
  void send(std::string text) { socket_->send(std::move(text)); }
  void close() { socket_->close(); }
  [[nodiscard]] std::uint32_t id() const { return socket_->connection_id(); }

 private:
  void add(std::string text) {
    inbox_.push_back(std::move(text));
    if (news_) news_->open();
  }
  void on_text(std::string_view text) override { add(std::string(text)); }
  void on_end(const net::websocket_end& end) override {
    add(end.peer_code ? "closed " + std::to_string(*end.peer_code) : "cut");
  }

  net::time_source& time_;
  std::unique_ptr<net::websocket> socket_;
  std::deque<std::string> inbox_;
  std::unique_ptr<net::gate> news_;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    const auto listening = server_.start({"127.0.0.1", 0});
    EXPECT_TRUE(listening.has_value());
    if (listening) at_ = *listening;
  }

  /// Runs a story to its end, then stops the server and waits until nothing is left.
  template <class Story>
  void play(Story story) {
    auto whole = [&]() -> asio::awaitable<void> {
      co_await story();
      co_await server_.stop();
    };
    asio::co_spawn(io_, whole(), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
    io_.run();
    EXPECT_EQ(server_.connections(), 0U);
  }

  asio::awaitable<net::result<std::unique_ptr<net::websocket>>> dial(
      std::string target = "/api/websocket") {
    auto stream = co_await world_.connect(at_);
    if (!stream) co_return std::unexpected(stream.error());
    co_return co_await net::websocket_connect(world_.time(), std::move(*stream), "test",
                                              std::move(target), {});
  }
  asio::awaitable<std::unique_ptr<client>> connect() {
    auto socket = co_await dial();
    if (!socket) throw std::runtime_error("cannot connect: " + socket.error().message());
    co_return std::make_unique<client>(world_, std::move(*socket));
  }
  asio::awaitable<std::unique_ptr<client>> log_in() {
    auto c = co_await connect();
    EXPECT_THAT(co_await c->authenticate(), HasSubstr("auth_ok"));
    co_return c;
  }

  static scenario::fault fault(std::string name, scenario::fault_parameters what) {
    scenario::fault f;
    f.name = std::move(name);
    f.what = what;
    return f;
  }
  static scenario::planned_fault planned(std::uint32_t number, net::duration amount = {}) {
    scenario::planned_fault p;
    p.number = number;
    p.amount = amount;
    return p;
  }

  /// "kind value text" of all events but the arrival of connections, which the system orders.
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    lines.reserve(events_.size());
    for (const auto& e : events_) {
      lines.push_back(std::string(reports::name_of(e.kind)) + " " + std::to_string(e.value) + " " +
                      e.text);
    }
    return lines;
  }

  static constexpr std::string_view toggle_fan =
      R"("type":"call_service","domain":"switch","service":"toggle","target":{"entity_id":"switch.fan"}})";
  static std::string toggle(int id) {
    return R"({"id":)" + std::to_string(id) + "," + std::string(toggle_fan);
  }

  asio::io_context io_;
  net::real_world world_{io_, 1};
  std::vector<reports::event> events_;
  server server_{world_, make_config(scenario::server{}),
                 [this](reports::event e) { events_.push_back(std::move(e)); }};
  net::endpoint at_;
};

TEST_F(ServerTest, ServesAClientAndTellsTheJournal) {
  play([&]() -> asio::awaitable<void> {
    auto c = co_await log_in();
    EXPECT_EQ(co_await c->ask(R"({"id":1,"type":"ping"})"), R"({"id":1,"type":"pong"})");
    EXPECT_THAT(co_await c->ask(toggle(2)), HasSubstr(R"({"id":2,"type":"result","success":true)"));
    EXPECT_THAT(co_await c->ask(R"({"id":3,"type":"get_states"})"), HasSubstr("switch.fan"));
    c->close();
    EXPECT_EQ(co_await c->next(), "closed 1000");
  });
  EXPECT_THAT(
      told(),
      ElementsAre("server_accepted 0 ", "server_auth 0 ok", "server_received 1 ping",
                  "server_answered 1 ok", "server_received 2 switch.toggle switch.fan",
                  "server_executed 2 switch.toggle switch.fan", "server_answered 2 ok",
                  "server_received 3 get_states", "server_answered 3 ok", "server_closed 0 peer"));
  ASSERT_EQ(server_.executions().total(), 1U);
  EXPECT_TRUE(server_.executions().entries()[0].effective);
  EXPECT_EQ(server_.house().find("switch.fan")->now().state, "on");
}

TEST_F(ServerTest, OnlyItsOwnPathIsAWebSocket) {
  play([&]() -> asio::awaitable<void> {
    const auto socket = co_await dial("/api/websocket/");
    EXPECT_FALSE(socket.has_value());
    EXPECT_TRUE(net::is_upgrade_declined(socket.error()));
  });
}

TEST_F(ServerTest, BadTokenIsRefusedAndClosed) {
  play([&]() -> asio::awaitable<void> {
    auto c = co_await connect();
    (void)co_await c->next();
    EXPECT_THAT(co_await c->ask(R"({"type":"auth","access_token":"x"})"),
                HasSubstr("auth_invalid"));
    EXPECT_EQ(co_await c->next(), "closed 1000");
  });
  EXPECT_THAT(told(),
              IsSupersetOf({"server_auth 0 invalid token", "server_closed 0 auth invalid"}));
}

// A change is told to everybody who asked, before the caller has its result.
TEST_F(ServerTest, ChangesReachAllSubscribers) {
  play([&]() -> asio::awaitable<void> {
    auto listener = co_await log_in();
    EXPECT_THAT(co_await listener->ask(R"({"id":1,"type":"subscribe_entities"})"),
                HasSubstr("result"));
    EXPECT_THAT(co_await listener->next(), HasSubstr(R"("a":{)"));
    auto caller = co_await log_in();
    EXPECT_THAT(co_await caller->ask(toggle(1)), HasSubstr("context"));
    EXPECT_THAT(co_await listener->next(),
                HasSubstr(R"({"type":"event","event":{"c":{"switch.fan":{"+":{"s":"on")"));
  });
}

TEST_F(ServerTest, StopSaysGoodbyeToEverybody) {
  std::unique_ptr<client> c;
  play([&]() -> asio::awaitable<void> { c = co_await log_in(); });
  EXPECT_THAT(told(), Contains("server_closed 0 stop"));
}

TEST_F(ServerTest, RestartEmptiesTheHomeAndBringsItBack) {
  const auto restart = fault("restart-1", scenario::restart_fault{});
  auto occurrence = planned(3);
  occurrence.phases = {.stopping = {}, .refused = {}, .not_running = 1h, .starting = {}};
  play([&]() -> asio::awaitable<void> {
    auto before = co_await log_in();
    EXPECT_TRUE(server_.begin_fault(restart, occurrence));
    // Its process has ended at once, so the Close may not have got through.
    EXPECT_THAT(co_await before->next(), testing::AnyOf("closed 1000", "cut"));
    EXPECT_EQ(server_.phase(), restart_phase::not_running);

    auto early = co_await log_in();
    EXPECT_EQ(co_await early->ask(R"({"id":1,"type":"get_states"})"),
              R"({"id":1,"type":"result","success":true,"result":[]})");
    EXPECT_THAT(co_await early->ask(toggle(2)), HasSubstr("not_found"));
    EXPECT_THAT(co_await early->ask(R"({"id":3,"type":"subscribe_events"})"), HasSubstr("null"));
    server_.end_fault(occurrence);
    EXPECT_THAT(
        co_await early->next(),
        HasSubstr(R"("event_type":"component_loaded","data":{"component":"binary_sensor"})"));
    std::string loading = co_await early->next();
    while (loading.find("component_loaded") != std::string::npos) loading = co_await early->next();
    EXPECT_THAT(loading, HasSubstr(R"("event_type":"service_registered","data":{"domain":)"));
    while (loading.find("service_registered") != std::string::npos) {
      loading = co_await early->next();
    }
    EXPECT_THAT(loading, HasSubstr("core_config_updated"));
    EXPECT_THAT(co_await early->next(), HasSubstr(R"("event_type":"homeassistant_start")"));
    EXPECT_THAT(co_await early->next(), HasSubstr(R"("state":"unavailable")"));
    std::string last;
    while (last.find("homeassistant_started") == std::string::npos) last = co_await early->next();
    EXPECT_THAT(co_await early->ask(R"({"id":4,"type":"get_config"})"),
                HasSubstr(R"("state":"RUNNING")"));
  });
  EXPECT_THAT(told(), IsSupersetOf({"phase_changed 0 stopping", "fault_hit 3 restart-1",
                                    "server_closed 0 restart: stopping", "phase_changed 0 refused",
                                    "phase_changed 0 not_running", "phase_changed 0 starting",
                                    "phase_changed 0 running"}));
}

TEST_F(ServerTest, CallsInFlightDieWithTheServer) {
  const auto slow = fault("slow-1", scenario::slow_fault{});
  play([&]() -> asio::awaitable<void> {
    auto c = co_await log_in();
    server_.begin_fault(slow, planned(1, 1h));
    c->send(toggle(1));
    c->send(R"({"id":2,"type":"ping"})");
    while (server_.executions().total() == 0) {
      co_await net::sleep_until(world_.time(), world_.time().now() + 1ms);
    }
    auto occurrence = planned(2);
    server_.begin_fault(fault("restart-1", scenario::restart_fault{}), occurrence);
    EXPECT_THAT(co_await c->next(), testing::AnyOf("closed 1000", "cut"));
    server_.end_fault(planned(1));
  });
  EXPECT_THAT(told(), IsSupersetOf({"server_executed 1 switch.toggle switch.fan",
                                    "fault_hit 1 slow-1", "answer_lost 1 restart: stopping"}));
}

TEST_F(ServerTest, LostAnswersAreLostOnlyWhileTheFaultLasts) {
  const auto lose = fault("lose-1", scenario::lose_answer_fault{});
  play([&]() -> asio::awaitable<void> {
    auto c = co_await log_in();
    server_.begin_fault(lose, planned(1));
    c->send(toggle(1));
    while (server_.executions().total() == 0) {
      co_await net::sleep_until(world_.time(), world_.time().now() + 1ms);
    }
    server_.end_fault(planned(1));
    EXPECT_EQ(co_await c->ask(R"({"id":2,"type":"ping"})"), R"({"id":2,"type":"pong"})");
  });
  EXPECT_THAT(told(), IsSupersetOf({"answer_lost 1 lose-1", "fault_hit 1 lose-1"}));
  EXPECT_EQ(server_.house().find("switch.fan")->now().state, "on");
}

// While the event loop stands still the system accepts, but nobody answers; then all goes on.
TEST_F(ServerTest, StallHoldsEverythingUpAndLosesNothing) {
  const auto stall = fault("stall-1", scenario::stall_fault{});
  play([&]() -> asio::awaitable<void> {
    auto c = co_await log_in();
    server_.begin_fault(stall, planned(1));
    c->send(R"({"id":1,"type":"ping"})");
    auto stream = co_await world_.connect(at_);
    EXPECT_TRUE(stream.has_value());
    while (std::ranges::count(events_, event_kind::fault_hit, &reports::event::kind) == 0) {
      co_await net::sleep_until(world_.time(), world_.time().now() + 1ms);
    }
    EXPECT_EQ(std::ranges::count(events_, event_kind::server_received, &reports::event::kind), 0);
    server_.end_fault(planned(1));
    EXPECT_EQ(co_await c->next(), R"({"id":1,"type":"pong"})");
    auto socket = co_await net::websocket_connect(world_.time(), std::move(*stream), "test",
                                                  "/api/websocket", {});
    EXPECT_TRUE(socket.has_value());
    if (!socket) co_return;
    client late(world_, std::move(*socket));
    EXPECT_THAT(co_await late.authenticate(), HasSubstr("auth_ok"));
  });
}

// One event is late when the stall begins, and the fault that made it late is over when the next
// one comes: that one waits as well.
TEST_F(ServerTest, AStallKeepsTheOrderOfEvents) {
  const auto slow = fault("slow-1", scenario::slow_fault{});
  const auto stall = fault("stall-1", scenario::stall_fault{});
  play([&]() -> asio::awaitable<void> {
    auto c = co_await log_in();
    const auto accepted = co_await c->ask(R"({"id":1,"type":"subscribe_events"})");
    EXPECT_THAT(accepted, HasSubstr("true"));
    server_.begin_fault(slow, planned(1, 1ms));
    server_.set_state("switch.fan", "on", {});
    server_.begin_fault(stall, planned(2));
    co_await net::sleep_until(world_.time(), world_.time().now() + 2ms);
    server_.end_fault(planned(1));
    server_.set_state("switch.fan", "off", {});
    server_.end_fault(planned(2));
    const std::string first = co_await c->next();
    EXPECT_THAT(first, HasSubstr(R"("new_state":{"entity_id":"switch.fan","state":"on")"));
  });
}

TEST_F(ServerTest, DropEndsAllConnectionsItsWay) {
  using style = scenario::drop_fault::style;
  play([&]() -> asio::awaitable<void> {
    std::uint32_t number = 0;
    for (const auto how : {style::close, style::fin, style::reset}) {
      auto c = co_await log_in();
      const auto occurrence = planned(++number);
      server_.begin_fault(fault("drop", scenario::drop_fault{.how = how, .code = 1001}),
                          occurrence);
      EXPECT_EQ(co_await c->next(), how == style::close ? "closed 1001" : "cut");
      server_.end_fault(occurrence);
    }
  });
  EXPECT_THAT(told(), IsSupersetOf({"fault_hit 1 drop", "fault_hit 2 drop", "fault_hit 3 drop",
                                    "server_closed 0 drop"}));
}

TEST_F(ServerTest, RefuseClosesThePortAndLeavesConnectionsAlone) {
  play([&]() -> asio::awaitable<void> {
    auto c = co_await log_in();
    server_.begin_fault(fault("refuse-1", scenario::refuse_fault{}), planned(1));
    const auto refused = co_await dial();
    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(co_await c->ask(R"({"id":1,"type":"ping"})"), R"({"id":1,"type":"pong"})");
    server_.end_fault(planned(1));
    EXPECT_TRUE((co_await dial()).has_value());
  });
}

TEST_F(ServerTest, FaultsOfTheNetworkAreNotItsBusiness) {
  play([&]() -> asio::awaitable<void> {
    EXPECT_FALSE(server_.begin_fault(fault("p", scenario::partition_fault{}), planned(1)));
    server_.end_fault(planned(1));
    co_return;
  });
  EXPECT_THAT(events_, testing::IsEmpty());
}

}  // namespace
}  // namespace hassle::mockha
