// Who is logged in, and by what; tokens of all kinds.
#include "mockha/command.hpp"
#include "mockha/json_text.hpp"
#include "mockha/jwt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hassle::mockha {

namespace {

using kind = command_field::kind;

constexpr std::array long_lived_fields = std::to_array<command_field>({
    {"client_icon", kind::text},
    {"client_name", kind::text, true},
    {"lifespan", kind::integer, true},
});
constexpr std::array delete_fields =
    std::to_array<command_field>({{"refresh_token_id", kind::text, true}});
constexpr std::array delete_all_fields = std::to_array<command_field>({
    {"delete_current_token", kind::boolean},
    {"token_type", kind::text},
});
constexpr std::array sign_path_fields = std::to_array<command_field>({
    {"expires", kind::integer},
    {"path", kind::text, true},
});

// The one provider that the mock has, and no module of a second factor is set up.
void current_user(command_turn& turn) {
  const user& who = turn->caller;
  std::string text = R"({"id":)";
  append_string(text, who.id);
  text += R"(,"name":)";
  append_string(text, who.name);
  fmt::format_to(std::back_inserter(text),
                 R"(,"is_owner":{},"is_admin":{},"credentials":[{{"auth_provider_type":)"
                 R"("homeassistant","auth_provider_id":null}}],"mfa_modules":[{{"id":"totp",)"
                 R"("name":"Authenticator app","enabled":false}}]}})",
                 who.is_owner, who.is_admin);
  turn.succeed(text);
}

std::int64_t integer_of(const json::value& value, std::int64_t most) {
  if (value.is_uint64()) return most;  // Only what no int64 holds is kept as one.
  return std::clamp<std::int64_t>(value.get_int64(), 0, most);
}

void long_lived_access_token(command_turn& turn) {
  constexpr std::int64_t days_max = 36'500;
  const json::object& asked = turn->command;
  const json::value* icon = asked.if_contains("client_icon");
  const auto token = turn->around.tokens.make_long_lived(
      turn->caller.id, std::string(asked.at("client_name").get_string()),
      icon ? std::string(icon->get_string()) : std::string(),
      std::chrono::days(integer_of(asked.at("lifespan"), days_max)), turn->wall);
  if (!token) {  // There is one of this name.
    turn.fail(plain_failure("unknown_error", "Unknown error"));
    return;
  }
  std::string result;
  append_string(result, *token);
  turn.succeed(result);
}

void append_optional(std::string& to, std::string_view text) {
  if (text.empty()) {
    to += "null";
  } else {
    append_string(to, text);
  }
}

void append_time(std::string& to, const std::optional<wall_time>& at) {
  if (at) {
    append_string(to, iso_text(*at));
  } else {
    to += "null";
  }
}

std::string_view name_of(refresh_token::kind type) {
  switch (type) {
    case refresh_token::kind::normal:
      return "normal";
    case refresh_token::kind::long_lived:
      return "long_lived_access_token";
    case refresh_token::kind::system:
      return "system";
  }
  return {};
}

// UNVERIFIED: the order of the keys.
void append_token(std::string& to, const refresh_token& t, bool is_current) {
  to += R"({"auth_provider_type":)";
  to += t.type == refresh_token::kind::normal ? R"("homeassistant")" : "null";
  to += R"(,"client_icon":)";
  append_optional(to, t.client_icon);
  to += R"(,"client_id":)";
  append_optional(to, t.client_id);
  to += R"(,"client_name":)";
  append_optional(to, t.client_name);
  to += R"(,"created_at":)";
  append_time(to, t.created);
  to += R"(,"expire_at":)";
  append_time(to, t.expires);
  to += R"(,"id":)";
  append_string(to, t.id);
  fmt::format_to(std::back_inserter(to), R"(,"is_current":{},"last_used_at":)", is_current);
  append_time(to, t.last_used);
  fmt::format_to(std::back_inserter(to), R"(,"last_used_ip":null,"type":"{}"}})", name_of(t.type));
}

void refresh_tokens(command_turn& turn) {
  std::string text = "[";
  for (const refresh_token* t : turn->around.tokens.of_user(turn->caller.id)) {
    if (text.size() > 1) text += ',';
    append_token(text, *t, t->id == turn->refresh_token_id);
  }
  text += ']';
  turn.succeed(text);
}

// Ids of the caller's tokens, of one type or of all.
std::vector<std::string> own_tokens(const command_turn& turn, std::string_view type) {
  std::vector<std::string> ids;
  for (const refresh_token* t : turn->around.tokens.of_user(turn->caller.id)) {
    if (type.empty() || type == name_of(t->type)) ids.push_back(t->id);
  }
  return ids;
}

void revoke(command_turn& turn, const std::string& id) {
  const bool there = turn->around.tokens.revoke_id(id);
  if (there) turn.perform(revoked_token{.refresh_token_id = id, .after = {}});
}

void delete_refresh_token(command_turn& turn) {
  const std::string id(turn->command.at("refresh_token_id").get_string());
  const auto mine = own_tokens(turn, {});
  if (std::ranges::find(mine, id) == mine.end()) {
    turn.fail(plain_failure("invalid_token_id", "Received invalid token"));
    return;
  }
  turn.succeed("{}");  // Before it, as it may be the caller's own login.
  revoke(turn, id);
}

void delete_all_refresh_tokens(command_turn& turn) {
  constexpr net::duration spared = std::chrono::seconds(2);  // The caller's own login.
  const json::value* type = turn->command.if_contains("token_type");
  const json::value* own = turn->command.if_contains("delete_current_token");
  bool own_too = false;
  for (const auto& id : own_tokens(turn, type ? type->get_string() : std::string_view())) {
    if (id == turn->refresh_token_id) {
      own_too = !own || own->get_bool();
    } else {
      revoke(turn, id);
    }
  }
  turn.succeed("{}");
  if (own_too) {
    turn.perform(
        revoked_token{.refresh_token_id = std::string(turn->refresh_token_id), .after = spared});
  }
}

// The signature names its issuer and its end only, not the path, as Home Assistant's does.
void sign_path(command_turn& turn) {
  constexpr std::int64_t expires_default = 30;
  constexpr std::int64_t expires_max = 10LL * 365 * 86'400;
  const std::string_view path = turn->command.at("path").get_string();
  const json::value* asked = turn->command.if_contains("expires");
  const std::int64_t life = asked ? integer_of(*asked, expires_max) : expires_default;
  std::string key(turn->refresh_token_id);
  for (const refresh_token* t : turn->around.tokens.of_user(turn->caller.id)) {
    if (t->id == turn->refresh_token_id && !t->jwt_key.empty()) key = t->jwt_key;
  }
  const std::int64_t now =
      std::chrono::floor<std::chrono::seconds>(turn->wall).time_since_epoch().count();
  const jwt::claims claims{
      .issuer = std::string(turn->refresh_token_id), .issued = now, .expires = now + life};
  std::string text = R"({"path":)";
  append_string(text, fmt::format("{}{}authSig={}", path,
                                  path.find('?') == std::string_view::npos ? '?' : '&',
                                  jwt::make(claims, key)));
  text += '}';
  turn.succeed(text);
}

constexpr std::array auth_table = std::to_array<command_entry>({
    {"auth/current_user", current_user, {}},
    {"auth/delete_all_refresh_tokens", delete_all_refresh_tokens, delete_all_fields},
    {"auth/delete_refresh_token", delete_refresh_token, delete_fields},
    {"auth/long_lived_access_token", long_lived_access_token, long_lived_fields},
    {"auth/refresh_tokens", refresh_tokens, {}},
    {"auth/sign_path", sign_path, sign_path_fields},
});
static_assert(std::ranges::is_sorted(auth_table, {}, &command_entry::type));

}  // namespace

std::span<const command_entry> auth_commands() { return auth_table; }

}  // namespace hassle::mockha
