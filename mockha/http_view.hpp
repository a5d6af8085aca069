#pragma once

#include "mockha/action.hpp"
#include "mockha/form_body.hpp"
#include "mockha/home.hpp"
#include "mockha/ip_ban.hpp"
#include "mockha/login_flow.hpp"
#include "mockha/surroundings.hpp"
#include "mockha/user.hpp"
#include "mockha/wall_time.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/time.hpp>

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hassle::mockha {

/// What requests over HTTP can do to the server around them.
class http_backend {
 public:
  /// True once Home Assistant is on its way down.
  [[nodiscard]] virtual bool is_stopping() const = 0;
  virtual void write_state(std::string_view entity_id, std::string state,
                           const json::object& attributes) = 0;
  virtual void erase_state(std::string_view entity_id) = 0;
  virtual void fire(std::string_view type, const json::object& data, std::string_view user_id) = 0;
  /// Whoever is connected with an access token of this refresh token has to go.
  virtual void throw_out(std::string_view refresh_token_id) = 0;

 protected:
  ~http_backend() = default;
};

/// The request is a good WebSocket upgrade: 101 is to be answered.
struct upgrade_wanted {
  std::string address;     ///< Of who asks, behind a trusted proxy possibly.
  std::string user_agent;  ///< Cut to 200 bytes.
};
/// The service is to be run; `http_api::service_answer` makes the answer, which may be due later.
struct service_wanted {
  run_service run;
};
using http_outcome = std::variant<net::http_response, upgrade_wanted, service_wanted>;

/// A request on its way through a view. Lives until the view returns.
struct http_visit {
  surroundings& around;
  ip_ban& bans;
  login_flows& flows;
  http_backend& server;

  const net::http_request& asked;
  std::string address;                 ///< Of who asks.
  std::vector<std::string> arguments;  ///< What stood where the view's path has "*"; decoded.
  form_fields query;
  const user* who = nullptr;  ///< Whose access token was shown; null without a good one.
  net::time_point now{};
  wall_time wall{};
};

/// An address of Home Assistant's HTTP side.
struct http_view {
  std::string_view method;
  std::string_view path;  ///< "*" stands for one segment.
  http_outcome (*run)(http_visit&);
  bool needs_login = true;
  bool any_origin = false;  ///< Answers pages of other origins (CORS).
};

// The tables.
[[nodiscard]] std::span<const http_view> api_views();   ///< http_api_views.cpp
[[nodiscard]] std::span<const http_view> auth_views();  ///< http_auth_views.cpp

// Answers as the framework and the views make them.

/// `body` is JSON.
[[nodiscard]] net::http_response json_answer(unsigned status, std::string body);
/// `{"message":…}`
[[nodiscard]] net::http_response message_answer(unsigned status, std::string_view message);
[[nodiscard]] net::http_response text_answer(unsigned status, std::string body);
/// "404: Not Found"
[[nodiscard]] net::http_response framework_answer(unsigned status);

/// What is wrong with an upgrade request, as the body of the answer 400; empty if nothing is.
[[nodiscard]] std::string handshake_problem(const net::http_request& asked);

}  // namespace hassle::mockha
