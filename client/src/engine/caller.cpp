#include "caller.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::client {

using kind = client_event_kind;

namespace {

/// A read without a connection is answered with what was known after so long: a dial, TLS and
/// authentication included, takes less where it succeeds at all…
constexpr duration stale_after = 2s;
/// …but on a slow path. There a token and whether Home Assistant runs may have to be asked for,
/// too.
constexpr int stale_after_attempts = 3;
constexpr duration stale_after_most = 10s;

net::time_point after(net::time_point now, duration by) {
  return by == no_limit ? net::never : now + by;
}

/// How often a command is sent at most. Without `idempotency` one that got no answer is sent again
/// blindly, once, as the report's listing does.
unsigned attempts_of(const config& settings) {
  if (settings.idempotency) return settings.idempotency->attempts_max;
  return settings.reconnect ? 2 : 1;
}

}  // namespace

/// Gives the breaker's permit back however the call ends.
class caller::permit_return {
 public:
  permit_return(caller& owner, call& of) noexcept : owner_(owner), of_(of) {}
  permit_return(const permit_return&) = delete;
  permit_return& operator=(const permit_return&) = delete;
  ~permit_return() { owner_.give_back_permit(of_); }

 private:
  caller& owner_;
  call& of_;
};

caller::caller(engine_context& shared, waiting_room& room, links& connections, mirror* states)
    : shared_(shared),
      room_(room),
      links_(connections),
      mirror_(states),
      answer_limit_(shared.settings.reconnect ? shared.settings.reconnect->answer_limit : no_limit),
      send_least_(shared.settings.deadline.value_or(deadline_config{}).send_least),
      attempts_max_(attempts_of(shared.settings)),
      random_(shared.world.random("client/caller")) {
  const config& on = shared.settings;
  if (on.admission) {
    turns_.emplace(*on.admission);
    budget_.emplace(*on.admission, shared.now());
  }
  if (on.breaker) breaker_.emplace(on.admission ? *on.breaker : without_admission(*on.breaker));
  if (on.idempotency) {
    rules_.emplace(*on.idempotency);
    if (on.idempotency->look_up) {
      lookup_.emplace(shared, states, [this](boost::json::object body, net::time_point until) {
        return ask(std::move(body), until);
      });
    }
  }
  if (on.degradation) cache_.emplace(*on.degradation);
}

net::time_point caller::deadline_of(net::time_point limit) const noexcept {
  // Without the layer nobody knows of the caller's limit.
  const auto& layer = shared_.settings.deadline;
  if (!layer || limit == net::never) return net::never;
  return limit - layer->margin;
}

// ---- The way of a command -----------------------------------------------------------------------

asio::awaitable<outcome> caller::send(command what, net::time_point limit) {
  const net::time_point now = shared_.now();
  call mine(what, now, deadline_of(limit));
  const permit_return returns(*this, mine);
  links_.want();

  if (turns_) turns_->enter(mine.turn, now);
  if (turns_ && mine.turn.now() != turns::place::phase::running) co_await await_turn(mine);
  while (!mine.over) {
    std::shared_ptr<session> use = ready_connection(mine);
    if (!use) use = co_await await_connection(mine);
    if (!use) break;
    if (!breaker_lets_pass(mine)) {
      co_await await_breaker(mine);
      continue;
    }
    if (!begin(mine, use)) continue;
    const net::wait_end how = co_await room_.wait(mine.wakes, mine.next());
    if (!take_answer(mine)) co_await await_answer(mine, how);
  }
  degrade(mine);
  mine.result.attempts = mine.sends;
  mine.result.stages = mine.stages;
  co_return std::move(mine.result);
}

// ---- Its turn -----------------------------------------------------------------------------------

asio::awaitable<void> caller::await_turn(call& mine) {
  using enum turns::place::phase;
  const net::time_point began = shared_.now();
  if (mine.turn.now() == waiting) {
    shared_.tell({.kind = kind::call_queued, .tag = mine.what.tag, .text = "bulkhead"});
  }
  while (mine.turn.now() == waiting && !mine.over) {
    const net::time_point limit = std::min(mine.until, turns_->next());
    const net::wait_end how = co_await room_.wait(mine.wakes, limit);
    if (shared_.stopping) {
      mine.end_at_once(detail_code::stopped);
    } else if (how == net::wait_end::cancelled) {
      mine.end_at_once(detail_code::cancelled);
    } else if (mine.turn.now() == waiting && shared_.now() >= mine.until) {
      mine.end(outcome_kind::other, detail_code::queue_full);
    } else {
      turns_->drop_expired(shared_.now());
    }
  }
  mine.stages.queued += shared_.now() - began;
  if (mine.turn.now() == dropped) mine.end(outcome_kind::other, detail_code::queue_full);
  if (mine.over) {
    shared_.tell({.kind = kind::call_refused, .tag = mine.what.tag, .text = mine.result.detail});
  }
}

// ---- A connection -------------------------------------------------------------------------------

/// The best there is, the one that it was sent on before only if there is no other; null = none.
std::shared_ptr<session> caller::best_connection(const call& mine) {
  if (mine.sends == 0) return links_.choose();
  // What one connection died of, the others may have died of: with `probe` they are tested, without
  // it only one that was heard of since will do. A new one is being made.
  const bool tested = shared_.settings.probe.has_value();
  const net::time_point heard_after = tested ? net::time_point::min() : mine.last_sent();
  auto use = links_.choose(mine.last_used(), heard_after);
  return use ? use : links_.choose(nullptr, heard_after);
}

std::shared_ptr<session> caller::ready_connection(const call& mine) {
  if (shared_.stopping) return nullptr;
  auto use = best_connection(mine);
  return use && !use->suspect(shared_.now()) ? use : nullptr;
}

/// How long a connection is waited for: where an older answer is at hand, a short outage is, and a
/// long one is not worth the wait.
net::time_point caller::patience_of(const call& mine) const {
  const net::time_point now = shared_.now();
  const duration most =
      std::clamp(stale_after_attempts * links_.connecting_takes(), stale_after, stale_after_most);
  const bool known =
      (mirror_ != nullptr && mirror_->knows(mine.what, now)) ||
      (cache_ && !mine.what.cache_key.empty() && cache_->find(mine.what.cache_key, now + most));
  return known ? std::min(mine.until, after(now, most)) : mine.until;
}

asio::awaitable<std::shared_ptr<session>> caller::await_connection(call& mine) {
  const bool patient = !shared_.settings.admission ||
                       shared_.settings.admission->while_starting == starting_policy::wait;
  bool told = false;
  std::optional<net::time_point> patience;  // From when it is known that there is none.
  while (!mine.over) {
    if (mine.sends > 0 && take_answer(mine)) break;  // The one that was given up came after all.
    if (auto use = ready_connection(mine)) co_return use;
    const auto suspect = best_connection(mine);
    const net::time_point now = shared_.now();
    const links::outlook hope = links_.look();
    const bool starting = hope == links::outlook::starting;
    const bool unsure = suspect || links_.unsure();
    if (!unsure && !patience) patience = patience_of(mine);
    if (hope == links::outlook::stopped) {
      mine.end_at_once(detail_code::stopped);
    } else if (unsure && now < mine.until) {
      co_await await_life(mine);
    } else if (hope == links::outlook::refused) {
      mine.end(outcome_kind::other, detail_code::auth);
    } else if (hope == links::outlook::full) {
      mine.end(outcome_kind::other, detail_code::too_many_in_flight);
    } else if (starting && (!patient || mine.until == net::never || now >= mine.until)) {
      mine.end(outcome_kind::other, detail_code::starting);
    } else if (hope == links::outlook::spent || now >= patience.value_or(mine.until)) {
      mine.end(outcome_kind::connection, detail_code::not_connected);
    } else {
      if (!std::exchange(told, true)) {
        shared_.tell({.kind = kind::call_queued,
                      .tag = mine.what.tag,
                      .text = starting ? "starting" : "connection"});
      }
      const net::wait_end how = co_await links_.wait(mine.wakes, patience.value_or(mine.until));
      (starting ? mine.stages.queued : mine.stages.connecting) += shared_.now() - now;
      if (how == net::wait_end::cancelled) mine.end_at_once(detail_code::cancelled);
    }
  }
  co_return nullptr;
}

asio::awaitable<void> caller::await_life(call& mine) {
  const net::time_point began = shared_.now();
  const net::wait_end how = co_await links_.await_life(mine.wakes, mine.until);
  mine.stages.probing += shared_.now() - began;
  if (how == net::wait_end::cancelled) mine.end_at_once(detail_code::cancelled);
}

// ---- The breaker --------------------------------------------------------------------------------

void caller::tell_breaker(breaker_state before) {
  if (breaker_->state() == before) return;
  const std::string_view now = name_of(breaker_->state());
  shared_.tell({.kind = kind::breaker_changed, .text = now});
  links_.on_breaker(now);
}

bool caller::breaker_lets_pass(call& mine) {
  if (!breaker_) return true;
  const breaker_state before = breaker_->state();
  mine.permit = breaker_->try_acquire(shared_.now(), random_);
  tell_breaker(before);
  return mine.permit.has_value();
}

/// While trials are out, their outcome is waited for: it decides within an answer's time.
asio::awaitable<void> caller::await_breaker(call& mine) {
  const net::time_point now = shared_.now();
  const bool undecided = breaker_->state() == breaker_state::half_open;
  if (!undecided || now >= mine.until) {
    mine.end(outcome_kind::other, detail_code::breaker_open);
    shared_.tell(
        {.kind = kind::call_refused, .tag = mine.what.tag, .text = detail_code::breaker_open});
    co_return;
  }
  const listed among(at_breaker_, mine.wakes);
  const net::wait_end how =
      co_await room_.wait(mine.wakes, std::min(mine.until, breaker_->retry_at()));
  mine.stages.queued += shared_.now() - now;
  if (shared_.stopping) mine.end_at_once(detail_code::stopped);
  if (how == net::wait_end::cancelled) mine.end_at_once(detail_code::cancelled);
}

void caller::record(call& mine, breaker_core::result how) {
  if (!mine.permit) return;
  const net::time_point now = shared_.now();
  const breaker_state before = breaker_->state();
  breaker_->on_result(*std::exchange(mine.permit, std::nullopt), how, now - mine.round_began, now,
                      random_);
  tell_breaker(before);
  for (waiter* each : at_breaker_) each->wake();
}

void caller::give_back_permit(call& mine) noexcept {
  if (!mine.permit) return;
  breaker_->on_cancelled(*std::exchange(mine.permit, std::nullopt));
  for (waiter* each : at_breaker_) each->wake();
}

void caller::on_connected() {
  if (breaker_) breaker_->try_now(shared_.now());
}

// ---- Sending, and the answer --------------------------------------------------------------------

bool caller::begin(call& mine, const std::shared_ptr<session>& use) {
  const net::time_point now = shared_.now();
  if (mine.until != net::never && now + send_least_ > mine.until) {
    mine.end(outcome_kind::timeout, detail_code::too_late);
    return false;
  }
  call::attempt& attempt = mine.place_for_next();
  attempt.answer.reset();
  if (mine.sends == 0 && lookup_) mine.before = lookup_->mark();
  const auto sent = use->send(mine.what.body, mine.what.tag, attempt.answer, mine.wakes);
  if (!sent) {
    give_back_permit(mine);
    // Where it ended, another one is looked for: nothing was sent.
    if (sent.error() == session::send_failure::too_many_in_flight) {
      mine.end(outcome_kind::other, detail_code::too_many_in_flight);
    } else if (sent.error() == session::send_failure::send_queue_full) {
      mine.end(outcome_kind::other, detail_code::send_queue_full);
    }
    return false;
  }
  attempt.on = use;
  attempt.sent_at = now;
  if (mine.sends++ == 0) {
    mine.first_sent = now;
    if (budget_) budget_->on_call(now);
  }
  mine.round_began = now;
  mine.answer_until = after(now, answer_limit_);
  const auto& pool = shared_.settings.pool;
  mine.hedge_at = pool && pool->hedge_after ? now + *pool->hedge_after : net::never;
  return true;
}

bool caller::take_answer(call& mine) {
  using enum session::expectation::phase;
  for (call::attempt& each : mine.attempts) {
    if (each.answer.now() != answered && each.answer.now() != not_json) continue;
    mine.stages.answering += shared_.now() - mine.round_began;
    mine.result = each.on->settle(each.answer, mine.what.tag, net::wait_end::opened);
    mine.over = true;
    record(mine, breaker_core::result::success);
    if (lookup_ && mine.result.kind == outcome_kind::fresh) {
      lookup_->on_answered(*mine.result.result);
    }
    return true;
  }
  return false;
}

asio::awaitable<void> caller::await_answer(call& mine, net::wait_end how) {
  for (;;) {
    if (take_answer(mine)) co_return;
    if (shared_.stopping || how == net::wait_end::cancelled) {
      mine.end_at_once(shared_.stopping ? detail_code::stopped : detail_code::cancelled);
      co_return;
    }
    const net::time_point now = shared_.now();
    if (!mine.waits() || now >= mine.until || now >= mine.answer_until) break;
    if (now >= mine.hedge_at) hedge(mine);
    how = co_await room_.wait(mine.wakes, mine.next());
  }
  co_await after_failure(mine);
}

bool caller::is_read(const command& what) const {
  if (!what.cache_key.empty()) return true;
  return rules_ && rules_->effect_of(what.body) == command_effect::read;
}

/// Asks a second connection; whichever answers first is heard.
void caller::hedge(call& mine) {
  mine.hedge_at = net::never;
  if (mine.sends >= attempts_max_ || !is_read(mine.what)) return;
  const net::time_point now = shared_.now();
  auto use = links_.choose(mine.last_used());
  if (!use || use->suspect(now) || (budget_ && !budget_->try_spend(now))) return;
  call::attempt& second = mine.place_for_next();
  second.answer.reset();
  if (!use->send(mine.what.body, mine.what.tag, second.answer, mine.wakes)) return;
  second.on = std::move(use);
  second.sent_at = now;
  ++mine.sends;
  shared_.tell({.kind = kind::hedge_sent,
                .connection = second.on->number(),
                .tag = mine.what.tag,
                .value = second.answer.id()});
}

// ---- No answer ----------------------------------------------------------------------------------

/// Connections were lost, or it takes too long: nobody knows whether it was carried out.
asio::awaitable<void> caller::after_failure(call& mine) {
  const net::time_point now = shared_.now();
  mine.stages.answering += now - mine.round_began;
  record(mine, breaker_core::result::failure);
  mine.round_began = now;
  if (mine.waits()) {
    mine.fail(outcome_kind::timeout, detail_code::answer_limit);
    for (call::attempt& each : mine.attempts) {
      if (each.waits()) each.on->distrust(each.sent_at);
    }
  } else {
    mine.fail(outcome_kind::connection, mine.last_used()->end_reason());
  }
  const command_effect effect =
      rules_ ? rules_->effect_of(mine.what.body) : command_effect::idempotent;
  if (now < mine.until) {
    if (may_retry(mine, effect)) co_return;
    if (effect != command_effect::read && lookup_) co_await look_up(mine);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      mine.end_at_once(detail_code::cancelled);
    // What is out may still be answered. Without a limit, this try's is all there is.
    while (!mine.over && mine.waits() && mine.until != net::never && !shared_.stopping) {
      const net::wait_end how = co_await room_.wait(mine.wakes, mine.until);
      if (take_answer(mine)) co_return;
      if (how == net::wait_end::cancelled) mine.end_at_once(detail_code::cancelled);
      if (how == net::wait_end::timed_out) break;
    }
  }
  if (mine.over) co_return;
  mine.over = true;
  if (rules_ && effect == command_effect::once) mine.result.detail = detail_code::unknown_outcome;
  if (shared_.stopping) mine.result.detail = detail_code::stopped;
}

bool caller::may_retry(call& mine, command_effect effect) {
  std::string_view refused;
  if (effect == command_effect::once) {
    refused = "not_idempotent";
  } else if (mine.until != net::never && shared_.now() + send_least_ > mine.until) {
    refused = "deadline";
  } else if (mine.sends >= attempts_max_) {
    refused = "attempts";
  } else if (budget_ && !budget_->try_spend(shared_.now())) {
    refused = "budget";
  }
  if (!refused.empty()) {
    shared_.tell({.kind = kind::retry_refused, .tag = mine.what.tag, .text = refused});
    return false;
  }
  shared_.tell({.kind = kind::retry_began,
                .tag = mine.what.tag,
                .value = mine.sends + 1,
                .text = mine.result.detail});
  return true;
}

/// Meanwhile the answer may come after all.
asio::awaitable<void> caller::look_up(call& mine) {
  using namespace asio::experimental::awaitable_operators;
  const listed among(looking_up_, mine.wakes);
  const net::time_point began = shared_.now();
  effect_verdict verdict = effect_verdict::cannot_tell;
  for (bool found = false; !found;) {
    auto search = lookup_->look_up(mine.what, mine.before, mine.first_sent, mine.until);
    auto interruption = room_.wait(mine.wakes, net::never);
    const auto first = co_await (std::move(search) || std::move(interruption));
    found = first.index() == 0;
    if (found) verdict = std::get<0>(first);
    if (take_answer(mine) || shared_.stopping) break;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
  }
  mine.stages.looking_up += shared_.now() - began;
  if (mine.over || verdict != effect_verdict::happened) co_return;
  mine.over = true;
  mine.result = {};
  mine.result.kind = outcome_kind::fresh;
  mine.result.source = outcome_source::looked_up;
  mine.result.result = std::make_shared<const boost::json::value>(nullptr);
}

/// A read of ours, to look something up.
asio::awaitable<outcome> caller::ask(boost::json::object body, net::time_point until) {
  command what;
  what.body = std::move(body);
  waiter mine;
  outcome failed;
  failed.kind = outcome_kind::connection;
  failed.detail = detail_code::not_connected;
  for (;;) {
    const net::time_point now = shared_.now();
    auto use = links_.choose();
    const links::outlook hope = links_.look();
    const bool hopeless = hope != links::outlook::connecting && hope != links::outlook::starting;
    if (now >= until || shared_.stopping || (!use && hopeless)) co_return failed;
    net::wait_end how = net::wait_end::opened;
    if (use && !use->suspect(now)) {
      co_return co_await use->call(what, std::min(until, after(now, answer_limit_)));
    }
    if (use) {
      how = co_await links_.await_life(mine, until);
    } else {
      how = co_await links_.wait(mine, until);
    }
    if (how == net::wait_end::cancelled) co_return failed;
  }
}

// ---- Something is better than nothing -----------------------------------------------------------

void caller::degrade(call& mine) {
  const command& what = mine.what;
  outcome& result = mine.result;
  const net::time_point now = shared_.now();
  if (result.kind == outcome_kind::fresh) {
    if (cache_ && !what.cache_key.empty()) cache_->put(what.cache_key, result.result, now);
    return;
  }
  // An error of Home Assistant's is an answer; who cancelled wants none.
  if (result.source == outcome_source::home_assistant || result.detail == detail_code::cancelled) {
    return;
  }
  if (mirror_ != nullptr) {
    if (auto known = mirror_->answer(what, now)) {
      result = std::move(*known);
      return;
    }
  }
  if (!cache_ || what.cache_key.empty()) return;
  auto hit = cache_->find(what.cache_key, now);
  if (!hit) return;
  shared_.tell({.kind = kind::cache_used, .tag = what.tag, .value = hit->age.count()});
  result = {};
  result.kind = outcome_kind::stale;
  result.source = outcome_source::cache;
  result.result = std::move(hit->answer);
  result.age = hit->age;
}

void caller::on_new_user() noexcept {
  if (lookup_) lookup_->forget_user();
}

void caller::stop() {
  if (turns_) turns_->wake_all();
  for (waiter* each : at_breaker_) each->wake();
  for (waiter* each : looking_up_) each->wake();
}

}  // namespace hassle::client
