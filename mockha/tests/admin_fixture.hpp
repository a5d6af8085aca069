#pragma once

#include "mockha/admin.hpp"
#include "mockha/journal_hub.hpp"

#include "scenarios/plan.hpp"

#include <hassle/net/http.hpp>

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <manual_world.hpp>

#include <memory>
#include <string>
#include <utility>

namespace hassle::mockha::tests {

/// The admin API of a server that never listens: requests in, answers out, the test's clock.
class admin_fixture : public testing::Test {
 protected:
  void TearDown() override { world_.settle(); }  // A process that has ended winds up.

  admin_answer ask(std::string method, std::string target, std::string body = {}) {
    net::http_request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(body);
    return answer_admin(desk_, request);
  }
  unsigned status_of(std::string method, std::string target, std::string body = {}) {
    return ask(std::move(method), std::move(target), std::move(body)).response.status;
  }
  json::value json_of(std::string method, std::string target, std::string body = {}) {
    const auto answer = ask(std::move(method), std::move(target), std::move(body));
    return json::parse(answer.response.body);
  }
  /// A scenario whose server is stalled from 10 s to 15 s.
  void play_script() {
    script_ = scenario::parse_scenario(
        "schema = 1\ntitle = \"A stall\"\nduration = \"1m\"\n"
        "[[fault]]\nkind = \"stall\"\nat = \"10s\"\nfor = \"5s\"\n",
        "script.toml");
    ASSERT_TRUE(script_) << script_.error().front().text();
    const auto plan = scenario::make_plan(*script_, 1);
    ASSERT_TRUE(plan);
    player_ = std::make_unique<timeline_player>(
        world_.time(), plan->faults, script_->length, [this](const timeline_step& step) {
          if (step.begins) {
            mock_.begin_fault(script_->faults[step.occurrence.fault], step.occurrence);
          } else {
            mock_.end_fault(step.occurrence);
          }
        });
    desk_.player = player_.get();
    desk_.script = &*script_;
    desk_.facts.scenario = "script";
  }

  static constexpr std::string_view token = "a-very-secret-token";

  net::manual_world world_;
  journal_hub hub_{world_.time()};
  journal_feed feed_{100};
  metrics metrics_;
  server mock_{world_, make_config({}, std::string(token)),
               [this](reports::event e) { hub_.add(std::move(e)); }};
  std::expected<scenario::scenario, std::vector<scenario::input_error>> script_;
  std::unique_ptr<timeline_player> player_;
  admin_desk desk_{.mock = mock_,
                   .time = world_.time(),
                   .journal = feed_,
                   .counted = metrics_,
                   .facts = {.version = "1.2.3",
                             .url = "ws://127.0.0.1:1/api/websocket",
                             .token = std::string(token),
                             .scenario = {},
                             .left_out = {}}};

  admin_fixture() {
    hub_.listen([this](const reports::event& e) {
      feed_.add(e);
      metrics_.on_event(e);
    });
  }
};

}  // namespace hassle::mockha::tests
