// Life and limits of faults; what they make of connections and of messages is in fault_arrivals.cpp
// and fault_messages.cpp.
#include "mockha/fault_engine.hpp"

#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>
#include <variant>

namespace hassle::mockha {

namespace {

/// All but its list of occurrences, which may be long and is of no use here.
scenario::fault without_occurrences(const scenario::fault& f) {
  scenario::fault result;
  result.name = f.name;
  result.what = f.what;
  result.lasts = f.lasts;
  result.after = f.after;
  result.scope = f.scope;
  result.open_ended = f.open_ended;
  return result;
}

struct message_kinds {
  bool operator()(const scenario::slow_fault&) const { return true; }
  bool operator()(const scenario::lose_answer_fault&) const { return true; }
  bool operator()(const scenario::delay_answer_fault&) const { return true; }
  bool operator()(const scenario::reorder_fault&) const { return true; }
  bool operator()(const scenario::duplicate_fault&) const { return true; }
  bool operator()(const scenario::late_event_fault&) const { return true; }
  bool operator()(const scenario::event_first_fault&) const { return true; }
  bool operator()(const scenario::fail_subscription_fault&) const { return true; }
  bool operator()(const scenario::fail_command_fault&) const { return true; }
  bool operator()(const scenario::wrong_id_fault&) const { return true; }
  bool operator()(const scenario::bad_json_fault&) const { return true; }
  bool operator()(const scenario::giant_fault&) const { return true; }
  bool operator()(const scenario::dead_subscription_fault&) const { return true; }
  bool operator()(const auto&) const { return false; }
};

struct server_kinds {
  // Of the network.
  bool operator()(const scenario::partition_fault&) const { return false; }
  bool operator()(const scenario::cut_fault&) const { return false; }
  bool operator()(const scenario::forget_fault&) const { return false; }
  bool operator()(const scenario::blackhole_fault&) const { return false; }
  bool operator()(const scenario::latency_fault&) const { return false; }
  bool operator()(const scenario::loss_fault&) const { return false; }
  bool operator()(const scenario::corrupt_fault&) const { return false; }
  bool operator()(const scenario::slice_fault&) const { return false; }
  bool operator()(const scenario::cut_after_fault&) const { return false; }
  bool operator()(const scenario::throttle_fault&) const { return false; }
  bool operator()(const scenario::mtu_fault&) const { return false; }
  bool operator()(const scenario::swizzle_fault&) const { return false; }
  bool operator()(const scenario::dns_fault&) const { return false; }
  bool operator()(const scenario::move_fault&) const { return false; }
  bool operator()(const scenario::tls_fault&) const { return false; }
  // Of hosts.
  bool operator()(const scenario::suspend_fault&) const { return false; }
  bool operator()(const scenario::wall_clock_fault&) const { return false; }
  bool operator()(const scenario::slow_cpu_fault&) const { return false; }
  bool operator()(const scenario::kill_fault&) const { return false; }
  bool operator()(const auto&) const { return true; }
};

/// Kinds that are over with the last message that they may touch.
bool touches_messages(const scenario::fault_parameters& what) {
  if (const auto* hang_up = std::get_if<scenario::hang_up_fault>(&what)) {
    return hang_up->at == scenario::hang_up_fault::stage::result;
  }
  return std::visit(message_kinds{}, what);
}

/// It begins with the answer to the command that it waits for, not with the command.
bool waits_for_answer(const scenario::fault_parameters& what) {
  const auto* restart = std::get_if<scenario::restart_fault>(&what);
  return restart && restart->answer == scenario::restart_fault::own_answer::sent;
}

}  // namespace

bool is_server_fault(const scenario::fault_parameters& what) noexcept {
  return std::visit(server_kinds{}, what);
}

fault_engine::fault_engine(random_source random, fault_limits limits)
    : random_(std::move(random)), limits_(limits) {}

// --- life ---

std::uint32_t fault_engine::begin(const scenario::fault& f, const scenario::planned_fault& planned,
                                  ended_by who, net::time_point now) {
  assert(is_server_fault(f.what));
  const std::uint32_t number = next_number_++;
  entry& e = entries_[number];
  e.asked = without_occurrences(f);
  e.of.number = number;
  e.of.journal = planned.number != 0 ? planned.number : number;
  e.of.name = f.name.empty() ? fmt::format("{}-{}", scenario::kind_of(f.what), number) : f.name;
  e.of.what = f.what;
  e.of.planned = planned;
  e.ends_itself = planned.armed || who == ended_by::itself;
  if (f.scope.chance < 1) {
    // Each occurrence has a stream of its own: what one draws moves no other.
    e.luck = random_(fmt::format("mockha faults {} {}", e.of.name, e.of.journal));
  }
  live_.push_back(&e);
  if (!planned.armed) start(e, now, e.ends_itself);
  forget_old();
  return number;
}

void fault_engine::start(entry& e, net::time_point now, bool by_itself) {
  e.where = stage::in_force;
  e.began = now;
  if (e.ends_itself && !e.of.planned.open_ended) e.ends = now + e.of.planned.lasts;
  if (by_itself) news_.push_back({news::what::began, e.of.journal, e.of.name});
  changes_.push_back({change::what::began, e.of.number});
}

void fault_engine::finish(entry& e, net::time_point now, bool by_itself) {
  const bool was_in_force = e.where == stage::in_force;
  e.where = stage::ended;
  e.ended = now;
  e.luck.reset();
  e.chosen.clear();
  if (!std::holds_alternative<scenario::stall_fault>(e.of.what)) e.decided.clear();
  if (!was_in_force) return;
  if (std::holds_alternative<scenario::stall_fault>(e.of.what)) {
    past_stalls_.push_back(e.of.number);
  }
  release_held_by(e.of.number);
  if (by_itself) news_.push_back({news::what::ended, e.of.journal, e.of.name});
  changes_.push_back({change::what::ended, e.of.number});
  fire_after(e.of.name, now);
}

bool fault_engine::is_armed(std::uint32_t number) const noexcept {
  const auto found = entries_.find(number);
  return found != entries_.end() && found->second.where == stage::armed;
}

void fault_engine::forget_ended() {
  std::erase_if(entries_, [&](const auto& each) {
    return each.second.where == stage::ended &&
           std::ranges::find(changes_, each.first, &change::number) == changes_.end();
  });
}

bool fault_engine::end(std::uint32_t number, net::time_point now) {
  const auto found = std::ranges::find(live_, number, [](const entry* e) { return e->of.number; });
  if (found == live_.end() || (*found)->where == stage::ended) return false;
  finish(**found, now, (*found)->ends_itself);
  sweep();
  return true;
}

std::optional<std::uint32_t> fault_engine::find_planned(std::uint32_t planned) const noexcept {
  for (const entry* e : live_) {
    if (e->of.planned.number == planned) return e->of.number;
  }
  return std::nullopt;
}

void fault_engine::fire_after(std::string_view ended, net::time_point now) {
  for (entry* e : live_) {
    if (e->where == stage::armed && e->asked.after && e->asked.after->fault == ended) {
      start(*e, now, true);
    }
  }
}

void fault_engine::on_fault_over(std::string_view name, net::time_point now) {
  fire_after(name, now);
}

void fault_engine::clear(net::time_point now) {
  // Also what the end of another has begun.
  while (!live_.empty()) {
    end(live_.back()->of.number, now);
  }
  past_stalls_.clear();
}

void fault_engine::on_time(net::time_point now) {
  for (entry* e : live_) {
    if (e->where == stage::in_force && e->ends <= now) finish(*e, now, true);
  }
  for (auto it = held_.begin(); it != held_.end();) {
    if (it->until <= now) {
      released_.push_back({it->connection, std::move(it->message)});
      it = held_.erase(it);
    } else {
      ++it;
    }
  }
  sweep();
}

net::time_point fault_engine::deadline() const noexcept {
  net::time_point first = net::never;
  for (const entry* e : live_) first = std::min(first, e->ends);
  for (const held& h : held_) first = std::min(first, h.until);
  return first;
}

void fault_engine::sweep() {
  std::erase_if(live_, [](const entry* e) { return e->where == stage::ended; });
}

// The oldest that have ended give way.
void fault_engine::forget_old() {
  for (auto it = entries_.begin(); entries_.size() > limits_.faults_max && it != entries_.end();) {
    const bool needed = it->second.where != stage::ended ||
                        std::ranges::find(past_stalls_, it->first) != past_stalls_.end() ||
                        std::ranges::find(changes_, it->first, &change::number) != changes_.end();
    it = needed ? std::next(it) : entries_.erase(it);
  }
}

// --- what is known of them ---

const fault_engine::occurrence* fault_engine::find(std::uint32_t number) const noexcept {
  const auto found = entries_.find(number);
  return found == entries_.end() ? nullptr : &found->second.of;
}

std::vector<fault_status> fault_engine::status() const {
  std::vector<fault_status> result;
  result.reserve(entries_.size());
  for (const auto& [number, e] : entries_) {
    fault_status& s = result.emplace_back();
    s.number = number;
    s.name = e.of.name;
    s.kind = scenario::kind_of(e.of.what);
    s.asked =
        scenario::write_fault(e.asked, e.of.planned.number == 0 ? scenario::begun::by_hand
                                                                : scenario::begun::by_scenario);
    s.where = e.where;
    s.began = e.began;
    s.ended = e.ended;
    s.hits = e.hits;
    s.touched = e.touched;
  }
  return result;
}

// --- limits ---

bool fault_engine::allows(entry& e, std::uint32_t connection) {
  const scenario::fault_scope& scope = e.asked.scope;
  if (e.where != stage::in_force) return false;
  if (!scope.connections.empty() && !e.chosen.contains(connection)) return false;
  if (scope.hits && e.hits >= *scope.hits) return false;
  return !e.luck || scenario::draw_chance(*e.luck, scope.chance);
}

void fault_engine::note_touch(entry& e, std::uint32_t connection, std::string_view what,
                              net::time_point now) {
  ++e.hits;
  e.touched.push_back({now, connection, std::string(what)});
  if (e.touched.size() > limits_.touches_max) e.touched.pop_front();
}

// Once for each connection: what was decided stays.
bool fault_engine::decide(entry& e, std::uint32_t connection, std::string_view what,
                          net::time_point now) {
  if (const auto known = e.decided.find(connection); known != e.decided.end()) {
    return known->second;
  }
  const bool yes = allows(e, connection);
  if (e.where == stage::in_force) e.decided.emplace(connection, yes);
  // Connections that end before their upgrade are not told of.
  if (e.decided.size() > limits_.connections_max) e.decided.erase(e.decided.begin());
  if (yes) {
    note_touch(e, connection, what, now);
    news_.push_back({news::what::hit, e.of.journal, e.of.name, connection});
  }
  return yes;
}

bool fault_engine::touch(std::uint32_t number, std::uint32_t connection, std::string_view what,
                         net::time_point now) {
  const auto found = entries_.find(number);
  return found != entries_.end() && decide(found->second, connection, what, now);
}

void fault_engine::touch_server(std::uint32_t number, std::string_view what, net::time_point now) {
  const auto found = entries_.find(number);
  if (found == entries_.end()) return;
  entry& e = found->second;
  if (e.hits == 0) news_.push_back({news::what::hit, e.of.journal, e.of.name, 0});
  note_touch(e, 0, what, now);
}

bool fault_engine::touch_message(entry& e, std::uint32_t connection, std::string_view command,
                                 std::string_view what, net::time_point now) {
  const std::string& pattern = e.asked.scope.command;
  if (!pattern.empty() && (command.empty() || !scenario::matches_command(pattern, command))) {
    return false;
  }
  if (!allows(e, connection)) return false;
  note_touch(e, connection, what, now);
  // A slow server touches everything: journals say so once for each connection.
  if (!std::holds_alternative<scenario::slow_fault>(e.of.what) ||
      e.decided.emplace(connection, true).second) {
    news_.push_back({news::what::hit, e.of.journal, e.of.name, connection});
  }
  const auto& limit = e.asked.scope.hits;
  if (limit && e.hits >= *limit && touches_messages(e.of.what)) finish(e, now, true);
  return true;
}

void fault_engine::touch_past_stalls(std::uint32_t connection, net::time_point now) {
  for (const std::uint32_t number : past_stalls_) {
    const auto found = entries_.find(number);
    if (found == entries_.end()) continue;
    entry& e = found->second;
    if (!e.decided.emplace(connection, true).second) continue;
    note_touch(e, connection, "waited for its end", now);
    news_.push_back({news::what::hit, e.of.journal, e.of.name, connection});
  }
}

// --- commands ---

void fault_engine::count_command(std::string_view what, bool answered, std::uint32_t connection,
                                 std::uint64_t id, net::time_point now) {
  for (entry* e : live_) {
    if (e->where != stage::armed || !e->asked.after || e->asked.after->command.empty()) continue;
    if (waits_for_answer(e->of.what) != answered) continue;
    if (!scenario::matches_command(e->asked.after->command, what)) continue;
    if (++e->counted < e->asked.after->count) continue;
    start(*e, now, true);
    if (std::holds_alternative<scenario::restart_fault>(e->of.what) && !answered) {
      doomed_[{connection, id}] = e->of.name;
    }
  }
}

command_verdict fault_engine::on_command(std::uint32_t connection, std::uint64_t id,
                                         std::string_view what, net::time_point now) {
  count_command(what, false, connection, id, now);
  command_verdict verdict = run_it{};
  each<scenario::lose_answer_fault>([&](entry& e, const scenario::lose_answer_fault& lose) {
    if (!lose.before_execution || !std::holds_alternative<run_it>(verdict)) return;
    if (!touch_message(e, connection, what, what, now)) return;
    takers_[{connection, id}] = e.of.name;
    verdict = swallow_it{};
  });
  each<scenario::fail_command_fault>([&](entry& e, const scenario::fail_command_fault& with) {
    if (!std::holds_alternative<run_it>(verdict)) return;
    if (!touch_message(e, connection, what, what, now)) return;
    fail_it failing;
    failing.why.code = with.code;
    failing.why.message = with.message;
    failing.why.translation_key = with.translation_key;
    failing.why.translation_domain = with.translation_domain;
    for (const auto& [name, text] : with.placeholders) {
      failing.why.translation_placeholders[name] = text;
    }
    verdict = std::move(failing);
  });
  sweep();
  return verdict;
}

std::string fault_engine::taker_of(std::uint32_t connection, std::uint64_t id) {
  auto taken = takers_.extract({connection, id});
  return taken ? std::move(taken.mapped()) : std::string();
}

}  // namespace hassle::mockha
