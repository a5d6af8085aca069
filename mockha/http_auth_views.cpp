// How a client gets its tokens: /auth. Texts that are not in the reference are unverified.
#include "mockha/http_view.hpp"

#include <fmt/format.h>
#include <boost/json/parse.hpp>

#include <array>
#include <optional>
#include <utility>

namespace hassle::mockha {

namespace {

// Every answer from 400 on counts as a failed login here.
net::http_response counted(http_visit& v, net::http_response answer) {
  if (answer.status >= 400) v.bans.on_failed_login(v.address);
  return answer;
}

std::optional<std::string_view> field(const form_fields& form, std::string_view name) {
  const std::string* found = form.find(name);
  return found ? std::optional<std::string_view>(*found) : std::nullopt;
}

net::http_response refusal_answer(const grant_refusal& why) {
  json::object body = {{"error", why.error}};
  if (!why.description.empty()) body["error_description"] = why.description;
  return json_answer(why.status, json_text(body));
}

net::http_response grant_answer(const grant& given) {
  json::object body = {{"access_token", given.access_token}, {"token_type", "Bearer"}};
  const bool is_login = !given.refresh_token.empty();
  if (is_login) body["refresh_token"] = given.refresh_token;
  body["expires_in"] = given.expires_in.count();
  if (is_login) body["ha_auth_provider"] = "homeassistant";
  net::http_response answer = json_answer(200, json_text(body));
  answer.headers.push_back({"Cache-Control", "no-store"});
  answer.headers.push_back({"Pragma", "no-cache"});
  return answer;
}

net::http_response revoked(http_visit& v, const form_fields& form) {
  if (const auto token = field(form, "token")) {
    if (const auto id = v.around.tokens.revoke(*token)) v.server.throw_out(*id);
  }
  return {.status = 200, .headers = {}, .body = {}};
}

std::expected<form_fields, std::string> form_of(const http_visit& v) {
  const std::string* type = v.asked.find("Content-Type");
  return read_form(type ? std::string_view(*type) : std::string_view(), v.asked.body);
}

net::http_response token_answer(http_visit& v) {
  const auto form = form_of(v);
  if (!form) return framework_answer(400);
  if (field(*form, "action") == "revoke") return revoked(v, *form);
  const auto type = field(*form, "grant_type");
  std::expected<grant, grant_refusal> given =
      std::unexpected(grant_refusal{.error = "unsupported_grant_type", .description = {}});
  if (type == "authorization_code") {
    given = v.around.tokens.redeem_code(field(*form, "code"), field(*form, "client_id"), v.wall,
                                        v.address);
  } else if (type == "refresh_token") {
    given = v.around.tokens.refresh(field(*form, "refresh_token"), field(*form, "client_id"),
                                    v.wall, v.address);
  }
  return given ? grant_answer(*given) : refusal_answer(given.error());
}

http_outcome token(http_visit& v) { return counted(v, token_answer(v)); }

http_outcome revoke(http_visit& v) {
  const auto form = form_of(v);
  return form ? revoked(v, *form) : framework_answer(400);
}

http_outcome providers(http_visit&) {
  return json_answer(
      200, R"({"providers":[{"name":"Home Assistant Local","id":null,"type":"homeassistant"}],)"
           R"("preselect_remember_me":true})");
}

// --- the login page's steps ---

std::string login_form(std::string_view flow, bool was_wrong) {
  return fmt::format(
      R"({{"type":"form","flow_id":"{}","handler":["homeassistant",null],"data_schema":[)"
      R"({{"type":"string","name":"username","required":true}},)"
      R"({{"type":"string","name":"password","required":true}}],"errors":{},)"
      R"("description_placeholders":null,"last_step":null,"preview":null,"step_id":"init"}})",
      flow, was_wrong ? R"({"base":"invalid_auth"})" : "{}");
}

std::optional<json::object> json_body(const http_visit& v) {
  json::error_code ec;
  json::value body = json::parse(v.asked.body, ec);
  if (ec || !body.is_object()) return std::nullopt;
  return std::move(body.get_object());
}

std::optional<std::string_view> text_in(const json::object& from, std::string_view key) {
  const json::value* found = from.if_contains(key);
  if (!found || !found->is_string()) return std::nullopt;
  return std::string_view(found->get_string());
}

net::http_response begun_login(http_visit& v) {
  const auto body = json_body(v);
  if (!body) return message_answer(400, "Invalid JSON specified.");
  const auto client_id = text_in(*body, "client_id");
  const json::value* handler = body->if_contains("handler");
  if (!client_id || !handler || !text_in(*body, "redirect_uri")) {
    return message_answer(400, "Message format incorrect: required key not provided");
  }
  if (!is_client_id(*client_id)) return message_answer(400, "Invalid client id");
  static const json::value ours = {"homeassistant", nullptr};
  if (*handler != ours && *handler != "homeassistant") {
    return message_answer(404, "Invalid handler specified");
  }
  return json_answer(200, login_form(v.flows.begin(v.address), false));
}

http_outcome begin_login(http_visit& v) { return counted(v, begun_login(v)); }

net::http_response good_login_answer(http_visit& v, std::string_view client_id, const user& who) {
  if (const auto why = refuse_user(who, v.address)) {
    return message_answer(403, "Login blocked: " + *why);
  }
  v.bans.on_good_login(v.address);
  return json_answer(
      200, fmt::format(R"({{"version":1,"type":"create_entry","flow_id":"{}",)"
                       R"("handler":["homeassistant",null],"description":null,)"
                       R"("description_placeholders":null,"result":"{}"}})",
                       v.arguments[0],
                       v.around.tokens.make_code(std::string(client_id), who.id, v.wall)));
}

net::http_response stepped_login(http_visit& v) {
  const auto body = json_body(v);
  if (!body) return message_answer(400, "Invalid JSON specified.");
  const auto client_id = text_in(*body, "client_id");
  if (!client_id || !is_client_id(*client_id)) return message_answer(400, "Invalid client id");
  const auto name = text_in(*body, "username");
  const auto password = text_in(*body, "password");
  if (!name || !password) return message_answer(400, "User input malformed");
  const auto step = v.flows.enter(v.arguments[0], v.address, *name, *password, v.around.tokens);
  using verdict = login_flows::verdict;
  switch (step.what) {
    case verdict::unknown_flow:
      return message_answer(404, "Invalid flow specified");
    case verdict::other_address:
      return message_answer(400, "IP address changed");
    case verdict::wrong:
      v.bans.on_failed_login(v.address);
      return json_answer(200, login_form(v.arguments[0], true));
    case verdict::good:
      return good_login_answer(v, *client_id, *step.who);
  }
  return framework_answer(500);
}

http_outcome step_login(http_visit& v) { return counted(v, stepped_login(v)); }

http_outcome abort_login(http_visit& v) {
  if (!v.flows.abort(v.arguments[0])) return message_answer(404, "Invalid flow specified");
  return message_answer(200, "Flow aborted");
}

constexpr std::array auth_view_table = std::to_array<http_view>({
    {"POST", "/auth/login_flow", begin_login, false},
    {"POST", "/auth/login_flow/*", step_login, false},
    {"DELETE", "/auth/login_flow/*", abort_login, false},
    {"GET", "/auth/providers", providers, false},
    {"POST", "/auth/revoke", revoke, false, true},
    {"POST", "/auth/token", token, false, true},
});

}  // namespace

std::span<const http_view> auth_views() { return auth_view_table; }

}  // namespace hassle::mockha
