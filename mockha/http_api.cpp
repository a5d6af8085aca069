// The gates that every request passes, outermost first, and the way to its view.
#include "mockha/http_api.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <set>
#include <utility>

namespace hassle::mockha {

namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> all;
  for (const auto part : std::views::split(path, '/')) all.emplace_back(part.begin(), part.end());
  return all;
}

// What stands for the stars, or nothing if the path is another one.
std::optional<std::vector<std::string>> matches(std::string_view pattern, std::string_view path) {
  const auto wanted = segments_of(pattern);
  const auto there = segments_of(path);
  if (wanted.size() != there.size()) return std::nullopt;
  std::vector<std::string> arguments;
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    std::string decoded = percent_decoded(there[n], false);
    if (wanted[n] == "*") {
      if (decoded.empty()) return std::nullopt;
      arguments.push_back(std::move(decoded));
    } else if (decoded != wanted[n]) {
      return std::nullopt;
    }
  }
  return arguments;
}

// Which addresses Home Assistant's filter turns away is unverified.
bool is_bad_target(std::string_view target) {
  if (!target.starts_with('/')) return true;
  std::string decoded = percent_decoded(target, false);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(decoded, is_control)) return true;
  std::ranges::replace(decoded, '\\', '/');
  for (const std::string_view evil : {"/../", "<script", "proc/self/environ"}) {
    if (decoded.find(evil) != std::string::npos) return true;
  }
  return decoded.ends_with("/..");
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void add_view_headers(net::http_response& to) {
  to.headers.push_back({"Referrer-Policy", "no-referrer"});
  to.headers.push_back({"X-Content-Type-Options", "nosniff"});
  to.headers.push_back({"Server", ""});
  to.headers.push_back({"X-Frame-Options", "SAMEORIGIN"});
}

net::http_response with_view_headers(net::http_response answer) {
  add_view_headers(answer);
  return answer;
}

void allow_origin(const net::http_request& asked, net::http_response& answer) {
  const std::string* origin = asked.find("Origin");
  if (!origin) return;
  answer.headers.push_back({"Access-Control-Allow-Origin", *origin});
}

// What a browser asks before it lets a page of another origin ask.
net::http_response preflight(const net::http_request& asked, std::string_view methods) {
  const std::string* method = asked.find("Access-Control-Request-Method");
  if (!asked.find("Origin") || !method) return framework_answer(403);
  if (*method != methods) return framework_answer(403);
  net::http_response answer{.status = 200, .headers = {}, .body = {}};
  allow_origin(asked, answer);
  answer.headers.push_back({"Access-Control-Allow-Methods", std::string(methods)});
  if (const std::string* headers = asked.find("Access-Control-Request-Headers")) {
    answer.headers.push_back({"Access-Control-Allow-Headers", *headers});
  }
  return answer;
}

}  // namespace

/// Where a request leads.
struct http_api::route {
  const http_view* to = nullptr;
  std::vector<std::string> arguments;
  std::set<std::string_view> methods;  // Of the path, if another method was asked for.
  bool any_origin = false;
};

http_api::http_api(surroundings& around, ip_ban& bans, http_backend& server,
                   net::random_stream random, http_api_settings settings)
    : around_(around),
      bans_(bans),
      server_(server),
      flows_(random),
      settings_(std::move(settings)) {}

// Nothing where X-Forwarded-For is not to be had.
std::optional<std::string> http_api::address_of(const net::http_request& asked,
                                                std::string_view peer) const {
  const auto is_trusted = [&](std::string_view address) {
    return std::ranges::find(settings_.trusted_proxies, address) != settings_.trusted_proxies.end();
  };
  const std::string* forwarded = asked.find("X-Forwarded-For");
  if (!forwarded) return std::string(peer);
  if (!is_trusted(peer)) return std::nullopt;
  std::string_view rest = *forwarded;
  for (;;) {
    const auto comma = rest.rfind(',');
    const std::string_view last =
        trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
    if (!is_ip_address(last)) return std::nullopt;
    if (!is_trusted(last) || comma == std::string_view::npos) return std::string(last);
    rest = rest.substr(0, comma);
  }
}

http_outcome http_api::answer(const net::http_request& asked, std::string_view peer,
                              net::time_point now, wall_time wall) {
  if (is_bad_target(asked.target)) return framework_answer(400);
  auto address = address_of(asked, peer);
  if (!address) return framework_answer(400);
  if (bans_.is_banned(*address)) return framework_answer(403);
  const std::string_view target = asked.target;
  const auto mark = std::min(target.find('?'), target.size());
  auto query = read_urlencoded(target.substr(std::min(mark + 1, target.size())));
  if (!query) return framework_answer(400);

  route way;
  for (const auto views : {api_views(), auth_views()}) {
    for (const auto& view : views) {
      auto arguments = matches(view.path, target.substr(0, mark));
      if (!arguments) continue;
      way.methods.insert(view.method);
      way.any_origin = view.any_origin;
      if (view.method != asked.method) continue;
      way.to = &view;
      way.arguments = std::move(*arguments);
    }
  }
  http_visit v{.around = around_,
               .bans = bans_,
               .flows = flows_,
               .server = server_,
               .asked = asked,
               .address = std::move(*address),
               .arguments = std::move(way.arguments),
               .query = std::move(*query),
               .now = now,
               .wall = wall};
  http_outcome outcome = visit(way, v);
  if (auto* response = std::get_if<net::http_response>(&outcome)) {
    add_view_headers(*response);
    if (way.any_origin && asked.method != "OPTIONS") allow_origin(asked, *response);
  }
  return outcome;
}

http_outcome http_api::visit(const route& to, http_visit& v) {
  if (to.methods.empty()) return framework_answer(404);
  if (!to.to) {
    if (to.any_origin && v.asked.method == "OPTIONS") {
      return preflight(v.asked, *to.methods.begin());
    }
    net::http_response answer = framework_answer(405);
    std::string allowed;
    for (const auto method : to.methods) {
      if (!allowed.empty()) allowed += ',';
      allowed += method;
    }
    answer.headers.push_back({"Allow", std::move(allowed)});
    return answer;
  }
  if (server_.is_stopping()) return net::http_response{.status = 503, .headers = {}, .body = {}};
  log_in(v);
  if (to.to->needs_login && !v.who) {
    bans_.on_failed_login(v.address);
    return framework_answer(401);
  }
  return to.to->run(v);
}

// Only marks who asks: whether that matters is for the view to say.
void http_api::log_in(http_visit& v) const {
  constexpr std::string_view scheme = "Bearer ";
  const std::string* shown = v.asked.find("Authorization");
  if (!shown || !shown->starts_with(scheme)) return;
  const std::string_view token = std::string_view(*shown).substr(scheme.size());
  if (const auto caller = around_.tokens.check(token, v.wall, v.address)) v.who = caller->who;
}

net::http_response http_api::service_answer(const run_service& asked, const home::outcome& done) {
  if (done.failed) return with_view_headers(framework_answer(500));
  std::string changed = "[";
  for (const auto& change : done.changes) {
    if (change.new_json == "null") continue;
    if (changed.size() > 1) changed += ',';
    changed += change.new_json;
  }
  changed += ']';
  if (asked.wants_response) {
    changed = R"({"changed_states":)" + changed + R"(,"service_response":)" +
              done.response.value_or("{}") + '}';
  }
  return with_view_headers(json_answer(200, std::move(changed)));
}

}  // namespace hassle::mockha
