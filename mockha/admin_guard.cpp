#include "mockha/admin_guard.hpp"

#include "mockha/admin_text.hpp"
#include "mockha/endpoint_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace hassle::mockha {

namespace {

/// Takes as long for a wrong token as for the right one.
bool same_secret(std::string_view shown, std::string_view wanted) {
  unsigned different = shown.size() == wanted.size() ? 0 : 1;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    different |= static_cast<unsigned char>(shown[i]) ^
                 static_cast<unsigned char>(wanted[i % wanted.size()]);
  }
  return different == 0;
}

bool shows_token(const net::http_request& request, std::string_view token) {
  const std::string* shown = request.find("Authorization");
  constexpr std::string_view scheme = "Bearer ";
  return shown && shown->starts_with(scheme) &&
         same_secret(std::string_view(*shown).substr(scheme.size()), token);
}

bool names_this_machine(std::string_view host, const net::endpoint& at) {
  constexpr std::array<std::string_view, 3> names = {"localhost", "127.0.0.1", "[::1]"};
  return host == endpoint_text(at) || std::ranges::any_of(names, [&](std::string_view name) {
           return host == name || host == fmt::format("{}:{}", name, at.port);
         });
}

net::http_response refusal(unsigned status, std::string_view what, std::string_view hint) {
  return error_answer(status, what, hint).response;
}

}  // namespace

std::optional<net::http_response> refuse_admin(const admin_rules& rules,
                                               const net::http_request& request, bool open) {
  const auto hosts = std::ranges::count_if(request.headers, [](const net::http_header& h) {
    constexpr std::string_view wanted = "host";
    return std::ranges::equal(h.name, wanted, [](char a, char b) { return (a | 0x20) == b; });
  });
  const std::string* host = request.find("Host");
  if (hosts != 1) return refusal(400, "there must be one Host header", "");
  if (rules.token.empty() && !names_this_machine(*host, rules.at)) {
    return refusal(403, "this name is not mine",
                   fmt::format("use http://{}", endpoint_text(rules.at)));
  }
  // Browsers send it with everything that is not a plain GET of their own page.
  const std::string* origin = request.find("Origin");
  if (origin && *origin != "http://" + *host) {
    return refusal(403, "pages of other origins may not do this", "");
  }
  if (rules.token.empty() || open || shows_token(request, rules.token)) return std::nullopt;
  auto answer = refusal(401, "the admin token is missing or wrong",
                        "Authorization: Bearer TOKEN, as --admin-token has it");
  answer.headers.push_back({"WWW-Authenticate", "Bearer"});
  return answer;
}

}  // namespace hassle::mockha
