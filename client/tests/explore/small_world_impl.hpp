#pragma once

// The functions of small_world.hpp. They are templates because a test explores broken rules too.

#include "small_world.hpp"

#include <tuple>

namespace hassle::client::explore {

// ---- What may happen ----------------------------------------------------------------------------

template <class Rules>
bool small_world<Rules>::is_due(happening what, std::size_t which) const {
  switch (what) {
    case happening::timer_due:
      return slots_[which].what == doing::sleeping && slots_[which].due <= now_;
    case happening::token_look_due:
      return slots_[which].what == doing::waiting_for_token && slots_[which].due <= now_;
    case happening::refresh_due:
      return !refresh_out_ && keeper_.next() <= now_;
    default:
      return false;
  }
}

template <class Rules>
void small_world<Rules>::add_slot_events(std::vector<event>& out, std::size_t which) const {
  const auto may = [&](happening what) { out.push_back({what, which}); };
  switch (slots_[which].what) {
    case doing::nothing:
      return may(happening::wanted);
    case doing::sleeping:
      if (is_due(happening::timer_due, which)) may(happening::timer_due);
      return;
    case doing::waiting_for_token:
      if (is_due(happening::token_look_due, which)) may(happening::token_look_due);
      return may(happening::token_late);
    case doing::dialling:
      may(happening::dialled);
      may(happening::dial_failed);
      may(happening::dial_overloaded);
      return may(happening::dial_unwelcome);
    case doing::authenticating:
      may(happening::auth_ok);
      may(happening::auth_invalid);
      return may(happening::lost);
    case doing::asking_running:
      may(happening::running);
      return may(happening::lost);
    case doing::serving:
      return may(happening::lost);
    case doing::waiting_to_dial:
    case doing::parked:
      return;
  }
}

template <class Rules>
void small_world<Rules>::add_call_events(std::vector<event>& out) const {
  // Calls are alike: only the first free one begins. One that waits for a connection stands for
  // all that might.
  bool begun = std::ranges::find(calls_, call_state::waiting, &call::state) != calls_.end();
  for (std::size_t i = 0; i < call_count; ++i) {
    switch (calls_[i].state) {
      case call_state::none:
        if (!begun) out.push_back({happening::call_begins, i});
        begun = true;
        break;
      case call_state::sent:
        out.push_back({happening::call_answered, i});
        out.push_back({happening::call_failed, i});
        out.push_back({happening::call_cancelled, i});
        out.push_back({happening::call_never_returns, i});
        break;
      case call_state::waiting:
        out.push_back({happening::call_failed, i});
        out.push_back({happening::call_cancelled, i});
        break;
      case call_state::gone:
        break;
    }
  }
}

template <class Rules>
void small_world<Rules>::add_client_events(std::vector<event>& out) const {
  if (refresh_out_) {
    out.push_back({happening::refreshed});
    out.push_back({happening::refresh_failed});
    out.push_back({happening::refresh_refused});
    out.push_back({happening::refresh_cancelled});
  }
  if (is_due(happening::refresh_due, 0)) out.push_back({happening::refresh_due});
  for (const happening what :
       {happening::thawed, happening::retried, happening::retried_with_token, happening::stopped}) {
    out.push_back({what});
  }
}

template <class Rules>
std::vector<event> small_world<Rules>::possible(net::time_point horizon) const {
  std::vector<event> all;
  if (stopped_) return all;
  for (std::size_t i = 0; i < slot_count; ++i) {
    if (slots_[i].what == doing::nothing) return {{happening::wanted, i}};
  }
  bool due = is_due(happening::refresh_due, 0);
  for (std::size_t i = 0; i < slot_count; ++i) {
    add_slot_events(all, i);
    due = due || is_due(happening::timer_due, i) || is_due(happening::token_look_due, i);
  }
  if (breaker_) add_call_events(all);
  add_client_events(all);
  if (faults_left_ == 0) std::erase_if(all, [](const event& e) { return is_fault(e.what); });
  // A timer that is due comes before time goes on; only a frozen process is late.
  if (!due && now_ + tick <= horizon) all.push_back({happening::time_passes});
  return all;
}

// ---- What happens -------------------------------------------------------------------------------

template <class Rules>
void small_world<Rules>::happen(event what, const net::random_stream& random) {
  if (is_fault(what.what)) --faults_left_;
  switch (what.what) {
    case happening::time_passes:
      now_ += tick;
      return;
    case happening::thawed: {
      constexpr int long_sleep = 3;
      now_ += long_sleep * tick;
      keeper_.on_thaw(now_);
      return;
    }
    case happening::refresh_due: {
      const auto decision = keeper_.on_timer(now_);
      if (decision.what == token_keeper::answer::refresh) begin_refresh();
      return;
    }
    case happening::refreshed:
    case happening::refresh_failed:
    case happening::refresh_refused:
    case happening::refresh_cancelled:
      return on_refresh_event(what.what, random);
    case happening::call_begins:
    case happening::call_answered:
    case happening::call_failed:
    case happening::call_cancelled:
    case happening::call_never_returns:
      return on_call_event(what, random);
    case happening::retried:
    case happening::retried_with_token:
      return retry(what.what == happening::retried_with_token);
    case happening::stopped:
      return stop();
    default:
      return on_slot_event(what, random);
  }
}

template <class Rules>
void small_world<Rules>::on_slot_event(event what, const net::random_stream& random) {
  slot& mine = slots_[what.slot];
  const bool was_dialling = mine.what == doing::dialling;
  const std::optional<duration> none;
  net::random_stream dice = random;
  mine.what = doing::nothing;
  mine.due = net::never;
  link_core::step next;
  switch (what.what) {
    case happening::wanted:
      next = mine.core.on_wanted();
      break;
    case happening::timer_due:
      next = mine.core.on_timer(now_);
      break;
    case happening::token_look_due:
      mine.what = doing::waiting_for_token;
      return ask_token(what.slot);
    case happening::token_late:
      next = mine.core.on_token_late(now_, dice);
      break;
    case happening::dialled:
      if (mine.socket) wrong("a slot has two connections");
      mine.socket = true;
      next = mine.core.on_dialled();
      break;
    case happening::dial_failed:
      next = mine.core.on_dial_failed(dial_failure::network, none, now_, dice);
      break;
    case happening::dial_overloaded:
      told_to_wait_ = true;
      next = mine.core.on_dial_failed(dial_failure::overloaded, 2 * tick, now_, dice);
      break;
    case happening::dial_unwelcome:
      told_to_wait_ = true;
      next = mine.core.on_dial_failed(dial_failure::unwelcome, none, now_, dice);
      break;
    case happening::auth_ok:
      if (mine.token == fresh_token_) accepted_ = true;
      keeper_.on_auth_ok(mine.token);
      next = mine.core.on_auth_ok(now_);
      break;
    case happening::auth_invalid: {
      mine.socket = false;
      // A fresh token that is refused, or one that nothing can replace.
      const bool replaceable = settings_->token && !settings_->token->refresh_token.empty();
      if (!replaceable || (mine.token == fresh_token_ && !accepted_)) refused_for_good_ = true;
      const auto decision = keeper_.on_auth_invalid(mine.token, now_);
      if (decision.what == token_keeper::answer::refresh) begin_refresh();
      const bool again = decision.what != token_keeper::answer::refused;
      next = mine.core.on_auth_invalid(again, now_, dice);
      react(what.slot, next);
      return tell_token_waiters();
    }
    case happening::running:
      next = mine.core.on_running();
      break;
    case happening::lost:
      mine.socket = false;
      lose_calls(what.slot, random);
      next = mine.core.on_lost(now_, dice);
      break;
    default:
      wrong("the model knows no such event");
      return;
  }
  react(what.slot, next);
  if (was_dialling) end_dial(what.slot);
}

/// The shell carries out what the core says.
template <class Rules>
void small_world<Rules>::react(std::size_t which, link_core::step step) {
  slot& mine = slots_[which];
  if (step.what != link_core::todo::nothing && mine.what != doing::nothing) {
    return wrong("something is begun while something else is under way");
  }
  switch (step.what) {
    case link_core::todo::nothing:
      return;
    case link_core::todo::wait:
      mine.what = doing::sleeping;
      mine.due = step.at;
      return;
    case link_core::todo::get_token:
      mine.what = doing::waiting_for_token;
      return ask_token(which);
    case link_core::todo::dial:
      return dial(which);
    case link_core::todo::authenticate:
      mine.what = doing::authenticating;
      return;
    case link_core::todo::ask_running:
      mine.what = doing::asking_running;
      return;
    case link_core::todo::serve:
      mine.what = doing::serving;
      for (call& each : calls_) {
        if (each.state == call_state::waiting) place(each);
      }
      return;
    case link_core::todo::park:
      mine.what = doing::parked;
      return;
  }
}

template <class Rules>
void small_world<Rules>::dial(std::size_t which) {
  const bool taken =
      std::ranges::any_of(slots_, [](const slot& each) { return each.what == doing::dialling; });
  slots_[which].what = settings_->jitter && taken ? doing::waiting_to_dial : doing::dialling;
}

template <class Rules>
void small_world<Rules>::end_dial(std::size_t which) {
  for (std::size_t i = 0; i < slot_count; ++i) {
    if (i == which || slots_[i].what != doing::waiting_to_dial) continue;
    slots_[i].what = doing::nothing;
    return dial(i);
  }
}

// ---- The token ----------------------------------------------------------------------------------

template <class Rules>
void small_world<Rules>::ask_token(std::size_t which) {
  slot& mine = slots_[which];
  const auto decision = keeper_.on_wanted(now_);
  mine.due = net::never;
  switch (decision.what) {
    case token_keeper::answer::use:
      mine.token = decision.number;
      mine.what = doing::nothing;
      return react(which, mine.core.on_token());
    case token_keeper::answer::refused:
      mine.what = doing::nothing;
      return react(which, mine.core.on_token_refused());
    case token_keeper::answer::refresh:
      return begin_refresh();
    case token_keeper::answer::wait:
      mine.due = decision.at;
      return;
  }
}

template <class Rules>
void small_world<Rules>::begin_refresh() {
  if (refresh_out_) wrong("two refreshes at a time");
  refresh_out_ = true;
}

template <class Rules>
void small_world<Rules>::tell_token_waiters() {
  for (std::size_t i = 0; i < slot_count; ++i) {
    if (slots_[i].what == doing::waiting_for_token) ask_token(i);
  }
}

template <class Rules>
void small_world<Rules>::on_refresh_event(happening what, const net::random_stream& random) {
  net::random_stream dice = random;
  refresh_out_ = false;
  constexpr int life = 4;
  switch (what) {
    case happening::refreshed:
      fresh_token_ = keeper_.on_refreshed(life * tick, now_);
      accepted_ = false;
      break;
    case happening::refresh_failed:
      keeper_.on_refresh_failed(token_keeper::failure::passing, now_, dice);
      break;
    case happening::refresh_refused:
      refused_for_good_ = true;
      keeper_.on_refresh_failed(token_keeper::failure::permanent, now_, dice);
      break;
    default:
      keeper_.on_refresh_cancelled();
      break;
  }
  tell_token_waiters();
}

template <class Rules>
void small_world<Rules>::retry(bool new_token) {
  keeper_.retry(new_token, now_);
  refused_for_good_ = false;
  fresh_token_ = 0;
  for (std::size_t i = 0; i < slot_count; ++i) {
    slot& mine = slots_[i];
    const link_core::step next = mine.core.retry();
    if (next.what == link_core::todo::nothing) continue;
    if (mine.what == doing::sleeping || mine.what == doing::parked) mine.what = doing::nothing;
    mine.due = net::never;
    react(i, next);
  }
  tell_token_waiters();
}

template <class Rules>
void small_world<Rules>::stop() {
  stopped_ = true;
  if (std::exchange(refresh_out_, false)) keeper_.on_refresh_cancelled();
  net::random_stream random = extreme_draws().low;
  for (slot& each : slots_) {
    each.core.stop();
    each.what = doing::nothing;
    each.due = net::never;
    each.socket = false;
    // What was under way reports its end, and nothing comes of it.
    for (const link_core::step late :
         {each.core.on_dial_failed(dial_failure::network, std::nullopt, now_, random),
          each.core.on_lost(now_, random), each.core.on_token_refused(), each.core.on_dialled(),
          each.core.on_timer(now_), each.core.retry()}) {
      if (late.what != link_core::todo::park) wrong("a stopped slot goes on");
    }
  }
  for (call& each : calls_) {
    if (each.state != call_state::none) end_call(each, std::nullopt, random);
  }
}

// ---- Calls --------------------------------------------------------------------------------------

template <class Rules>
void small_world<Rules>::on_call_event(event what, const net::random_stream& random) {
  call& mine = calls_[what.slot];
  switch (what.what) {
    case happening::call_begins: {
      net::random_stream dice = random;
      const auto permit = breaker_->try_acquire(now_, dice);
      if (!permit) return;
      mine = {.state = call_state::waiting, .permit = permit, .slot = 0};
      return place(mine);
    }
    case happening::call_answered:
      return end_call(mine, breaker_core::result::success, random);
    case happening::call_failed:
      return end_call(mine, breaker_core::result::failure, random);
    case happening::call_cancelled:
      return end_call(mine, std::nullopt, random);
    default:
      mine.state = call_state::gone;
      return;
  }
}

template <class Rules>
void small_world<Rules>::place(call& mine) {
  std::array<connection_candidate, slot_count> candidates;
  for (std::size_t i = 0; i < slot_count; ++i) {
    candidates[i].ready = slots_[i].what == doing::serving;
    candidates[i].last_used = slots_[i].last_used;
  }
  for (const call& each : calls_) {
    if (each.state == call_state::sent) ++candidates[each.slot].in_flight;
  }
  const auto chosen = choose_connection(candidates, call_count + 1);
  if (!chosen) return;
  if (!candidates[*chosen].ready) wrong("a call is sent where there is no connection");
  mine.state = call_state::sent;
  mine.slot = *chosen;
  slots_[*chosen].last_used = net::time_point(tick);
  slots_[1 - *chosen].last_used = net::time_point{};
}

template <class Rules>
void small_world<Rules>::end_call(call& mine, std::optional<breaker_core::result> how,
                                  const net::random_stream& random) {
  if (how) {
    net::random_stream dice = random;
    breaker_->on_result(*mine.permit, *how, duration::zero(), now_, dice);
  } else {
    breaker_->on_cancelled(*mine.permit);
  }
  mine = {};
}

template <class Rules>
void small_world<Rules>::lose_calls(std::size_t which, const net::random_stream& random) {
  for (call& each : calls_) {
    if (each.state == call_state::sent && each.slot == which) {
      end_call(each, breaker_core::result::failure, random);
    }
  }
}

// ---- What must hold -----------------------------------------------------------------------------

template <class Rules>
std::string_view small_world<Rules>::slot_violation(const slot& each) const {
  using phase = link_core::phase;
  const bool connected = each.what == doing::authenticating || each.what == doing::asking_running ||
                         each.what == doing::serving;
  if (each.socket != connected) return "a connection is kept that nobody uses, or used and gone";
  switch (each.core.now()) {
    case phase::idle:
    case phase::stopped:
      return each.what == doing::nothing ? "" : "a slot that is not in use does something";
    case phase::waiting:
      return each.what == doing::sleeping ? "" : "a slot waits and nothing will wake it";
    case phase::token:
      return each.what == doing::waiting_for_token ? "" : "a slot wants a token nobody gets";
    case phase::dialling:
      return each.what == doing::dialling || each.what == doing::waiting_to_dial
                 ? ""
                 : "a slot dials and does not";
    case phase::authenticating:
      return each.what == doing::authenticating ? "" : "a slot authenticates and does not";
    case phase::starting:
      return each.what == doing::asking_running ? "" : "a slot asks for RUNNING and does not";
    case phase::ready:
      return each.what == doing::serving ? "" : "a slot is ready and serves nobody";
    case phase::refused:
      return refused_for_good_ ? "" : "a slot gave up without a permanent refusal";
    case phase::spent:
      return each.what == doing::parked && !settings_->reconnect ? "" : "a slot gave up";
  }
  return "a slot is in no phase";
}

template <class Rules>
std::string_view small_world<Rules>::breaker_violation() const {
  unsigned trials = 0;
  for (const call& each : calls_) {
    const bool out =
        each.permit && each.permit->trial && each.permit->generation == breaker_->generation();
    trials += out ? 1 : 0;
  }
  if (trials != breaker_->trials()) return "a trial's permit was lost or invented";
  const unsigned most = breaker_of(*settings_).half_open_permits;
  return most != 0 && trials > most ? "more trials are out than there may be" : "";
}

template <class Rules>
std::string_view small_world<Rules>::violation() const {
  if (!wrong_.empty()) return wrong_;
  for (const slot& each : slots_) {
    if (const auto found = slot_violation(each); !found.empty()) return found;
  }
  const auto dials = std::ranges::count(slots_, doing::dialling, &slot::what);
  if (settings_->jitter && dials > 1) return "two dials of one endpoint at a time";
  if (refresh_out_ != keeper_.refreshing()) return "a refresh is forgotten, or nobody does it";
  if (keeper_.refused() && !refused_for_good_) return "the token is given up without a reason";
  return breaker_ ? breaker_violation() : "";
}

// ---- The way back -------------------------------------------------------------------------------

/// The next thing that a healthy environment does.
template <class Rules>
std::optional<event> small_world<Rules>::next_good() const {
  if (refresh_out_) return event{happening::refreshed};
  if (is_due(happening::refresh_due, 0)) return event{happening::refresh_due};
  for (std::size_t i = 0; i < slot_count; ++i) {
    switch (slots_[i].what) {
      case doing::nothing:
        return event{happening::wanted, i};
      case doing::sleeping:
        if (is_due(happening::timer_due, i)) return event{happening::timer_due, i};
        break;
      case doing::waiting_for_token:
        if (is_due(happening::token_look_due, i)) return event{happening::token_look_due, i};
        break;
      case doing::dialling:
        return event{happening::dialled, i};
      case doing::authenticating:
        return event{happening::auth_ok, i};
      case doing::asking_running:
        return event{happening::running, i};
      case doing::parked:
        return event{happening::retried_with_token};
      case doing::waiting_to_dial:
      case doing::serving:
        break;
    }
  }
  for (std::size_t i = 0; i < call_count; ++i) {
    if (calls_[i].state == call_state::sent) return event{happening::call_answered, i};
  }
  return std::nullopt;
}

/// When a timer of a slot rings next.
template <class Rules>
net::time_point small_world<Rules>::next_instant() const {
  net::time_point at = net::never;
  for (const slot& each : slots_) at = std::min(at, each.due);
  return at;
}

template <class Rules>
bool small_world<Rules>::call_through(const net::random_stream& random) {
  constexpr int tries_max = 20;
  for (int i = 0; i < tries_max; ++i) {
    call probe;
    net::random_stream dice = random;
    probe.permit = breaker_->try_acquire(now_, dice);
    if (!probe.permit) {
      // A trial that never came back is only given up when somebody asks.
      now_ = std::max(now_, breaker_->retry_at());
      continue;
    }
    place(probe);
    if (probe.state != call_state::sent) return false;
    end_call(probe, breaker_core::result::success, random);
    if (breaker_->state() == breaker_state::closed) return true;
  }
  return false;
}

template <class Rules>
std::optional<duration> small_world<Rules>::heal(const net::random_stream& random) {
  const net::time_point began = now_;
  faults_left_ = 1'000;  // What users retry counts as one.
  constexpr int steps_max = 200;
  for (int i = 0; i < steps_max; ++i) {
    if (const auto next = next_good()) {
      happen(*next, random);
      continue;
    }
    const bool ready =
        std::ranges::all_of(slots_, [](const slot& each) { return each.what == doing::serving; });
    if (ready) {
      if (breaker_ && !call_through(random)) return std::nullopt;
      return now_ - began;
    }
    const net::time_point at = next_instant();
    if (at == net::never || at <= now_) return std::nullopt;
    now_ = at;
  }
  return std::nullopt;
}

// ---- For the explorer ---------------------------------------------------------------------------

template <class Rules>
token_state small_world<Rules>::token() const {
  if (keeper_.refused()) return token_state::refused;
  if (keeper_.refreshing()) return token_state::refreshing;
  auto copy = keeper_;
  const bool waits = copy.on_wanted(now_).what == token_keeper::answer::wait;
  return waits ? token_state::waiting : token_state::idle;
}

template <class Rules>
void small_world<Rules>::put_in_order() {
  const auto slot_key = [](const slot& each) {
    return std::tuple(each.core.now(), each.what, each.due, each.core.failures(), each.token,
                      each.last_used);
  };
  if (slot_key(slots_[1]) < slot_key(slots_[0])) {
    std::swap(slots_[0], slots_[1]);
    for (call& each : calls_) {
      if (each.state == call_state::sent) each.slot = 1 - each.slot;
    }
  }
  const auto call_key = [](const call& each) {
    const std::uint32_t generation = each.permit ? each.permit->generation : 0;
    return std::tuple(each.state, each.slot, generation);
  };
  if (call_key(calls_[1]) < call_key(calls_[0])) std::swap(calls_[0], calls_[1]);
}

template <class Rules>
std::uint64_t small_world<Rules>::hash() const noexcept {
  std::uint64_t state = 0;
  const auto mix = [&state](auto value) {
    state = (state ^ static_cast<std::uint64_t>(value)) * 0x9E3779B97F4A7C15ULL;
    state ^= state >> 29U;
  };
  const auto mix_time = [&](net::time_point at) { mix(at.time_since_epoch().count()); };
  mix_time(now_);
  mix(faults_left_);
  for (const slot& each : slots_) {
    mix(each.what);
    mix(each.core.now());
    mix_time(each.core.next());
    mix(each.core.failures());
    mix(each.token);
    mix_time(each.due);
    mix_time(each.last_used);
  }
  mix(keeper_.number());
  mix(keeper_.refreshing());
  mix_time(keeper_.next());
  if (breaker_) {
    mix(breaker_->generation());
    mix_time(breaker_->retry_at());
    mix(breaker_->trials());
  }
  for (const call& each : calls_) {
    mix(each.state);
    mix(each.permit ? each.permit->generation + 1 : 0);
    mix(each.slot);
  }
  mix(refused_for_good_);
  return state;
}

}  // namespace hassle::client::explore
