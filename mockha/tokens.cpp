#include "mockha/tokens.hpp"

#include "mockha/jwt.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace hassle::mockha {

namespace {

constexpr std::string_view bad_token = "Invalid access token or password";
constexpr std::size_t id_characters = 32;
constexpr std::size_t token_characters = 128;
constexpr std::size_t key_characters = 128;

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::unexpected<grant_refusal> refused(std::string error, std::string description = {}) {
  return std::unexpected(grant_refusal{
      .status = 400, .error = std::move(error), .description = std::move(description)});
}

std::unexpected<grant_refusal> denied(std::string why) {
  return std::unexpected(
      grant_refusal{.status = 403, .error = "access_denied", .description = std::move(why)});
}

}  // namespace

token_store::token_store(net::random_stream random, token_settings settings)
    : random_(random), settings_(settings) {
  assert(settings_.tokens_max > 0);
}

std::string token_store::random_hex(std::size_t characters) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(characters);
  while (text.size() < characters) {
    auto bits = random_();
    for (int n = 0; n < 16 && text.size() < characters; ++n, bits >>= 4U) {
      text += digits[bits & 15U];
    }
  }
  return text;
}

// --- users ---

void token_store::add_user(user who) {
  std::string id = who.id;
  users_.insert_or_assign(std::move(id), std::move(who));
}

const user* token_store::find_user(std::string_view id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? nullptr : &found->second;
}

void token_store::add_account(std::string name, std::string password, std::string user_id) {
  assert(find_user(user_id) != nullptr);
  accounts_.insert_or_assign(
      std::move(name), account{.password = std::move(password), .user_id = std::move(user_id)});
}

const user* token_store::check_password(std::string_view name, std::string_view password) const {
  const auto found = accounts_.find(name);
  if (found == accounts_.end() || !same_secret(found->second.password, password)) return nullptr;
  return find_user(found->second.user_id);
}

// --- access tokens ---

void token_store::add_static(std::string access_token, std::string user_id) {
  assert(!access_token.empty() && find_user(user_id) != nullptr);
  std::erase_if(statics_, [&](const static_token& s) { return s.access_token == access_token; });
  static_token fresh;
  fresh.access_token = std::move(access_token);
  fresh.behind.id = random_hex(id_characters);
  fresh.behind.type = refresh_token::kind::long_lived;
  fresh.behind.client_name = "static";
  fresh.behind.user_id = std::move(user_id);
  statics_.push_back(std::move(fresh));
}

std::expected<token_store::caller, std::string> token_store::check(std::string_view access_token,
                                                                   wall_time now,
                                                                   std::string_view peer) const {
  const refresh_token* behind = nullptr;
  for (const auto& s : statics_) {
    if (same_secret(s.access_token, access_token)) behind = &s.behind;
  }
  if (!behind) {
    const auto issuer = jwt::claimed_issuer(access_token);
    const refresh_token* claimed = issuer ? find(*issuer, now) : nullptr;
    if (claimed && jwt::check(access_token, claimed->jwt_key, now, settings_.leeway)) {
      behind = claimed;
    }
  }
  const user* who = behind ? find_user(behind->user_id) : nullptr;
  if (!who) return std::unexpected(std::string(bad_token));
  if (auto why = refuse_user(*who, peer)) return std::unexpected(std::move(*why));
  return caller{.who = who, .refresh_token_id = behind->id};
}

std::string token_store::access_token_of(const refresh_token& of, std::chrono::seconds life,
                                         wall_time now) const {
  const auto issued = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  return jwt::make({.issuer = of.id, .issued = issued.count(), .expires = (issued + life).count()},
                   of.jwt_key);
}

void token_store::expire_access_tokens() {
  for (auto& [number, token] : tokens_) {
    if (token.type != refresh_token::kind::long_lived) token.jwt_key = random_hex(key_characters);
  }
}

// --- refresh tokens ---

const refresh_token* token_store::find(std::string_view id, wall_time now) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  const refresh_token& token = tokens_.at(found->second);
  return token.expires && *token.expires <= now ? nullptr : &token;
}

refresh_token& token_store::add(refresh_token fresh) {
  if (tokens_.size() >= settings_.tokens_max) forget(tokens_.begin());
  const std::uint64_t number = next_number_++;
  fresh.id = random_hex(id_characters);
  fresh.jwt_key = random_hex(key_characters);
  by_id_.emplace(fresh.id, number);
  if (!fresh.token.empty()) by_token_.emplace(fresh.token, number);
  return tokens_.emplace(number, std::move(fresh)).first->second;
}

void token_store::forget(std::map<std::uint64_t, refresh_token>::iterator which) {
  by_id_.erase(which->second.id);
  by_token_.erase(which->second.token);
  tokens_.erase(which);
}

std::string token_store::make_code(std::string client_id, std::string user_id, wall_time now) {
  assert(find_user(user_id) != nullptr);
  if (codes_.size() >= settings_.tokens_max) {
    codes_.erase(std::ranges::min_element(codes_, {},
                                          [](const auto& entry) { return entry.second.number; }));
  }
  std::string text = random_hex(id_characters);
  codes_.emplace(text, login_code{.number = next_number_++,
                                  .client_id = std::move(client_id),
                                  .user_id = std::move(user_id),
                                  .created = now});
  return text;
}

std::expected<grant, grant_refusal> token_store::redeem_code(
    std::optional<std::string_view> code, std::optional<std::string_view> client_id, wall_time now,
    std::string_view peer) {
  if (!client_id || !is_client_id(*client_id)) {
    return refused("invalid_request", "Invalid client id");
  }
  const auto found = code ? codes_.find(*code) : codes_.end();
  // A code that is shown by somebody else stays good for whom it was made.
  if (found == codes_.end() || found->second.client_id != *client_id) {
    return refused("invalid_request", "Invalid code");
  }
  const auto login = std::move(codes_.extract(found).mapped());
  if (now - login.created > settings_.code_life) return refused("invalid_request", "Invalid code");
  const user* who = find_user(login.user_id);
  assert(who != nullptr);
  if (auto why = refuse_user(*who, peer)) return denied(std::move(*why));
  refresh_token fresh;
  fresh.token = random_hex(token_characters);
  fresh.client_id = login.client_id;
  fresh.user_id = login.user_id;
  fresh.access_token_life = settings_.access_token_life;
  fresh.created = now;
  fresh.expires = now + settings_.refresh_token_life;
  fresh.last_used = now;
  const refresh_token& kept = add(std::move(fresh));
  return grant{.access_token = access_token_of(kept, kept.access_token_life, now),
               .refresh_token = kept.token,
               .expires_in = kept.access_token_life};
}

std::expected<grant, grant_refusal> token_store::refresh(
    std::optional<std::string_view> refresh_token, std::optional<std::string_view> client_id,
    wall_time now, std::string_view peer) {
  if (client_id && !is_client_id(*client_id)) {
    return refused("invalid_request", "Invalid client id");
  }
  if (!refresh_token) return refused("invalid_request");
  const auto found = by_token_.find(*refresh_token);
  if (found == by_token_.end()) return refused("invalid_grant");
  auto& token = tokens_.at(found->second);
  if (token.expires && *token.expires <= now) return refused("invalid_grant");
  if (token.client_id != client_id.value_or(std::string_view())) return refused("invalid_request");
  const user* who = find_user(token.user_id);
  assert(who != nullptr);
  if (auto why = refuse_user(*who, peer)) return denied(std::move(*why));
  token.last_used = now;
  // That use prolongs it is unverified.
  if (token.expires) token.expires = now + settings_.refresh_token_life;
  return grant{.access_token = access_token_of(token, token.access_token_life, now),
               .refresh_token = {},
               .expires_in = token.access_token_life};
}

std::optional<std::string> token_store::make_long_lived(std::string user_id,
                                                        std::string client_name,
                                                        std::string client_icon,
                                                        std::chrono::days life, wall_time now) {
  constexpr std::chrono::days life_max(36'525);
  assert(find_user(user_id) != nullptr);
  if (std::max(client_name.size(), client_icon.size()) > settings_.name_bytes_max) {
    return std::nullopt;
  }
  for (const auto& [number, token] : tokens_) {
    if (token.type == refresh_token::kind::long_lived && token.user_id == user_id &&
        token.client_name == client_name) {
      return std::nullopt;
    }
  }
  refresh_token fresh;
  fresh.type = refresh_token::kind::long_lived;
  fresh.client_name = std::move(client_name);
  fresh.client_icon = std::move(client_icon);
  fresh.user_id = std::move(user_id);
  fresh.access_token_life = std::clamp(life, std::chrono::days(0), life_max);
  fresh.created = now;
  const refresh_token& kept = add(std::move(fresh));
  return access_token_of(kept, kept.access_token_life, now);
}

std::vector<const refresh_token*> token_store::of_user(std::string_view user_id) const {
  std::vector<const refresh_token*> all;
  for (const auto& s : statics_) {
    if (s.behind.user_id == user_id) all.push_back(&s.behind);
  }
  for (const auto& [number, token] : tokens_) {
    if (token.user_id == user_id) all.push_back(&token);
  }
  return all;
}

std::optional<std::string> token_store::revoke(std::string_view refresh_token) {
  const auto found = by_token_.find(refresh_token);
  if (found == by_token_.end()) return std::nullopt;
  const auto which = tokens_.find(found->second);
  std::string id = which->second.id;
  forget(which);
  return id;
}

bool token_store::revoke_id(std::string_view refresh_token_id) {
  const auto is_it = [&](const static_token& s) { return s.behind.id == refresh_token_id; };
  if (std::erase_if(statics_, is_it) > 0) return true;
  const auto found = by_id_.find(refresh_token_id);
  if (found == by_id_.end()) return false;
  forget(tokens_.find(found->second));
  return true;
}

}  // namespace hassle::mockha
