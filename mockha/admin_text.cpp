#include "mockha/admin_text.hpp"

#include "reports/text.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace hassle::mockha {

namespace {

json::object error_object(std::string_view what, std::string_view hint,
                          scenario::source_position where) {
  // It may quote what a client sent.
  json::object body{{"error", reports::printable(what)}};
  if (!hint.empty()) body["hint"] = reports::printable(hint);
  if (where.line != 0) {
    body["line"] = where.line;
    body["column"] = where.column;
  }
  return body;
}

}  // namespace

admin_answer json_answer(const json::value& body, unsigned status) {
  admin_answer answer = text_answer(json_text(body) + '\n');
  answer.response.status = status;
  return answer;
}

admin_answer text_answer(std::string body, std::string type) {
  admin_answer answer;
  answer.response.headers.push_back({"Content-Type", std::move(type)});
  answer.response.body = std::move(body);
  return answer;
}

admin_answer empty_answer() {
  admin_answer answer;
  answer.response.status = 204;
  return answer;
}

admin_answer error_answer(unsigned status, std::string_view what, std::string_view hint,
                          scenario::source_position where) {
  return json_answer(error_object(what, hint, where), status);
}

admin_answer error_answer(const std::vector<scenario::input_error>& problems) {
  const auto& first = problems.front();
  json::object body = error_object(first.message, first.hint, first.where);
  json::array all;
  for (const auto& each : problems) {
    all.push_back(error_object(each.message, each.hint, each.where));
  }
  body["errors"] = std::move(all);
  return json_answer(body, 400);
}

json::value seconds(net::duration since_start) {
  const auto exact = std::chrono::round<std::chrono::microseconds>(since_start);
  return static_cast<double>(exact.count()) / 1e6;
}

json::value seconds(net::time_point at) { return seconds(at.time_since_epoch()); }

std::string masked(std::string_view secret) {
  constexpr std::size_t shown_max = 4;
  // Half a character would be no text.
  return reports::printable(secret.substr(0, std::min(shown_max, secret.size() / 2))) + "…";
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<const scenario::key_description*> keys_by_hand(
    const scenario::fault_kind_description& kind) {
  std::set<std::string_view> left_out = {"kind",        "at",         "every",   "times",
                                         "probability", "occurrence", "must_hit"};
  std::vector<const scenario::key_description*> keys;
  for (const auto& each : kind.keys) {
    // Once: a kind's own key may have the name of one of those.
    if (left_out.erase(each.name) == 0) keys.push_back(&each);
  }
  return keys;
}

}  // namespace hassle::mockha
