#include "deflate_offer.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <charconv>
#include <optional>

namespace hassle::net {

namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;

constexpr int window_bits_max = 15;
/// RFC 7692 allows 8, zlib does not.
constexpr int window_bits_min = 9;

std::optional<int> window_bits(boost::beast::string_view text, int least) {
  int bits = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (text.front() == '0' || bits < least || bits > window_bits_max) return std::nullopt;
  return bits;
}

/// What is asked of the server; nothing where the offer breaks RFC 7692, 7.1.
std::optional<std::string> read_offer(const http::param_list& parameters) {
  bool context = true;
  bool client_context = true;
  bool client_bits = false;
  int bits = 0;
  for (const auto& [name, value] : parameters) {
    if (iequals(name, "server_no_context_takeover")) {
      if (!context || !value.empty()) return std::nullopt;
      context = false;
    } else if (iequals(name, "client_no_context_takeover")) {
      if (!client_context || !value.empty()) return std::nullopt;
      client_context = false;
    } else if (iequals(name, "server_max_window_bits")) {
      const auto asked = window_bits(value, window_bits_min);
      if (bits != 0 || !asked) return std::nullopt;
      bits = *asked;
    } else if (iequals(name, "client_max_window_bits")) {
      if (client_bits || (!value.empty() && !window_bits(value, 8))) return std::nullopt;
      client_bits = true;
    } else {
      return std::nullopt;
    }
  }
  std::string kept = "permessage-deflate";
  if (bits != 0) kept += "; server_max_window_bits=" + std::to_string(bits);
  if (!context) kept += "; server_no_context_takeover";
  return kept;
}

}  // namespace

std::string acceptable_offer(std::string_view extensions) {
  for (const auto& [name, parameters] : http::ext_list(extensions)) {
    if (!iequals(name, "permessage-deflate")) continue;
    if (auto kept = read_offer(parameters)) return std::move(*kept);
  }
  return {};
}

}  // namespace hassle::net
