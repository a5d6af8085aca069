// The commands of a session; what surrounds them is in session_core.cpp.
#include "mockha/answers.hpp"
#include "mockha/config.hpp"
#include "mockha/schema.hpp"
#include "mockha/session_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <utility>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;
using reports::event_kind;

constexpr std::array features_fields =
    std::to_array<command_field>({{"features", kind::features, true}});
constexpr std::array subscribe_events_fields =
    std::to_array<command_field>({{"event_type", kind::text}});
constexpr std::array unsubscribe_events_fields =
    std::to_array<command_field>({{"subscription", kind::index, true}});
constexpr std::array subscribe_entities_fields =
    std::to_array<command_field>({{"entity_ids", kind::entity_ids}});
constexpr std::array call_service_fields = std::to_array<command_field>({
    {"domain", kind::text, true},
    {"return_response", kind::boolean},
    {"service", kind::text, true},
    {"service_data", kind::dictionary},
    {"target", kind::target},
});

failure plain(std::string code, std::string message) {
  return {.code = std::move(code),
          .message = std::move(message),
          .translation_key = {},
          .translation_domain = {},
          .translation_placeholders = {}};
}

failure service_not_found(const service_call& call) {
  return {.code = "not_found",
          .message = fmt::format("Service {}.{} not found.", call.domain, call.service),
          .translation_key = "service_not_found",
          .translation_domain = "homeassistant",
          .translation_placeholders = {{"domain", call.domain}, {"service", call.service}}};
}

// None of the services here has a response.
failure no_response() {
  return {.code = "service_validation_error",
          .message =
              "Validation error: An action which does not return responses can't be called "
              "with return_response=True.",
          .translation_key = "service_does_not_support_response",
          .translation_domain = "homeassistant",
          .translation_placeholders = {{"return_response", "return_response=True"}}};
}

// What a client sent is cut: nobody needs its four megabytes in a journal.
void append_cut(std::string& to, std::string_view text) {
  constexpr std::size_t part_max = 64;
  std::size_t size = std::min(text.size(), part_max);
  const auto inside_character = [&] {
    return size > 0 && size < text.size() &&
           (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U;
  };
  while (inside_character()) --size;
  to += text.substr(0, size);
}

std::string_view text_of(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  return found && found->is_string() ? std::string_view(found->get_string()) : "?";
}

// The first entity of a call, however it was written; empty if there is none.
std::string_view first_entity(const json::object& command) {
  for (const std::string_view where : {"target", "service_data"}) {
    const json::value* part = command.if_contains(where);
    const json::value* ids =
        part && part->is_object() ? part->get_object().if_contains("entity_id") : nullptr;
    if (ids && ids->is_array() && !ids->get_array().empty()) ids = &ids->get_array().front();
    if (!ids || !ids->is_string()) continue;
    const std::string_view id = ids->get_string();
    return id.substr(0, id.find(','));
  }
  return {};
}

// What a journal calls a command: "ping", "light.turn_on light.kitchen".
std::string describe(std::string_view type, const json::object& command) {
  std::string text;
  if (type != "call_service") {
    append_cut(text, type);
    return text;
  }
  append_cut(text, text_of(command, "domain"));
  text += '.';
  append_cut(text, text_of(command, "service"));
  if (const auto entity = first_entity(command); !entity.empty()) {
    text += ' ';
    append_cut(text, entity);
  }
  return text;
}

}  // namespace

struct session_core::command_entry {
  std::string_view type;
  void (session_core::*run)(std::uint64_t, const json::object&, turn&);
  std::span<const command_field> fields;
};

const session_core::command_entry* session_core::find_command(std::string_view type) {
  static constexpr std::array table = std::to_array<command_entry>({
      {"call_service", &session_core::do_call_service, call_service_fields},
      {"get_config", &session_core::do_get_config, {}},
      {"get_services", &session_core::do_get_services, {}},
      {"get_states", &session_core::do_get_states, {}},
      {"ping", &session_core::do_ping, {}},
      {"subscribe_entities", &session_core::do_subscribe_entities, subscribe_entities_fields},
      {"subscribe_events", &session_core::do_subscribe_events, subscribe_events_fields},
      {"supported_features", &session_core::do_supported_features, features_fields},
      {"unsubscribe_events", &session_core::do_unsubscribe_events, unsubscribe_events_fields},
  });
  const auto found = std::ranges::find(table, type, &command_entry::type);
  return found == table.end() ? nullptr : &*found;
}

void session_core::on_command(std::uint64_t id, std::string_view type, const json::object& command,
                              turn& t) {
  if (around_.settings.trace) {
    t.done.push_back(note{event_kind::server_received, id, describe(type, command)});
  }
  if (id <= last_id_) {
    fail(t, id, plain("id_reuse", "Identifier values have to increase."));
    return;
  }
  const command_entry* entry = find_command(type);
  if (!entry) {
    fail(t, id, plain("unknown_command", "Unknown command."));
    return;
  }
  last_id_ = id;
  if (around_.answers == answer_rule::lose_before) {
    t.done.push_back(lose_answer{id});
    return;
  }
  if (std::string problem = command_violations(command, entry->fields); !problem.empty()) {
    fail(t, id, plain("invalid_format", std::move(problem)));
    return;
  }
  (this->*entry->run)(id, command, t);
}

void session_core::do_ping(std::uint64_t id, const json::object&, turn& t) {
  answer(t, id, answers::pong(id), "ok");
}

// Accepted; messages then may be joined, they need not.
void session_core::do_supported_features(std::uint64_t id, const json::object&, turn& t) {
  answer(t, id, answers::result(id, "null"), "ok");
}

void session_core::do_get_states(std::uint64_t id, const json::object&, turn& t) {
  answer(t, id, answers::result(id, around_.house.states_json()), "ok");
}

void session_core::do_get_config(std::uint64_t id, const json::object&, turn& t) {
  answer(t, id,
         answers::result(id, config_json(around_.settings.version, name_of(around_.state),
                                         around_.house.domains())),
         "ok");
}

void session_core::do_get_services(std::uint64_t id, const json::object&, turn& t) {
  static const std::string all = services_json(false);
  static const std::string core_only = services_json(true);
  const bool absent = around_.house.there() == presence::absent;
  answer(t, id, answers::result(id, absent ? core_only : all), "ok");
}

void session_core::subscribe(std::uint64_t id, subscription what, turn& t) {
  ++(what.compressed ? diff_subscriptions_ : event_subscriptions_);
  subscriptions_.emplace(id, std::move(what));
  answer(t, id, answers::result(id, "null"), "ok");
}

void session_core::do_subscribe_events(std::uint64_t id, const json::object& command, turn& t) {
  subscription s{.event_type = "*", .filter = {}};
  if (const json::value* type = command.if_contains("event_type")) {
    s.event_type = std::string_view(type->get_string());
  }
  if (subscriptions_.size() >= around_.settings.limits.subscriptions_max) {
    fail(t, id, plain("home_assistant_error", "Too many subscriptions."));
  } else if (s.event_type == "state_reported") {
    fail(t, id, plain("home_assistant_error", "Event filter is required for event state_reported"));
  } else {
    subscribe(id, std::move(s), t);
  }
}

void session_core::do_unsubscribe_events(std::uint64_t id, const json::object& command, turn& t) {
  const json::value& which = command.at("subscription");
  const auto number =
      which.is_uint64() ? which.get_uint64() : static_cast<std::uint64_t>(which.get_int64());
  const auto found = subscriptions_.find(number);
  if (found == subscriptions_.end()) {
    fail(t, id, plain("not_found", "Subscription not found."));
    return;
  }
  --(found->second.compressed ? diff_subscriptions_ : event_subscriptions_);
  subscriptions_.erase(found);
  answer(t, id, answers::result(id, "null"), "ok");
}

void session_core::do_subscribe_entities(std::uint64_t id, const json::object& command, turn& t) {
  subscription s{.event_type = {}, .compressed = true, .filter = {}};
  if (const json::value* ids = command.if_contains("entity_ids")) {
    s.filtered = read_entity_ids(*ids, s.filter);
    std::ranges::sort(s.filter);
  }
  if (subscriptions_.size() >= around_.settings.limits.subscriptions_max) {
    fail(t, id, plain("home_assistant_error", "Too many subscriptions."));
    return;
  }
  std::string snapshot = answers::snapshot(id, around_.house, s.filtered ? &s.filter : nullptr);
  subscribe(id, std::move(s), t);
  t.done.push_back(send_text{.text = std::move(snapshot), .code = {}});
}

void session_core::do_call_service(std::uint64_t id, const json::object& command, turn& t) {
  auto call = read_service_call(command);
  if (!call) {
    fail(t, id, plain("invalid_format", std::move(call.error())));
    return;
  }
  const service* called = around_.house.service_named(call->domain, call->service);
  const json::value* response = command.if_contains("return_response");
  if (!called) {
    fail(t, id, service_not_found(*call));
  } else if (response && response->get_bool()) {
    fail(t, id, no_response());
  } else if (std::string problem = schema_violations(*called, *call); !problem.empty()) {
    fail(t, id, plain("invalid_format", std::move(problem)));
  } else {
    t.done.push_back(run_service{.id = id, .called = called, .call = std::move(*call)});
  }
}

}  // namespace hassle::mockha
