#include "link.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

using kind = client_event_kind;
using todo = link_core::todo;

namespace {

/// "Running?" is asked so often before a mute Home Assistant is given up.
constexpr int asks_max = 3;
/// Home Assistant says when its state changes; this is for the case that we do not hear of it.
constexpr duration ask_again_after = 10s;

/// Any event of a subscription means: look.
class bell final : public session_sink {
 public:
  explicit bell(waiter& wakes) : wakes_(wakes) {}
  void on_result(const protocol::server_message&) override {}
  void on_event(const protocol::server_message&) override { wakes_.wake(); }

 private:
  waiter& wakes_;
};

/// What an answer to the upgrade, or the lack of trust, says beyond "not now".
client_trouble trouble_of(const dial_error& error) {
  if (error.http_status == 403) return client_trouble::forbidden;
  if (error.http_status == 429) return client_trouble::overloaded;
  const bool gateway = error.http_status >= 500 || error.http_status == 408;
  if (error.http_status != 0 && !gateway) return client_trouble::not_home_assistant;
  const bool untrusted = error.stage == dial_stage::tls && error.why == dial_failure::unwelcome;
  return untrusted ? client_trouble::certificate : client_trouble::none;
}

/// In recovery mode Home Assistant answers get_config with "recovery_mode": true.
bool says_recovery(const boost::json::value& home) {
  const boost::json::object* fields = home.if_object();
  const boost::json::value* flag = fields ? fields->if_contains("recovery_mode") : nullptr;
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

bool says_running(const boost::json::value& home) {
  const boost::json::object* fields = home.if_object();
  const boost::json::value* state = fields ? fields->if_contains("state") : nullptr;
  const boost::json::string* text = state ? state->if_string() : nullptr;
  return text == nullptr || *text == "RUNNING";  // Who does not tell is taken at face value.
}

}  // namespace

link::link(link_surroundings& shared, link_listener& owner, net::task_group& tasks)
    : shared_(shared), owner_(owner), tasks_(tasks), core_(shared.shared.settings) {}

void link::want() {
  // The core is wanted when `run` begins, which is later: several may want it before that.
  if (core_.now() != link_core::phase::idle || std::exchange(begun_, true)) return;
  tasks_.spawn(run());
}

void link::retry() {
  return_not_before_ = {};
  if (core_.retry().what == todo::get_token) wake_.wake();
}

bool link::demand() {
  if (core_.on_demand(now()).what != todo::get_token) return false;
  wake_.wake();
  return true;
}

net::time_point link::within(duration deadline_config::* own) const {
  const auto& limits = shared_.shared.settings.deadline;
  return limits ? now() + (*limits).*own : net::never;
}

// ---- The life of the slot -----------------------------------------------------------------------

asio::awaitable<void> link::run() {
  // Cancelled is what `stopping` says: there is something to be awaited even then.
  co_await asio::this_coro::throw_if_cancelled(false);
  link_core::step next = core_.on_wanted();
  while (!shared_.shared.stopping) {
    owner_.on_link_changed(*this);
    switch (next.what) {
      case todo::wait:
        shared_.shared.tell({.kind = kind::backoff_began, .value = (next.at - now()).count()});
        next = co_await sleep(next.at);
        break;
      case todo::park:
        next = co_await sleep(net::never);
        break;
      case todo::get_token:
        next = co_await fetch_token();
        break;
      case todo::dial:
        next = co_await establish();
        break;
      case todo::ask_running:
        next = co_await ask_running();
        break;
      case todo::serve:
        next = co_await serve();
        break;
      case todo::nothing:
      case todo::authenticate:
        assert(false && "parts of other steps");
    }
  }
  core_.stop();
  if (current_) {
    current_->drop(detail_code::stopped);
    (void)lose();
  }
  owner_.on_link_changed(*this);
}

asio::awaitable<link_core::step> link::sleep(net::time_point at) {
  for (;;) {
    const net::wait_end how = co_await shared_.room.wait(wake_, at);
    if (how == net::wait_end::cancelled) co_return link_core::step{.what = todo::park};
    if (core_.now() == link_core::phase::token) co_return link_core::step{.what = todo::get_token};
    if (core_.now() != link_core::phase::waiting) continue;
    const link_core::step next = core_.on_timer(now());
    if (next.what != todo::wait) co_return next;
  }
}

/// Waits until it may begin; whether it had to.
asio::awaitable<bool> link::await_leave() {
  bool waited = false;
  while (!shared_.shared.stopping) {
    const net::time_point at = owner_.may_begin(*this);
    if (at <= now()) break;
    waited = true;
    if (!std::exchange(holds_, true)) owner_.on_link_changed(*this);
    (void)co_await shared_.room.wait(wake_, at);
  }
  if (std::exchange(holds_, false)) owner_.on_link_changed(*this);
  co_return waited;
}

asio::awaitable<link_core::step> link::fetch_token() {
  const bool waited = co_await await_leave();
  if (shared_.shared.stopping) co_return link_core::step{.what = todo::park};
  const std::size_t endpoint = shared_.order.plan().front().endpoint;
  const auto& settings = shared_.shared.settings.token;
  const net::time_point until = settings ? now() + 2 * settings->refresh_limit : net::never;
  auto got = co_await shared_.keys.get(endpoint, until);
  const bool slept = std::exchange(slept_in_attempt_, false);
  if (got) {
    token_ = std::move(*got);
    co_return core_.on_token();
  }
  switch (got.error()) {
    case tokens::failure::refused:
      // Where another slot was refused, it has said why.
      if (!waited) owner_.on_failure("token: refused", client_trouble::token_refused);
      co_return core_.on_token_refused();
    case tokens::failure::timed_out:
      owner_.on_failure("token: none in time", client_trouble::none);
      shared_.order.on_failed(endpoint);
      co_return counted(core_.on_token_late(now(), shared_.random), slept);
    case tokens::failure::cancelled:
      break;
  }
  co_return link_core::step{.what = todo::park};
}

// ---- An attempt ---------------------------------------------------------------------------------

asio::awaitable<link_core::step> link::establish() {
  const auto plan = shared_.order.plan();
  attempt made;
  if (plan.size() == 1) {
    co_await attempt_at(plan.front().endpoint, token_, true, made);
  } else {
    co_await run_race(made);
  }
  token_.text.clear();
  co_return conclude(made);
}

asio::awaitable<void> link::attempt_at(std::size_t endpoint, tokens::access token, bool of_slot,
                                       attempt& into) {
  engine_context& shared = shared_.shared;
  const std::uint32_t number = ++shared.attempts;
  into.token = token.number;
  const net::time_point began = now();
  shared.tell({.kind = kind::attempt_began, .value = number});
  const auto failed = [&](std::uint32_t connection, const std::string& why,
                          client_trouble trouble = client_trouble::none) {
    shared.tell(
        {.kind = kind::attempt_failed, .connection = connection, .value = number, .text = why});
    owner_.on_failure(why, trouble);
  };
  auto reached = co_await shared_.ways.dial(endpoint, number);
  // Asked of the coroutine: a stream may report `operation_aborted` for reasons of its own.
  const asio::cancellation_state told = co_await asio::this_coro::cancellation_state;
  if (!reached) {
    const dial_error& error = reached.error();
    if (told.cancelled() != asio::cancellation_type::none && !shared.stopping) {
      // Another endpoint was quicker: nothing is wrong with this one.
      into.how = attempt::end::cancelled;
      shared.tell({.kind = kind::attempt_failed,
                   .connection = error.connection,
                   .value = number,
                   .text = "another endpoint was quicker"});
      co_return;
    }
    failed(error.connection, error.text, trouble_of(error));
    into.how = shared.stopping ? attempt::end::cancelled : attempt::end::dial_failed;
    into.why = error.why;
    into.retry_after = error.retry_after;
    // A return that fails is no failure of what is in use.
    if (of_slot && !shared.stopping) shared_.order.on_failed(endpoint);
    co_return;
  }
  into.made =
      std::make_shared<session>(shared, shared_.room, std::move(reached->socket), endpoint, number);
  const std::uint32_t connection = into.made->number();
  if (shared.stopping) {
    into.how = attempt::end::cancelled;
    into.made->drop(detail_code::stopped);
    failed(connection, "auth: stopped");
    co_return;
  }
  if (of_slot && core_.now() == link_core::phase::dialling) (void)core_.on_dialled();
  const net::time_point until = within(&deadline_config::auth_limit);
  const session::auth_end end = co_await into.made->authenticate(std::move(token.text), until);
  switch (end) {
    case session::auth_end::ok:
      into.how = attempt::end::up;
      if (!slept_in_attempt_) shared_.connecting_takes = now() - began;
      shared_.keys.on_auth_ok(into.token, endpoint);
      co_return;
    case session::auth_end::invalid:
      into.how = attempt::end::auth_invalid;
      failed(connection, "auth: " + into.made->refusal());
      co_return;
    case session::auth_end::failed:
      into.how = attempt::end::lost;
      // Once more without what may be the cause is no failure of the endpoint.
      if (into.made->not_understood() && shared_.ways.give_up_deflate(endpoint)) {
        failed(connection, "auth: " + into.made->end_reason());
        co_return;
      }
      if (of_slot) shared_.order.on_failed(endpoint);
      failed(connection, "auth: " + into.made->end_reason());
      co_return;
    case session::auth_end::cancelled:
      into.how = attempt::end::cancelled;
      shared.tell({.kind = kind::attempt_failed,
                   .connection = connection,
                   .value = number,
                   .text = shared.stopping ? "auth: stopped" : "another endpoint was quicker"});
      co_return;
  }
}

void link::on_thaw() {
  using enum link_core::phase;
  const link_core::phase in = core_.now();
  if (current_) current_->on_thaw();
  // What was waited for may long be there.
  if (in == waiting) retry();
  slept_in_attempt_ = in == token || in == dialling || in == authenticating;
}

link_core::step link::conclude(attempt& made) {
  const link_core::step next = judge(made);
  return counted(next, std::exchange(slept_in_attempt_, false));
}

/// An attempt that a frozen process could not look after says nothing about Home Assistant.
link_core::step link::counted(link_core::step next, bool slept) {
  return slept && next.what == todo::wait ? core_.retry() : next;
}

link_core::step link::judge(attempt& made) {
  if (made.how != attempt::end::up && made.made) tasks_.spawn(bury(made.made));
  switch (made.how) {
    case attempt::end::up:
      shared_.order.on_ready(made.made->endpoint(), now());
      current_ = std::move(made.made);
      current_->watch(&wake_);
      up_since_ = now();
      told_up_ = false;
      return core_.on_auth_ok(now());
    case attempt::end::dial_failed:
      return core_.on_dial_failed(made.why, made.retry_after, now(), shared_.random);
    case attempt::end::lost:
      return core_.on_dial_failed(dial_failure::network, std::nullopt, now(), shared_.random);
    case attempt::end::auth_invalid: {
      const bool again = shared_.keys.on_auth_invalid(made.token);
      if (!again) {
        shared_.shared.tell({.kind = kind::auth_refused, .text = made.made->refusal()});
        owner_.on_failure("auth: " + made.made->refusal(), client_trouble::token_refused);
      }
      return core_.on_auth_invalid(again, now(), shared_.random);
    }
    case attempt::end::cancelled:
    case attempt::end::none:
      break;
  }
  return {.what = todo::park};
}

// ---- Several endpoints at once ------------------------------------------------------------------

struct link::race {
  struct racer {
    endpoint_order::start start;
    attempt made;
    waiter begin;
    bool started = false;
    bool done = false;
  };
  explicit race(asio::any_io_executor executor) : tasks(std::move(executor)) {}
  net::time_point began{};
  std::vector<std::unique_ptr<racer>> racers;
  racer* winner = nullptr;
  net::task_group tasks;

  [[nodiscard]] bool over() const {
    return winner != nullptr ||
           std::ranges::all_of(racers, [](const auto& each) { return each->done; });
  }
};

asio::awaitable<void> link::run_racer(race& all, std::size_t which) {
  co_await asio::this_coro::throw_if_cancelled(false);
  race::racer& mine = *all.racers[which];
  bool cancelled = false;
  if (mine.start.delay > duration::zero()) {
    const net::wait_end how = co_await shared_.room.wait(mine.begin, all.began + mine.start.delay);
    cancelled = how == net::wait_end::cancelled;
  }
  mine.started = true;
  if (!cancelled && all.winner == nullptr && !shared_.shared.stopping) {
    co_await attempt_at(mine.start.endpoint, token_, true, mine.made);
  }
  mine.done = true;
  if (mine.made.how == attempt::end::up && all.winner == nullptr) all.winner = &mine;
  if (all.winner == nullptr) {
    const auto next =
        std::ranges::find_if(all.racers, [](const auto& each) { return !each->started; });
    if (next != all.racers.end()) (*next)->begin.wake();
  }
  wake_.wake();
}

asio::awaitable<void> link::run_race(attempt& into) {
  race all(shared_.shared.world.executor());
  all.began = now();
  for (const auto& each : shared_.order.plan()) {
    all.racers.push_back(std::make_unique<race::racer>());
    all.racers.back()->start = each;
  }
  for (std::size_t i = 0; i < all.racers.size(); ++i) all.tasks.spawn(run_racer(all, i));
  while (!all.over() && !shared_.shared.stopping) {
    (void)co_await shared_.room.wait(wake_, net::never);
  }
  all.tasks.stop();
  co_await all.tasks.join();
  for (const auto& each : all.racers) {
    if (each.get() == all.winner || !each->made.made) continue;
    each->made.made->drop("another endpoint was quicker");
    if (each->made.how == attempt::end::auth_invalid && all.winner == nullptr) continue;
    tasks_.spawn(bury(std::move(each->made.made)));
  }
  if (shared_.shared.stopping) {
    if (all.winner != nullptr) {
      all.winner->made.made->drop(detail_code::stopped);
      tasks_.spawn(bury(all.winner->made.made));
    }
    into.how = attempt::end::cancelled;
  } else if (all.winner != nullptr) {
    into = std::move(all.winner->made);
  } else {
    // A refused token is the same everywhere; else what may pass soonest decides.
    const auto worth = [](const auto& each) {
      return each->made.how == attempt::end::auth_invalid ? -1 : static_cast<int>(each->made.why);
    };
    into = std::move((*std::ranges::min_element(all.racers, {}, worth))->made);
  }
}

// ---- Until Home Assistant is RUNNING ------------------------------------------------------------

void link::bring_up() {
  if (std::exchange(told_up_, true)) return;
  owner_.on_session_up(current_);
}

asio::awaitable<link_core::step> link::ask_running() {
  engine_context& shared = shared_.shared;
  const std::uint32_t connection = current_->number();
  const bool running = co_await is_running(current_);
  if (shared.stopping || current_->ended()) co_return lose();
  if (!running) {
    shared.tell({.kind = kind::home_starting, .connection = connection});
    bring_up();
    owner_.on_link_changed(*this);
    co_await await_running(current_);
    if (shared.stopping || current_->ended()) co_return lose();
  }
  shared.tell({.kind = kind::home_running, .connection = connection});
  current_->running = true;
  if (told_up_) owner_.on_session_running(current_);
  bring_up();
  co_return core_.on_running();
}

asio::awaitable<bool> link::is_running(std::shared_ptr<session> which) {
  const auto& settings = shared_.shared.settings;
  const duration limit = settings.reconnect.value_or(reconnect_config{}).answer_limit;
  command ask;
  ask.body = {{"type", "get_config"}};
  for (int i = 0; i < asks_max; ++i) {
    const net::time_point asked = now();
    const outcome said = co_await which->call(ask, asked + limit);
    if (said.kind == outcome_kind::fresh) {
      which->in_recovery_mode = says_recovery(*said.result);
      co_return says_running(*said.result);
    }
    if (said.kind != outcome_kind::timeout) co_return said.kind == outcome_kind::other;
    which->distrust(asked);
  }
  which->drop("no answer to get_config");
  co_return false;
}

asio::awaitable<void> link::await_running(std::shared_ptr<session> which) {
  const net::time_point until =
      now() + shared_.shared.settings.deadline.value_or(deadline_config{}).ready_limit;
  bell rings(wake_);
  const auto id = which->subscribe(
      {{"type", "subscribe_events"}, {"event_type", "core_config_updated"}}, rings);
  bool running = false;
  while (!running && !which->ended() && !shared_.shared.stopping && now() < until) {
    (void)co_await shared_.room.wait(wake_, std::min(until, now() + ask_again_after));
    if (which->ended() || shared_.shared.stopping) break;
    running = co_await is_running(which);
  }
  if (id) which->unsubscribe(*id);
}

// ---- In use -------------------------------------------------------------------------------------

asio::awaitable<link_core::step> link::serve() {
  current_->running = true;
  bring_up();
  for (;;) {
    if (shared_.shared.stopping || current_->ended()) co_return lose();
    const net::time_point back = return_at();
    if (back <= now()) {
      co_await return_home();
      continue;
    }
    (void)co_await shared_.room.wait(wake_, back);
  }
}

/// When the preferred endpoint is tried beside the one in use.
net::time_point link::return_at() const {
  if (current_->endpoint() == 0) return net::never;
  // Another slot may be there already.
  const bool others_are = shared_.order.in_use() == 0;
  const net::time_point at = others_are ? now() : shared_.order.return_at();
  return std::max(at, return_not_before_);
}

asio::awaitable<void> link::return_home() {
  engine_context& shared = shared_.shared;
  const duration pause = shared.settings.failover.value_or(failover_config{}).return_after;
  return_not_before_ = now() + pause;
  const net::time_point until = within(&deadline_config::auth_limit);
  auto key = co_await shared_.keys.get(0, until);
  if (!key || shared.stopping) {
    shared_.order.on_return_failed(now());
    co_return;
  }
  attempt made;
  co_await attempt_at(0, std::move(*key), false, made);
  bool good = made.how == attempt::end::up && !shared.stopping;
  if (good && shared.settings.admission) {
    good = co_await is_running(made.made);
    good = good && !made.made->ended() && !shared.stopping;
    if (good) {
      shared.tell({.kind = kind::home_running, .connection = made.made->number()});
    }
  }
  if (good) {
    move_to(std::move(made.made));
    co_return;
  }
  if (made.how == attempt::end::auth_invalid) (void)shared_.keys.on_auth_invalid(made.token);
  if (made.made) {
    made.made->drop("not as good as the one in use");
    tasks_.spawn(bury(std::move(made.made)));
  }
  shared_.order.on_return_failed(now());
}

void link::move_to(std::shared_ptr<session> fresh) {
  return_not_before_ = {};
  auto old = std::exchange(current_, std::move(fresh));
  old->watch(nullptr);
  current_->watch(&wake_);
  current_->running = true;
  shared_.order.on_ready(current_->endpoint(), now());
  shared_.order.on_lost(old->endpoint());
  owner_.on_session_up(current_);
  owner_.on_session_down(old);
  owner_.on_link_changed(*this);
  tasks_.spawn(drain(std::move(old)));
}

asio::awaitable<void> link::drain(std::shared_ptr<session> old) {
  co_await asio::this_coro::throw_if_cancelled(false);
  waiter mine;
  if (old->in_flight() > 0 && !old->ended()) {
    old->watch(&mine);
    const auto& settings = shared_.shared.settings;
    const duration limit = settings.reconnect.value_or(reconnect_config{}).answer_limit;
    (void)co_await shared_.room.wait(mine, now() + limit);
    old->watch(nullptr);
  }
  if (!old->ended()) old->close("the preferred endpoint is back");
  co_await bury(std::move(old));
}

/// Waits for the last of a session, so that nothing of it outlives the client.
asio::awaitable<void> link::bury(std::shared_ptr<session> dead) {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!dead->over().is_open()) {
    if (shared_.shared.stopping) dead->drop(detail_code::stopped);
    (void)co_await dead->over().wait(shared_.shared.world.time());
  }
}

link_core::step link::lose() {
  const auto dead = std::exchange(current_, nullptr);
  dead->watch(nullptr);
  dead->drop(detail_code::stopped);
  shared_.order.on_lost(dead->endpoint());
  if (told_up_) owner_.on_session_down(dead);
  told_up_ = false;
  if (dead->not_understood()) (void)shared_.ways.give_up_deflate(dead->endpoint());
  stalls_ = dead->stalled() ? stalls_ + 1 : 0;
  const client_trouble trouble = dead->too_big() ? client_trouble::message_too_big
                                 : stalls_ >= 2  ? client_trouble::large_messages
                                                 : client_trouble::none;
  owner_.on_failure(dead->end_reason(), trouble);
  tasks_.spawn(bury(dead));
  return core_.on_lost(now(), shared_.random, dead->how_it_ended());
}

}  // namespace hassle::client
