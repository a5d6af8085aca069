// Which route a request means, and what is wrong with it if it means none.
#include "mockha/admin.hpp"
#include "mockha/admin_body.hpp"
#include "mockha/admin_text.hpp"

#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace hassle::mockha {

namespace {

using segments = std::vector<std::string>;

segments split(std::string_view path) {
  segments parts;
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_argument(std::string_view part) { return part.starts_with('{'); }

/// The arguments, or nothing if the path is not of this pattern.
std::optional<segments> match(std::string_view pattern, const segments& path) {
  const segments parts = split(pattern);
  if (parts.size() != path.size()) return std::nullopt;
  segments arguments;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_argument(parts[i]) && !path[i].empty()) {
      arguments.push_back(path[i]);
    } else if (parts[i] != path[i]) {
      return std::nullopt;
    }
  }
  return arguments;
}

admin_answer not_found(std::string_view path) {
  std::vector<std::string_view> known;
  for (const auto* each : admin_routes()) {
    if (std::ranges::find(known, each->pattern) == known.end()) known.push_back(each->pattern);
  }
  std::string hint = scenario::nearest_hint(path, known);
  if (hint.empty()) hint = "GET /openapi.json lists what there is";
  return error_answer(404, fmt::format("there is no {}", scenario::in_quotes(path)), hint);
}

admin_answer method_not_allowed(std::string_view method,
                                const std::set<std::string_view>& allowed) {
  admin_answer answer =
      error_answer(405, fmt::format("{} is not possible here", scenario::in_quotes(method)),
                   fmt::format("one of: {}", fmt::join(allowed, ", ")));
  answer.response.headers.push_back({"Allow", fmt::format("{}", fmt::join(allowed, ", "))});
  return answer;
}

bool is_json(const net::http_request& request) {
  const std::string* type = request.find("Content-Type");
  if (!type) return false;
  const std::string_view whole = *type;
  std::string_view kind = whole.substr(0, whole.find(';'));
  kind = kind.substr(0, kind.find_last_not_of(" \t") + 1);
  constexpr std::string_view wanted = "application/json";
  return std::ranges::equal(kind, wanted, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

/// Nothing if all is well.
std::optional<admin_answer> read_body(const admin_route& route, admin_request& request) {
  const std::string& text = request.raw.body;
  if (route.takes == admin_route::body::none) {
    if (text.empty()) return std::nullopt;
    return error_answer(400, "nothing is expected in the body", "leave it out");
  }
  if (!text.empty() && !is_json(request.raw)) {
    return error_answer(415, "the body is not JSON",
                        "Content-Type: application/json (curl --json does that)");
  }
  if (route.takes == admin_route::body::fault) return std::nullopt;  // Has a reader of its own.
  auto object = read_object(text);
  if (!object) return error_answer({object.error()});
  if (route.takes == admin_route::body::fields) {
    const auto wrong = check_fields(*object, text, route.fields);
    if (!wrong.empty()) return error_answer(wrong);
  }
  request.body = std::move(*object);
  return std::nullopt;
}

/// Nothing if all is well.
std::optional<admin_answer> read_query(const admin_route& route, const boost::urls::url_view& url,
                                       admin_request& request) {
  std::vector<std::string_view> known;
  for (const auto& each : route.query) known.push_back(each.name);
  for (const auto each : url.params()) {
    const auto found =
        std::ranges::find(route.query, std::string_view(each.key), &query_parameter::name);
    if (found == route.query.end()) {
      const std::string hint =
          known.empty() ? "there are none here" : scenario::names_hint(each.key, known);
      return error_answer(400, "unknown parameter " + scenario::in_quotes(each.key), hint);
    }
    if (!found->words.empty() &&
        std::ranges::find(found->words, std::string_view(each.value)) == found->words.end()) {
      return error_answer(
          400, fmt::format("'{}' cannot be {}", found->name, scenario::in_quotes(each.value)),
          scenario::names_hint(each.value, found->words));
    }
    request.query.emplace_back(each.key, each.value);
  }
  return std::nullopt;
}

admin_answer run(const admin_route& route, admin_desk& desk, const boost::urls::url_view& url,
                 admin_request request) {
  if (auto wrong = read_query(route, url, request)) return std::move(*wrong);
  if (auto wrong = read_body(route, request)) return std::move(*wrong);
  return route.run(desk, request);
}

}  // namespace

std::optional<std::string_view> admin_request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::span<const admin_route* const> admin_routes() {
  static const auto all = [] {
    std::vector<const admin_route*> list;
    for (const auto table : {status_routes(), connection_routes(), fault_routes(), home_routes(),
                             journal_routes(), timeline_routes()}) {
      for (const auto& each : table) list.push_back(&each);
    }
    return list;
  }();
  return all;
}

admin_answer answer_admin(admin_desk& desk, const net::http_request& request) {
  const auto url = boost::urls::parse_origin_form(request.target);
  if (!url) return error_answer(400, "the request's target is no path");
  segments path;
  for (const auto each : url->segments()) path.emplace_back(each);
  std::set<std::string_view> allowed;
  for (const auto* route : admin_routes()) {
    auto arguments = match(route->pattern, path);
    if (!arguments) continue;
    if (route->method == request.method) {
      return run(*route, desk, *url,
                 {.arguments = std::move(*arguments), .query = {}, .body = {}, .raw = request});
    }
    allowed.insert(route->method);
  }
  if (allowed.empty()) return not_found(url->path());
  return method_not_allowed(request.method, allowed);
}

}  // namespace hassle::mockha
