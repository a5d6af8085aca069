#include "mockha/http_view.hpp"

#include "mockha/json_text.hpp"

#include <fmt/format.h>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace hassle::mockha {

namespace {

std::string_view reason_of(unsigned status) {
  static constexpr std::array<std::pair<unsigned, std::string_view>, 8> reasons{
      {{400, "Bad Request"},
       {401, "Unauthorized"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {413, "Request Entity Too Large"},
       {500, "Internal Server Error"},
       {503, "Service Unavailable"}}};
  const auto* found = std::ranges::find(reasons, status, &decltype(reasons)::value_type::first);
  return found == reasons.end() ? std::string_view("Error") : found->second;
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string or_none(const std::string* value) { return value ? *value : "None"; }

// How many bytes a text of base64 comes to where, as in Python, foreign characters are passed over;
// nothing if its padding is wrong.
std::optional<std::size_t> base64_bytes(std::string_view text) {
  std::size_t digits = 0;
  std::size_t pads = 0;
  for (const char c : text) {
    const bool is_digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (c == '=') {
      ++pads;
      if (digits % 4 >= 2 && digits % 4 + pads >= 4) return digits * 3 / 4;
    } else if (is_digit) {
      ++digits;
      pads = 0;
    }
  }
  if (digits % 4 != 0) return std::nullopt;
  return digits * 3 / 4;
}

}  // namespace

net::http_response json_answer(unsigned status, std::string body) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

net::http_response message_answer(unsigned status, std::string_view message) {
  std::string body = R"({"message":)";
  append_string(body, message);
  body += '}';
  return json_answer(status, std::move(body));
}

net::http_response text_answer(unsigned status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::move(body)};
}

net::http_response framework_answer(unsigned status) {
  return text_answer(status, fmt::format("{}: {}", status, reason_of(status)));
}

std::string handshake_problem(const net::http_request& asked) {
  const std::string* upgrade = asked.find("Upgrade");
  if (!upgrade || trimmed(lowered(*upgrade)) != "websocket") {
    return fmt::format("No WebSocket UPGRADE hdr: {}\n Can \"Upgrade\" only to \"WebSocket\".",
                       or_none(upgrade));
  }
  const std::string* connection = asked.find("Connection");
  if (!connection || lowered(*connection).find("upgrade") == std::string::npos) {
    return fmt::format("No CONNECTION upgrade hdr: {}", or_none(connection));
  }
  const std::string* version = asked.find("Sec-WebSocket-Version");
  if (!version || (*version != "13" && *version != "8" && *version != "7")) {
    // Without the header: unverified.
    return fmt::format("Unsupported version: {}", version ? *version : std::string());
  }
  constexpr std::size_t key_bytes = 16;
  const std::string* key = asked.find("Sec-WebSocket-Key");
  if (!key || base64_bytes(*key) != key_bytes) {
    return "Handshake error: " + (key ? python_text(json::value(*key)) : "None");
  }
  return {};
}

}  // namespace hassle::mockha
