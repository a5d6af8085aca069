#include "street.hpp"

#include "harness/client_settings.hpp"
#include "scenarios/library.hpp"
#include "scenarios/plan.hpp"
#include "scenarios/scenario.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hassle::harness {

using namespace std::chrono_literals;

mockha::server& street::add_home(const std::string& name, mockha::server_config config) {
  host& machine = net_.add_host(name);
  auto record = std::make_unique<recorder>(machine.time(), journal_);
  auto server = std::make_unique<mockha::server>(
      machine, std::move(config), [to = record.get()](reports::event e) { to->add(std::move(e)); });
  EXPECT_TRUE(server->start({machine.address(), 8123}));
  homes_.push_back(std::make_unique<home>(machine, std::move(record), std::move(server)));
  return *homes_.back()->server;
}

client::resilient_client& street::add_client(client::config settings) {
  host& machine = net_.add_host("client" + std::to_string(users_.size()));
  auto record = std::make_unique<recorder>(machine.time(), journal_);
  auto made =
      std::make_unique<client::resilient_client>(machine, std::move(settings), record.get());
  users_.push_back(std::make_unique<user>(machine, std::move(record), std::move(made)));
  client::resilient_client& who = *users_.back()->client;
  tasks_.spawn(start(who));
  return who;
}

asio::awaitable<void> street::start(client::resilient_client& who) { co_await who.start(); }

client::config street::settings(std::string_view profile, const std::string& home) {
  client::config made = client_settings(scenario::find_profile(profile).value()).value();
  made.server = {home, 8123};
  made.access_token = std::string(mockha::default_access_token);
  made.unpredictable_masks = false;
  return made;
}

void street::add_faults(std::string_view text) {
  const std::string whole = "schema = 1\ntitle = \"t\"\nduration = \"24h\"\n" + std::string(text);
  auto parsed = scenario::parse_scenario(whole, "street.toml");
  if (!parsed) throw std::runtime_error(parsed.error().front().text());
  const auto what = std::make_shared<scenario::scenario>(std::move(*parsed));
  const scenario::plan plan = scenario::make_plan(*what, 1).value();
  const auto at = [this](net::duration when, std::function<void()> then) {
    timers_.push_back(std::make_unique<net::timer>(homes_.front()->machine.time()));
    timers_.back()->call_at(net::time_point(when), std::move(then));
  };
  for (const scenario::planned_fault& each : plan.faults) {
    at(each.at, [this, what, each] {
      const scenario::fault& fault = what->faults[each.fault];
      if (!net_.begin_fault(fault, each)) homes_.front()->server->begin_fault(fault, each);
    });
    at(each.at + each.lasts, [this, what, each] {
      const scenario::fault& fault = what->faults[each.fault];
      if (!net_.end_fault(fault, each)) homes_.front()->server->end_fault(each);
    });
  }
}

asio::awaitable<void> street::go(net::world& where, client::resilient_client& who,
                                 net::time_point at, client::command what, net::duration limit,
                                 sent& into) {
  (void)co_await net::sleep_until(where.time(), at);
  into.outcome = co_await who.send(std::move(what), at + limit);
  into.ended = true;
}

const client::outcome& street::send(client::resilient_client& who, net::duration at,
                                    client::command what, net::duration limit) {
  sent_.push_back(std::make_unique<sent>());
  tasks_.spawn(
      go(users_.front()->machine, who, net::time_point(at), std::move(what), limit, *sent_.back()));
  return sent_.back()->outcome;
}

asio::awaitable<void> street::stop_all() {
  for (const auto& each : users_) co_await each->client->stop();
  for (const auto& each : homes_) co_await each->server->stop();
  ended_ = true;
}

void street::end() {
  EXPECT_TRUE(std::ranges::all_of(sent_, [](const auto& each) { return each->ended; }));
  timers_.clear();
  tasks_.spawn(stop_all());
  world_.run_until(world_.now() + 1h);
  EXPECT_TRUE(ended_) << "something does not end";
  EXPECT_EQ(tasks_.size(), 0U);
  EXPECT_EQ(net_.open_connections(), 0U);
}

std::size_t street::count(reports::event_kind kind, std::string_view text,
                          net::duration from) const {
  return static_cast<std::size_t>(std::ranges::count_if(events(), [&](const reports::event& each) {
    return each.kind == kind && each.at >= from && (text.empty() || each.text == text);
  }));
}

std::size_t street::peak(reports::event_kind kind, net::duration from) const {
  std::vector<net::duration> times;
  for (const reports::event& each : events()) {
    if (each.kind == kind && each.at >= from) times.push_back(each.at);
  }
  std::size_t most = 0;
  for (auto first = times.begin(), last = first; last != times.end(); ++last) {
    while (*last - *first >= 1s) ++first;
    most = std::max(most, static_cast<std::size_t>(last - first) + 1);
  }
  return most;
}

}  // namespace hassle::harness
