// What Home Assistant offers under /api. Texts that are not in the reference are unverified.
#include "mockha/command.hpp"
#include "mockha/http_view.hpp"
#include "mockha/template.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <utility>

namespace hassle::mockha {

namespace {

/// Runs a command as a session would, for an answer over HTTP.
class asked_over_http final : public command_turn {
 public:
  using command_turn::command_turn;

  void succeed(std::string_view result) override { result_ = result; }
  void fail(const failure& why) override { failed_ = why; }
  void event(std::string_view) override {}
  bool subscribe(std::unique_ptr<subscription>) override { return false; }
  bool wait(std::unique_ptr<subscription>) override { return false; }
  bool unsubscribe(std::uint64_t) override { return false; }
  void pong() override {}
  void coalesce() override {}
  void perform(action what) override {
    if (auto* run = std::get_if<run_service>(&what)) run_ = std::move(*run);
  }

  std::string result_;
  std::optional<failure> failed_;
  std::optional<run_service> run_;
};

struct command_answer {
  std::string result;
  std::optional<failure> failed;
  std::optional<run_service> run;
};

command_answer ask(http_visit& v, std::string_view type, const json::object& command) {
  const command_entry* entry = find_command(type);
  assert(entry != nullptr && v.who != nullptr);
  asked_over_http turn({.id = 1,
                        .command = command,
                        .around = v.around,
                        .caller = *v.who,
                        .refresh_token_id = {},
                        .now = v.now,
                        .wall = v.wall});
  entry->run(turn);
  return {.result = std::move(turn.result_),
          .failed = std::move(turn.failed_),
          .run = std::move(turn.run_)};
}

/// The body as JSON; nothing if it is none. An empty one counts as an empty object.
std::optional<json::value> body_of(const http_visit& v) {
  if (v.asked.body.empty()) return json::object();
  json::error_code ec;
  json::value value = json::parse(v.asked.body, ec);
  if (ec) return std::nullopt;
  return value;
}

bool is_slug(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_entity_id(std::string_view text) {
  const auto dot = text.find('.');
  return dot != std::string_view::npos && is_slug(text.substr(0, dot)) &&
         is_slug(text.substr(dot + 1));
}

// What a view answers that only administrators may use; counted like any 401.
net::http_response unauthorized(http_visit& v) {
  v.bans.on_failed_login(v.address);
  return framework_answer(401);
}

http_outcome status(http_visit&) { return json_answer(200, R"({"message":"API running."})"); }

http_outcome core_state(http_visit& v) {
  return json_answer(
      200, R"({"state":")" + std::string(name_of(v.around.state)) +
               R"(","recorder_state":{"migration_in_progress":false,"migration_is_live":false}})");
}

http_outcome config(http_visit& v) { return json_answer(200, ask(v, "get_config", {}).result); }

http_outcome states(http_visit& v) { return json_answer(200, v.around.house.states_json()); }

http_outcome state(http_visit& v) {
  const entity* found = v.around.house.find(v.arguments[0]);
  if (!found) return message_answer(404, "Entity not found.");
  return json_answer(200, found->full_json());
}

http_outcome set_state(http_visit& v) {
  constexpr std::ptrdiff_t state_characters_max = 255;
  const std::string& id = v.arguments[0];
  if (!v.who->is_admin) return unauthorized(v);
  const auto body = body_of(v);
  if (!body || !body->is_object()) return message_answer(400, "Invalid JSON specified.");
  const json::object& asked = body->get_object();
  const json::value* wanted = asked.if_contains("state");
  if (!wanted || wanted->is_null()) return message_answer(400, "No state specified.");
  const json::value* attributes = asked.if_contains("attributes");
  const bool has_attributes = attributes && !attributes->is_null();
  if (has_attributes && !attributes->is_object()) {
    return message_answer(400, "Invalid JSON specified.");
  }
  if (!is_entity_id(id)) return message_answer(400, "Invalid entity ID specified.");
  std::string text = wanted->is_string() ? std::string(wanted->get_string()) : python_text(*wanted);
  const auto characters = std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
  if (characters > state_characters_max) return message_answer(400, "Invalid state specified.");
  const bool is_new = v.around.house.find(id) == nullptr;
  v.server.write_state(id, std::move(text),
                       has_attributes ? attributes->get_object() : json::object());
  const entity* written = v.around.house.find(id);
  // While Home Assistant starts, what is written is seen later.
  net::http_response answer =
      json_answer(is_new ? 201 : 200, written ? written->full_json() : std::string("null"));
  answer.headers.push_back({"Location", "/api/states/" + id});
  return answer;
}

http_outcome remove_state(http_visit& v) {
  if (!v.who->is_admin) return unauthorized(v);
  if (!v.around.house.find(v.arguments[0])) return message_answer(404, "Entity not found.");
  v.server.erase_state(v.arguments[0]);
  return message_answer(200, "Entity removed.");
}

// The websocket's object of domains as the list that it is here.
http_outcome services(http_visit& v) {
  json::value of_domains = json::parse(ask(v, "get_services", {}).result);
  std::string text = "[";
  for (const auto& [domain, offered] : of_domains.get_object()) {
    if (text.size() > 1) text += ',';
    text += R"({"domain":)";
    append_string(text, domain);
    text += R"(,"services":)";
    append_json(text, offered);
    text += '}';
  }
  text += ']';
  return json_answer(200, std::move(text));
}

http_outcome refused_call(const failure& why) {
  if (why.translation_key == "service_does_not_support_response") {
    return message_answer(
        400, "Service does not support responses. Remove return_response from request.");
  }
  if (why.translation_key == "service_lacks_response_request") {
    return message_answer(400,
                          "Service call requires responses but caller did not ask for responses. "
                          "Add ?return_response to query parameters.");
  }
  if (why.code == "not_found" || why.code == "invalid_format") return framework_answer(400);
  return framework_answer(500);
}

http_outcome call_service(http_visit& v) {
  auto body = body_of(v);
  if (!body) return message_answer(400, "Data should be valid JSON.");
  if (!body->is_object()) return framework_answer(400);
  const json::object command = {{"id", 1},
                                {"type", "call_service"},
                                {"domain", v.arguments[0]},
                                {"service", v.arguments[1]},
                                {"service_data", std::move(*body)},
                                {"return_response", v.query.find("return_response") != nullptr}};
  command_answer asked = ask(v, "call_service", command);
  if (asked.run) {
    asked.run->id = 0;  // Nobody gave it a number.
    return service_wanted{std::move(*asked.run)};
  }
  assert(asked.failed);
  return refused_call(*asked.failed);
}

// Those that Home Assistant itself listens to; how many listeners there are is unverified.
http_outcome events(http_visit&) {
  return json_answer(200, R"([{"event":"*","listener_count":1},)"
                          R"({"event":"call_service","listener_count":1},)"
                          R"({"event":"core_config_updated","listener_count":1},)"
                          R"({"event":"homeassistant_start","listener_count":1},)"
                          R"({"event":"homeassistant_stop","listener_count":1},)"
                          R"({"event":"state_changed","listener_count":1}])");
}

http_outcome fire_event(http_visit& v) {
  constexpr std::size_t type_characters_max = 64;
  if (!v.who->is_admin) return unauthorized(v);
  const auto body = body_of(v);
  if (!body) return message_answer(400, "Event data should be valid JSON.");
  if (!body->is_object()) return message_answer(400, "Event data should be a JSON object");
  const std::string& type = v.arguments[0];
  // Foreign characters could be broken UTF-8, which must not reach a WebSocket.
  const bool is_ascii = std::ranges::none_of(type, [](char c) { return (c & 0x80) != 0; });
  if (type.size() > type_characters_max || !is_ascii) return framework_answer(400);
  v.server.fire(type, body->get_object(), v.who->id);
  return message_answer(200, "Event " + type + " fired.");
}

// The text as it comes out; what reads as a literal of Python's is written as Python would.
http_outcome render_template(http_visit& v) {
  if (!v.who->is_admin) return unauthorized(v);
  const auto body = body_of(v);
  if (!body || !body->is_object()) return message_answer(400, "Invalid JSON specified.");
  const json::object& asked = body->get_object();
  const json::value* text = asked.if_contains("template");
  const json::value* variables = asked.if_contains("variables");
  if (!text || !text->is_string()) {
    return message_answer(400, "Error rendering template: no template given");
  }
  const auto program = template_program::parse(text->get_string());
  if (!program) return message_answer(400, "Error rendering template: " + program.error());
  const bool has_variables = variables && variables->is_object();
  const auto rendered =
      render(*program, {.house = v.around.house,
                        .now = v.wall,
                        .variables = has_variables ? &variables->get_object() : nullptr});
  if (!rendered.result) {
    return message_answer(400, "Error rendering template: " + rendered.result.error());
  }
  const json::value& result = *rendered.result;
  return text_answer(200,
                     result.is_string() ? std::string(result.get_string()) : python_text(result));
}

http_outcome websocket(http_visit& v) {
  constexpr std::size_t agent_bytes_max = 200;
  if (std::string problem = handshake_problem(v.asked); !problem.empty()) {
    return text_answer(400, std::move(problem));
  }
  const std::string* agent = v.asked.find("User-Agent");
  std::string shown = agent ? agent->substr(0, agent_bytes_max) : std::string();
  std::ranges::replace_if(shown, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return upgrade_wanted{.address = v.address, .user_agent = std::move(shown)};
}

constexpr std::array api_table = std::to_array<http_view>({
    {"GET", "/api/", status},
    {"GET", "/api/config", config},
    {"GET", "/api/core/state", core_state},
    {"GET", "/api/events", events},
    {"POST", "/api/events/*", fire_event},
    {"GET", "/api/services", services},
    {"POST", "/api/services/*/*", call_service},
    {"GET", "/api/states", states},
    {"GET", "/api/states/*", state},
    {"POST", "/api/states/*", set_state},
    {"DELETE", "/api/states/*", remove_state},
    {"POST", "/api/template", render_template},
    {"GET", "/api/websocket", websocket, false},
});

}  // namespace

std::span<const http_view> api_views() { return api_table; }

}  // namespace hassle::mockha
