#include "mockha/home.hpp"
#include "mockha/home_doing.hpp"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

namespace hassle::mockha {

home::home(const home_plan& plan, context_source contexts, wall_time now)
    : scenes_(plan.scenes), contexts_(contexts) {
  for (const auto& [id, what] : plan.scripts) {
    scripts_.emplace(id, what);
    if (!id.starts_with("script.")) continue;
    const auto [at, is_new] = script_services_.emplace(id.substr(7), service());
    at->second = {.domain = "script",
                  .name = at->first,
                  .reaches = service::reach::own_script,
                  .responds = service::response::optional};
  }
  for (const auto& [id, why] : plan.raising) raising_.push_back({id, why});
  entities_.reserve(plan.entities.size());
  for (const auto& item : plan.entities) {
    const bool is_new = by_id_.emplace(item.entity_id, entities_.size()).second;
    assert(is_new);
    entities_.emplace_back(item.entity_id, entity_state{.state = item.state,
                                                        .attributes = item.attributes,
                                                        .last_changed = now,
                                                        .last_updated = now,
                                                        .last_reported = now,
                                                        .cause = contexts_.make(now)});
  }
}

std::size_t home::size() const noexcept {
  return there_ == presence::absent ? 0 : entities_.size();
}

const entity* home::find(std::string_view id) const {
  if (there_ == presence::absent) return nullptr;
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &entities_[found->second];
}

entity* home::find_real(std::string_view id) {
  if (there_ != presence::real || hidden_.contains(id)) return nullptr;
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &entities_[found->second];
}

std::optional<std::size_t> home::index_of(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

const service* home::service_named(std::string_view domain, std::string_view name) const {
  const service* found = find_service(domain, name);
  if (!found && domain == "script") {
    const auto own = script_services_.find(name);
    if (own != script_services_.end()) found = &own->second;
  }
  if (found && there_ == presence::absent && !found->is_core()) return nullptr;
  return found;
}

void home::fail(doing& d, failure why) {
  d.done.failed = std::move(why);
  d.done.response.reset();
}

home::outcome home::execute(const service& called, const service_call& call,
                            std::string_view user_id, wall_time now, watch wanted,
                            bool wants_response) {
  return execute_as(contexts_.make(now, std::string(user_id)), called, call, now, wanted,
                    wants_response);
}

home::outcome home::execute_as(context cause, const service& called, const service_call& call,
                               wall_time now, watch wanted, bool wants_response) {
  doing d{.called = called,
          .call = call,
          .now = now,
          .wanted = wanted,
          .wants_response = wants_response && called.respond != nullptr,
          .asks_script = wants_response,
          .done = {},
          .responses = {}};
  d.done.cause = std::move(cause);
  if (called.reaches == service::reach::sequence) {
    start_sequence(d);
    return std::move(d.done);
  }
  if (called.reaches == service::reach::own_script) {
    entity* target = find_real("script." + std::string(called.name));
    if (target) start_script(*target, d, true);
    return std::move(d.done);
  }
  if (called.reaches == service::reach::nothing) {
    d.done.effective = true;
    d.done.wish = called.wishes;
    if (!d.wants_response) return std::move(d.done);
    auto said = called.respond(nullptr, call.data, now);
    if (said) {
      d.done.response = json_text(*said);
    } else {
      fail(d, std::move(said.error()));
    }
    return std::move(d.done);
  }
  if (call.all && there_ == presence::real) {
    for (auto& e : entities_) {
      if (!d.done.failed && !hidden_.contains(e.id())) act_on(e, d);
    }
  }
  for (const auto* ids : {&call.entities, &call.reached}) {
    for (const auto& id : *ids) {
      entity* target = find_real(id);
      if (target && !d.done.failed) act_on(*target, d);
    }
  }
  if (!d.wants_response || d.done.failed) return std::move(d.done);
  if (d.responses.empty()) {
    fail(d, {.code = "home_assistant_error",
             .message = "Service call requested response data but did not match any entities",
             .translation_key = {},
             .translation_domain = {},
             .translation_placeholders = {}});
  } else {
    d.done.response = json_text(json::value(std::move(d.responses)));
  }
  return std::move(d.done);
}

void home::act_on(entity& target, doing& d) {
  const service* acting = &d.called;
  if (d.called.reaches == service::reach::any_domain) {
    acting = find_service(target.domain(), d.called.name);
    if (!acting) return;
  } else if (target.domain() != d.called.domain) {
    return;
  }
  if (const failure* why = raised_by(target.id())) {
    fail(d, *why);
    return;
  }
  if (d.wants_response) {
    auto said = acting->respond(&target, d.call.data, d.now);
    if (!said) {
      fail(d, std::move(said.error()));
      return;
    }
    d.responses[target.id()] = std::move(*said);
  }
  if (acting->reaches == service::reach::scene) {
    activate(target, d);
  } else if (acting->reaches == service::reach::stamp) {
    write(target, {.state = iso_text(d.now), .attributes = {}}, d);
  } else if (acting->reaches == service::reach::script) {
    if (acting->name == "toggle" && running_.contains(target.id())) {
      running_.erase(target.id());
      write(target, {.state = "off", .attributes = {}}, d);
    } else {
      start_script(target, d, false);
    }
  } else if (acting->act) {
    if (acting->name == "turn_off") running_.erase(target.id());
    auto update = acting->act(target, d.call.data);
    if (!update) {
      fail(d, std::move(update.error()));
    } else {
      write(target, std::move(*update), d);
    }
  } else {
    d.done.effective = true;
  }
}

void home::activate(entity& scene, doing& d) {
  if (const auto parts = scenes_.find(scene.id()); parts != scenes_.end()) {
    for (const auto& part : parts->second) {
      if (entity* target = find_real(part.entity_id)) write(*target, part.update, d);
    }
  }
  // A scene's state is when it was last activated.
  write(scene, {.state = iso_text(d.now), .attributes = {}}, d);
}

void home::write(entity& target, state_update update, doing& d) {
  write(target, std::move(update), d.now, d.wanted, d.done);
}

void home::write(entity& target, state_update update, wall_time now, watch wanted, outcome& done) {
  done.effective = true;
  states_json_.clear();
  if (auto change = target.write(std::move(update), done.cause, now, wanted)) {
    done.changes.push_back(std::move(*change));
  }
}

std::vector<bus_event> home::outcome::to_publish() const {
  std::vector<bus_event> all;
  auto next = events.begin();
  for (std::size_t n = 0; n <= changes.size(); ++n) {
    for (; next != events.end() && next->before <= n; ++next) all.push_back(next->event);
    if (n < changes.size()) all.push_back(state_changed_event(changes[n]));
  }
  return all;
}

std::vector<entity_change> home::become(presence next, wall_time now, watch wanted) {
  std::vector<entity_change> changes;
  const presence before = std::exchange(there_, next);
  states_json_.clear();
  if (before == next) return changes;
  services_json_.clear();
  if (before == presence::real) {
    end_scripts();
    real_.clear();
    for (const auto& e : entities_) real_.push_back(e.now());
  }
  // Nobody is connected while entities go: the process that knew them has ended.
  if (next == presence::absent) return changes;

  for (std::size_t n = 0; n < entities_.size(); ++n) {
    const context cause = contexts_.make(now);
    entity_state shown;
    if (next == presence::real) {
      shown = real_[n];
      shown.last_changed = shown.last_updated = shown.last_reported = now;
      shown.cause = cause;
    } else {
      shown = restored(real_[n], now, cause);
    }
    changes.push_back(entities_[n].replace(std::move(shown), before == presence::absent, wanted));
  }
  return changes;
}

std::vector<entity_change> home::show_defaults(wall_time now, watch wanted) {
  std::vector<entity_change> changes;
  if (there_ != presence::restored) return changes;
  states_json_.clear();
  for (std::size_t n = 0; n < entities_.size(); ++n) {
    if (real_[n].state != "on") continue;  // The others have none, or it is their own.
    entity_state shown = real_[n];
    shown.state = "off";
    shown.last_changed = shown.last_updated = shown.last_reported = now;
    shown.cause = contexts_.make(now);
    changes.push_back(entities_[n].replace(std::move(shown), false, wanted));
  }
  return changes;
}

const std::string& home::states_json() const {
  if (!states_json_.empty()) return states_json_;
  states_json_ += '[';
  if (there_ != presence::absent) {
    for (const auto& e : entities_) {
      states_json_ += e.full_json();
      states_json_ += ',';
    }
  }
  if (states_json_.back() == ',') states_json_.pop_back();
  states_json_ += ']';
  return states_json_;
}

void home::append_compressed(std::string& to,
                             const std::function<bool(std::string_view)>& wanted) const {
  if (there_ == presence::absent) return;
  bool first = true;
  for (const auto& e : entities_) {
    if (wanted && !wanted(e.id())) continue;
    if (!first) to += ',';
    first = false;
    append_string(to, e.id());
    to += ':';
    to += e.compressed_json();
  }
}

std::vector<std::string_view> home::domains() const {
  std::set<std::string_view> seen;
  if (there_ != presence::absent) {
    for (const auto& e : entities_) seen.insert(e.domain());
  }
  return {seen.begin(), seen.end()};
}

}  // namespace hassle::mockha
