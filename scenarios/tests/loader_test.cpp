#include "scenarios/tests/support.hpp"

#include "scenarios/schema.hpp"

#include <gmock/gmock.h>

#include <set>

namespace hassle::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using durations = duration_distribution;

TEST(Loader, WhatIsNotSaidHasSensibleDefaults) {
  const scenario s = parsed(minimal());
  EXPECT_EQ(s.name, "x");
  EXPECT_EQ(s.file, "x.toml");
  EXPECT_EQ(s.length, 1h);
  EXPECT_EQ(s.settle, 2min);
  EXPECT_EQ(s.seeds, 20U);
  EXPECT_THAT(s.clients, ElementsAre("naive", "production"));
  EXPECT_EQ(s.ha.heartbeat, 55s);
  EXPECT_EQ(s.path.box.lifetime, std::nullopt);
  EXPECT_FALSE(s.load.mix.empty());
  EXPECT_FALSE(s.load.targets.empty());
  EXPECT_FALSE(s.load.between_bursts.always_zero());
  EXPECT_EQ(s.load.commands, std::nullopt);
  EXPECT_EQ(s.load.limit, 30s);
}

/// Nothing in it has its default.
constexpr const char* whole_file = R"(
schema = 1
title = "A title"
description = """two
lines"""
tags = ["a", "b"]
clients = ["naive", "./mine.toml", "production-without-pool"]
duration = "2h"
settle = "0s"
seeds = 7
[network]
latency = "20ms"
jitter = "3ms"
bandwidth = "64KiB/s"
ipv6 = true
[network.middlebox]
idle = "10m"
lifetime = "15m"
on_expiry = "silent"
[server]
home = "large"
version = "2025.1.0"
heartbeat = "off"
idle_close = "15m"
service_time = { dist = "lognormal", median = "60ms", sigma = 0.5 }
[workload]
between_bursts = { dist = "exponential", mean = "40s" }
burst_size = { dist = "uniform", min = 1, max = 4 }
spacing = { dist = "uniform", min = "0s", max = "2s" }
mix = { toggle = 1, turn_on = 4, get_state_service = 0 }
targets = ["light.a", "switch.b"]
limit = "8s"
at_limit = "proceed"
[host]
freeze_between_invocations = true
recycle = { dist = "constant", value = "20m" }
cold_start = "600ms"
[[expect]]
client = "naive"
figure = "error_rate"
min = 0
max = 0.5
why = "because"
)";

TEST(Loader, EveryPartIsStoredWhereItBelongs) {
  const scenario s = parsed(whole_file);
  EXPECT_EQ(s.title, "A title");
  EXPECT_EQ(s.description, "two\nlines");
  EXPECT_THAT(s.tags, ElementsAre("a", "b"));
  EXPECT_THAT(s.clients, ElementsAre("naive", "./mine.toml", "production-without-pool"));
  EXPECT_EQ(s.length, 2h);
  EXPECT_EQ(s.settle, 0s);
  EXPECT_EQ(s.seeds, 7U);
  EXPECT_EQ(s.path.latency, 20ms);
  EXPECT_EQ(s.path.jitter, 3ms);
  EXPECT_EQ(s.path.bandwidth, 65536U);
  EXPECT_TRUE(s.path.ipv6);
  EXPECT_EQ(s.path.box.idle, 10min);
  EXPECT_EQ(s.path.box.lifetime, 15min);
  EXPECT_EQ(s.path.box.on_expiry, expiry_style::silent);
  EXPECT_EQ(s.ha.home, "large");
  EXPECT_EQ(s.ha.version, "2025.1.0");
  EXPECT_EQ(s.ha.heartbeat, std::nullopt);
  EXPECT_EQ(s.ha.idle_close, 15min);
  EXPECT_EQ(s.ha.service_time, (durations{durations::kind::lognormal, 60ms, 0ns, 0.5}));
  EXPECT_EQ(s.load.between_bursts, (durations{durations::kind::exponential, 40s}));
  EXPECT_EQ(s.load.burst_size, (count_distribution{count_distribution::kind::uniform, 1, 4}));
  EXPECT_EQ(s.load.spacing, (durations{durations::kind::uniform, 0s, 2s}));
  // In the order of the file: the order is part of what is drawn.
  EXPECT_EQ(s.load.mix, (std::vector<workload::share>{{command_kind::toggle, 1},
                                                      {command_kind::turn_on, 4},
                                                      {command_kind::get_state_service, 0}}));
  EXPECT_THAT(s.load.targets, ElementsAre("light.a", "switch.b"));
  EXPECT_EQ(s.load.limit, 8s);
  EXPECT_EQ(s.load.at_limit, on_limit::proceed);
  EXPECT_TRUE(s.where_client_lives.freeze_between_invocations);
  EXPECT_EQ(s.where_client_lives.recycle, (durations{durations::kind::constant, 20min}));
  EXPECT_EQ(s.where_client_lives.cold_start, 600ms);
  ASSERT_EQ(s.expectations.size(), 1U);
  EXPECT_EQ(s.expectations[0].client, "naive");
  EXPECT_EQ(s.expectations[0].figure, "error_rate");
  EXPECT_EQ(s.expectations[0].min, 0);
  EXPECT_EQ(s.expectations[0].max, 0.5);
  EXPECT_EQ(s.expectations[0].why, "because");
  EXPECT_EQ(s.expectations[0].where.line, 38U);
}

constexpr const char* all_faults = R"(
[[fault]]
kind = "restart"
at = "1m"
stopping = "1s"
refused = "2s"
not_running = { dist = "uniform", min = "3s", max = "4s" }
starting = "5s"
[[fault]]
kind = "stall"
every = { dist = "exponential", mean = "5m" }
for = "10s"
times = 3
probability = 0.5
must_hit = false
[[fault]]
kind = "slow"
at = "1m"
for = "10s"
delay = "2s"
[[fault]]
kind = "drop"
at = "1m"
how = "close"
code = 1012
[[fault]]
kind = "lose_answer"
at = "1m"
for = "10s"
before_execution = true
[[fault]]
kind = "partition"
at = "1m"
for = "10s"
direction = "to_client"
[[fault]]
kind = "cut"
at = "1m"
how = "fin"
[[fault]]
kind = "forget"
at = "1m"
[[fault]]
kind = "refuse"
at = "1m"
for = "10s"
[[fault]]
kind = "blackhole"
name = "hole"
at = "1m"
for = "10s"
[[fault]]
kind = "latency"
at = "1m"
for = "10s"
added = "300ms"
[[fault]]
kind = "stall"
at = "2m"
for = "1s"
)";

TEST(Loader, EveryKindOfFaultHasItsParameters) {
  const scenario s = parsed(minimal(all_faults));
  ASSERT_EQ(s.faults.size(), 12U);
  const auto& restart = std::get<restart_fault>(s.faults[0].what);
  EXPECT_EQ(restart.stopping.a, 1s);
  EXPECT_EQ(restart.refused.a, 2s);
  EXPECT_EQ(restart.not_running, (durations{durations::kind::uniform, 3s, 4s}));
  EXPECT_EQ(restart.starting.a, 5s);
  EXPECT_EQ(s.faults[0].at, 1min);
  EXPECT_TRUE(s.faults[0].must_hit);
  EXPECT_TRUE(std::holds_alternative<stall_fault>(s.faults[1].what));
  EXPECT_EQ(s.faults[1].every, (durations{durations::kind::exponential, 5min}));
  EXPECT_EQ(s.faults[1].lasts.a, 10s);
  EXPECT_EQ(s.faults[1].times, 3U);
  EXPECT_EQ(s.faults[1].probability, 0.5);
  EXPECT_FALSE(s.faults[1].must_hit);
  EXPECT_EQ(std::get<slow_fault>(s.faults[2].what).delay.a, 2s);
  EXPECT_EQ(std::get<drop_fault>(s.faults[3].what).how, drop_fault::style::close);
  EXPECT_EQ(std::get<drop_fault>(s.faults[3].what).code, 1012);
  EXPECT_TRUE(std::get<lose_answer_fault>(s.faults[4].what).before_execution);
  EXPECT_EQ(std::get<partition_fault>(s.faults[5].what).blocked,
            partition_fault::direction::to_client);
  EXPECT_EQ(std::get<cut_fault>(s.faults[6].what).how, expiry_style::fin);
  EXPECT_TRUE(std::holds_alternative<forget_fault>(s.faults[7].what));
  EXPECT_TRUE(std::holds_alternative<refuse_fault>(s.faults[8].what));
  EXPECT_TRUE(std::holds_alternative<blackhole_fault>(s.faults[9].what));
  EXPECT_EQ(std::get<latency_fault>(s.faults[10].what).added.a, 300ms);
  // Named after their kind, counted within it: another kind in front shifts no random stream.
  EXPECT_EQ(s.faults[1].name, "stall-1");
  EXPECT_EQ(s.faults[9].name, "hole");
  EXPECT_EQ(s.faults[11].name, "stall-2");
}

TEST(Loader, CommandsAndRecyclesCanBeListed) {
  const scenario s = parsed(minimal(R"(
[host]
recycle_at = ["5m", "1m"]
[[command]]
at = "1s"
kind = "toggle"
target = "light.kitchen"
[[command]]
at = "2s"
kind = "get_states"
target = "light.porch"
limit = "5s"
)"));
  ASSERT_TRUE(s.load.commands);
  ASSERT_EQ(s.load.commands->size(), 2U);
  EXPECT_EQ((*s.load.commands)[0].at, 1s);
  EXPECT_EQ((*s.load.commands)[0].kind, command_kind::toggle);
  EXPECT_EQ((*s.load.commands)[0].limit, std::nullopt);
  EXPECT_EQ((*s.load.commands)[1].target, "light.porch");
  EXPECT_EQ((*s.load.commands)[1].limit, 5s);
  EXPECT_THAT(s.where_client_lives.recycle_at, ElementsAre(5min, 1min));
}

TEST(Loader, AnEmptyListOfCommandsIsAWorkloadWithoutAny) {
  const scenario s = parsed(minimal("command = []"));
  ASSERT_TRUE(s.load.commands);
  EXPECT_TRUE(s.load.commands->empty());
}

// The reference and the editors' schema come from the same declarations as the loader.
TEST(Schema, EveryKeyIsExplained) {
  const auto keys = scenario_keys();
  std::set<std::string> tables;
  for (const key_description& key : keys) {
    const std::string name = key.table + "." + key.name;
    EXPECT_FALSE(key.type.empty()) << name;
    EXPECT_TRUE(key.doc.ends_with('.')) << name << " has no sentence: " << key.doc;
    EXPECT_TRUE(key.table_doc.ends_with('.')) << name;
    EXPECT_TRUE(key.fallback.empty() || !key.required) << name;
    tables.insert(key.table);
  }
  EXPECT_EQ(tables, (std::set<std::string>{"", "client", "command", "endpoint", "expect", "fault",
                                           "fault.occurrence", "host", "network",
                                           "network.middlebox", "server", "workload"}));
}

TEST(Schema, DefaultsAndKindsAreTold) {
  const auto keys = scenario_keys();
  const auto find = [&](std::string_view table, std::string_view kind, std::string_view name) {
    for (const key_description& key : keys) {
      if (key.table == table && key.kind == kind && key.name == name) {
        return key;
      }
    }
    ADD_FAILURE() << table << ' ' << kind << ' ' << name;
    return key_description{};
  };
  EXPECT_EQ(find("", "", "settle").fallback, "\"2m\"");
  EXPECT_EQ(find("server", "", "heartbeat").fallback, "\"55s\"");
  EXPECT_EQ(find("fault", "restart", "refused").fallback,
            "{ dist = \"uniform\", min = \"10s\", max = \"20s\" }");
  EXPECT_TRUE(find("fault", "stall", "for").repeated);
  EXPECT_FALSE(find("network", "", "latency").repeated);
  EXPECT_TRUE(find("fault.occurrence", "slow", "delay").required);
}

}  // namespace
}  // namespace hassle::scenario
