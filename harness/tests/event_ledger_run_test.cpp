// The ledger of an application, from real parts: a mock home, a network that breaks, the client.
#include "harness/recorder.hpp"
#include "harness/simulation/network.hpp"
#include "harness/simulation/simulated_world.hpp"
#include "mockha/server.hpp"
#include "reports/analysis.hpp"
#include "reports/event_ledger.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/settings.hpp>
#include <hassle/net/task_group.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/json/value.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace hassle::harness {
namespace {

using namespace std::chrono_literals;
using reports::event_kind;

std::string text_at(const boost::json::value& event, const char* pointer) {
  return std::string(event.at_pointer(pointer).as_string());
}

/// Writes down what a subscription tells the application.
class listener final : public client::subscription_listener {
 public:
  explicit listener(recorder& record) : record_(record) {}
  void on_event(const std::shared_ptr<const boost::json::value>& event) override {
    record_.add(
        {.kind = event_kind::event_heard,
         .value = 1,
         .text = text_at(*event, "/data/entity_id") + " " + text_at(*event, "/context/id")});
  }
  void on_gap(net::time_point from, net::time_point to) override {
    record_.add({.kind = event_kind::gap_heard,
                 .value = 1,
                 .text = fmt::format("{} {}", from.time_since_epoch().count(),
                                     to.time_since_epoch().count())});
  }

 private:
  recorder& record_;
};

/// Ten minutes of a home in which somebody toggles a light every second, and an application that
/// listens.
class EventLedgerRunTest : public testing::Test {
 protected:
  void play(client::config settings,
            const std::vector<std::pair<net::duration, net::duration>>& partitions) {
    mockha::server_config config;
    config.record_changes = true;
    server_ = std::make_unique<mockha::server>(
        home_, config, [this](reports::event e) { record_.add(std::move(e)); });
    ASSERT_TRUE(server_->start({home_.address(), 8123}).has_value());
    settings.server = {"home.test", 8123};
    settings.access_token = std::string(mockha::default_access_token);
    settings.unpredictable_masks = false;
    client_ = std::make_unique<client::resilient_client>(machine_, std::move(settings), &record_);
    record_.add({.kind = event_kind::process_started, .value = 1});
    tasks_.spawn(client_->start());
    record_.add({.kind = event_kind::subscription_wanted, .value = 1, .text = "state_changed"});
    ASSERT_TRUE(client_->subscribe(
        {.body = {{"type", "subscribe_events"}, {"event_type", "state_changed"}}},
        std::make_shared<listener>(record_)));
    tasks_.spawn(toggle_for_ever());
    std::uint32_t number = 0;
    for (const auto& [from, to] : partitions) break_path(from, to, ++number);
    world_.run_until(net::time_point(10min));
    tasks_.spawn(stop_all());
    world_.run_until(net::time_point(11min));
    ASSERT_TRUE(ended_);
  }

  [[nodiscard]] reports::ledger_findings findings() const {
    reports::run_context context;
    context.simulated = 10min;
    context.healed = 8min;
    return reports::keep_ledger(context, journal_);
  }

 private:
  asio::awaitable<void> toggle_for_ever() {
    bool on = false;
    while (!stopping_) {
      const net::error_code cut_short =
          co_await net::sleep_until(home_.time(), home_.time().now() + 1s);
      if (cut_short) co_return;
      on = !on;
      server_->set_state("light.kitchen", on ? "on" : "off", {});
    }
  }
  void break_path(net::duration from, net::duration to, std::uint32_t number) {
    fault_.name = "partition-1";
    fault_.what = scenario::partition_fault{};
    world_.at(net::time_point(from), [this, number] {
      scenario::planned_fault planned;
      planned.number = number;
      net_.begin_fault(fault_, planned);
    });
    world_.at(net::time_point(to), [this, number] {
      scenario::planned_fault planned;
      planned.number = number;
      net_.end_fault(fault_, planned);
    });
  }
  asio::awaitable<void> stop_all() {
    stopping_ = true;
    co_await client_->stop();
    record_.add({.kind = event_kind::process_stopped, .value = 1, .text = "end of run"});
    co_await server_->stop();
    ended_ = true;
  }

  simulated_world world_{1};
  reports::journal journal_;
  network net_{world_, {.latency = 10ms}, [this](reports::event e) { record_.add(std::move(e)); }};
  host& home_{net_.add_host("home.test")};
  host& machine_{net_.add_host("client")};
  recorder record_{home_.time(), journal_};
  std::unique_ptr<mockha::server> server_;
  std::unique_ptr<client::resilient_client> client_;
  scenario::fault fault_;
  net::task_group tasks_{world_.executor()};
  bool stopping_ = false;
  bool ended_ = false;
};

TEST_F(EventLedgerRunTest, InQuietTimesEverythingIsHeardOnceAndInOrder) {
  play(client::production_config(), {});
  const reports::ledger_findings found = findings();
  EXPECT_GT(found.heard, 590U);
  EXPECT_EQ(found.gaps, 0U);
  EXPECT_EQ(found.lost.count, 0U) << found.lost.first;
  EXPECT_EQ(found.duplicate.count + found.reordered.count + found.late.count, 0U);
}

TEST_F(EventLedgerRunTest, WhatALossCostsIsAnnouncedAsAGap) {
  play(client::production_config(), {{60s, 180s}, {300s, 360s}});
  const reports::ledger_findings found = findings();
  EXPECT_LT(found.heard, 500U);
  EXPECT_GE(found.gaps, 2U);
  EXPECT_EQ(found.lost.count, 0U) << found.lost.first;
  EXPECT_EQ(found.duplicate.count + found.reordered.count + found.late.count, 0U);
}

TEST_F(EventLedgerRunTest, WithoutTheMirrorNobodyAnnouncesThem) {
  client::config settings = client::production_config();
  settings.mirror.reset();
  play(std::move(settings), {{60s, 180s}});
  EXPECT_EQ(findings().gaps, 0U);
  EXPECT_GT(findings().lost.count, 30U);
}

}  // namespace
}  // namespace hassle::harness
