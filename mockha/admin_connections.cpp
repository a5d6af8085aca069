// Routes of the admin API: who is connected, and what is done to them.
#include "mockha/admin.hpp"
#include "mockha/admin_text.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

json::object describe(const connection_status& c) {
  return {{"key", c.key},
          {"connection", c.id},
          {"peer", c.peer},
          {"user_agent", c.user_agent},
          {"phase", c.phase},
          {"user", c.user.empty() ? json::value() : json::value(c.user)},
          {"since", seconds(c.since)},
          {"last_message_id", c.last_message_id},
          {"subscriptions", c.subscriptions},
          {"queued", c.queued},
          {"received", c.received},
          {"sent", c.sent},
          {"deflate", c.deflate},
          {"coalescing", c.coalescing},
          {"stalled", c.stalled}};
}

admin_answer get_connections(admin_desk& desk, const admin_request&) {
  json::array list;
  for (const auto& each : desk.mock.connection_list()) list.push_back(describe(each));
  return json_answer(std::move(list));
}

admin_answer no_such_connection(const std::string& key) {
  return error_answer(404, fmt::format("there is no connection '{}'", key),
                      "GET /connections lists their keys");
}

constexpr std::array<std::string_view, 3> styles = {"close", "reset", "fin"};
constexpr std::array end_query = std::to_array<query_parameter>({
    {"how", R"({"type":"string","enum":["close","reset","fin"],"default":"close"})",
     "A Close frame, an RST, or a FIN without a Close frame", styles},
    {"code", R"({"type":"integer","minimum":1000,"maximum":4999,"default":1000})",
     "Code of the Close frame"},
});

admin_answer delete_connection(admin_desk& desk, const admin_request& request) {
  const auto how = request.parameter("how").value_or("close");
  connection::style style = connection::style::close;
  if (how == "reset") style = connection::style::reset;
  if (how == "fin") style = connection::style::fin;
  constexpr std::uint64_t code_min = 1000;
  constexpr std::uint64_t code_max = 4999;
  const auto code = whole_number(request.parameter("code").value_or("1000"));
  if (!code || *code < code_min || *code > code_max) {
    return error_answer(400, "'code' is not a code of a Close frame", "1000 to 4999");
  }
  const std::string& key = request.arguments.at(0);
  const auto number = whole_number(key);
  if (!number || !desk.mock.end_connection(*number, style, static_cast<std::uint16_t>(*code))) {
    return no_such_connection(key);
  }
  return empty_answer();
}

admin_answer stall_connection(admin_desk& desk, const admin_request& request) {
  const std::string& key = request.arguments.at(0);
  const auto number = whole_number(key);
  if (!number || !desk.mock.stall_connection(*number)) return no_such_connection(key);
  return empty_answer();
}

constexpr std::array connections_table = std::to_array<admin_route>({
    {.method = "GET",
     .pattern = "/connections",
     .run = get_connections,
     .name = "getConnections",
     .doc = "The WebSocket connections that are open. Their 'connection' is the number that the "
            "journal knows them by, their 'key' is unique."},
    {.method = "DELETE",
     .pattern = "/connections/{key}",
     .run = delete_connection,
     .name = "endConnection",
     .doc = "Ends a connection from the server's side.",
     .status = 204,
     .type = "",
     .query = end_query},
    {.method = "POST",
     .pattern = "/connections/{key}/stall",
     .run = stall_connection,
     .name = "stallConnection",
     .doc = "The connection stays open and carries nothing any more, in either direction, as if "
            "half of it were gone. It ends when the client gives it up, or by DELETE.",
     .status = 204,
     .type = ""},
});

}  // namespace

std::span<const admin_route> connection_routes() { return connections_table; }

}  // namespace hassle::mockha
