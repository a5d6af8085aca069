#include "state_history.hpp"

#include <hassle/client/state_mirror.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <utility>

namespace hassle::client {

namespace json = boost::json;

namespace {

/// A member of an object, null if there is none or `of` is no object.
const json::value* member(const json::value& of, std::string_view key) noexcept {
  const json::object* object = of.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

/// A text, null or a number given as one: what ids and states may be; anything else is empty.
std::string_view text_of(const json::value* value) noexcept {
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

/// Seconds. False if it is no number.
bool read_time(const json::value* value, double& into) noexcept {
  if (value == nullptr) return false;
  if (const double* exact = value->if_double()) {
    into = *exact;
  } else if (const std::int64_t* whole = value->if_int64()) {
    into = static_cast<double>(*whole);
  } else {
    return false;
  }
  return true;
}

void read_part(const json::object& context, std::string_view key, std::string& into) {
  const json::value* part = context.if_contains(key);
  if (part != nullptr) into = text_of(part);
}

/// A whole context and a changed one have the same rules: a text is the id alone, an object names
/// the parts that are told; only what a text leaves out differs.
void read_context(const json::value& context, mirrored_state& into) {
  if (const json::object* parts = context.if_object()) {
    read_part(*parts, "id", into.context_id);
    read_part(*parts, "parent_id", into.parent_id);
    read_part(*parts, "user_id", into.user_id);
  } else {
    into.context_id = text_of(&context);
  }
}

/// `lc` sets both times, `lu` the last update only (reference §4.4).
void read_times(const json::value& state, mirrored_state& into) noexcept {
  if (read_time(member(state, "lc"), into.last_changed)) into.last_updated = into.last_changed;
  (void)read_time(member(state, "lu"), into.last_updated);
}

/// Absent if it is no compressed state.
std::optional<mirrored_state> read_state(const json::value& compressed) {
  const json::value* state = member(compressed, "s");
  if (state == nullptr || !state->is_string()) return std::nullopt;
  mirrored_state result;
  result.state = text_of(state);
  const json::value* attributes = member(compressed, "a");
  if (attributes != nullptr && attributes->is_object()) {
    result.attributes = json::object(attributes->get_object(), json::storage_ptr());
  }
  if (const json::value* context = member(compressed, "c")) read_context(*context, result);
  read_times(compressed, result);
  return result;
}

/// {"+":{…},"-":{"a":[…]}}. False if it is no such thing; then nothing was changed.
bool change_state(const json::value& difference, mirrored_state& of) {
  if (!difference.is_object()) return false;
  const json::value* plus = member(difference, "+");
  const json::value* minus = member(difference, "-");
  if (plus == nullptr && minus == nullptr) return false;
  if (plus != nullptr) {
    const json::value* state = member(*plus, "s");
    if (state != nullptr && state->is_string()) of.state = text_of(state);
    if (const json::value* context = member(*plus, "c")) read_context(*context, of);
    read_times(*plus, of);
    const json::value* attributes = member(*plus, "a");
    if (attributes != nullptr && attributes->is_object()) {
      for (const auto& [key, value] : attributes->get_object()) of.attributes[key] = value;
    }
  }
  if (minus != nullptr) {
    const json::value* gone = member(*minus, "a");
    if (gone != nullptr && gone->is_array()) {
      for (const json::value& key : gone->get_array()) of.attributes.erase(text_of(&key));
    }
  }
  return true;
}

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// "2026-06-25T21:20:05.162552+00:00"; the fraction is left out when it is 0.
std::string iso_time(double seconds) {
  constexpr double year_9999 = 253'402'300'799;
  if (!(seconds >= 0 && seconds <= year_9999)) seconds = 0;
  const auto micros = static_cast<std::int64_t>(std::llround(seconds * 1e6));
  const std::chrono::sys_time<std::chrono::microseconds> at{std::chrono::microseconds(micros)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()},
                                 unsigned{date.month()}, unsigned{date.day()}, time.hours().count(),
                                 time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:06}", time.subseconds().count());
  return text + "+00:00";
}

}  // namespace

state_mirror::state_mirror(const mirror_config& settings)
    : entities_max_(settings.entities_max),
      age_max_(settings.age_max),
      shrink_percent_(settings.shrink_percent) {
  assert(entities_max_ > 0 && age_max_ > duration::zero());
}

bool is_user_event(const mirror_change& change) noexcept {
  const auto tells_nothing = [](std::string_view state) {
    return state.empty() || state == "unavailable" || state == "unknown";
  };
  return !change.while_starting && change.what == mirror_change::kind::changed &&
         change.from != change.to && !tells_nothing(change.from) && !tells_nothing(change.to);
}

void state_mirror::on_lost(net::time_point last_byte) noexcept {
  snapshot_next_ = false;
  doubtful_ = false;
  become_stale(last_byte);
}

void state_mirror::on_missed(net::time_point at) noexcept {
  snapshot_next_ = false;
  become_stale(at);
}

void state_mirror::become_stale(net::time_point last_true) noexcept {
  if (std::exchange(live_, false)) true_at_ = last_true;
}

/// A home of a few entities may well lose most of them.
constexpr std::size_t worth_doubting = 5;

bool state_mirror::believes(std::size_t entities) const noexcept {
  if (doubt_ == doubt::none || states_.size() < worth_doubting) return true;
  if (doubt_ == doubt::all) return entities >= states_.size();
  const std::size_t lost = states_.size() - std::min(states_.size(), entities);
  return lost * 100 < states_.size() * shrink_percent_;
}

void state_mirror::apply(const json::value& event, std::vector<mirror_change>* changes) {
  ++counts_.events;
  if (doubtful_ && !snapshot_next_) return;
  const json::value* added = member(event, "a");
  const json::value* changed = member(event, "c");
  const json::value* removed = member(event, "r");
  if (added == nullptr && changed == nullptr && removed == nullptr) {
    ++counts_.not_understood;
    return;
  }
  if (added != nullptr) {
    if (!added->is_object()) {
      ++counts_.not_understood;
    } else if (std::exchange(snapshot_next_, false)) {
      doubtful_ = !believes(added->get_object().size());
      if (doubtful_) {
        ++counts_.doubted;
        return;
      }
      replace_all(added->get_object(), changes);
    } else {
      add_all(added->get_object(), changes);
    }
  }
  if (changed != nullptr) change_all(*changed, changes);
  if (removed != nullptr) remove_all(*removed, changes);
}

void state_mirror::note(std::vector<mirror_change>* into, mirror_change::kind what,
                        std::string_view entity_id, std::string_view from,
                        std::string_view to) const {
  if (into == nullptr) return;
  into->push_back({.what = what,
                   .entity_id = std::string(entity_id),
                   .from = std::string(from),
                   .to = std::string(to),
                   .while_starting = !running_});
}

void state_mirror::remember(std::string_view entity_id, const mirrored_state* before) const {
  if (history_ != nullptr) history_->note(entity_id, before);
}

void state_mirror::replace_all(const json::object& snapshot, std::vector<mirror_change>* changes) {
  ++counts_.snapshots;
  live_ = true;
  states_map fresh;
  for (const auto& [entity_id, compressed] : snapshot) {
    auto state = read_state(compressed);
    if (!state) {
      ++counts_.not_understood;
    } else if (fresh.size() >= entities_max_) {
      ++counts_.no_room;
    } else {
      fresh.insert_or_assign(std::string(entity_id), std::move(*state));
    }
  }
  const states_map old = std::exchange(states_, std::move(fresh));
  if (changes != nullptr || history_ != nullptr) note_differences(old, changes);
}

void state_mirror::note_differences(const states_map& old,
                                    std::vector<mirror_change>* changes) const {
  using kind = mirror_change::kind;
  // Both are ordered by entity id: one walk over the two.
  auto before = old.begin();
  auto after = states_.begin();
  while (before != old.end() || after != states_.end()) {
    const bool gone =
        after == states_.end() || (before != old.end() && before->first < after->first);
    const bool came =
        before == old.end() || (after != states_.end() && after->first < before->first);
    if (gone) {
      remember(before->first, &before->second);
      note(changes, kind::removed, before->first, before->second.state, "");
      ++before;
    } else if (came) {
      remember(after->first, nullptr);
      note(changes, kind::added, after->first, "", after->second.state);
      ++after;
    } else {
      if (before->second != after->second) {
        remember(before->first, &before->second);
        note(changes, kind::changed, after->first, before->second.state, after->second.state);
      }
      ++before;
      ++after;
    }
  }
}

void state_mirror::add_all(const json::object& added, std::vector<mirror_change>* changes) {
  using kind = mirror_change::kind;
  for (const auto& [entity_id, compressed] : added) {
    auto state = read_state(compressed);
    if (!state) {
      ++counts_.not_understood;
      continue;
    }
    const auto found = states_.find(std::string_view(entity_id));
    if (found != states_.end()) {
      remember(found->first, &found->second);
      note(changes, kind::changed, found->first, found->second.state, state->state);
      found->second = std::move(*state);
    } else if (states_.size() >= entities_max_) {
      ++counts_.no_room;
    } else {
      remember(entity_id, nullptr);
      note(changes, kind::added, std::string_view(entity_id), "", state->state);
      states_.emplace(std::string(entity_id), std::move(*state));
    }
  }
}

void state_mirror::change_all(const json::value& changed, std::vector<mirror_change>* changes) {
  if (!changed.is_object()) {
    ++counts_.not_understood;
    return;
  }
  for (const auto& [entity_id, difference] : changed.get_object()) {
    const auto found = states_.find(std::string_view(entity_id));
    if (found == states_.end()) {
      ++counts_.unknown_entity;
      continue;
    }
    remember(found->first, &found->second);
    std::string before;
    if (changes != nullptr) before = found->second.state;
    if (!change_state(difference, found->second)) {
      ++counts_.not_understood;
      continue;
    }
    note(changes, mirror_change::kind::changed, found->first, before, found->second.state);
  }
}

void state_mirror::remove_all(const json::value& removed, std::vector<mirror_change>* changes) {
  if (!removed.is_array()) {
    ++counts_.not_understood;
    return;
  }
  for (const json::value& entity_id : removed.get_array()) {
    const auto found = states_.find(text_of(&entity_id));
    if (found == states_.end()) {
      ++counts_.unknown_entity;
      continue;
    }
    remember(found->first, &found->second);
    note(changes, mirror_change::kind::removed, found->first, found->second.state, "");
    states_.erase(found);
  }
}

const mirrored_state* state_mirror::find(std::string_view entity_id) const noexcept {
  const auto found = states_.find(entity_id);
  return found == states_.end() ? nullptr : &found->second;
}

std::optional<duration> state_mirror::age(net::time_point now) const noexcept {
  if (live_) return duration::zero();
  if (!true_at_) return std::nullopt;
  const duration since = std::max(duration::zero(), now - *true_at_);
  if (since > age_max_) return std::nullopt;
  return since;
}

json::object state_object(std::string_view entity_id, const mirrored_state& state,
                          json::storage_ptr memory) {
  const std::string updated = iso_time(state.last_updated);
  json::object result(memory);
  result.reserve(7);
  result["entity_id"] = entity_id;
  result["state"] = state.state;
  result["attributes"] = state.attributes;
  result["last_changed"] = iso_time(state.last_changed);
  result["last_reported"] = updated;
  result["last_updated"] = updated;
  json::object& context = result["context"].emplace_object();
  context.reserve(3);
  context["id"] = state.context_id;
  context["parent_id"] = text_or_null(state.parent_id);
  context["user_id"] = text_or_null(state.user_id);
  return result;
}

}  // namespace hassle::client
