#pragma once

#include "mockha/http_api.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::mockha {

/// Home Assistant's HTTP side with a home of its own, asked by hand. Plays the server's part.
class http_story final : private http_backend {
 public:
  explicit http_story(ip_ban_settings bans_with = {}, http_api_settings with = {})
      : bans(bans_with), api(around, bans, *this, net::random_stream(4), std::move(with)) {
    tokens.add_user({});
    tokens.add_static("secret", user{}.id);
    tokens.add_account("owner", "password", user{}.id);
  }

  /// Headers as lines: "Name: value".
  http_outcome asks(std::string method, std::string target, std::vector<std::string> headers = {},
                    std::string body = {}) {
    net::http_request asked;
    asked.method = std::move(method);
    asked.target = std::move(target);
    asked.body = std::move(body);
    for (const auto& line : headers) {
      const auto colon = line.find(": ");
      asked.headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
    }
    http_outcome outcome = api.answer(asked, peer, now, wall);
    auto* service = std::get_if<service_wanted>(&outcome);
    if (!service) return outcome;
    const run_service& run = service->run;
    const auto done = house.execute(*run.called, run.call, run.user_id, wall, {.states = true},
                                    run.wants_response);
    return http_api::service_answer(run, done);
  }
  /// Status and body, or "101".
  std::string get(std::string target, std::vector<std::string> headers = {}) {
    return shown(asks("GET", std::move(target), std::move(headers)));
  }
  /// The same with a good access token.
  std::string authorized(std::string method, std::string target, std::string body = {}) {
    return shown(asks(std::move(method), std::move(target), {"Authorization: Bearer secret"},
                      std::move(body)));
  }
  std::string posts_form(std::string target, std::string form) {
    return shown(asks("POST", std::move(target),
                      {"Content-Type: application/x-www-form-urlencoded"}, std::move(form)));
  }

  static std::string shown(const http_outcome& outcome) {
    if (const auto* answer = std::get_if<net::http_response>(&outcome)) {
      return std::to_string(answer->status) + " " + answer->body;
    }
    return "101";
  }
  /// The value of a header; "(none)" if it is not there.
  static std::string header(const http_outcome& outcome, std::string_view name) {
    if (const auto* answer = std::get_if<net::http_response>(&outcome)) {
      for (const auto& h : answer->headers) {
        if (h.name == name) return h.value;
      }
    }
    return "(none)";
  }

  net::time_point now{};
  wall_time wall{std::chrono::seconds(1'782'422'405)};
  std::string peer = "10.0.0.7";
  bool stopping = false;
  std::vector<std::string> told;  // What was asked of the server.

  home house{*find_home("small"), context_source(net::random_stream(1)), wall};
  registries registry{*find_home("small"), wall};
  token_store tokens{net::random_stream(2)};
  surroundings around{.settings = {}, .house = house, .registry = registry, .tokens = tokens};
  ip_ban bans;
  http_api api;

 private:
  [[nodiscard]] bool is_stopping() const override { return stopping; }
  void write_state(std::string_view entity_id, std::string state,
                   const json::object& attributes) override {
    (void)house.set(entity_id, std::move(state), attributes, wall, {});
  }
  void erase_state(std::string_view entity_id) override { (void)house.remove(entity_id, wall, {}); }
  void fire(std::string_view type, const json::object& data, std::string_view user_id) override {
    told.push_back("fire " + std::string(type) + " " + json_text(json::value(data)) + " " +
                   std::string(user_id));
  }
  void throw_out(std::string_view refresh_token_id) override {
    told.push_back("throw out " + std::string(refresh_token_id));
  }
};

}  // namespace hassle::mockha
