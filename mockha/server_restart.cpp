// A server that restarts or stands still, and answers that are late; its ordinary life is in
// server.cpp.
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
    if (auto* wish = std::get_if<end_session>(&due->what)) {
      c.end(wish->with_close ? connection::style::close : connection::style::fin, 1000,
            std::move(wish->why));
    } else if (auto* cut = std::get_if<hang_up>(&due->what)) {
      c.end(style_of(cut->how), cut->code, std::move(cut->why));
    } else if (due->decided) {
      c.transmit(std::move(*message));
    } else if (c.core().where() == session_core::phase::command) {
      on_send(c, std::move(*message));
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
  lose_scripts(why);
  queue_timer_.cancel();
  queue_armed_for_ = net::never;
}

void server::end_all(std::string_view why) {
  // A server that stands still says no goodbye.
  const auto how = stalled() ? connection::style::fin : connection::style::close;
  for (const auto& [key, c] : connections_) {
    c->end(c->begun() ? how : connection::style::fin, 1000, std::string(why));
  }
}

// --- stall ---

void server::begin_stall() {
  if (stalled()) return;
  stalled_since_ = time_.now();
  stall_gate_ = std::make_shared<net::gate>();
  queue_timer_.cancel();
  queue_armed_for_ = net::never;
  for (const auto& [key, c] : connections_) c->pause();
  for (const auto& item : queue_.items()) touch<scenario::stall_fault>(item.connection);
}

void server::end_stall() {
  if (!stalled()) return;
  stall_ended_ = time_.now();
  const net::duration length = stall_ended_ - *stalled_since_;
  stalled_since_.reset();
  std::exchange(stall_gate_, nullptr)->open();
  run_queue();  // What is older than what they are about to say.
  for (const auto& [key, c] : connections_) c->resume(length);
  stall_drained_ = false;
  stall_drain_.call_at(stall_ended_, [this] { stall_drained_ = true; });
  for (auto& stream : std::exchange(waiting_, {})) visits_->spawn(welcome(std::move(stream)));
  run_scripts();
}

void server::drop_waiting() {
  for (const auto& stream : waiting_) {
    record(event_kind::server_closed, stream->connection_id(), 0, "no upgrade");
  }
  arriving_ -= waiting_.size();
  waiting_.clear();
}

// --- restart ---

// What its integrations bring, which are not loaded in recovery mode.
presence server::presence_now() const noexcept {
  if (around_.recovery_mode) return presence::absent;
  switch (restart_.phase()) {
    case restart_phase::running:
      return presence::real;
    case restart_phase::starting:
      return presence::restored;
    case restart_phase::stopping:
    case restart_phase::refused:
    case restart_phase::not_running:
      break;
  }
  return presence::absent;
}

void server::update_recovery() {
  const bool wanted = faults_.any<scenario::recovery_mode_fault>();
  if (std::exchange(around_.recovery_mode, wanted) == wanted) return;
  if (restart_.phase() != restart_phase::running) return;  // It is on its way into it, or out.
  lose_queue("recovery mode");
  end_all("recovery mode");
  publish(house_.become(presence_now(), wall_now(), watch_));
}

void server::begin_restart(const scenario::planned_fault& planned) {
  restart_.begin(time_.now(), planned.phases);
  for (const auto& [key, c] : connections_) touch<scenario::restart_fault>(c->id());
  enter(restart_phase::stopping);
  advance_restart();
}

void server::advance_restart() {
  while (const auto phase = restart_.next(time_.now())) enter(*phase);
  restart_timer_.call_at(restart_.deadline(), [this] { advance_restart(); });
}

void server::hurry_restart() {
  if (restart_.phase() == restart_phase::running) return;
  restart_.hurry(time_.now());
  advance_restart();
}

void server::enter(restart_phase phase) {
  record(event_kind::phase_changed, 0, 0, std::string(name_of(phase)));
  const auto wall = wall_now();
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
      publish_loaded();
      around_.state = core_state::starting;
      publish_plain("core_config_updated");
      publish_plain("homeassistant_start");
      publish(house_.become(presence_now(), wall, watch_));
      if (std::exchange(false_states_, false)) publish(house_.show_defaults(wall, watch_));
      break;
    case restart_phase::running:
      publish(house_.become(presence_now(), wall, watch_));
      around_.state = core_state::running;
      publish_plain("core_config_updated");
      publish_plain("homeassistant_started");
      break;
  }
  update_listener();
}

}  // namespace hassle::mockha
