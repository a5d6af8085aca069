// What a server does when it is told to misbehave; its ordinary life is in server.cpp.
#include "mockha/server.hpp"

#include <cassert>
#include <utility>
#include <variant>

namespace hassle::mockha {

using reports::event_kind;

// --- answers that are late ---

void server::arm_queue() {
  const net::time_point due = queue_.deadline();
  if (stalled() || due >= queue_armed_for_) return;
  queue_armed_for_ = due;
  queue_timer_.call_at(due, [this] {
    queue_armed_for_ = net::never;
    run_queue();
  });
}

void server::run_queue() {
  if (stalled()) return;
  while (auto due = queue_.pop_due(time_.now())) {
    auto* message = std::get_if<send_text>(&due->what);
    const auto found = connections_.find(due->key);
    if (found == connections_.end() ||
        (message && found->second->core().where() != session_core::phase::command &&
         message->answers != 0)) {
      // The call ran on without its caller; its result is of no use to anybody.
      if (message && message->answers != 0) {
        record(event_kind::answer_lost, due->connection,
               static_cast<std::int64_t>(message->answers), "connection ended");
      }
      continue;
    }
    connection& c = *found->second;
    if (!message) {
      auto& wish = std::get<end_session>(due->what);
      c.end(wish.with_close ? connection::style::close : connection::style::fin, 1000,
            std::move(wish.why));
    } else if (due->decided) {
      c.transmit(std::move(*message));
    } else {
      c.perform(c.core().on_answer_due(std::move(*message)));
    }
  }
  arm_queue();
}

void server::lose_queue(std::string_view why) {
  for (const auto& item : queue_.take_all()) {
    const auto* message = std::get_if<send_text>(&item.what);
    if (!message || message->answers == 0) continue;
    record(event_kind::answer_lost, item.connection, static_cast<std::int64_t>(message->answers),
           std::string(why));
  }
  queue_timer_.cancel();
  queue_armed_for_ = net::never;
}

// --- faults ---

bool server::begin_fault(const scenario::fault& f, const scenario::planned_fault& planned) {
  const auto kind = server_fault(f.what);
  if (!kind) return false;
  faults_.begin(*kind, f, planned);
  switch (*kind) {
    case fault_kind::restart:
      begin_restart(planned);
      break;
    case fault_kind::stall:
      begin_stall();
      break;
    case fault_kind::drop:
      drop_all(f, std::get<scenario::drop_fault>(f.what));
      break;
    case fault_kind::lose_answer:
    case fault_kind::slow:
    case fault_kind::refuse:
      break;
  }
  apply_rules();
  return true;
}

void server::end_fault(const scenario::planned_fault& planned) {
  if (planned.number == restart_number_ && restart_.phase() != restart_phase::running) {
    restart_.hurry(time_.now());
    advance_restart();
  }
  const auto kind = faults_.end(planned.number);
  if (kind == fault_kind::stall && !faults_.any(fault_kind::stall)) end_stall();
  apply_rules();
}

void server::apply_rules() {
  around_.judge = faults_.empty() ? nullptr : &faults_;
  update_listener();
}

void server::hit(fault_kind kind, std::uint32_t connection) {
  if (!faults_.empty()) record_hits(faults_.first_hits(kind, connection), connection);
}

void server::record_hits(const std::vector<active_faults::hit>& hits, std::uint32_t connection) {
  for (const auto& h : hits) record(event_kind::fault_hit, connection, h.number, h.name);
}

void server::drop_all(const scenario::fault& f, const scenario::drop_fault& how) {
  using style = scenario::drop_fault::style;
  connection::style end = connection::style::close;
  if (how.how == style::fin) end = connection::style::fin;
  if (how.how == style::reset) end = connection::style::reset;
  for (const auto& [key, c] : connections_) {
    if (c->ending()) continue;
    hit(fault_kind::drop, c->id());
    c->end(end, how.code, f.name);
  }
}

void server::end_all(std::string_view why) {
  // A server that stands still says no goodbye.
  const auto how = stalled() ? connection::style::fin : connection::style::close;
  for (const auto& [key, c] : connections_) {
    c->end(c->begun() ? how : connection::style::fin, 1000, std::string(why));
  }
}

void server::begin_stall() {
  if (stalled()) return;
  stalled_since_ = time_.now();
  stall_gate_ = std::make_shared<net::gate>();
  queue_timer_.cancel();
  queue_armed_for_ = net::never;
  for (const auto& [key, c] : connections_) c->pause();
  for (const auto& item : queue_.items()) hit(fault_kind::stall, item.connection);
}

void server::end_stall() {
  stall_ended_ = time_.now();
  const net::duration length = stall_ended_ - *stalled_since_;
  stalled_since_.reset();
  std::exchange(stall_gate_, nullptr)->open();
  for (const auto& [key, c] : connections_) c->resume(length);
  for (auto& stream : std::exchange(waiting_, {})) visits_->spawn(welcome(std::move(stream)));
  run_queue();
}

void server::drop_waiting() {
  for (const auto& stream : waiting_) {
    record(event_kind::server_closed, stream->connection_id(), 0, "no upgrade");
  }
  arriving_ -= waiting_.size();
  waiting_.clear();
}

// --- restart ---

void server::begin_restart(const scenario::planned_fault& planned) {
  restart_number_ = planned.number;
  restart_.begin(time_.now(), planned.phases);
  for (const auto& [key, c] : connections_) hit(fault_kind::restart, c->id());
  enter(restart_phase::stopping);
  advance_restart();
}

void server::advance_restart() {
  while (const auto phase = restart_.next(time_.now())) enter(*phase);
  restart_timer_.call_at(restart_.deadline(), [this] { advance_restart(); });
}

void server::enter(restart_phase phase) {
  record(event_kind::phase_changed, 0, 0, std::string(name_of(phase)));
  const auto wall = to_wall_time(time_.wall_now());
  switch (phase) {
    case restart_phase::stopping:
      lose_queue("restart: stopping");
      end_all("restart: stopping");
      break;
    case restart_phase::refused:  // The process ends: so do the sockets that still linger.
      ++life_;
      end_visits();
      bans_.on_restart();
      for (const auto& [key, c] : connections_) c->cut();
      drop_waiting();
      (void)house_.become(presence::absent, wall, watch_);
      around_.state = core_state::not_running;
      break;
    case restart_phase::not_running:
      break;
    case restart_phase::starting:
      around_.state = core_state::starting;
      publish_plain("core_config_updated");
      publish_plain("homeassistant_start");
      publish(house_.become(presence::restored, wall, watch_));
      break;
    case restart_phase::running:
      publish(house_.become(presence::real, wall, watch_));
      around_.state = core_state::running;
      publish_plain("core_config_updated");
      publish_plain("homeassistant_started");
      break;
  }
  update_listener();
}

}  // namespace hassle::mockha
