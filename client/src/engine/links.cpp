#include "links.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <list>
#include <utility>

namespace hassle::client {

std::string_view name_of(client_phase phase) noexcept {
  switch (phase) {
    case client_phase::idle:
      return "idle";
    case client_phase::connecting:
      return "connecting";
    case client_phase::waiting:
      return "waiting";
    case client_phase::starting:
      return "starting";
    case client_phase::ready:
      return "ready";
    case client_phase::refused:
      return "refused";
    case client_phase::stopped:
      return "stopped";
  }
  assert(false);
  return "";
}

std::string_view name_of(client_trouble trouble) noexcept {
  switch (trouble) {
    case client_trouble::none:
      return "none";
    case client_trouble::forbidden:
      return "forbidden";
    case client_trouble::overloaded:
      return "overloaded";
    case client_trouble::not_home_assistant:
      return "not_home_assistant";
    case client_trouble::certificate:
      return "certificate";
    case client_trouble::token_refused:
      return "token_refused";
    case client_trouble::message_too_big:
      return "message_too_big";
    case client_trouble::large_messages:
      return "large_messages";
    case client_trouble::recovery_mode:
      return "recovery_mode";
  }
  assert(false);
  return "";
}

links::links(engine_context& shared, waiting_room& room, dialler& ways, tokens& keys,
             session_user& user, std::function<void()> connected)
    : shared_(shared),
      room_(room),
      user_(user),
      connected_(std::move(connected)),
      surroundings_{.shared = shared,
                    .room = room,
                    .ways = ways,
                    .keys = keys,
                    .order = endpoint_order(shared.settings.failover),
                    .random = shared.world.random("client/links")},
      in_flight_max_(shared.settings.correlation ? shared.settings.correlation->in_flight_max
                                                 : session::in_flight_max_default),
      tasks_(shared.world.executor()),
      ahead_(shared.settings.jitter),
      telling_(shared.world.time()) {
  const std::size_t size = shared.settings.pool ? shared.settings.pool->size : 1;
  link_listener& self = *this;
  for (std::size_t i = 0; i < size; ++i) {
    slots_.push_back(std::make_unique<link>(surroundings_, self, tasks_));
  }
  candidates_.resize(size);
  standing_.resize(size);
  status_.since = shared.now();
  told_ = status_;
}

// ---- Giving out connections ---------------------------------------------------------------------

void links::want() {
  if (shared_.stopping) return;
  for (const auto& each : slots_) each->want();
}

std::shared_ptr<session> links::choose(const session* except, net::time_point heard_after) {
  const net::time_point now = shared_.now();
  std::optional<std::size_t> excepted;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const session* each = slots_[i]->current().get();
    connection_candidate& candidate = candidates_[i];
    candidate.ready =
        each != nullptr && each->is_ready() && each->running && each->last_byte() > heard_after;
    if (!candidate.ready) continue;
    candidate.suspect = each->suspect(now);
    candidate.in_flight = each->in_flight();
    candidate.last_used = each->last_used();
    if (each == except) excepted = i;
  }
  const auto chosen = choose_connection(candidates_, in_flight_max_, excepted);
  return chosen ? slots_[*chosen]->current() : nullptr;
}

links::outlook links::look() const {
  if (shared_.stopping) return outlook::stopped;
  bool full = false;
  bool starting = false;
  bool refused = true;
  bool over = true;
  for (const auto& each : slots_) {
    const link_core::phase now = each->core().now();
    full = full || (each->current() && each->current()->is_ready() &&
                    each->current()->in_flight() >= in_flight_max_);
    starting = starting || each->home_is_starting();
    refused = refused && now == link_core::phase::refused;
    over = over && (now == link_core::phase::refused || now == link_core::phase::spent);
  }
  if (full) return outlook::full;
  if (starting) return outlook::starting;
  if (refused) return outlook::refused;
  return over ? outlook::spent : outlook::connecting;
}

asio::awaitable<net::wait_end> links::wait(waiter& mine, net::time_point until) {
  const listed among(waiting_, mine);
  const net::time_point again = std::min(until, demand());
  const net::wait_end how = co_await room_.wait(mine, again);
  co_return how == net::wait_end::timed_out&& again < until ? net::wait_end::opened : how;
}

asio::awaitable<net::wait_end> links::await_life(waiter& mine, net::time_point until) {
  const listed among(waiting_, mine);
  std::list<session::life_wait> asked;
  for (const auto& each : slots_) {
    const auto& one = each->current();
    if (one && one->is_ready() && one->suspect(shared_.now())) {
      asked.emplace_back(one, mine);
    }
  }
  co_return co_await room_.wait(mine, until);
}

bool links::unsure() const {
  return std::ranges::any_of(slots_, [this](const auto& each) {
    const auto& one = each->current();
    return one && one->is_ready() && !one->running && one->suspect(shared_.now());
  });
}

/// When to ask again.
net::time_point links::demand() {
  const auto busy = [](const auto& each) {
    const link_core::phase now = each->core().now();
    return now != link_core::phase::waiting && now != link_core::phase::refused &&
           now != link_core::phase::spent && !each->holds();
  };
  // Whose attempt is under way tells when it ends.
  if (std::ranges::any_of(slots_, busy)) return net::never;
  net::time_point again = net::never;
  for (const auto& each : slots_) {
    if (each->demand()) return net::never;
    again = std::min(again, each->core().demand_at());
  }
  return again;
}

asio::awaitable<void> links::first_attempt() {
  want();
  waiter mine;
  for (;;) {
    const outlook hope = look();
    const bool ready = std::ranges::any_of(
        slots_, [](const auto& each) { return each->core().now() == link_core::phase::ready; });
    if (ready || (hope != outlook::connecting && hope != outlook::starting)) co_return;
    const net::wait_end how = co_await wait(mine, net::never);
    if (how == net::wait_end::cancelled) co_return;
  }
}

void links::wake_all() {
  for (waiter* each : waiting_) each->wake();
}

// ---- What the slots tell ------------------------------------------------------------------------

net::time_point links::may_begin(const link& which) {
  using enum link_core::phase;
  std::size_t asking = slots_.size();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const link& each = *slots_[i];
    const link_core::phase now = each.core().now();
    if (&each == &which) asking = i;
    standing_[i] = {.out = now == refused || now == spent || now == stopped,
                    .up_since = each.up_since(),
                    .failures = each.core().failures()};
  }
  return ahead_.may_begin(asking, standing_, shared_.now());
}

void links::on_link_changed(link& which) {
  update_status();
  wake_all();
  for (const auto& each : slots_) {
    if (each.get() != &which && each->holds()) each->poke();
  }
}

void links::on_session_up(const std::shared_ptr<session>& which) {
  if (which->endpoint() != last_endpoint_) {
    last_endpoint_ = which->endpoint();
    const auto& names = surroundings_.ways.endpoints();
    shared_.tell({.kind = client_event_kind::endpoint_changed,
                  .value = static_cast<std::int64_t>(last_endpoint_),
                  .text = names[last_endpoint_].name});
    if (last_endpoint_ == 0) {
      for (const auto& each : slots_) each->poke();
    }
  }
  status_.ha_version = which->ha_version();
  heed_accepted_token();
  judge(*which);
  user_.on_session_ready(which, which->running);
  if (which->running) connected_();
}

/// A token that was just taken is good: who gave up because of a refusal meanwhile begins again.
void links::heed_accepted_token() {
  if (surroundings_.keys.refused()) return;
  for (const auto& each : slots_) {
    if (each->core().now() == link_core::phase::refused) each->retry();
  }
}

/// What is wrong with the next connection after one that stalled, or brought too much, is known
/// when it has ended.
void links::judge(const session& which) {
  if (which.recovery_mode()) return be_in(client_trouble::recovery_mode);
  const bool stays = status_.trouble == client_trouble::message_too_big ||
                     status_.trouble == client_trouble::large_messages;
  if (!stays) be_in(client_trouble::none);
}

void links::on_session_running(const std::shared_ptr<session>& which) {
  judge(*which);
  user_.on_session_running(which);
  connected_();
}

void links::on_session_down(const std::shared_ptr<session>& which) { user_.on_session_lost(which); }

void links::on_failure(std::string_view why, client_trouble trouble) {
  status_.last_error = why;
  be_in(trouble);
}

void links::be_in(client_trouble trouble) {
  if (std::exchange(status_.trouble, trouble) == trouble) return;
  shared_.tell({.kind = client_event_kind::trouble, .text = name_of(trouble)});
  tell_status();
}

// ---- Status -------------------------------------------------------------------------------------

client_phase links::phase() const {
  if (shared_.stopping) return client_phase::stopped;
  const auto any = [&](auto... phases) {
    return std::ranges::any_of(slots_, [&](const auto& each) {
      return !each->holds() && ((each->core().now() == phases) || ...);
    });
  };
  using enum link_core::phase;
  if (any(ready)) return client_phase::ready;
  if (std::ranges::any_of(slots_, [](const auto& each) { return each->home_is_starting(); })) {
    return client_phase::starting;
  }
  if (any(token, dialling, authenticating, starting)) return client_phase::connecting;
  if (any(waiting, spent)) return client_phase::waiting;
  if (any(refused)) return client_phase::refused;
  return client_phase::idle;
}

void links::update_status() {
  const client_phase now_in = phase();
  if (now_in != status_.phase) status_.since = shared_.now();
  status_.phase = now_in;
  status_.connections = 0;
  status_.failures = std::numeric_limits<unsigned>::max();
  status_.next_attempt = net::never;
  for (const auto& each : slots_) {
    if (each->current() && each->current()->is_ready() && each->current()->running) {
      ++status_.connections;
    }
    if (!each->holds()) status_.failures = std::min(status_.failures, each->core().failures());
    status_.next_attempt = std::min(status_.next_attempt, each->core().next());
  }
  if (now_in != client_phase::waiting) status_.next_attempt = net::never;
  status_.attempts = shared_.attempts;
  status_.endpoint =
      surroundings_.order.in_use().value_or(surroundings_.order.plan().front().endpoint);
  tell_status();
}

void links::tell_status() {
  if (!hears_ || telling_.armed() || status_ == told_) return;
  telling_.call_at(shared_.now(), [this] {
    if (status_ == told_) return;
    told_ = status_;
    const auto hears = hears_;  // It may be replaced from inside.
    if (hears) hears(told_);
  });
}

void links::on_status(std::function<void(const client_status&)> hears) {
  hears_ = std::move(hears);
  told_ = status_;
}

void links::on_breaker(std::string_view state) {
  status_.breaker = state;
  tell_status();
}

// ---- From outside -------------------------------------------------------------------------------

void links::retry() {
  for (const auto& each : slots_) each->retry();
}

void links::on_thaw() {
  for (const auto& each : slots_) each->on_thaw();
}

void links::stop() {
  assert(shared_.stopping);
  tasks_.stop();
  for (const auto& each : slots_) {
    if (each->current()) each->current()->drop(detail_code::stopped);
  }
  update_status();
  wake_all();
}

}  // namespace hassle::client
