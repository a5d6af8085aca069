#include "harness/conductor.hpp"

#include "harness/process.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <string>
#include <utility>

namespace hassle::harness {

using reports::event_kind;
using namespace std::chrono_literals;

namespace {

/// After the last command's limit, so that its end is in the journal before the run's.
constexpr net::duration end_margin = 1s;

reports::outcome outcome_of(client::outcome_kind kind) {
  switch (kind) {
    case client::outcome_kind::fresh:
      return reports::outcome::fresh;
    case client::outcome_kind::stale:
      return reports::outcome::stale;
    case client::outcome_kind::connection:
      return reports::outcome::connection;
    case client::outcome_kind::timeout:
      return reports::outcome::timeout;
    case client::outcome_kind::other:
      return reports::outcome::other;
  }
  assert(false);
  return {};
}

// Owns the process until it has ended.
boost::asio::awaitable<void> end_process(std::unique_ptr<subject> ending) {
  co_await ending->kill();
}

}  // namespace

conductor::conductor(parts with, const scenario::scenario& what, const scenario::plan& plan,
                     client::config settings)
    : with_(with),
      scenario_(what),
      plan_(plan),
      settings_(std::move(settings)),
      next_timer_(with.clock),
      endings_(with.machine.world().executor()) {
  collect_steps();
}

void conductor::collect_steps() {
  const auto add = [this](net::duration at, step_kind what, std::size_t index) {
    steps_.push_back({net::time_point(at), what, index});
    last_instant_ = std::max(last_instant_, net::time_point(at));
  };
  for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
    add(plan_.faults[i].at, step_kind::begin_fault, i);
    const scenario::planned_fault& f = plan_.faults[i];
    add(f.armed ? scenario_.length : f.at + f.lasts, step_kind::end_fault, i);
  }
  for (std::size_t i = 0; i < plan_.recycles.size(); ++i) {
    add(plan_.recycles[i], step_kind::recycle, i);
  }
  for (std::size_t i = 0; i < plan_.commands.size(); ++i) {
    add(plan_.commands[i].at, step_kind::issue, i);
    last_instant_ = std::max(last_instant_, net::time_point(plan_.commands[i].at +
                                                            plan_.commands[i].limit + end_margin));
  }
  last_instant_ = std::max(last_instant_, net::time_point(plan_.end));
  add(last_instant_.time_since_epoch(), step_kind::finish, 0);
  // At one instant: faults begin before they end (a zero-length one), the weather before the user.
  std::ranges::stable_sort(steps_, [](const step& a, const step& b) {
    return a.at != b.at ? a.at < b.at : a.what < b.what;
  });
}

void conductor::start(std::function<void()> on_finished) {
  on_finished_ = std::move(on_finished);
  boot();
  arm();
}

void conductor::arm() {
  if (next_step_ == steps_.size()) return;
  next_timer_.call_at(steps_[next_step_].at, [this] { perform_due(); });
}

void conductor::perform_due() {
  const net::time_point now = with_.clock.now();
  while (next_step_ < steps_.size() && steps_[next_step_].at <= now) perform(steps_[next_step_++]);
  arm();
}

void conductor::perform(const step& next) {
  switch (next.what) {
    case step_kind::begin_fault:
      begin_fault(next.index);
      return;
    case step_kind::end_fault:
      end_fault(next.index);
      return;
    case step_kind::recycle:
      recycle_when_idle_ = true;
      after_command();
      return;
    case step_kind::issue:
      issue(plan_.commands[next.index]);
      return;
    case step_kind::finish:
      finish();
      return;
  }
  assert(false);
}

// ---- Faults -------------------------------------------------------------------------------------

void conductor::begin_fault(std::size_t index) {
  const scenario::planned_fault& occurrence = plan_.faults[index];
  const scenario::fault& what = scenario_.faults[occurrence.fault];
  if (!occurrence.armed) {
    with_.record.add(
        {.kind = event_kind::fault_began, .value = occurrence.number, .text = what.name});
  }
  with_.faults.begin(what, occurrence);
}

void conductor::end_fault(std::size_t index) {
  const scenario::planned_fault& occurrence = plan_.faults[index];
  const scenario::fault& what = scenario_.faults[occurrence.fault];
  if (occurrence.armed) {
    with_.faults.disarm(what, occurrence);
    return;
  }
  if (!with_.faults.end(what, occurrence)) return;
  with_.record.add(
      {.kind = event_kind::fault_ended, .value = occurrence.number, .text = what.name});
}

// ---- Commands -----------------------------------------------------------------------------------

void conductor::issue(const scenario::planned_command& command) {
  // Known before the process boots: one that is up at once would find nothing to do, and be frozen.
  in_flight& mine = in_flight_[command.number];
  if (suspended_ == 0) {
    wake();
    if (!current_) boot();
  }
  with_.record.add({.kind = event_kind::command_issued,
                    .command = command.number,
                    .value = command.limit.count(),
                    .text = label_of(command)});
  mine.command = command;
  mine.limit = std::make_unique<net::timer>(with_.clock);
  mine.limit->call_at(net::time_point(command.at + command.limit),
                      [this, number = command.number] { on_limit(number); });
  if (suspended_ == 0) {
    hand_over(command);
  } else {
    held_back_.push_back(command.number);
  }
}

void conductor::hand_over(const scenario::planned_command& command) {
  current_->issue(command, [this](const scenario::planned_command& which,
                                  const client::outcome& result) { on_done(which, result); });
}

void conductor::on_done(const scenario::planned_command& command, const client::outcome& result) {
  const auto found = in_flight_.find(command.number);
  if (found == in_flight_.end()) return;  // The user has stopped waiting.
  in_flight_.erase(found);
  const bool stale = result.kind == client::outcome_kind::stale;
  with_.record.add({.kind = event_kind::command_done,
                    .command = command.number,
                    .value = stale ? result.age.count() : 0,
                    .text = reports::outcome_text(outcome_of(result.kind), result.detail)});
  after_command();
}

void conductor::on_limit(std::uint32_t number) {
  in_flight_.erase(number);
  with_.record.add({.kind = event_kind::command_done,
                    .command = number,
                    .text = reports::outcome_text(reports::outcome::timeout, "invocation limit")});
  if (scenario_.load.at_limit == scenario::on_limit::recycle) {
    if (suspended_ > 0) {
      recycle_on_resume_ = true;  // The runtime stands still with its machine.
      return;
    }
    // The runtime kills the process, and with it whatever else it was doing.
    end_in_flight();
    stop_process("invocation limit");
  }
  after_command();
}

/// Of what the process was doing nothing will come.
void conductor::end_in_flight() {
  for (auto it = in_flight_.begin(); it != in_flight_.end();) {
    if (std::ranges::find(held_back_, it->first) != held_back_.end()) {
      ++it;  // It has not seen this one.
      continue;
    }
    with_.record.add(
        {.kind = event_kind::command_done,
         .command = it->first,
         .text = reports::outcome_text(reports::outcome::timeout, "killed with its process")});
    it = in_flight_.erase(it);
  }
}

void conductor::after_command() {
  if (!in_flight_.empty() || finishing_ || suspended_ > 0) return;
  if (recycle_when_idle_) {
    recycle();
  } else {
    rest();
  }
}

// ---- The host -----------------------------------------------------------------------------------

void conductor::boot() {
  wake();
  with_.record.add({.kind = event_kind::process_started, .value = ++generation_});
  client::config settings = settings_;
  with_.machine.log_in(settings);
  current_ = with_.machine.make_subject(std::move(settings));
  current_->on_up = [this] { after_command(); };
  current_->boot(scenario_.where_client_lives.cold_start);
}

void conductor::stop_process(std::string_view why) {
  if (!current_) return;
  with_.record.add(
      {.kind = event_kind::process_stopped, .value = generation_, .text = std::string(why)});
  endings_.spawn(end_process(std::move(current_)));
}

/// The host goes away with everything on it; a new one boots when it is needed.
void conductor::recycle() {
  recycle_when_idle_ = false;
  wake();
  with_.machine.lose_connections();
  stop_process("recycled");
}

void conductor::rest() {
  if (!scenario_.where_client_lives.freeze_between_invocations || frozen_) return;
  if (!current_ || !current_->is_up()) return;
  frozen_ = true;
  stand_still_or_not();
}

void conductor::wake() {
  frozen_ = false;
  stand_still_or_not();
}

void conductor::stand_still_or_not() {
  const bool still = frozen_ || suspended_ > 0;
  if (std::exchange(stands_still_, still) == still) return;
  if (still) {
    with_.record.add({.kind = event_kind::host_frozen});
    with_.machine.freeze();
    if (current_) current_->freeze();
  } else {
    with_.record.add({.kind = event_kind::host_thawed});
    with_.machine.thaw();
    if (current_) current_->thaw();
  }
}

void conductor::suspend() {
  ++suspended_;
  stand_still_or_not();
}

void conductor::resume() {
  if (suspended_ == 0 || --suspended_ > 0) return;
  stand_still_or_not();
  if (std::exchange(recycle_on_resume_, false)) {
    wake();
    end_in_flight();
    stop_process("invocation limit");
  }
  for (const std::uint32_t number : std::exchange(held_back_, {})) {
    const auto found = in_flight_.find(number);
    if (found == in_flight_.end()) continue;  // The user has stopped waiting.
    wake();
    if (!current_) boot();
    hand_over(found->second.command);
  }
  after_command();
}

bool conductor::kill() {
  if (!current_) return false;
  wake();
  with_.machine.close_connections();
  end_in_flight();
  stop_process("killed");
  return true;
}

void conductor::stop_early() {
  if (finishing_) return;
  next_step_ = steps_.size();
  next_timer_.cancel();
  in_flight_.clear();
  held_back_.clear();
  finish();
}

void conductor::finish() {
  assert(in_flight_.empty() && "the end of a run comes after every limit");
  finishing_ = true;
  if (current_ && !stands_still_) {
    with_.machine.inspect(*current_, [this] { end_run(); });
  } else {
    end_run();
  }
}

void conductor::end_run() {
  suspended_ = 0;
  wake();
  stop_process("end of run");
  endings_.when_idle([this] { on_finished_(); });
}

}  // namespace hassle::harness
