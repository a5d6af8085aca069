// What happens to a home's entities besides services; the rest is in home.cpp.
#include "mockha/home.hpp"

#include "scenarios/server_faults.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::mockha {

const failure* home::raised_by(std::string_view id) const {
  for (auto r = raising_.rbegin(); r != raising_.rend(); ++r) {
    if (scenario::matches_pattern(r->pattern, id)) return &r->with;
  }
  return nullptr;
}

void home::make_raise(std::string_view pattern, failure with) {
  stop_raising(pattern);
  raising_.push_back({std::string(pattern), std::move(with)});
}

bool home::stop_raising(std::string_view pattern) {
  return std::erase_if(raising_, [&](const raise& r) { return r.pattern == pattern; }) > 0;
}

// During a restart what is replaced is what comes back after it.
std::optional<entity_change> home::replace(std::size_t n, entity_state by, watch wanted) {
  if (there_ != presence::real) {
    real_[n] = std::move(by);
    return std::nullopt;
  }
  states_json_.clear();
  return entities_[n].replace(std::move(by), false, wanted);
}

std::optional<entity_change> home::set(std::string_view id, std::string state,
                                       json::object attributes, wall_time now, watch wanted) {
  entity_state next{.state = std::move(state),
                    .attributes = std::move(attributes),
                    .last_changed = now,
                    .last_updated = now,
                    .last_reported = now,
                    .cause = contexts_.make(now)};
  const auto n = index_of(id);
  if (!n) {
    by_id_.emplace(id, entities_.size());
    if (there_ != presence::real) real_.push_back(next);
    states_json_.clear();
    entity made(std::string(id), next);
    const entity_change change = made.replace(next, true, wanted);
    entities_.push_back(std::move(made));
    if (there_ == presence::absent) return std::nullopt;  // It appears with the others.
    return change;
  }
  hidden_.erase(std::string(id));
  const entity_state& before = there_ == presence::real ? entities_[*n].now() : real_[*n];
  if (before.state == next.state) {
    if (before.attributes == next.attributes) {
      if (there_ == presence::real) {
        states_json_.clear();
        (void)entities_[*n].write({.state = next.state, .attributes = {}}, next.cause, now, {});
      }
      return std::nullopt;
    }
    next.last_changed = before.last_changed;
  }
  return replace(*n, std::move(next), wanted);
}

void home::erase(std::size_t n) {
  hidden_.erase(entities_[n].id());
  by_id_.erase(entities_[n].id());
  entities_.erase(entities_.begin() + static_cast<std::ptrdiff_t>(n));
  if (there_ != presence::real) real_.erase(real_.begin() + static_cast<std::ptrdiff_t>(n));
  for (auto& [id, index] : by_id_) {
    if (index > n) --index;
  }
  states_json_.clear();
}

std::optional<entity_change> home::remove(std::string_view id, wall_time now, watch wanted) {
  const auto n = index_of(id);
  if (!n) return std::nullopt;
  entity_change change = entities_[*n].farewell(contexts_.make(now), now, wanted);
  erase(*n);
  if (there_ == presence::absent) return std::nullopt;  // Nobody saw it.
  return change;
}

std::vector<entity_change> home::rename(std::string_view from, std::string_view to, wall_time now,
                                        watch wanted) {
  std::vector<entity_change> changes;
  const auto n = index_of(from);
  if (!n || index_of(to)) return changes;
  entity_state kept = there_ == presence::real ? entities_[*n].now() : real_[*n];
  const bool was_hidden = hidden_.contains(from);
  if (was_hidden) kept = hidden_.find(from)->second;
  if (auto gone = remove(from, now, wanted)) changes.push_back(std::move(*gone));
  auto come = set(to, std::move(kept.state), std::move(kept.attributes), now, wanted);
  if (come) changes.push_back(std::move(*come));
  if (was_hidden) {
    for (auto& change : make_unavailable(to, now, wanted)) changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<entity_change> home::make_unavailable(std::string_view pattern, wall_time now,
                                                  watch wanted) {
  std::vector<entity_change> changes;
  for (std::size_t n = 0; n < entities_.size(); ++n) {
    const std::string& id = entities_[n].id();
    if (hidden_.contains(id) || !scenario::matches_pattern(pattern, id)) continue;
    const entity_state& now_there = there_ == presence::real ? entities_[n].now() : real_[n];
    entity_state shown = out_of_reach(now_there, now, contexts_.make(now));
    hidden_.emplace(id, now_there);
    if (auto change = replace(n, std::move(shown), wanted)) changes.push_back(std::move(*change));
  }
  return changes;
}

std::vector<entity_change> home::make_available(std::string_view pattern, wall_time now,
                                                watch wanted) {
  std::vector<entity_change> changes;
  for (auto at = hidden_.begin(); at != hidden_.end();) {
    if (!scenario::matches_pattern(pattern, at->first)) {
      ++at;
      continue;
    }
    const auto n = index_of(at->first);
    assert(n);
    entity_state back = std::move(at->second);
    back.last_changed = back.last_updated = back.last_reported = now;
    back.cause = contexts_.make(now);
    at = hidden_.erase(at);
    if (auto change = replace(*n, std::move(back), wanted)) changes.push_back(std::move(*change));
  }
  return changes;
}

}  // namespace hassle::mockha
