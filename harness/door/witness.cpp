#include "harness/door/witness.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace hassle::harness::door {

using reports::event;
using reports::event_kind;

namespace {

bool is_service_call(std::string_view label) { return label.contains(' '); }

}  // namespace

bool fits(const std::string& label, const json::value& answer) {
  if (answer.is_null()) return true;  // It does not tell.
  if (label == "get_states") {
    if (answer.is_array()) return true;
    const json::object* cut = answer.if_object();  // By an adapter, to its length.
    return cut != nullptr && cut->contains("states");
  }
  const json::object* object = answer.if_object();
  return object != nullptr && object->contains(is_service_call(label) ? "context" : "version");
}

void witness::on_process() {
  attempts_ = 0;
  wanted_.clear();
}

void witness::on_wanted(std::uint32_t handle, std::string type) {
  wanted_.push_back({handle, std::move(type)});
}

void witness::on_issued(std::uint32_t command, std::string label) {
  commands_.insert_or_assign(command, issued{.label = std::move(label)});
}

void witness::on_given_up(std::uint32_t command) {
  if (const auto found = commands_.find(command); found != commands_.end()) {
    found->second.waits = false;
  }
}

witness::events witness::on_seen(const event& seen) {
  events result;
  switch (seen.kind) {
    case event_kind::dialed:
    case event_kind::connected:
    case event_kind::server_accepted:
      see_attempt(seen.connection, result);
      break;
    case event_kind::dial_failed:
      see_attempt(seen.connection, result);
      result.push_back({.kind = event_kind::attempt_failed,
                        .connection = seen.connection,
                        .value = attempts_,
                        .text = "tcp: " + seen.text});
      open_.erase(seen.connection);
      break;
    case event_kind::server_auth: {
      if (seen.text != "ok") break;
      see_attempt(seen.connection, result);
      attempt& mine = open_.at(seen.connection);
      mine.ready = true;
      result.push_back(
          {.kind = event_kind::client_ready, .connection = seen.connection, .value = mine.number});
      break;
    }
    case event_kind::server_closed:
    case event_kind::connection_cut:
      end_connection(seen, result);
      break;
    case event_kind::server_received:
      see_message(seen, result);
      break;
    case event_kind::server_answered:
      see_answer(seen, result);
      break;
    default:
      break;
  }
  return result;
}

void witness::see_attempt(std::uint32_t connection, events& into) {
  if (!open_.try_emplace(connection, attempt{.number = attempts_ + 1}).second) return;
  into.push_back({.kind = event_kind::attempt_began, .value = ++attempts_});
}

void witness::see_message(const event& seen, events& into) {
  const message here{seen.connection, seen.value};
  if (const std::uint32_t command = command_of(seen.text); command != 0) {
    commands_.at(command).sent.push_back(here);
    into.push_back({.kind = event_kind::command_sent,
                    .connection = seen.connection,
                    .command = command,
                    .value = seen.value});
    return;
  }
  const auto connection = open_.find(seen.connection);
  if (connection == open_.end()) return;
  // The n-th of its type on a connection is the n-th of those that are wanted.
  std::size_t before = connection->second.subscribed[seen.text];
  for (const wanted& each : wanted_) {
    if (each.type != seen.text || before-- > 0) continue;
    ++connection->second.subscribed[seen.text];
    subscribing_.emplace(here, each.handle);
    into.push_back({.kind = event_kind::subscription_sent,
                    .connection = seen.connection,
                    .value = each.handle});
    return;
  }
}

void witness::see_answer(const event& seen, events& into) {
  const message here{seen.connection, seen.value};
  answered_.insert(here);
  const auto found = subscribing_.find(here);
  if (found == subscribing_.end()) return;
  const bool good = seen.text == "ok";
  into.push_back({.kind = good ? event_kind::subscription_live : event_kind::subscription_rejected,
                  .connection = seen.connection,
                  .value = found->second,
                  .text = good ? std::string() : seen.text});
  subscribing_.erase(found);
}

void witness::end_connection(const event& seen, events& into) {
  const auto found = open_.find(seen.connection);
  if (found == open_.end()) return;
  const attempt was = found->second;
  open_.erase(found);
  if (was.ready) {
    into.push_back(
        {.kind = event_kind::client_closed, .connection = seen.connection, .text = seen.text});
  } else {
    into.push_back({.kind = event_kind::attempt_failed,
                    .connection = seen.connection,
                    .value = was.number,
                    .text = "auth: " + seen.text});
  }
}

std::uint32_t witness::command_of(const std::string& label) {
  std::uint32_t best = 0;
  for (const auto& [number, each] : commands_) {
    if (!each.waits || each.label != label) continue;
    if (best == 0 || each.sent.size() < commands_.at(best).sent.size()) best = number;
  }
  if (best != 0 || !is_service_call(label)) return best;
  // Of one that its client still carries out, though nobody waits for it: the last one.
  for (const auto& [number, each] : commands_) {
    if (each.label == label) best = number;
  }
  return best;
}

witness::message witness::taken_by(const issued& command, const outcome_said& outcome) const {
  if (outcome.message_id) {
    // Of several connections: the last that was answered so.
    for (auto it = answered_.rbegin(); it != answered_.rend(); ++it) {
      if (it->id != *outcome.message_id) continue;
      if (std::ranges::find(command.sent, *it) != command.sent.end()) return *it;
    }
    return {command.sent.empty() ? 0 : command.sent.back().connection, *outcome.message_id};
  }
  const std::uint32_t last = command.sent.empty() ? 0 : command.sent.back().connection;
  if (!fits(command.label, outcome.answer)) return {last, 0};
  for (auto it = command.sent.rbegin(); it != command.sent.rend(); ++it) {
    if (answered_.contains(*it)) return *it;
  }
  return {last, 0};
}

witness::events witness::on_outcome(const outcome_said& outcome) {
  const auto found = commands_.find(outcome.id);
  if (found == commands_.end()) return {};
  found->second.waits = false;
  if (outcome.outcome != client::outcome_kind::fresh) return {};
  const message taken = taken_by(found->second, outcome);
  events result;
  result.push_back({.kind = event_kind::answer_taken,
                    .connection = taken.connection,
                    .command = outcome.id,
                    .value = taken.id,
                    .text = "ok"});
  return result;
}

}  // namespace hassle::harness::door
