#include "mockha/automation_subscriptions.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace hassle::mockha {

namespace {

using namespace std::chrono_literals;

class trigger_subscription final : public subscription {
 public:
  explicit trigger_subscription(std::vector<trigger> triggers) : triggers_(std::move(triggers)) {}

  [[nodiscard]] watch wanted() const override { return {.states = true}; }

  void on_bus(const bus_event& event, subscription_output& out) override {
    if (event.json.empty() || !concerns(event)) return;
    boost::system::error_code ec;
    const json::value envelope = json::parse(event.json, ec);
    if (ec || !envelope.is_object()) return;
    for (const auto& t : triggers_) {
      if (fires(t, envelope.get_object())) out.event(firing(t, envelope.get_object()));
    }
    if (event.type != "state_changed" || event.entity_id.empty()) return;
    const json::object& data = envelope.get_object().at("data").as_object();
    on_change(event.entity_id, data.at("old_state"), data.at("new_state"), out);
  }

  [[nodiscard]] net::time_point deadline() const override {
    net::time_point first = net::never;
    for (const auto& w : waiting_) first = std::min(first, w.due.value_or(net::time_point()));
    return first;
  }

  void on_timer(net::time_point now, subscription_output& out) override {
    for (auto& w : waiting_) {
      if (!w.due) w.due = now + *w.what->lasting;
    }
    for (auto w = waiting_.begin(); w != waiting_.end();) {
      if (*w->due > now) {
        ++w;
        continue;
      }
      out.event(firing(*w->what, w->entity_id, w->from, w->to));
      w = waiting_.erase(w);
    }
  }

 private:
  // One whose `for` has not passed yet. Without `due` it is new: the time is known to the timer
  // only.
  struct wait {
    const trigger* what;
    std::string entity_id;
    json::value from;
    json::value to;
    std::optional<net::time_point> due;
  };

  [[nodiscard]] bool concerns(const bus_event& event) const {
    return std::ranges::any_of(triggers_, [&](const trigger& t) {
      const auto& names = t.what == trigger::kind::event ? t.event_types : t.entities;
      const std::string& name = t.what == trigger::kind::event ? event.type : event.entity_id;
      return std::ranges::find(names, name) != names.end();
    });
  }

  void on_change(const std::string& entity_id, const json::value& from, const json::value& to,
                 subscription_output& out) {
    std::erase_if(waiting_, [&](const wait& w) {
      return w.entity_id == entity_id && !lasts(*w.what, w.from, w.to, to);
    });
    for (const auto& t : triggers_) {
      if (!fires(t, entity_id, from, to)) continue;
      if (!t.lasting) {
        out.event(firing(t, entity_id, from, to));
      } else if (std::ranges::none_of(waiting_, [&](const wait& w) {
                   return w.what == &t && w.entity_id == entity_id;
                 })) {
        waiting_.push_back({&t, entity_id, from, to, std::nullopt});
      }
    }
  }

  const std::vector<trigger> triggers_;
  std::vector<wait> waiting_;
};

class condition_subscription final : public subscription {
 public:
  condition_subscription(condition what, const home& house, clock_pair started)
      : what_(std::move(what)), house_(house), clock_(started), due_(started.now) {}

  [[nodiscard]] net::time_point deadline() const override { return due_; }

  void on_timer(net::time_point now, subscription_output& out) override {
    due_ = now + 1s;
    std::string text = condition_event(what_.holds({.house = house_, .now = clock_.wall_at(now)}));
    if (text == said_) return;
    out.event(text);
    said_ = std::move(text);
  }

 private:
  const condition what_;
  const home& house_;
  const clock_pair clock_;
  net::time_point due_;
  std::string said_;
};

class template_subscription final : public subscription {
 public:
  template_subscription(template_watcher what, const home& house, clock_pair started)
      : what_(std::move(what)), house_(house), clock_(started), rendered_(started.now) {
    plan_next_minute(started.now);
  }

  [[nodiscard]] watch wanted() const override { return {.diffs = true}; }

  void on_bus(const bus_event& event, subscription_output& out) override {
    if (event.type != "state_changed" || !what_.listeners().concerns(event.entity_id)) return;
    if (what_.pause() > net::duration::zero()) {
      due_ = std::min(due_, rendered_ + what_.pause());
      return;
    }
    const entity* changed = house_.find(event.entity_id);
    render(changed ? changed->now().last_updated : clock_.wall_at(rendered_), out);
  }

  [[nodiscard]] net::time_point deadline() const override { return due_; }

  void on_timer(net::time_point now, subscription_output& out) override {
    due_ = net::never;
    rendered_ = now;
    render(clock_.wall_at(now), out);
    plan_next_minute(now);
  }

 private:
  void render(wall_time wall, subscription_output& out) {
    for (const auto& text : what_.render_at(wall)) out.event(text);
  }

  // What looks at the clock is rendered every minute.
  void plan_next_minute(net::time_point now) {
    if (!what_.listeners().time) return;
    const wall_time next = std::chrono::floor<std::chrono::minutes>(clock_.wall_at(now)) + 1min;
    due_ = clock_.now_at(next);
  }

  template_watcher what_;
  const home& house_;
  const clock_pair clock_;
  net::time_point rendered_;  // As far as it is known: not that of events.
  net::time_point due_ = net::never;
};

std::string error_event(std::string_view text, bool error) {
  std::string event = R"({"error":)";
  append_string(event, text);
  event += error ? R"(,"level":"ERROR"})" : R"(,"level":"WARNING"})";
  return event;
}

}  // namespace

std::unique_ptr<subscription> make_trigger_subscription(std::vector<trigger> triggers) {
  return std::make_unique<trigger_subscription>(std::move(triggers));
}

std::unique_ptr<subscription> make_condition_subscription(condition what, const home& house,
                                                          clock_pair started) {
  return std::make_unique<condition_subscription>(std::move(what), house, started);
}

std::string condition_event(const std::expected<bool, std::string>& holds) {
  if (holds) return *holds ? R"({"result":true})" : R"({"result":false})";
  std::string text = R"({"error":)";
  append_string(text, holds.error());
  return text + "}";
}

template_watcher::template_watcher(template_order order, const home& house)
    : order_(std::move(order)), house_(house) {
  auto program = template_program::parse(order_.text, order_.limits);
  if (program) {
    program_ = std::move(*program);
  } else {
    syntax_error_ = std::move(program.error());
  }
}

net::duration template_watcher::pause() const noexcept {
  if (listeners_.all) return 1min;
  return listeners_.domains.empty() ? net::duration::zero() : net::duration(1s);
}

std::vector<std::string> template_watcher::complaints_at(wall_time wall) {
  const auto said = std::exchange(said_, std::nullopt);
  auto events = render_at(wall);
  if (said_) events.pop_back();
  said_ = said;
  return events;
}

std::vector<std::string> template_watcher::render_at(wall_time wall) {
  std::vector<std::string> events;
  if (!program_) {
    if (order_.report_errors) events.push_back(error_event(syntax_error_, true));
    return events;
  }
  auto done = render(
      *program_,
      {.house = house_, .now = wall, .variables = &order_.variables, .strict = order_.strict},
      order_.limits);
  listeners_ = done.listeners;
  too_slow_ = done.too_slow;
  if (order_.report_errors) {
    for (const auto& r : done.remarks) events.push_back(error_event(r.text, r.error));
    if (!done.result) events.push_back(error_event(done.result.error(), true));
  }
  if (done.result && said_ != *done.result) {
    said_ = std::move(*done.result);
    std::string text = R"({"result":)";
    append_json(text, *said_);
    text += R"(,"listeners":)";
    text += listeners_.json();
    text += '}';
    events.push_back(std::move(text));
  }
  return events;
}

std::unique_ptr<subscription> make_template_subscription(template_watcher what, const home& house,
                                                         clock_pair started) {
  return std::make_unique<template_subscription>(std::move(what), house, started);
}

}  // namespace hassle::mockha
