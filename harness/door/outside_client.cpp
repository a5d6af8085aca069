#include "harness/door/outside_client.hpp"

#include "harness/application.hpp"
#include "harness/process.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace hassle::harness::door {

using reports::event_kind;

namespace {

using milliseconds = std::chrono::duration<double, std::milli>;

double ms_of(net::duration time) { return milliseconds(time).count(); }
net::duration from_ms(double ms) {
  return std::chrono::duration_cast<net::duration>(milliseconds(ms));
}

constexpr const char* adapter_failed = "adapter";

}  // namespace

client::state_mirror mirror_from(const json::object& entities) {
  json::object added;
  for (const auto& [id, value] : entities) {
    const json::object* told = value.if_object();
    if (told == nullptr) continue;
    json::object compressed{{"s", ""}, {"a", json::object{}}, {"c", ""}, {"lc", 0}, {"lu", 0}};
    if (const json::value* state = told->if_contains("state")) compressed["s"] = *state;
    if (const json::value* more = told->if_contains("attributes")) compressed["a"] = *more;
    added[id] = std::move(compressed);
  }
  client::mirror_config settings;
  settings.entities_max = std::max(settings.entities_max, entities.size());
  client::state_mirror mirror(settings);
  mirror.on_subscribed();
  mirror.apply(json::object{{"a", std::move(added)}}, nullptr);
  return mirror;
}

outside_client::outside_client(parts with, std::unique_ptr<adapter> behind, hello_said hello,
                               start_order order, std::function<void(const adapter_fault&)> on_gone)
    : with_(with),
      adapter_(std::move(behind)),
      hello_(std::move(hello)),
      order_(std::move(order)),
      on_gone_(std::move(on_gone)),
      cold_start_(with.clock),
      failing_(with.clock) {
  adapter_->on_said = [this](const said& what) { hear(what); };
  adapter_->on_fault = [this](const adapter_fault& what) { on_fault(what); };
}

void outside_client::boot(net::duration cold_start) {
  with_.sees.on_process();
  if (cold_start > net::duration::zero()) {
    cold_start_.call_at(with_.clock.now() + cold_start, [this] { start(); });
  } else {
    start();
  }
}

void outside_client::start() {
  started_ = true;
  if (hello_.subscribes) {
    std::uint32_t handle = 0;
    for (const auto each : with_.lives_in.program.subscriptions) {
      json::object body = request_of(each, with_.lives_in).body;
      with_.record.add({.kind = event_kind::subscription_wanted,
                        .value = ++handle,
                        .text = std::string(journal_name(each))});
      with_.sees.on_wanted(handle, std::string(body.at("type").as_string()));
      order_.subscribe.push_back({.handle = handle, .body = std::move(body)});
    }
  }
  order_.mirror = hello_.mirrors;
  adapter_->start(order_);
  for (const auto& [number, each] : in_flight_) hand_over(each);
}

void outside_client::issue(const scenario::planned_command& command, done on_done) {
  with_.sees.on_issued(command.number, label_of(command));
  if (adapter_->fault()) {
    in_flight_.emplace(command.number, in_flight{command, {}, std::move(on_done)});
    failing_.call_at(with_.clock.now(), [this] { on_fault(*adapter_->fault()); });
    return;
  }
  const net::time_point limit = with_.clock.now() + command.limit;
  const auto made =
      in_flight_.emplace(command.number, in_flight{command, limit, std::move(on_done)});
  if (started_) hand_over(made.first->second);
}

void outside_client::hand_over(const in_flight& command) {
  const net::duration left = std::max(command.limit - with_.clock.now(), net::duration::zero());
  adapter_->command(command.command.number, command_for(command.command).body, ms_of(left));
}

void outside_client::freeze() {
  frozen_ = true;
  adapter_->freeze();
  // It cannot answer, and does nothing.
  if (asked_) std::exchange(asked_, {})({.quiet = true});
}

void outside_client::thaw() {
  frozen_ = false;
  adapter_->thaw();
  if (slept_ > net::duration::zero()) jump(std::exchange(slept_, {}));
}

void outside_client::hear(const said& what) {
  if (killed_) return;
  if (std::holds_alternative<up_said>(what)) {
    up_ = true;
    if (on_up) on_up();
  } else if (const auto* outcome = std::get_if<outcome_said>(&what)) {
    hear_outcome(*outcome);
  } else if (const auto* heard = std::get_if<event_said>(&what)) {
    with_.record.add({.kind = event_kind::event_heard,
                      .value = heard->handle,
                      .text = identity_of(heard->event)});
  } else if (const auto* quiet = std::get_if<quiet_said>(&what)) {
    hear_quiet(*quiet);
  } else if (const auto* mirror = std::get_if<mirror_said>(&what)) {
    hear_mirror(*mirror);
  }
}

void outside_client::hear_outcome(const outcome_said& what) {
  for (reports::event& each : with_.sees.on_outcome(what)) with_.record.add(std::move(each));
  const auto found = in_flight_.find(what.id);
  if (found == in_flight_.end()) return;
  const in_flight ended = std::move(found->second);
  in_flight_.erase(found);
  client::outcome result;
  result.kind = what.outcome;
  result.detail = what.detail;
  result.age = from_ms(what.age_ms);
  ended.on_done(ended.command, result);
}

void outside_client::on_fault(const adapter_fault& what) {
  if (auto tell = std::exchange(on_gone_, {})) tell(what);
  if (asked_) std::exchange(asked_, {})({.quiet = true});
  if (mirror_asked_) std::exchange(mirror_asked_, {})(nullptr);
  while (!in_flight_.empty() && !killed_) answer_failed(in_flight_.begin()->first);
  // The machine goes on without it.
  if (!std::exchange(up_, true) && on_up && !killed_) on_up();
}

void outside_client::answer_failed(std::uint32_t number) {
  const auto found = in_flight_.find(number);
  const in_flight ended = std::move(found->second);
  in_flight_.erase(found);
  with_.sees.on_given_up(number);
  client::outcome result;
  result.kind = client::outcome_kind::other;
  result.detail = adapter_failed;
  ended.on_done(ended.command, result);
}

void outside_client::ask(on_stillness then) {
  if (!started_ || frozen_ || adapter_->fault()) {
    then({.quiet = true});
    return;
  }
  asked_ = std::move(then);
  adapter_->ask();
}

void outside_client::jump(net::duration by) {
  if (!started_) return;
  if (frozen_) {
    slept_ += by;
  } else {
    adapter_->jump(ms_of(by));
  }
}

bool outside_client::holds_time() const noexcept {
  if (killed_ || adapter_->fault()) return false;
  return !adapter_->hello() || static_cast<bool>(mirror_asked_);
}

void outside_client::hear_quiet(const quiet_said& what) {
  if (!asked_) return;
  stillness result{.quiet = what.quiet};
  if (what.next_ms) result.next = with_.clock.now() + from_ms(*what.next_ms);
  std::exchange(asked_, {})(result);
}

void outside_client::show_mirror(const shown& then) {
  if (!started_ || !hello_.mirrors || adapter_->fault()) {
    then(nullptr);
    return;
  }
  mirror_asked_ = then;
  adapter_->mirror();
}

void outside_client::hear_mirror(const mirror_said& what) {
  if (!mirror_asked_) return;
  const shown then = std::exchange(mirror_asked_, {});
  if (!what.entities) {
    then(nullptr);
    return;
  }
  const client::state_mirror mirror = mirror_from(*what.entities);
  then(&mirror);
}

boost::asio::awaitable<void> outside_client::kill() {
  killed_ = true;
  if (on_killed) on_killed();
  cold_start_.cancel();
  failing_.cancel();
  for (const auto& [number, each] : in_flight_) with_.sees.on_given_up(number);
  in_flight_.clear();
  asked_ = {};
  mirror_asked_ = {};
  co_await adapter_->end(adapter::manner::kill);
}

}  // namespace hassle::harness::door
