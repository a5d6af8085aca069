// What faults do to a server as a whole, or to the connections that are open when they happen.
#include "mockha/answers.hpp"
#include "mockha/next_state.hpp"
#include "mockha/server.hpp"

#include "scenarios/server_faults.hpp"

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

namespace hassle::mockha {

using reports::event_kind;

namespace {

/// Far above what clients count.
constexpr std::uint64_t unknown_subscription = 987'654'321;
/// Changes of one turn of a storm, so that others are served in between.
constexpr std::uint32_t storm_turn_max = 500;

}  // namespace

template <class Function>
void server::each_touched(const fault_engine::occurrence& of, Function function) {
  for (const auto& [key, c] : connections_) {
    if (c->ending()) continue;
    if (!faults_.touch(of.number, c->id(), {}, time_.now())) continue;
    report_faults();
    function(*c);
  }
}

// Kinds that are asked message by message, or stage by stage, need nothing here.
struct server::effect {
  server& on;
  const fault_engine::occurrence& of;

  void operator()(const auto&) const { on.apply_transport(); }
  void operator()(const scenario::restart_fault& f) const {
    on.false_states_ = f.false_states;
    on.begin_restart(of.planned);
  }
  void operator()(const scenario::recovery_mode_fault&) const {
    on.update_recovery();
    touched("recovery mode");
  }
  void operator()(const scenario::stall_fault&) const { on.begin_stall(); }
  void operator()(const scenario::drop_fault& f) const {
    on.each_touched(of, [&](connection& c) { c.end(style_of(f.how), f.code, of.name); });
  }
  void operator()(const scenario::overflow_fault&) const {
    on.each_touched(
        of, [&](connection& c) { c.end(connection::style::close, 1000, "pending messages"); });
  }
  void operator()(const scenario::unknown_event_fault&) const {
    const auto wall = on.wall_now();
    const auto event = make_event("mockha_unknown", "{}", on.house_.make_context(wall), wall);
    on.each_touched(of, [&](connection& c) {
      if (c.core().where() != session_core::phase::command) return;
      send_text text;
      text.text = answers::event(event.json, unknown_subscription);
      c.transmit(std::move(text));
    });
  }
  void operator()(const scenario::revoke_token_fault&) const {
    std::vector<std::string> revoked;
    on.each_touched(of, [&](connection& c) {
      if (c.core().where() != session_core::phase::command) return;
      revoked.push_back(c.core().caller().refresh_token_id);
    });
    for (const auto& id : revoked) {
      on.tokens_.revoke_id(id);
      on.throw_out(id);
    }
  }
  void operator()(const scenario::expire_tokens_fault&) const {
    on.tokens_.expire_access_tokens();
    touched("access tokens");
  }
  void operator()(const scenario::version_fault& f) const {
    on.around_.settings.version = f.to;
    touched("version " + f.to);
  }
  void operator()(const scenario::clock_jump_fault& f) const {
    on.clock_off_ += f.back ? -f.by : f.by;
    touched("wall clock");
  }
  void operator()(const scenario::unavailable_fault& f) const {
    const auto changes = on.house_.make_unavailable(f.entity, on.wall_now(), on.watch_);
    for (const auto& each : changes) touched(each.entity_id);
    on.publish(changes);
  }
  void operator()(const scenario::remove_entity_fault& f) const {
    std::vector<std::string> ids;
    for (const auto& each : on.house_.entities()) {
      if (scenario::matches_pattern(f.entity, each.id())) ids.push_back(each.id());
    }
    for (const auto& id : ids) {
      touched(id);
      on.remove_entity(id);
    }
  }
  void operator()(const scenario::rename_entity_fault& f) const {
    const auto changes = on.house_.rename(f.entity, f.to, on.wall_now(), on.watch_);
    if (!changes.empty()) touched(f.entity + " to " + f.to);
    on.publish(changes);
    if (const auto told = on.registry_.rename_entity(f.entity, f.to, on.wall_now())) {
      on.publish(*told);
    }
  }
  void operator()(const scenario::storm_fault& f) const {
    on.storms_.push_back({.number = of.number,
                          .left = f.count,
                          .every = of.planned.lasts / f.count,
                          .at = on.time_.now(),
                          .pattern = f.entity});
    on.run_storms();
  }

 private:
  void touched(std::string_view what) const {
    on.faults_.touch_server(of.number, what, on.time_.now());
  }
};

struct server::effect_end {
  server& on;
  const fault_engine::occurrence& of;

  void operator()(const auto&) const { on.apply_transport(); }
  void operator()(const scenario::restart_fault&) const {}
  void operator()(const scenario::recovery_mode_fault&) const { on.update_recovery(); }
  void operator()(const scenario::stall_fault&) const {
    if (!on.faults_.any<scenario::stall_fault>()) on.end_stall();
  }
  void operator()(const scenario::clock_jump_fault& f) const {
    on.clock_off_ -= f.back ? -f.by : f.by;
  }
  void operator()(const scenario::unavailable_fault& f) const {
    on.publish(on.house_.make_available(f.entity, on.wall_now(), on.watch_));
    // Another one may have made some of them unavailable, too.
    on.faults_.for_each<scenario::unavailable_fault>([&](const scenario::unavailable_fault& other) {
      on.publish(on.house_.make_unavailable(other.entity, on.wall_now(), on.watch_));
    });
  }
  void operator()(const scenario::storm_fault&) const {
    std::erase_if(on.storms_, [&](const storm& s) {
      return s.number == of.number && s.every > net::duration::zero();
    });
  }
};

void server::begin_effect(const fault_engine::occurrence& of) {
  std::visit(effect{*this, of}, of.what);
}

void server::end_effect(const fault_engine::occurrence& of) {
  std::visit(effect_end{*this, of}, of.what);
}

void server::apply_transport() {
  for (const auto& [key, c] : connections_) {
    if (!c->ending())
      c->apply(faults_.transport(c->id(), {.deflate = c->origin().deflate}, time_.now()));
  }
  report_faults();
}

void server::run_storms() {
  const net::time_point now = time_.now();
  net::time_point due = net::never;
  for (storm& s : storms_) {
    for (std::uint32_t turn = 0; s.left > 0 && s.at <= now && turn < storm_turn_max; ++turn) {
      std::vector<const entity*> mine;
      for (const auto& each : house_.entities()) {
        if (scenario::matches_pattern(s.pattern, each.id())) mine.push_back(&each);
      }
      --s.left;
      s.at += s.every;
      if (mine.empty()) continue;
      const entity& one = *mine[s.next++ % mine.size()];
      const std::string id = one.id();
      json::object attributes = one.now().attributes;
      attributes["storm"] = s.left;  // So that each of them is a change.
      std::string next = next_state(one.now().state);
      set_state(id, std::move(next), attributes);
      faults_.touch_server(s.number, id, now);
    }
    if (s.left > 0) due = std::min(due, std::max(s.at, now));
  }
  std::erase_if(storms_, [](const storm& s) { return s.left == 0; });
  if (due == net::never) {
    storm_timer_.cancel();
  } else {
    storm_timer_.call_at(due, [this] { run_storms(); });
  }
}

}  // namespace hassle::mockha
