#include "mockha/server.hpp"

#include "mockha/bus_event.hpp"
#include "mockha/services.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

namespace hassle::mockha {

using reports::event_kind;

const home_plan& plan_of(const server_config& config) {
  if (config.plan) return *config.plan;
  const home_plan* plan = find_home(config.home);
  assert(plan != nullptr);  // Scenario and command line are checked where they are read.
  return *plan;
}

server_config make_config(const scenario::server& asked, std::string access_token) {
  server_config config;
  config.home = asked.home;
  config.access_token = std::move(access_token);
  config.session.version = asked.version;
  config.session.heartbeat = asked.heartbeat;
  config.session.idle_close = asked.idle_close;
  config.service_time = asked.service_time;
  if (asked.ban_after) config.ban.login_attempts_threshold = static_cast<int>(*asked.ban_after);
  config.tokens.access_token_life =
      std::chrono::ceil<std::chrono::seconds>(asked.token_lifetime);  // > 0.
  return config;
}

server::server(net::world& world, server_config config, recorder record)
    : world_(world),
      time_(world.time()),
      config_([&] {
        config.session.trace = static_cast<bool>(record);
        return std::move(config);
      }()),
      record_(std::move(record)),
      house_(plan_of(config_), context_source(world.random("mockha contexts")),
             to_wall_time(time_.wall_now())),
      registry_(plan_of(config_), to_wall_time(time_.wall_now())),
      tokens_(world.random("mockha tokens"), config_.tokens),
      executions_(config_.limits.ledger_entries_max),
      around_{
          .settings = config_.session, .house = house_, .registry = registry_, .tokens = tokens_},
      bans_(config_.ban),
      http_api_(around_, bans_, *this, world.random("mockha logins"), config_.http),
      service_random_(world.random("mockha service time")),
      tasks_(world.executor()),
      visits_(std::make_unique<net::task_group>(world.executor())),
      listen_retry_(time_),
      queue_timer_(time_),
      faults_([&world](std::string_view name) { return world.random(name); },
              {.faults_max = config_.limits.faults_max,
               .touches_max = config_.limits.fault_touches_max}),
      by_hand_random_(world.random("mockha faults by hand")),
      fault_timer_(time_),
      storm_timer_(time_),
      restart_timer_(time_),
      wish_timer_(time_),
      script_timer_(time_),
      stall_drain_(time_) {
  tokens_.add_user({});
  tokens_.add_static(config_.access_token, user{}.id);
  tokens_.add_account(config_.account, config_.password, user{}.id);
}

server::~server() { assert(stopped_ || !started_); }

net::result<net::endpoint> server::start(net::endpoint listen) {
  assert(!started_);
  auto listener = world_.listen(std::move(listen));
  if (!listener) return std::unexpected(listener.error());
  started_ = true;
  local_ = (*listener)->local_endpoint();
  listener_ = listener->get();
  tasks_.spawn(accept_loop(std::move(*listener)));
  return local_;
}

asio::awaitable<void> server::stop() {
  stopping_ = true;
  restart_timer_.cancel();
  wish_timer_.cancel();
  fault_timer_.cancel();
  storm_timer_.cancel();
  stall_drain_.cancel();
  update_listener();
  lose_queue("stop");
  end_all("stop");
  drop_waiting();
  // Whoever has a connection open can still be told that it is of no use.
  if (!connections_.empty()) co_await empty_.wait(time_);
  end_visits();
  tasks_.stop();
  co_await tasks_.join();
  stopped_ = true;
}

// --- what connections want ---

void server::on_note(connection& from, note n) {
  record(n.kind, from.id(), static_cast<std::int64_t>(n.id), n.text);
}

void server::on_send(connection& from, send_text message) {
  if (faults_.idle()) {
    send_in_order(from, std::move(message), {});
  } else {
    send_through_faults(from, std::move(message));
  }
}

void server::send_in_order(connection& to, send_text message, net::duration delay) {
  if (delay == net::duration::zero() && to.not_before == net::time_point{} && !stalled()) {
    to.transmit(std::move(message));  // Nothing was ever late here.
    return;
  }
  const net::time_point now = time_.now();
  const net::time_point at = std::max(now + delay, to.not_before);
  if (at <= now && !stalled()) {
    to.transmit(std::move(message));
    return;
  }
  to.not_before = at;
  queue_.push(at, to.key(), to.id(), true, std::move(message));
  arm_queue();
}

void server::on_end_wish(connection& from, end_session wish) {
  const net::time_point now = time_.now();
  // Behind the last words, which may be late.
  const net::time_point at =
      std::max(from.not_before, faults_.idle() ? now : now + faults_.close_delay(from.id()));
  if (at > now) {
    queue_.push(at, from.key(), from.id(), true, std::move(wish));
    arm_queue();
    return;
  }
  from.end(wish.with_close ? connection::style::close : connection::style::fin, 1000,
           std::move(wish.why));
}

void server::on_sent(connection& to, const send_text& message) {
  if (message.answers == 0) return;
  record(event_kind::server_answered, to.id(), static_cast<std::int64_t>(message.answers),
         message.code);
  if (restart_.phase() != restart_phase::running) touch<scenario::restart_fault>(to.id());
}

void server::on_unsent(connection& to, const send_text& message) {
  if (message.answers == 0) return;
  record(event_kind::answer_lost, to.id(), static_cast<std::int64_t>(message.answers),
         "connection ended");
}

server::executed server::execute(std::uint32_t connection, const run_service& wanted,
                                 watch collected) {
  const auto wall = wall_now();
  executed e;
  e.done = house_.execute(*wanted.called, wanted.call, wanted.user_id, wall, collected,
                          wanted.wants_response);
  std::string what = describe(wanted.call);
  const bool effective = e.done.effective && !e.done.failed;
  if (effective) {
    record(event_kind::server_executed, connection, static_cast<std::int64_t>(wanted.id), what);
  }
  executions_.add({.at = time_.now(),
                   .connection = connection,
                   .message_id = wanted.id,
                   .what = std::move(what),
                   .effective = effective});
  if (watch_.states && wanted.called->reaches != service::reach::sequence) {
    publish(call_service_event(wanted.call, e.done.cause, wall));
  }
  publish(e.done);
  e.takes = config_.service_time.draw(service_random_);
  return e;
}

void server::on_service(connection& from, const run_service& wanted) {
  executed e = execute(from.id(), wanted, watch_);
  if (!hold_scripts(e.done, from.key(), wanted)) answer_service(from, wanted, e);
  grant(e.done.wish, e.takes);
}

void server::answer_service(connection& to, const run_service& wanted, const executed& e) {
  send_text answer = to.core().service_answer(wanted, e.done);
  if (e.takes <= net::duration::zero()) {
    if (to.core().where() == session_core::phase::command) on_send(to, std::move(answer));
  } else {
    queue_.push(time_.now() + e.takes, to.key(), to.id(), false, std::move(answer));
    arm_queue();
  }
}

// Behind the answer, which so goes out before the Close.
void server::grant(service::wish wish, net::duration after) {
  constexpr net::duration behind = std::chrono::milliseconds(10);
  if (wish == service::wish::nothing || stopping_) return;
  wish_timer_.call_at(time_.now() + after + behind, [this, wish] {
    if (stopping_ || restart_.phase() != restart_phase::running) return;
    if (wish == service::wish::restart) {
      begin_restart({.lasts = config_.own_restart.sum(), .phases = config_.own_restart});
    } else if (asked_to_stop_) {
      asked_to_stop_();
    }
  });
}

void server::on_fire(connection&, publish_event wanted) { publish(wanted.event); }

void server::on_revoked(connection& from, const revoked_token& which) {
  if (from.core().caller().refresh_token_id == which.refresh_token_id) {
    on_end_wish(from, {.why = "token revoked"});  // Behind its answer.
  }
  throw_out(which.refresh_token_id, &from);
}

void server::on_login(connection& from, bool good) {
  if (good) {
    bans_.on_good_login(from.origin().address);
  } else {
    (void)bans_.on_failed_login(from.origin().address);
  }
}

void server::on_lost_answer(connection& from, std::uint64_t id) {
  record(event_kind::answer_lost, from.id(), static_cast<std::int64_t>(id),
         faults_.taker_of(from.id(), id));
  report_faults();
}

void server::on_bytes(connection& from) {
  // What waited for the end of a stall arrives at that very moment, however long a busy machine
  // takes to hand it over.
  constexpr net::duration at_once = std::chrono::milliseconds(1);
  if (!faults_.has_past_stalls()) return;
  if (!stall_drained_ || time_.now() - stall_ended_ <= at_once) {
    faults_.touch_past_stalls(from.id(), time_.now());
    report_faults();
  } else {
    faults_.forget_past_stalls();
  }
}

void server::on_watch_changed() {
  watch_ = {};
  for (const auto& [key, c] : connections_) {
    const watch wanted = c->core().wanted();
    watch_.states = watch_.states || wanted.states;
    watch_.diffs = watch_.diffs || wanted.diffs;
  }
}

void server::on_ended(connection& from) {
  past_.received += from.received();
  past_.sent += from.sent();
  forget_in_faults(from.id());
  connections_.erase(from.key());
  if (stopping_ && connections_.empty()) empty_.open();
}

void server::publish(const bus_event& event) {
  for (const auto& [key, c] : connections_) {
    c->hear(event);
  }
}

void server::publish(const std::vector<entity_change>& changes) {
  for (const auto& change : changes) record_change(change);
  if (watch_ == watch{}) return;
  for (const auto& change : changes) publish(state_changed_event(change));
}

/// It says what the change's state_changed event says.
void server::record_change(const entity_change& change) {
  if (!config_.record_changes) return;
  record(event_kind::home_changed, 0, 0, change.entity_id + " " + change.cause.id);
}

void server::publish_plain(std::string_view type, std::string_view data) {
  if (!watch_.states) return;
  const auto wall = wall_now();
  publish(make_event(type, data, house_.make_context(wall), wall));
}

/// What integrations tell of themselves while they are loaded: clients that keep lists of services
/// and components learn of them by this.
void server::publish_loaded() {
  if (!watch_.states) return;
  std::set<std::string_view> domains;
  for (const auto& e : house_.entities()) domains.insert(e.domain());
  for (const auto domain : domains) {
    publish_plain("component_loaded", fmt::format(R"({{"component":"{}"}})", domain));
  }
  for (const auto& each : services()) {
    if (each.is_core()) continue;
    publish_plain("service_registered",
                  fmt::format(R"({{"domain":"{}","service":"{}"}})", each.domain, each.name));
  }
}

wall_time server::wall_now() const { return to_wall_time(time_.wall_now() + clock_off_); }

void server::record(event_kind kind, std::uint32_t connection, std::int64_t value,
                    std::string_view text) {
  if (!record_) return;
  reports::event e;
  e.kind = kind;
  e.connection = connection;
  e.value = value;
  e.text = text;
  record_(std::move(e));
}

}  // namespace hassle::mockha
