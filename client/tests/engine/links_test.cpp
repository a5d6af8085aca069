// Connections: made, kept, lost, refused, moved; and what becomes of everything when it is stopped
// or cancelled at any moment.
#include "engine_fixture.hpp"

#include <hassle/client/state_mirror.hpp>

namespace hassle::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class LinksTest : public EngineFixture {
 protected:
  static scripted_world::dial_plan failing(std::string text,
                                           dial_failure why = dial_failure::network) {
    scripted_world::dial_plan plan;
    plan.error.emplace().text = std::move(text);
    plan.error->why = why;
    return plan;
  }
  void with_others(std::size_t count, endpoint_policy policy) {
    settings.failover->policy = policy;
    for (std::size_t i = 0; i < count; ++i) {
      settings.failover->others.push_back({.name = "other " + std::to_string(i + 1)});
    }
  }
};

TEST_F(LinksTest, AllSlotsOfThePoolAreConnectedAndKeptSo) {
  settings.pool->size = 3;
  start();
  EXPECT_EQ(client->status().connections, 3U);
  world.connections[1]->end();
  world.advance(1s);
  EXPECT_EQ(client->status().connections, 3U);
  EXPECT_EQ(world.connections.size(), 4U);
}

// Field failure flapping-connect-close: login succeeds, and 100 ms later it is over.
TEST_F(LinksTest, AServerThatDropsEverybodySeesOneClientAndNotAsManyAsThePoolIsLarge) {
  settings.pool->size = 3;
  start();
  std::size_t logins = 0;
  world.advance(1min);
  const auto drop_all = [&] {
    for (const auto& each : world.connections) each->end();
  };
  drop_all();
  for (int i = 0; i < 10 * 60 * 10; ++i) {
    world.advance(100ms);
    if (i == 10 * 60 * 5) logins = world.dials.size();
    drop_all();
  }
  EXPECT_LE(world.dials.size() - logins, 10U) << "at most two a minute at the cap";
  EXPECT_LE(world.dials.size(), 25U);
  while (client->status().connections == 0) world.advance(1s);
  world.advance(20s);
  EXPECT_EQ(client->status().connections, 1U);
  world.advance(11s);
  EXPECT_EQ(client->status().connections, 3U) << "it has proved stable";
}

TEST_F(LinksTest, WhatDoesNotPassByItselfHasANameAndIsTriedSlowly) {
  struct row {
    unsigned http_status;
    dial_stage stage;
    client_trouble trouble;
  };
  for (const row& each : {row{403, dial_stage::upgrade, client_trouble::forbidden},
                          row{404, dial_stage::upgrade, client_trouble::not_home_assistant},
                          row{0, dial_stage::tls, client_trouble::certificate}}) {
    world.on_dial = [&](std::size_t) {
      auto plan = failing("why", dial_failure::unwelcome);
      plan.error->stage = each.stage;
      plan.error->http_status = each.http_status;
      return plan;
    };
    client.reset();
    stopped = false;
    world.dials.clear();
    start();
    EXPECT_EQ(client->status().trouble, each.trouble);
    EXPECT_EQ(seen.texts(client_event_kind::trouble).back(), name_of(each.trouble));
    world.advance(59s);
    EXPECT_EQ(world.dials.size(), 1U) << "not within the minute";
    world.on_dial = nullptr;
    world.advance(2min);
    EXPECT_EQ(client->status().phase, client_phase::ready) << "but it heals";
    EXPECT_EQ(client->status().trouble, client_trouble::none);
    stop();
  }
}

TEST_F(LinksTest, ARefusedTokenAndABusyGatewayAreToldApart) {
  world.on_dial = [](std::size_t) {
    auto plan = failing("upgrade: HTTP 503");
    plan.error->http_status = 503;
    return plan;
  };
  start();
  EXPECT_EQ(client->status().trouble, client_trouble::none) << "it passes by itself";
  world.on_dial = nullptr;
  world.on_auth = [](fake_connection& on, std::string_view) {
    on.give(R"({"type":"auth_invalid","message":"Invalid access token"})");
  };
  world.advance(1min);
  EXPECT_EQ(client->status().trouble, client_trouble::token_refused);
}

// Field failure mtu-blackhole: small messages pass, the snapshot begins and never ends.
TEST_F(LinksTest, ConnectionsThatDieWithinAMessageAreReportedAndTriedMoreSlowly) {
  world.on_command = [](fake_connection& on, const json::object& what) {
    if (what.at("type").as_string() != "subscribe_entities") {
      return scripted_world::answer_well(on, what);
    }
    on.give_bytes();
    on.mute = true;
  };
  start();
  world.advance(29s);
  EXPECT_EQ(world.connections.size(), 1U);
  world.advance(3s);
  EXPECT_EQ(world.connections.size(), 2U);
  EXPECT_EQ(client->status().trouble, client_trouble::none) << "once may be anything";
  world.advance(5min);
  EXPECT_EQ(client->status().trouble, client_trouble::large_messages);
  EXPECT_GE(client->status().failures, 3U) << "30 s of such a life prove nothing";
}

// Field failure heartbeat-false-positive: the answer to a ping comes 15 s later, each time.
TEST_F(LinksTest, AWatchdogThatBarkedIsSlowerToBarkAgain) {
  world.on_command = [](fake_connection& on, const json::object& what) {
    scripted_world::answer_well(on, what);
    on.mute = what.at("type").as_string() == "subscribe_entities";
  };
  start();
  world.advance(10min);
  EXPECT_LE(world.connections.size(), 11U) << "one in a minute for this cause, but for the first";
  EXPECT_GE(world.connections.size(), 6U) << "a dead link is found all the same";
}

// Field failure outbound-memory-growth: it answers pings, and takes nothing.
TEST_F(LinksTest, APeerThatTakesNothingIsAsDeadAsOneThatSaysNothing) {
  start();
  const auto first = world.connections.back();
  first->queued = 3;
  send(service("turn_on"), 2min);
  world.advance(61s);
  EXPECT_TRUE(first->dropped);
  EXPECT_EQ(client->status().connections, 1U);
}

// Field failure message-too-big-1009: who asks for something else must not suffer.
TEST_F(LinksTest, AMessageThatIsTooBigIsReportedAndCommandsGoOn) {
  start();
  world.advance(1h);
  last().end_with(1009);
  world.settle();
  EXPECT_EQ(client->status().trouble, client_trouble::message_too_big);
  send(service("turn_on"), 8s);
  EXPECT_TRUE(fresh(0));
  EXPECT_EQ(client->status().trouble, client_trouble::message_too_big) << "it is not over";
}

// Field failure recovery-mode-empty.
TEST_F(LinksTest, RecoveryModeIsReported) {
  bool recovers = true;
  world.on_command = [&](fake_connection& on, const json::object& what) {
    if (what.at("type").as_string() != "get_config") return scripted_world::answer_well(on, what);
    scripted_world::answer(on, what.at("id").as_int64(),
                           {{"state", "RUNNING"}, {"recovery_mode", recovers}});
  };
  start();
  EXPECT_EQ(client->status().phase, client_phase::ready);
  EXPECT_EQ(client->status().trouble, client_trouble::recovery_mode);
  world.advance(1h);
  EXPECT_EQ(client->status().trouble, client_trouble::recovery_mode);
  recovers = false;
  last().end();
  world.advance(1s);
  EXPECT_EQ(client->status().trouble, client_trouble::none);
}

TEST_F(LinksTest, AfterAnOutageTheOthersFollowTheOneThatCameThrough) {
  settings.pool->size = 3;
  bool up = true;
  world.on_dial = [&](std::size_t) {
    scripted_world::dial_plan plan;
    if (!up) plan.error.emplace().text = "tcp: Connection refused";
    return plan;
  };
  start();
  world.advance(1min);
  EXPECT_EQ(client->status().connections, 3U);
  up = false;
  for (const auto& each : world.connections) each->end();
  const std::size_t before = world.dials.size();
  world.advance(5min);
  EXPECT_EQ(client->status().phase, client_phase::waiting);
  EXPECT_NE(client->status().next_attempt, net::never);
  EXPECT_GT(client->status().failures, 5U);
  EXPECT_LE(world.dials.size() - before, 18U) << "those of one slot";
  up = true;
  world.advance(2min);
  EXPECT_EQ(client->status().connections, 3U);
}

// Field failure auth-retry-ip-ban: each refusal counts towards a ban, those of a pool as well.
TEST_F(LinksTest, OnlyOneOfThePoolPresentsATokenThatIsRefused) {
  settings.pool->size = 3;
  world.on_auth = [](fake_connection& on, std::string_view) {
    on.give(R"({"type":"auth_invalid","message":"Invalid access token"})");
  };
  start();
  world.advance(24h);
  EXPECT_EQ(world.dials.size(), 1U);
  EXPECT_EQ(client->status().phase, client_phase::refused);
  EXPECT_EQ(client->status().last_error, "auth: Invalid access token");
  send(service("turn_on"));
  EXPECT_EQ(detail(0), detail_code::auth) << "nobody waits for what will not come";
}

TEST_F(LinksTest, WithoutReconnectThereIsOneAttemptAndNoMore) {
  config bare;
  bare.style = engine_style::best;
  bare.access_token = "secret";
  settings = bare;
  start();
  last().end();
  world.advance(1h);
  EXPECT_EQ(world.dials.size(), 1U);
  send(service("turn_on"));
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::connection);
  EXPECT_EQ(detail(0), detail_code::not_connected);
  client->retry();
  world.settle();
  send(service("turn_on"));
  EXPECT_TRUE(fresh(1));
}

TEST_F(LinksTest, ARefusedTokenIsAStateUntilSomebodyBringsAnotherOne) {
  world.on_auth = [](fake_connection& on, std::string_view token) {
    if (token == "new") return on.give(R"({"type":"auth_ok","ha_version":"1"})");
    on.give(R"({"type":"auth_invalid","message":"Invalid access token"})");
  };
  start();
  EXPECT_EQ(client->status().phase, client_phase::refused);
  EXPECT_THAT(seen.texts(client_event_kind::auth_refused), ElementsAre("Invalid access token"));
  world.advance(24h);
  EXPECT_EQ(world.dials.size(), 1U) << "each refusal feeds the ban counter";
  send(service("turn_on"));
  EXPECT_EQ(outcomes[0]->kind, outcome_kind::other);
  EXPECT_EQ(detail(0), detail_code::auth);
  client->retry("new");
  world.settle();
  EXPECT_EQ(client->status().phase, client_phase::ready);
  send(service("turn_on"));
  EXPECT_TRUE(fresh(1));
}

TEST_F(LinksTest, TheStatusTellsWhatIsGoingOnAndIsPosted) {
  bool up = false;
  world.on_dial = [&](std::size_t) {
    return up ? scripted_world::dial_plan{} : failing("upgrade: HTTP 503");
  };
  make();
  std::vector<client_phase> phases;
  client->on_status([&](const client_status& status) { phases.push_back(status.phase); });
  tasks.spawn(client->start());
  world.advance(0s);
  EXPECT_EQ(client->status().phase, client_phase::waiting);
  EXPECT_EQ(client->status().last_error, "upgrade: HTTP 503");
  EXPECT_LE(client->status().next_attempt, world.now() + 1s);
  EXPECT_EQ(client->status().failures, 1U);
  up = true;
  world.advance(1s);
  EXPECT_EQ(client->status().ha_version, "2026.6.0");
  EXPECT_THAT(phases, Contains(client_phase::waiting));
  EXPECT_EQ(phases.back(), client_phase::ready);
  stop();
  EXPECT_EQ(phases.back(), client_phase::stopped);
}

TEST_F(LinksTest, ARetryEndsTheWaitForTheNextAttempt) {
  bool up = false;
  world.on_dial = [&](std::size_t) {
    return up ? scripted_world::dial_plan{} : failing("upgrade: HTTP 403", dial_failure::unwelcome);
  };
  start();
  EXPECT_GE(client->status().next_attempt, world.now() + 60s);
  up = true;
  client->retry();
  world.settle();
  EXPECT_EQ(client->status().phase, client_phase::ready);
}

TEST_F(LinksTest, WhileACommandWaitsItIsTriedMoreOften) {
  settings.pool->size = 3;
  bool up = false;
  world.on_dial = [&](std::size_t) {
    return up ? scripted_world::dial_plan{} : failing("tcp: Connection refused");
  };
  start();
  world.advance(1h);  // The delays are at their cap.
  send(service("turn_on"), 30s);
  world.advance(9s);
  EXPECT_EQ(detail(0), "(waits)");
  up = true;
  world.advance(15s);
  EXPECT_TRUE(fresh(0));
}

TEST_F(LinksTest, AMuteHomeAssistantIsGivenUpAndDialledAgain) {
  settings.probe.reset();
  bool mute = true;
  world.on_command = [&](fake_connection& on, const json::object& what) {
    if (!mute) scripted_world::answer_well(on, what);
  };
  start();
  world.advance(20s);
  mute = false;
  world.advance(1min);
  EXPECT_GE(world.dials.size(), 2U);
  EXPECT_EQ(client->status().phase, client_phase::ready);
}

TEST_F(LinksTest, AHomeThatStartsForTooLongIsUsedAsItIs) {
  world.on_command = [](fake_connection& on, const json::object& what) {
    if (what.at("type") == "get_config") {
      scripted_world::answer(on, what.at("id").as_int64(), {{"state", "STARTING"}});
    } else {
      scripted_world::answer_well(on, what);
    }
  };
  start();
  world.advance(19min);
  EXPECT_EQ(client->status().phase, client_phase::starting);
  world.advance(1min);
  EXPECT_EQ(client->status().phase, client_phase::ready);
}

// ---- failover

TEST_F(LinksTest, TheNextEndpointIsTriedWhereOneFailsAndThePreferredOneAgainLater) {
  with_others(1, endpoint_policy::in_order);
  bool preferred_up = false;
  world.on_dial = [&](std::size_t endpoint) {
    return endpoint == 0 && !preferred_up ? failing("tcp: Connection refused")
                                          : scripted_world::dial_plan{};
  };
  start();
  world.advance(2s);
  EXPECT_EQ(client->status().endpoint, 1U);
  EXPECT_EQ(client->status().phase, client_phase::ready);
  EXPECT_THAT(seen.texts(client_event_kind::endpoint_changed), ElementsAre("other 1"));
  preferred_up = true;
  send(service("turn_on"));
  EXPECT_TRUE(fresh(0));
  world.advance(5min);
  EXPECT_EQ(client->status().endpoint, 0U);
  EXPECT_EQ(client->status().connections, 1U);
  world.advance(30s);
  EXPECT_EQ(world.open_connections(), 1U) << "the old one is closed";
}

TEST_F(LinksTest, CommandsThatAreOutAreAnsweredOnTheOldConnectionDuringTheReturn) {
  with_others(1, endpoint_policy::in_order);
  bool preferred_up = false;
  world.on_dial = [&](std::size_t endpoint) {
    return endpoint == 0 && !preferred_up ? failing("tcp: Connection refused")
                                          : scripted_world::dial_plan{};
  };
  start();
  world.advance(2s);
  preferred_up = true;
  auto old = world.connections.front();
  world.on_command = [](fake_connection& on, const json::object& what) {
    if (what.at("type") != "call_service") scripted_world::answer_well(on, what);
  };
  world.advance(5min - 4s);
  send(service("toggle"), 20s);
  world.advance(4s);
  EXPECT_EQ(client->status().endpoint, 0U);
  const std::int64_t id = world.sent("call_service").front().at("id").as_int64();
  scripted_world::answer(*old, id, nullptr);
  world.settle();
  EXPECT_TRUE(fresh(0));
}

TEST_F(LinksTest, AReturnThatFailsLeavesTheConnectionInUseAlone) {
  with_others(1, endpoint_policy::in_order);
  world.on_dial = [&](std::size_t endpoint) {
    return endpoint == 0 ? failing("tcp: Connection refused") : scripted_world::dial_plan{};
  };
  start();
  world.advance(21min);
  EXPECT_EQ(client->status().endpoint, 1U);
  EXPECT_EQ(world.connections.size(), 1U);
  EXPECT_EQ(std::ranges::count(world.dials, 0U), 5) << "once every five minutes";
}

TEST_F(LinksTest, InARaceTheFirstThatIsReadyWinsAndTheOthersAreClosed) {
  with_others(2, endpoint_policy::race);
  settings.failover->race_delay = 1s;
  world.on_dial = [](std::size_t endpoint) {
    scripted_world::dial_plan plan;
    plan.hangs = endpoint == 0;
    plan.takes = endpoint == 1 ? 3s : 500ms;
    return plan;
  };
  start();
  world.advance(1s);
  EXPECT_THAT(world.dials, ElementsAre(0U, 1U));
  world.advance(1500ms);
  EXPECT_EQ(client->status().endpoint, 2U);
  world.advance(1min);
  EXPECT_EQ(world.open_connections(), 1U);
}

TEST_F(LinksTest, InARaceAFailureStartsTheNextAtOnceAndAllFailuresAreOne) {
  with_others(2, endpoint_policy::race);
  settings.failover->race_delay = 10s;
  world.on_dial = [](std::size_t) { return failing("tcp: Connection refused"); };
  start();
  EXPECT_THAT(world.dials, ElementsAre(0U, 1U, 2U));
  EXPECT_EQ(client->status().failures, 1U);
  EXPECT_EQ(client->status().phase, client_phase::waiting);
}

// ---- freezes

TEST_F(LinksTest, AFreezeIsNoticedAndADeadConnectionReplacedBeforeAnybodyNeedsIt) {
  start();
  world.advance(1min);
  last().mute = true;
  world.freeze(1h);
  world.advance(5s);
  EXPECT_EQ(seen.count(client_event_kind::thawed), 1);
  EXPECT_EQ(world.connections.size(), 2U);
  EXPECT_EQ(client->status().phase, client_phase::ready);
}

TEST_F(LinksTest, AnAttemptThatWasFrozenInTheMiddleIsMadeAgainAtOnce) {
  settings.reconnect->backoff_base = 1min;
  world.on_dial = [this](std::size_t) {
    scripted_world::dial_plan plan;
    if (world.dials.size() <= 1) {
      plan = failing("tcp: Connection timed out");
      plan.takes = 4s;
    }
    return plan;
  };
  start();
  world.freeze(1h);
  world.advance(1s);
  EXPECT_EQ(world.dials.size(), 2U);
  EXPECT_EQ(client->status().phase, client_phase::ready);
}

// ---- subscriptions and the mirror

TEST_F(LinksTest, TheMirrorFollowsOverALostConnection) {
  start();
  ASSERT_NE(client->mirror(), nullptr);
  EXPECT_TRUE(client->mirror()->live());
  last().end();
  world.advance(2s);
  EXPECT_TRUE(client->mirror()->live());
  EXPECT_EQ(world.sent("subscribe_entities").size(), 2U);
}

// ---- Stopped or cancelled at every moment

/// What a client goes through: dials that fail, a home that starts, lost answers, another endpoint.
config troubled() {
  config settings = all_layers();
  settings.pool->size = 2;
  settings.pool->hedge_after = 300ms;
  settings.failover->others.push_back({.name = "other"});
  settings.failover->return_after = 20s;
  return settings;
}

void make_trouble(scripted_world& world) {
  world.on_dial = [&world](std::size_t endpoint) {
    scripted_world::dial_plan plan;
    plan.takes = 100ms;
    if (endpoint == 0 && world.dials.size() < 6) plan.error.emplace().text = "tcp: refused";
    return plan;
  };
  world.on_command = [&world](fake_connection& on, const json::object& what) {
    const auto text = what.at("type").as_string();
    const bool early = world.now() < net::time_point(3s);
    if (text == "get_config" && early) {
      scripted_world::answer(on, what.at("id").as_int64(), {{"state", "STARTING"}});
    } else if (what.at("id").as_int64() % 7 == 6) {
      on.end();
    } else if (what.at("id").as_int64() % 7 != 4) {
      scripted_world::answer_well(on, what);
    }
  };
}

struct troubled_client {
  troubled_client() {
    make_trouble(world);
    tasks.spawn(client.start());
    for (std::uint32_t i = 0; i < 6; ++i) {
      command what;
      what.tag = i;
      if (i % 3 == 0) {
        what.body = {{"type", "get_states"}};
        what.cache_key = "states";
      } else {
        what.body =
            protocol::call_service_body("light", i % 3 == 1 ? "turn_on" : "toggle", "light.desk");
      }
      tasks.spawn(send(std::move(what), net::time_point(8s + i * 4s)));
    }
  }
  asio::awaitable<void> send(command what, net::time_point limit) {
    const outcome result = co_await client.send(std::move(what), limit);
    EXPECT_LE(world.now(), limit);
    ++ended;
    ended_fresh += result.kind == outcome_kind::fresh ? 1 : 0;
  }
  /// From inside the executor, as a program does it.
  void stop() {
    asio::post(world.executor(), [this] { stopping.spawn(client.stop()); });
  }
  void expect_nothing_left() {
    EXPECT_EQ(tasks.size(), 0U) << "a command outlives the client";
    EXPECT_EQ(stopping.size(), 0U) << "stop does not end";
    EXPECT_EQ(world.open_connections(), 0U);
    EXPECT_EQ(world.armed_timers(), 0U);
  }

  scripted_world world;
  resilient_client client{world, troubled(), nullptr};
  net::task_group tasks{world.executor()};
  net::task_group stopping{world.executor()};
  int ended = 0;
  int ended_fresh = 0;
};

// Nobody can know about the two toggles that were lost, and one limit is over before RUNNING.
TEST(Links, AClientInTroubleServesWhatCanBeServed) {
  troubled_client all;
  all.world.advance(1min);
  EXPECT_EQ(all.ended, 6);
  EXPECT_EQ(all.ended_fresh, 3);
  all.stop();
  all.world.advance(1min);
  all.expect_nothing_left();
}

TEST(Links, AClientCanBeStoppedAtEveryMoment) {
  for (int n = 0;; ++n) {
    SCOPED_TRACE(n);
    troubled_client all;
    bool left = true;
    for (int i = 0; i < n && left; ++i) left = all.world.step(net::time_point(30s));
    all.stop();
    all.world.advance(15s);
    all.expect_nothing_left();
    if (!left) break;
  }
}

TEST(Links, CommandsCanBeCancelledAtEveryMoment) {
  for (int n = 0;; ++n) {
    SCOPED_TRACE(n);
    troubled_client all;
    bool left = true;
    for (int i = 0; i < n && left; ++i) left = all.world.step(net::time_point(30s));
    asio::post(all.world.executor(), [&] { all.tasks.stop(); });
    all.world.settle();
    EXPECT_EQ(all.tasks.size(), 0U) << "a cancelled command goes on";
    all.stop();
    all.world.advance(15s);
    all.expect_nothing_left();
    if (!left) break;
  }
}

}  // namespace
}  // namespace hassle::client
