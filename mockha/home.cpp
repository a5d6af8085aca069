#include "mockha/home.hpp"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

namespace hassle::mockha {

home::home(home_plan plan, context_source contexts, wall_time now)
    : scenes_(std::move(plan.scenes)), contexts_(contexts) {
  for (auto& [id, why] : plan.raising) raising_.push_back({id, std::move(why)});
  entities_.reserve(plan.entities.size());
  for (auto& item : plan.entities) {
    const bool is_new = by_id_.emplace(item.entity_id, entities_.size()).second;
    assert(is_new);
    entities_.emplace_back(std::move(item.entity_id),
                           entity_state{.state = std::move(item.state),
                                        .attributes = std::move(item.attributes),
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
  if (found && there_ == presence::absent && !found->is_core()) return nullptr;
  return found;
}

home::outcome home::execute(const service& called, const service_call& call,
                            std::string_view user_id, wall_time now, watch wanted) {
  outcome done{.cause = contexts_.make(now, std::string(user_id)), .failed = {}, .changes = {}};
  if (called.reaches == service::reach::nothing) {
    done.effective = true;
    return done;
  }
  if (call.all && there_ == presence::real) {
    for (auto& e : entities_) {
      if (!done.failed && !hidden_.contains(e.id())) act_on(e, called, call, now, wanted, done);
    }
  }
  for (const auto& id : call.entities) {
    entity* target = find_real(id);
    if (target && !done.failed) act_on(*target, called, call, now, wanted, done);
  }
  return done;
}

void home::act_on(entity& target, const service& called, const service_call& call, wall_time now,
                  watch wanted, outcome& done) {
  const service* acting = &called;
  if (called.reaches == service::reach::any_domain) {
    acting = find_service(target.domain(), called.name);
    if (!acting) return;
  } else if (target.domain() != called.domain) {
    return;
  }
  if (const failure* why = raised_by(target.id())) {
    done.failed = *why;
    return;
  }
  if (acting->reaches == service::reach::scene) {
    activate(target, now, wanted, done);
    return;
  }
  auto update = acting->act(target, call.data);
  if (!update) {
    done.failed = std::move(update.error());
    return;
  }
  write(target, std::move(*update), now, wanted, done);
}

void home::activate(entity& scene, wall_time now, watch wanted, outcome& done) {
  if (const auto parts = scenes_.find(scene.id()); parts != scenes_.end()) {
    for (const auto& part : parts->second) {
      if (entity* target = find_real(part.entity_id)) {
        write(*target, part.update, now, wanted, done);
      }
    }
  }
  // A scene's state is when it was last activated.
  write(scene, {.state = iso_text(now), .attributes = {}}, now, wanted, done);
}

void home::write(entity& target, state_update update, wall_time now, watch wanted, outcome& done) {
  done.effective = true;
  states_json_.clear();
  if (auto change = target.write(std::move(update), done.cause, now, wanted)) {
    done.changes.push_back(std::move(*change));
  }
}

std::vector<entity_change> home::become(presence next, wall_time now, watch wanted) {
  std::vector<entity_change> changes;
  const presence before = std::exchange(there_, next);
  states_json_.clear();
  if (before == next) return changes;
  if (before == presence::real) {
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

void home::append_compressed(std::string& to, const std::vector<std::string>* ids) const {
  if (there_ == presence::absent) return;
  bool first = true;
  for (const auto& e : entities_) {
    if (ids && std::ranges::find(*ids, e.id()) == ids->end()) continue;
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
