// Routes of the admin API: the home's states, and events.
#include "mockha/admin.hpp"
#include "mockha/admin_text.hpp"

#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace hassle::mockha {

namespace {

constexpr std::size_t state_bytes_max = 255;  // Home Assistant's.
constexpr std::size_t id_bytes_max = 255;

/// "light.kitchen": lower-case words, one dot.
bool is_entity_id(std::string_view id) {
  const std::size_t dot = id.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == id.size()) return false;
  if (id.size() > id_bytes_max) return false;
  return std::ranges::all_of(id, [seen = 0](char c) mutable {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    return is_word || (c == '.' && ++seen == 1);
  });
}

admin_answer no_such_entity(const admin_desk& desk, std::string_view id) {
  std::vector<std::string_view> known;
  for (const auto& each : desk.mock.house().entities()) known.push_back(each.id());
  std::string hint = scenario::nearest_hint(id, known);
  if (hint.empty()) hint = "GET /states lists them";
  return error_answer(404, "there is no entity " + scenario::in_quotes(id), hint);
}

admin_answer get_states(admin_desk& desk, const admin_request&) {
  return text_answer(desk.mock.house().states_json());
}

admin_answer get_state(admin_desk& desk, const admin_request& request) {
  const entity* found = desk.mock.house().find(request.arguments.at(0));
  return found ? text_answer(found->full_json()) : no_such_entity(desk, request.arguments.at(0));
}

constexpr std::array state_fields = std::to_array<body_field>({
    {"state", body_field::kind::text, "The new state, at most 255 bytes", true},
    {"attributes", body_field::kind::object,
     "All attributes; without it they stay as they are (or are none)"},
});

admin_answer set_state(admin_desk& desk, const admin_request& request) {
  const std::string& id = request.arguments.at(0);
  if (!is_entity_id(id)) {
    return error_answer(400, scenario::in_quotes(id) + " is no entity id", "as in light.kitchen");
  }
  std::string state(request.body.at("state").as_string());
  if (state.size() > state_bytes_max) {
    return error_answer(400, "'state' is longer than 255 bytes");
  }
  const entity* before = desk.mock.house().find(id);
  json::object attributes;
  if (const auto* given = request.body.if_contains("attributes")) {
    attributes = given->as_object();
  } else if (before) {
    attributes = before->now().attributes;
  }
  const bool is_new = before == nullptr;
  desk.mock.set_state(id, std::move(state), attributes);
  const entity* after = desk.mock.house().find(id);
  // While Home Assistant starts, nothing is to be seen of it yet.
  admin_answer answer = after ? text_answer(after->full_json()) : json_answer(json::value());
  if (is_new) answer.response.status = 201;
  return answer;
}

admin_answer delete_state(admin_desk& desk, const admin_request& request) {
  const std::string& id = request.arguments.at(0);
  return desk.mock.remove_entity(id) ? empty_answer() : no_such_entity(desk, id);
}

admin_answer fire_event(admin_desk& desk, const admin_request& request) {
  constexpr std::size_t type_bytes_max = 64;  // Home Assistant's.
  const std::string& type = request.arguments.at(0);
  const bool is_text = std::ranges::none_of(type, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E;
  });
  if (type.size() > type_bytes_max || !is_text) {
    return error_answer(400, scenario::in_quotes(type) + " is no type of event",
                        "at most 64 characters of ASCII");
  }
  desk.mock.fire_event(type, request.body);
  return empty_answer();
}

constexpr std::array home_table = std::to_array<admin_route>({
    {.method = "GET",
     .pattern = "/states",
     .run = get_states,
     .name = "getStates",
     .doc = "All states, as get_states of the WebSocket API answers."},
    {.method = "GET",
     .pattern = "/states/{entity_id}",
     .run = get_state,
     .name = "getState",
     .doc = "One of them."},
    {.method = "POST",
     .pattern = "/states/{entity_id}",
     .run = set_state,
     .name = "setState",
     .doc = "Writes a state, as an integration would; makes the entity (201) if there is none.",
     .takes = admin_route::body::fields,
     .fields = state_fields},
    {.method = "PUT",
     .pattern = "/states/{entity_id}",
     .run = set_state,
     .name = "putState",
     .doc = "The same as POST.",
     .takes = admin_route::body::fields,
     .fields = state_fields},
    {.method = "DELETE",
     .pattern = "/states/{entity_id}",
     .run = delete_state,
     .name = "removeEntity",
     .doc = "Removes an entity.",
     .status = 204,
     .type = ""},
    {.method = "POST",
     .pattern = "/events/{event_type}",
     .run = fire_event,
     .name = "fireEvent",
     .doc = "Fires an event on Home Assistant's bus; the body is its data.",
     .status = 204,
     .type = "",
     .takes = admin_route::body::object},
});

}  // namespace

std::span<const admin_route> home_routes() { return home_table; }

}  // namespace hassle::mockha
