#include "token_request.hpp"

#include <hassle/client/endpoint.hpp>

#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace hassle::client {

namespace {

namespace json = boost::json;

/// Home Assistant's have some hundred bytes.
constexpr std::size_t token_bytes_max = 16U << 10U;
constexpr std::size_t json_depth_max = 8;

std::string encoded(std::string_view text) {
  return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

std::optional<json::object> object_of(std::string_view body) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  boost::system::error_code ec;
  json::value parsed = json::parse({body.data(), body.size()}, ec, {}, options);
  if (ec || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.as_object());
}

/// It goes into a JSON text, and into headers of the same user: printable characters only.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= token_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

/// Whole seconds usually; a fraction is dropped. Nonsense is as good as nothing.
std::optional<duration> lifetime_of(const json::value* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code ec;
  const auto seconds = value->to_number<double>(ec);
  if (ec || !std::isfinite(seconds) || seconds < 1) return std::nullopt;
  const double most = std::chrono::duration<double>(duration_max).count();
  return std::chrono::seconds(static_cast<std::int64_t>(std::min(seconds, most)));
}

}  // namespace

net::http_request refresh_request(const endpoint_config& endpoint, const token_config& settings,
                                  std::string_view user_agent) {
  net::http_request request;
  request.method = "POST";
  request.target = token_target(endpoint.target);
  request.headers = {{"Host", host_header(endpoint)},
                     {"User-Agent", std::string(user_agent)},
                     {"Accept", "application/json"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=refresh_token&refresh_token=" + encoded(settings.refresh_token);
  if (!settings.client_id.empty()) request.body += "&client_id=" + encoded(settings.client_id);
  return request;
}

std::expected<fresh_token, std::string> read_fresh_token(std::string_view body) {
  const auto answer = object_of(body);
  if (!answer) return std::unexpected("the answer is no JSON object");
  const json::value* const text = answer->if_contains("access_token");
  if (text == nullptr || !text->is_string()) return std::unexpected("the answer holds no token");
  fresh_token token;
  token.text.assign(text->get_string().data(), text->get_string().size());
  if (!is_token(token.text)) return std::unexpected("the answer's token is none");
  token.expires_in = lifetime_of(answer->if_contains("expires_in"));
  return token;
}

std::string refusal_text(unsigned http_status, std::string_view body) {
  // RFC 6749 §5.2, and Home Assistant's own (reference §1.3).
  static constexpr std::array<std::string_view, 8> known{
      "invalid_request",        "invalid_client", "invalid_grant", "unauthorized_client",
      "unsupported_grant_type", "invalid_scope",  "access_denied", "access_token_invalid"};
  std::string text = "HTTP " + std::to_string(http_status);
  const auto answer = object_of(body);
  const json::value* const error = answer ? answer->if_contains("error") : nullptr;
  if (error == nullptr || !error->is_string()) return text;
  const std::string_view name(error->get_string().data(), error->get_string().size());
  const auto found = std::ranges::find(known, name);
  if (found != known.end()) text += " (" + std::string(*found) + ")";
  return text;
}

}  // namespace hassle::client
