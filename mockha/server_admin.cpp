// What those who watch over a server see of it and do to it; its ordinary life is in server.cpp.
#include "mockha/server.hpp"

#include <algorithm>
#include <utility>

namespace hassle::mockha {

std::vector<connection_status> server::connection_list() const {
  std::vector<connection_status> list;
  list.reserve(connections_.size());
  for (const auto& [key, c] : connections_) {
    list.push_back(c->status());
    if (const user* who = c->core().caller().who) list.back().user = who->name;
  }
  return list;
}

server_totals server::totals() const {
  server_totals sum = past_;
  sum.accepted = next_key_ - 1;
  for (const auto& [key, c] : connections_) {
    sum.received += c->received();
    sum.sent += c->sent();
  }
  return sum;
}

bool server::end_connection(std::uint64_t key, connection::style how, std::uint16_t code) {
  const auto found = connections_.find(key);
  if (found == connections_.end()) return false;
  found->second->end(how, code, "by hand");
  return true;
}

bool server::stall_connection(std::uint64_t key) {
  const auto found = connections_.find(key);
  if (found == connections_.end() || found->second->ending()) return false;
  found->second->fall_silent();
  return true;
}

void server::set_state(std::string_view entity_id, std::string state,
                       const json::object& attributes) {
  const auto wall = wall_now();
  const json::value* name = attributes.if_contains("friendly_name");
  const auto told = registry_.add_entity(
      entity_id, name && name->is_string() ? std::string_view(name->get_string()) : "", wall);
  if (told) publish(*told);
  if (const auto change = house_.set(entity_id, std::move(state), attributes, wall, watch_)) {
    publish(std::vector{*change});
  }
}

bool server::remove_entity(std::string_view entity_id) {
  if (!house_.find(entity_id)) return false;
  const auto wall = wall_now();
  if (const auto change = house_.remove(entity_id, wall, watch_)) publish(std::vector{*change});
  if (const auto told = registry_.remove_entity(entity_id)) publish(*told);
  return true;
}

void server::publish(const registry_event& what) {
  if (!watch_.states) return;
  const auto wall = wall_now();
  publish(make_event(what.type, what.data, house_.make_context(wall), wall));
}

void server::fire_event(std::string_view type, const json::object& data) {
  const auto wall = wall_now();
  std::string text;
  append_json(text, data);
  publish(make_event(type, text, house_.make_context(wall), wall));
}

void server::restart(const scenario::restart_phases& phases) {
  begin_restart({.lasts = phases.sum(), .phases = phases});
}

void server::reset() {
  for (const auto& fault : faults()) {
    if (fault.where != fault_status::stage::ended) lift(fault.number);
  }
  faults_.forget_ended();
  hurry_restart();
  const home_plan& plan = plan_of(config_);
  std::vector<std::string> extra;
  for (const auto& each : house_.entities()) {
    if (std::ranges::find(plan.entities, each.id(), &home_plan::item::entity_id) ==
        plan.entities.end()) {
      extra.push_back(each.id());
    }
  }
  for (const auto& id : extra) remove_entity(id);
  for (const auto& each : plan.entities) set_state(each.entity_id, each.state, each.attributes);
  executions_.clear();
  around_.settings.version = config_.session.version;
  around_.frontend = {};
}

}  // namespace hassle::mockha
