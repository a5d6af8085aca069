#include "harness/login.hpp"

#include "mockha/user.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace hassle::harness {

namespace {

constexpr const char* client_id = "http://client.local/";

}  // namespace

login::login(mockha::token_store& at, mockha::wall_time now) {
  const std::string code = at.make_code(client_id, mockha::user{}.id, now);
  auto granted = at.redeem_code(code, client_id, now);
  assert(granted && "the mock's owner may log in");
  access_token_ = std::move(granted->access_token);
  refresh_token_ = std::move(granted->refresh_token);
  expires_ = now + granted->expires_in;
}

bool login::is_good(const mockha::token_store& at, mockha::wall_time now, bool renews) const {
  if (!renews && expires_ <= now) return false;
  return std::ranges::any_of(at.of_user(mockha::user{}.id),
                             [this](const auto* each) { return each->token == refresh_token_; });
}

void login::fill_in(client::config& settings, mockha::wall_time now) const {
  settings.access_token = access_token_;
  if (!settings.token) return;
  settings.token->refresh_token = refresh_token_;
  settings.token->client_id = client_id;
  // One that has expired is good for no time at all, which has to be said with a positive figure.
  settings.token->expires_in = std::max<net::duration>(std::chrono::nanoseconds(1), expires_ - now);
}

}  // namespace hassle::harness
