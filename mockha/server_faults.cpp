// How a server is told to misbehave, and where its faults are asked. What they decide is in
// fault_engine, what they do to the server as a whole in server_effects.cpp.
#include "mockha/server.hpp"

#include <fmt/format.h>

#include <cassert>
#include <utility>
#include <variant>

namespace hassle::mockha {

using reports::event_kind;

namespace {

/// Behind its last words a connection lives on for so long, so that they get out.
constexpr net::duration last_words = std::chrono::milliseconds(1);

}  // namespace

connection::style style_of(scenario::ending_style how) noexcept {
  switch (how) {
    case scenario::ending_style::close:
      return connection::style::close;
    case scenario::ending_style::fin:
      return connection::style::fin;
    case scenario::ending_style::reset:
      return connection::style::reset;
  }
  assert(false);
  return {};
}

// --- those of a plan ---

bool server::begin_fault(const scenario::fault& f, const scenario::planned_fault& planned) {
  if (!is_server_fault(f.what)) return false;
  const net::time_point now = time_.now();
  if (const auto before = faults_.find_planned(planned.number)) faults_.end(*before, now);
  faults_.begin(f, planned, fault_engine::ended_by::caller, now);
  work_off_faults();
  return true;
}

bool server::end_fault(const scenario::planned_fault& planned) {
  if (planned.armed) return false;
  const auto number = faults_.find_planned(planned.number);
  if (!number) return false;
  const auto* of = faults_.find(*number);
  if (of && std::holds_alternative<scenario::restart_fault>(of->what)) hurry_restart();
  const bool ended = faults_.end(*number, time_.now());
  work_off_faults();
  return ended;
}

void server::disarm_fault(const scenario::planned_fault& planned) {
  const auto number = faults_.find_planned(planned.number);
  if (!number || (!planned.open_ended && !faults_.is_armed(*number))) return;
  faults_.end(*number, time_.now());
  work_off_faults();
}

void server::on_fault_over(std::string_view name) {
  faults_.on_fault_over(name, time_.now());
  work_off_faults();
}

// --- by hand ---

std::expected<std::uint32_t, std::string> server::inject(const scenario::fault& f) {
  if (!is_server_fault(f.what)) {
    return std::unexpected(fmt::format("'{}' is a fault of the network, which a server cannot have",
                                       scenario::kind_of(f.what)));
  }
  const auto planned = scenario::draw_occurrence(f, by_hand_random_);
  const std::uint32_t number =
      faults_.begin(f, planned, fault_engine::ended_by::itself, time_.now());
  work_off_faults();
  return number;
}

bool server::lift(std::uint32_t number) {
  const auto* of = faults_.find(number);
  if (of && std::holds_alternative<scenario::restart_fault>(of->what) &&
      !faults_.is_armed(number)) {
    hurry_restart();
  }
  const bool lifted = faults_.end(number, time_.now());
  work_off_faults();
  return lifted;
}

std::vector<fault_status> server::faults() const { return faults_.status(); }

// --- what follows from them ---

void server::report_faults() {
  using what = fault_engine::news::what;
  for (const auto& n : faults_.take_news()) {
    const event_kind kind = n.happened == what::began ? event_kind::fault_began
                            : n.happened == what::hit ? event_kind::fault_hit
                                                      : event_kind::fault_ended;
    record(kind, n.connection, n.number, n.name);
  }
}

// To be called from outside of sessions only: it may end them.
void server::work_off_faults() {
  while (faults_.has_work()) {
    for (const auto& change : faults_.take_changes()) {
      const auto* found = faults_.find(change.number);
      if (!found) continue;
      const fault_engine::occurrence of = *found;
      const bool began = change.happened == fault_engine::change::what::began;
      report_faults();
      apply_rules();
      began ? begin_effect(of) : end_effect(of);
    }
    for (auto& each : faults_.take_released()) {
      for (const auto& [key, c] : connections_) {
        if (c->id() == each.connection && !c->ending()) c->transmit(std::move(each.message));
      }
    }
  }
  report_faults();
  apply_rules();
  arm_fault_timer();
}

void server::arm_fault_timer() {
  const net::time_point due = faults_.has_work() ? time_.now() : faults_.deadline();
  if (due == net::never || stopping_) {
    fault_timer_.cancel();
    return;
  }
  fault_timer_.call_at(due, [this] {
    work_off_faults();  // What has begun takes effect before its time is over.
    faults_.on_time(time_.now());
    work_off_faults();
  });
}

void server::forget_in_faults(std::uint32_t connection) {
  if (faults_.idle()) return;
  faults_.on_gone(connection, time_.now());
  report_faults();
  arm_fault_timer();
}

void server::apply_rules() {
  around_.judge = faults_.idle() ? nullptr : static_cast<command_judge*>(this);
  stages_ = faults_.idle() ? nullptr : static_cast<stage_judge*>(this);
  update_listener();
}

// --- where they are asked ---
// Sessions and connections are in the middle of something here: what begins takes effect soon.

void server::send_through_faults(connection& from, send_text message) {
  const std::uint64_t id = message.answers;
  const net::time_point now = time_.now();
  outgoing out = faults_.on_send(
      from.id(), std::move(message),
      [&](std::uint64_t subscription) { return from.core().subscribed(subscription); }, now);
  if (!out.lost_by.empty()) {
    record(event_kind::answer_lost, from.id(), static_cast<std::int64_t>(id), out.lost_by);
  }
  report_faults();
  for (auto& part : out.parts) {
    if (part.late > net::duration::zero()) {
      queue_.push(now + part.late + out.slow, from.key(), from.id(), true, std::move(part.message));
    } else {
      send_in_order(from, std::move(part.message), out.slow);
    }
  }
  if (out.gagged) from.core().on_end();
  if (out.then) {
    queue_.push(std::max(now, from.not_before) + last_words, from.key(), from.id(), true,
                hang_up{out.then->how, out.then->code, out.then->name});
  }
  arm_queue();
  arm_fault_timer();
}

command_verdict server::judge(std::uint32_t connection, std::uint64_t id, std::string_view,
                              std::string_view what) {
  auto verdict = faults_.on_command(connection, id, what, time_.now());
  arm_fault_timer();
  return verdict;
}

std::optional<std::string> server::judge_login(std::uint32_t connection) {
  return faults_.on_login(connection, time_.now());
}

stage_verdict server::on_accepted(std::uint32_t connection) {
  auto verdict = faults_.on_accepted(connection, time_.now());
  report_faults();
  arm_fault_timer();
  return verdict;
}

stage_verdict server::on_request(std::uint32_t connection, const net::http_request& asked) {
  auto verdict = faults_.on_request(connection, asked.target, time_.now());
  report_faults();
  return verdict;
}

stage_verdict server::on_upgraded(std::uint32_t connection) {
  auto verdict = faults_.on_upgraded(connection, time_.now());
  report_faults();
  return verdict;
}

bool server::grants_deflate(std::uint32_t connection) {
  if (faults_.idle()) return true;
  const bool granted = faults_.grants_deflate(connection, time_.now());
  report_faults();
  return granted;
}

net::answer_drops server::drops_of_upgrade(std::uint32_t connection) {
  if (faults_.idle()) return {};
  const net::answer_drops drops = faults_.drops_of_upgrade(connection, time_.now());
  report_faults();
  return drops;
}

}  // namespace hassle::mockha
