#include "harness/proxy/control_api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::harness {

namespace {

/// The version of Toxiproxy whose API this is.
constexpr std::string_view api_version = "2.5.0";
constexpr std::size_t json_depth_max = 16;

net::http_response answer(const json::value& body, unsigned status = 200) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::serialize(body)};
}
net::http_response empty() { return {.status = 204, .headers = {}, .body = {}}; }
net::http_response refusal(unsigned status, std::string_view why) {
  return answer(json::object{{"error", why}, {"status", status}}, status);
}
net::http_response refusal(const board_refusal& r) { return refusal(r.status, r.why); }

json::array toxics_json(const proxy_board::proxy& p) {
  json::array list;
  for (const toxic& t : p.toxics) list.push_back(toxic_json(t));
  return list;
}

json::object proxy_json(const proxy_board::proxy& p) {
  return {{"name", p.wish.name},
          {"listen", p.wish.listen},
          {"upstream", p.wish.upstream},
          {"enabled", p.wish.enabled},
          {"toxics", toxics_json(p)}};
}

std::optional<json::value> body_of(const net::http_request& request) {
  json::error_code ec;
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::value body = json::parse(request.body, ec, {}, options);
  if (ec) return std::nullopt;
  return body;
}

std::optional<json::object> object_of(const net::http_request& request) {
  auto body = body_of(request);
  if (!body || !body->is_object()) return std::nullopt;
  return std::move(body->get_object());
}

/// What a body says about a proxy, on top of `wish`; false if it has wrong types.
bool read_wish(const json::object& from, proxy_wish& wish) {
  const std::array<std::pair<std::string_view, std::string*>, 3> texts = {
      {{"name", &wish.name}, {"listen", &wish.listen}, {"upstream", &wish.upstream}}};
  for (const auto& [key, into] : texts) {
    const json::value* value = from.if_contains(key);
    if (value == nullptr) continue;
    if (!value->is_string()) return false;
    if (!value->get_string().empty()) *into = value->get_string();
  }
  const json::value* enabled = from.if_contains("enabled");
  if (enabled == nullptr) return true;
  if (!enabled->is_bool()) return false;
  wish.enabled = enabled->get_bool();
  return true;
}

constexpr std::string_view bad_body = "bad request body: it is not the JSON that is wanted here";

struct call {
  proxy_board& board;
  const net::http_request& request;
  std::vector<std::string> path;  // Decoded.

  [[nodiscard]] bool is(std::string_view method) const { return request.method == method; }
  [[nodiscard]] bool changes() const { return is("POST") || is("PATCH"); }
};

net::http_response wrong_method() { return refusal(405, "method not allowed"); }

net::http_response on_proxies(const call& c) {
  if (c.is("GET")) {
    json::object all;
    for (const auto& [name, p] : c.board.all()) all[name] = proxy_json(p);
    return answer(all);
  }
  if (!c.is("POST")) return wrong_method();
  const auto body = object_of(c.request);
  proxy_wish wish;
  if (!body || !read_wish(*body, wish)) return refusal(400, bad_body);
  const auto added = c.board.add(std::move(wish));
  return added ? answer(proxy_json(**added), 201) : refusal(added.error());
}

net::http_response on_proxy(const call& c) {
  const auto* p = c.board.find(c.path[1]);
  if (p == nullptr) return refusal(404, "proxy not found");
  if (c.is("GET")) return answer(proxy_json(*p));
  if (c.is("DELETE")) {
    const auto removed = c.board.remove(c.path[1]);
    return removed ? empty() : refusal(removed.error());
  }
  if (!c.changes()) return wrong_method();
  const auto body = object_of(c.request);
  proxy_wish wish = p->wish;
  if (!body || !read_wish(*body, wish)) return refusal(400, bad_body);
  wish.name = c.path[1];
  const auto changed = c.board.change(wish);
  return changed ? answer(proxy_json(**changed)) : refusal(changed.error());
}

net::http_response on_toxics(const call& c) {
  const auto* p = c.board.find(c.path[1]);
  if (p == nullptr) return refusal(404, "proxy not found");
  if (c.is("GET")) return answer(toxics_json(*p));
  if (!c.is("POST")) return wrong_method();
  const auto body = object_of(c.request);
  if (!body) return refusal(400, bad_body);
  auto parsed = parse_toxic(*body);
  if (!parsed) return refusal(parsed.error().status, parsed.error().why);
  const auto added = c.board.add_toxic(c.path[1], std::move(*parsed));
  return added ? answer(toxic_json(**added)) : refusal(added.error());
}

net::http_response on_toxic(const call& c) {
  const auto* p = c.board.find(c.path[1]);
  if (p == nullptr) return refusal(404, "proxy not found");
  const auto found = std::ranges::find(p->toxics, c.path[3], &toxic::name);
  if (found == p->toxics.end()) return refusal(404, "toxic not found");
  if (c.is("GET")) return answer(toxic_json(*found));
  if (c.is("DELETE")) {
    const auto removed = c.board.remove_toxic(c.path[1], c.path[3]);
    return removed ? empty() : refusal(removed.error());
  }
  if (!c.changes()) return wrong_method();
  const auto body = object_of(c.request);
  if (!body) return refusal(400, bad_body);
  auto parsed = patched(*found, *body);
  if (!parsed) return refusal(parsed.error().status, parsed.error().why);
  const auto changed = c.board.change_toxic(c.path[1], std::move(*parsed));
  return changed ? answer(toxic_json(**changed)) : refusal(changed.error());
}

/// A proxy that is there as it is wished for stays; another of its name is replaced.
net::http_response on_populate(const call& c) {
  if (!c.is("POST")) return wrong_method();
  const auto body = body_of(c.request);
  if (!body || !body->is_array()) return refusal(400, bad_body);
  std::vector<proxy_wish> wishes;
  wishes.reserve(body->get_array().size());
  for (const json::value& each : body->get_array()) {
    proxy_wish wish;
    if (!each.is_object() || !read_wish(each.get_object(), wish)) return refusal(400, bad_body);
    if (wish.name.empty()) return refusal(400, "missing required field: name");
    if (wish.upstream.empty()) return refusal(400, "missing required field: upstream");
    wishes.push_back(std::move(wish));
  }
  json::array made;
  for (proxy_wish& wish : wishes) {
    const auto* there = c.board.find(wish.name);
    if (there != nullptr && wish.listen.empty()) wish.listen = there->wish.listen;
    const auto done = there != nullptr ? c.board.change(wish) : c.board.add(wish);
    if (!done) {
      json::object told{{"error", done.error().why}, {"status", done.error().status}};
      told["proxies"] = std::move(made);
      return answer(told, done.error().status);
    }
    made.push_back(proxy_json(**done));
  }
  return answer(json::object{{"proxies", std::move(made)}}, 201);
}

std::optional<std::string> decoded(std::string_view part) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      text += part[i];
      continue;
    }
    if (i + 2 >= part.size()) return std::nullopt;
    const int high = digit(part[i + 1]);
    const int low = digit(part[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    text += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return text;
}

/// Empty parts are left out, as slashes at the end are.
std::optional<std::vector<std::string>> path_of(std::string_view target) {
  target = target.substr(0, target.find('?'));
  std::vector<std::string> path;
  while (!target.empty()) {
    const auto slash = std::min(target.find('/'), target.size());
    if (slash > 0) {
      auto part = decoded(target.substr(0, slash));
      if (!part) return std::nullopt;
      path.push_back(std::move(*part));
    }
    target.remove_prefix(std::min(slash + 1, target.size()));
  }
  return path;
}

}  // namespace

net::http_response answer_control(proxy_board& board, const net::http_request& request) {
  auto path = path_of(request.target);
  if (!path) return refusal(400, "bad path");
  const call c{.board = board, .request = request, .path = std::move(*path)};
  const auto& parts = c.path;
  if (parts.size() == 1 && parts[0] == "version") {
    return c.is("GET") ? answer(json::object{{"version", api_version}}) : wrong_method();
  }
  if (parts.size() == 1 && parts[0] == "reset") {
    if (!c.is("POST")) return wrong_method();
    return board.reset() ? empty() : refusal(500, "a proxy cannot listen");
  }
  if (parts.size() == 1 && parts[0] == "populate") return on_populate(c);
  if (parts.empty() || parts[0] != "proxies") return refusal(404, "not found");
  if (parts.size() == 1) return on_proxies(c);
  if (parts.size() == 2) return on_proxy(c);
  if (parts[2] != "toxics") return refusal(404, "not found");
  if (parts.size() == 3) return on_toxics(c);
  return parts.size() == 4 ? on_toxic(c) : refusal(404, "not found");
}

}  // namespace hassle::harness
