#include "harness/application.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace hassle::harness {

namespace {

namespace json = boost::json;
using reports::event_kind;
using subscription = scenario::client_setup::subscription;

/// The text at a path of keys; empty if there is none.
std::string_view text_at(const json::value& in, std::initializer_list<std::string_view> path) {
  const json::value* at = &in;
  for (const std::string_view key : path) {
    const json::object* table = at->if_object();
    at = table != nullptr ? table->if_contains(key) : nullptr;
    if (at == nullptr) return {};
  }
  const json::string* text = at->if_string();
  return text != nullptr ? std::string_view(*text) : std::string_view();
}

}  // namespace

std::string identity_of(const json::value& event) {
  std::string_view about = text_at(event, {"data", "entity_id"});
  std::string_view cause = text_at(event, {"context", "id"});
  const std::string_view type = text_at(event, {"event_type"});
  if (type.empty()) {  // Of a trigger.
    about = text_at(event, {"variables", "trigger", "entity_id"});
    cause = text_at(event, {"variables", "trigger", "to_state", "context", "id"});
  } else if (type != "state_changed") {
    about = type;
  }
  return fmt::format("{} {}", about, cause);
}

namespace {

/// Whether events of this subscription come as long as the home lives: then their absence says that
/// it is dead. Somebody who subscribes knows that of his home.
bool is_quiet(subscription what, const scenario::scenario& s) {
  return what == subscription::trigger || !s.ha.changes;
}

}  // namespace

client::subscription_request request_of(subscription what, const scenario::scenario& s) {
  client::subscription_request request;
  request.may_be_quiet = is_quiet(what, s);
  switch (what) {
    case subscription::state_changed:
      request.body = {{"type", "subscribe_events"}, {"event_type", "state_changed"}};
      break;
    case subscription::all_events:
      request.body = {{"type", "subscribe_events"}};
      break;
    case subscription::trigger: {
      json::array entities(s.load.targets.begin(), s.load.targets.end());
      json::object trigger{{"platform", "state"}, {"entity_id", std::move(entities)}};
      request.body = {{"type", "subscribe_trigger"}, {"trigger", std::move(trigger)}};
      request.needs_running = true;
      break;
    }
  }
  return request;
}

std::string_view journal_name(subscription what) {
  switch (what) {
    case subscription::state_changed:
      return "state_changed";
    case subscription::all_events:
      return "all_events";
    case subscription::trigger:
      return "trigger";
  }
  return {};
}

class application::listener final : public client::subscription_listener {
 public:
  explicit listener(application& tells) : tells_(&tells) {}

  void on_event(const std::shared_ptr<const json::value>& event) override {
    if (tells_ == nullptr) return;
    tells_->take({.kind = event_kind::event_heard, .value = handle, .text = identity_of(*event)});
  }
  void on_gap(net::time_point from, net::time_point to) override {
    if (tells_ == nullptr) return;
    // By the run's clock, of which that of the host may fall short.
    const net::duration behind = tells_->record_.now() - tells_->where_.time().now();
    tells_->take({.kind = event_kind::gap_heard,
                  .value = handle,
                  .text = fmt::format("{} {}", (from + behind).time_since_epoch().count(),
                                      (to + behind).time_since_epoch().count())});
  }

  void forget() noexcept { tells_ = nullptr; }
  client::subscription_handle handle = 0;

 private:
  application* tells_;
};

application::application(net::world& where, const scenario::scenario& lives_in, recorder& record)
    : where_(where), scenario_(lives_in), record_(record), busy_(where.time()) {}

void application::begin(client::resilient_client& with, client::engine_style style) {
  if (style != client::engine_style::best) return;
  for (const subscription each : scenario_.program.subscriptions) {
    auto hears = std::make_shared<listener>(*this);
    const auto handle = with.subscribe(request_of(each, scenario_), hears);
    if (!handle) continue;  // It has no room for more.
    hears->handle = *handle;
    listeners_.push_back(std::move(hears));
    record_.add({.kind = event_kind::subscription_wanted,
                 .value = *handle,
                 .text = std::string(journal_name(each))});
  }
}

void application::end() {
  for (const auto& each : listeners_) each->forget();
  listeners_.clear();
  inbox_.clear();
  busy_.cancel();
}

void application::take(reports::event what) {
  if (inbox_.size() == inbox_max) {
    const waiting& oldest = inbox_.front();
    record_.add({.kind = event_kind::gap_heard,
                 .value = oldest.what.value,
                 .text = fmt::format("{} {}", oldest.since.time_since_epoch().count(),
                                     record_.now().time_since_epoch().count())});
    inbox_.pop_front();
  }
  inbox_.push_back({record_.now(), std::move(what)});
  if (!busy_.armed()) handle_next();
}

void application::handle_next() {
  while (!inbox_.empty()) {
    reports::event next = std::move(inbox_.front().what);
    inbox_.pop_front();
    const bool takes_time =
        next.kind == event_kind::event_heard && scenario_.program.callback > net::duration::zero();
    record_.add(std::move(next));
    if (!takes_time) continue;
    busy_.call_at(where_.time().now() + scenario_.program.callback, [this] { handle_next(); });
    return;
  }
}

}  // namespace hassle::harness
