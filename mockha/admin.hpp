#pragma once

#include "mockha/journal_feed.hpp"
#include "mockha/metrics.hpp"
#include "mockha/server.hpp"
#include "mockha/timeline_player.hpp"

#include "scenarios/scenario.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/time.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::mockha {

// The admin API: what watches over a server and interferes with it, as JSON over HTTP. This file
// and the others of the API are pure: a request comes in, an answer goes out. admin_server.hpp
// brings them to a port.

/// What the program is that the server runs in.
struct program_facts {
  std::string version;
  std::string url;       ///< Of the WebSocket.
  std::string token;     ///< Secret: shown by its first characters only, see `masked`.
  std::string scenario;  ///< Empty: none.
  std::uint64_t seed = 1;
  double time_scale = 1;
  std::vector<std::string> left_out;  ///< Parts of the scenario that others would have to play.
};

/// Everything that the API looks at. All must outlive its use.
struct admin_desk {
  server& mock;
  const net::time_source& time;  ///< The server's.
  journal_feed& journal;
  metrics& counted;
  timeline_player* player = nullptr;           ///< Nothing: no scenario.
  const scenario::scenario* script = nullptr;  ///< Of the player.
  program_facts facts;
};

/// The part of a request that a route looks at.
struct admin_request {
  std::vector<std::string> arguments;  ///< Of the path, in its order; decoded, not empty.
  std::vector<std::pair<std::string, std::string>> query;  ///< Decoded; names the route knows.
  json::object body;  ///< Of routes that take an object: its form was found good.
  const net::http_request& raw;

  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

/// The journal as a stream, instead of a body.
struct journal_wish {
  std::uint64_t from = 1;  ///< Number of the first event.
  bool follow = true;      ///< Goes on with what happens.
  bool events = false;     ///< Server-Sent Events; else one JSON object a line.
};

struct admin_answer {
  net::http_response response;
  std::optional<journal_wish> stream;  ///< Then `response` has no body.
};

// What a route tells of itself, for the router and for its description.

struct query_parameter {
  std::string_view name;
  std::string_view schema;  ///< JSON schema, as text.
  std::string_view doc;
  std::span<const std::string_view> words = {};  ///< The values there are; empty: any.
};
struct body_field {
  enum class kind : std::uint8_t { text, object, duration };

  std::string_view name;
  kind type;
  std::string_view doc;
  bool required = false;
};
struct admin_route {
  enum class body : std::uint8_t {
    none,    ///< Must be empty.
    fields,  ///< An object with `fields`; may be left out where none is required.
    object,  ///< Any object; may be left out.
    fault,   ///< See scenario::parse_fault_json.
  };

  std::string_view method;
  std::string_view pattern;  ///< "/connections/{key}"
  admin_answer (*run)(admin_desk&, const admin_request&);
  std::string_view name;  ///< Unique: "endConnection".
  std::string_view doc;
  unsigned status = 200;                       ///< Of success.
  std::string_view type = "application/json";  ///< Of the answer; empty: no body.
  body takes = body::none;
  std::span<const body_field> fields = {};
  std::span<const query_parameter> query = {};
};

// The tables, each in a file of its own.
[[nodiscard]] std::span<const admin_route> status_routes();
[[nodiscard]] std::span<const admin_route> connection_routes();
[[nodiscard]] std::span<const admin_route> fault_routes();
[[nodiscard]] std::span<const admin_route> home_routes();
[[nodiscard]] std::span<const admin_route> timeline_routes();
[[nodiscard]] std::span<const admin_route> journal_routes();

/// All of them.
[[nodiscard]] std::span<const admin_route* const> admin_routes();

/// Finds the route and runs it. Whoever asks has been let in already: see admin_guard.hpp.
[[nodiscard]] admin_answer answer_admin(admin_desk& desk, const net::http_request& request);

/// OpenAPI 3.1, of the same tables.
[[nodiscard]] std::string openapi_description(std::string_view version);

}  // namespace hassle::mockha
