#include "mockha/session_core.hpp"

#include "mockha/answers.hpp"
#include "mockha/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::mockha {

namespace {

using reports::event_kind;

std::optional<std::uint64_t> positive_integer(const json::value* value) {
  if (!value) return std::nullopt;
  if (const auto* i = value->if_int64()) {
    return *i > 0 ? std::optional(static_cast<std::uint64_t>(*i)) : std::nullopt;
  }
  if (const auto* u = value->if_uint64()) return *u;
  return std::nullopt;
}

constexpr std::string_view bad_token = "Invalid access token or password";

}  // namespace

std::string_view name_of(core_state state) noexcept {
  switch (state) {
    case core_state::not_running:
      return "NOT_RUNNING";
    case core_state::starting:
      return "STARTING";
    case core_state::running:
      return "RUNNING";
  }
  assert(false);
  return {};
}

void session_core::become(phase next) noexcept {
  phase_ = next;
  if (next != phase::ended) return;
  subscriptions_.clear();
  event_subscriptions_ = diff_subscriptions_ = 0;
}

void session_core::end(turn& t, bool with_close, std::string why) {
  become(phase::ended);
  t.done.push_back(end_session{.with_close = with_close, .why = std::move(why)});
}

actions session_core::on_open(net::time_point now) {
  assert(phase_ == phase::fresh);
  become(phase::authentication);
  opened_ = last_bytes_ = last_command_ = now;
  actions done;
  done.push_back(send_text{.text = answers::auth_required(around_.settings.version), .code = {}});
  return done;
}

actions session_core::on_text(std::string_view text, net::time_point now) {
  turn t{.now = now, .done = {}};
  switch (phase_) {
    case phase::fresh:
    case phase::ended:
      break;
    case phase::authentication:
      on_auth(around_.reader.read(text), t);
      break;
    case phase::command: {
      const json::value* message = around_.reader.read(text);
      if (!message) {
        end(t, true, "invalid json");
      } else if (const json::array* batch = message->if_array()) {
        for (const auto& element : *batch) {
          if (phase_ == phase::command) on_message(element, t);
        }
      } else {
        on_message(*message, t);
      }
      break;
    }
  }
  return std::move(t.done);
}

void session_core::on_auth(const json::value* message, turn& t) {
  if (!message) {
    end(t, true, "invalid json");
    return;
  }
  const bool trace = around_.settings.trace;
  if (const std::string problem = auth_violations(*message); !problem.empty()) {
    const std::string text = "Auth message incorrectly formatted: " + problem;
    if (trace) t.done.push_back(note{event_kind::server_auth, 0, "incorrectly formatted"});
    t.done.push_back(send_text{.text = answers::auth_invalid(text), .code = {}});
    end(t, true, "auth message incorrectly formatted");
    return;
  }
  const json::value* token = message->get_object().if_contains("access_token");
  if (!token || std::string_view(token->get_string()) != around_.settings.access_token) {
    if (trace) t.done.push_back(note{event_kind::server_auth, 0, "invalid token"});
    t.done.push_back(send_text{.text = answers::auth_invalid(bad_token), .code = {}});
    end(t, true, "auth invalid");
    return;
  }
  become(phase::command);
  last_command_ = t.now;
  if (trace) t.done.push_back(note{event_kind::server_auth, 0, "ok"});
  t.done.push_back(send_text{.text = answers::auth_ok(around_.settings.version), .code = {}});
}

void session_core::on_message(const json::value& message, turn& t) {
  last_command_ = t.now;
  const json::object* command = message.if_object();
  const json::value* id = command ? command->if_contains("id") : nullptr;
  const json::value* type = command ? command->if_contains("type") : nullptr;
  const auto number = positive_integer(id);
  if (!number || !type || !type->is_string() || type->get_string().empty()) {
    if (around_.settings.trace) {
      t.done.push_back(note{event_kind::server_received, 0, "malformed"});
    }
    std::string shown = command ? "null" : "0";
    if (id) shown = json_text(*id);
    answer(t, 0, answers::error(shown, "invalid_format", "Message incorrectly formatted."),
           "invalid_format");
    return;
  }
  on_command(*number, type->get_string(), *command, t);
}

// What was swallowed before it ran, and what ran but is not to be answered, ends here.
void session_core::answer(turn& t, std::uint64_t id, std::string text, std::string code) {
  if (around_.answers == answer_rule::lose_after) {
    t.done.push_back(lose_answer{id});
    return;
  }
  t.done.push_back(send_text{.text = std::move(text), .answers = id, .code = std::move(code)});
  if (++t.answered >= around_.settings.limits.answers_per_frame_max) {
    end(t, true, "pending messages");
  }
}

void session_core::fail(turn& t, std::uint64_t id, const failure& why) {
  answer(t, id, answers::error(id, why), why.code);
}

void session_core::on_bytes(net::time_point now) noexcept {
  last_bytes_ = now;
  pinged_ = net::never;
}

void session_core::on_stalled(net::duration length) noexcept {
  opened_ += length;
  last_bytes_ += length;
  last_command_ += length;
  if (pinged_ != net::never) pinged_ += length;
}

net::time_point session_core::deadline() const noexcept {
  if (phase_ == phase::fresh || phase_ == phase::ended) return net::never;
  const session_settings& s = around_.settings;
  net::time_point first = net::never;
  if (phase_ == phase::authentication) first = opened_ + s.limits.authentication;
  if (s.heartbeat) {
    first = std::min(
        first, pinged_ == net::never ? last_bytes_ + *s.heartbeat : pinged_ + *s.heartbeat / 2);
  }
  if (s.idle_close && phase_ == phase::command) {
    first = std::min(first, last_command_ + *s.idle_close);
  }
  return first;
}

actions session_core::on_timer(net::time_point now) {
  turn t{.now = now, .done = {}};
  if (now < deadline() || deadline() == net::never) return {};
  const session_settings& s = around_.settings;
  if (phase_ == phase::authentication && now >= opened_ + s.limits.authentication) {
    if (s.trace) t.done.push_back(note{event_kind::server_auth, 0, "timeout"});
    end(t, true, "auth timeout");
  } else if (s.idle_close && phase_ == phase::command && now >= last_command_ + *s.idle_close) {
    end(t, true, "idle close");
  } else if (pinged_ == net::never) {
    pinged_ = now;
    t.done.push_back(send_ping{});
  } else {
    end(t, false, "heartbeat");
  }
  return std::move(t.done);
}

watch session_core::wanted() const noexcept {
  return {.states = event_subscriptions_ > 0, .diffs = diff_subscriptions_ > 0};
}

actions session_core::on_event(const bus_event& event) {
  actions done;
  if (phase_ != phase::command) return done;
  for (const auto& [id, s] : subscriptions_) {
    if (s.compressed) {
      if (event.diff_json.empty()) continue;
      if (s.filtered && !std::ranges::binary_search(s.filter, event.entity_id)) continue;
      done.push_back(send_text{.text = answers::event(event.diff_json, id), .code = {}});
    } else if (!event.json.empty() && (s.event_type == "*" || s.event_type == event.type)) {
      done.push_back(send_text{.text = answers::event(event.json, id), .code = {}});
    }
  }
  return done;
}

send_text session_core::service_answer(std::uint64_t id, const home::outcome& done) const {
  if (done.failed) {
    return {.text = answers::error(id, *done.failed), .answers = id, .code = done.failed->code};
  }
  return {.text = answers::service_result(id, done.cause), .answers = id, .code = "ok"};
}

actions session_core::on_answer_due(send_text answer) {
  actions done;
  if (phase_ != phase::command) return done;
  if (around_.answers == answer_rule::lose_after) {
    done.push_back(lose_answer{answer.answers});
  } else {
    done.push_back(std::move(answer));
  }
  return done;
}

}  // namespace hassle::mockha
