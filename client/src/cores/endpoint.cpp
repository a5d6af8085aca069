#include <hassle/client/endpoint.hpp>

#include "called_service.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace hassle::client {

namespace {

constexpr std::string_view api_path = "/api/websocket";

/// The host and port of a URL; 0 = none was given. IPv6 addresses without their brackets.
std::expected<net::endpoint, std::string> server_of(const boost::urls::url_view& url) {
  net::endpoint server(std::string(url.host_address()), 0);
  if (server.host.empty()) return std::unexpected("the URL names no host");
  const std::string_view digits = url.port();
  if (digits.empty()) return server;
  // Not port_number(): it takes 99999 for a port.
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, server.port);
  if (error != std::errc() || last != end || server.port == 0) {
    return std::unexpected("the URL's port is not one of 1 to 65535");
  }
  return server;
}

std::string target_of(const boost::urls::url_view& url) {
  std::string path(url.encoded_path());
  while (path.ends_with('/')) path.pop_back();
  return path.ends_with(api_path) ? path : path + std::string(api_path);
}

/// IPv6 addresses as they stand in URLs; a zone is nobody else's business.
std::string in_brackets(const std::string& host) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return ipv6 ? "[" + host.substr(0, host.find('%')) + "]" : host;
}

}  // namespace

std::expected<endpoint_config, std::string> endpoint_from_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return std::unexpected("not a URL such as http://homeassistant.local:8123");
  const boost::urls::url_view url = *parsed;
  const std::string scheme = lower_case(url.scheme());
  const bool secure = scheme == "https" || scheme == "wss";
  if (!secure && scheme != "http" && scheme != "ws") {
    return std::unexpected("the URL's scheme is not http, https, ws or wss");
  }
  if (url.has_userinfo()) return std::unexpected("the URL may not hold a user or a password");
  if (url.has_query()) return std::unexpected("the URL may not hold a query");
  if (url.has_fragment()) return std::unexpected("the URL may not hold a fragment");
  auto server = server_of(url);
  if (!server) return std::unexpected(std::move(server.error()));
  if (server->port == 0) server->port = secure ? 443 : 80;
  endpoint_config endpoint;
  endpoint.server = std::move(*server);
  endpoint.target = target_of(url);
  if (secure) endpoint.tls.emplace();
  return endpoint;
}

std::string host_header(const endpoint_config& endpoint) {
  const std::uint16_t usual = endpoint.tls ? 443 : 80;
  if (endpoint.server.port != usual) return authority_of(endpoint.server);
  return in_brackets(endpoint.server.host);
}

std::string authority_of(const net::endpoint& server) {
  return in_brackets(server.host) + ":" + std::to_string(server.port);
}

std::string token_target(std::string_view websocket_target) {
  const bool has_prefix = websocket_target.ends_with(api_path);
  if (!has_prefix) return "/auth/token";
  websocket_target.remove_suffix(api_path.size());
  return std::string(websocket_target) + "/auth/token";
}

std::expected<proxy_config, std::string> proxy_from_url(std::string_view text,
                                                        std::string_view no_proxy) {
  std::string with_scheme(text);
  if (text.find("://") == std::string_view::npos) with_scheme = "http://" + with_scheme;
  const auto parsed = boost::urls::parse_uri(with_scheme);
  if (!parsed) return std::unexpected("not a proxy such as http://proxy.local:3128");
  const boost::urls::url_view url = *parsed;
  if (lower_case(url.scheme()) != "http") {
    return std::unexpected("the proxy's scheme is not http, the only one that is spoken");
  }
  auto server = server_of(url);
  if (!server) return std::unexpected(std::move(server.error()));
  if (server->port == 0) return std::unexpected("the proxy's URL names no port");
  proxy_config proxy;
  proxy.server = std::move(*server);
  proxy.user = url.user();
  proxy.password = url.password();
  while (!no_proxy.empty()) {
    const std::size_t comma = std::min(no_proxy.find(','), no_proxy.size());
    std::string_view name = no_proxy.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) proxy.bypass.emplace_back(name);
    no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
  }
  return proxy;
}

std::expected<std::optional<proxy_config>, std::string> proxy_from_environment(
    const proxy_environment& environment, bool secure) {
  const std::string& url = secure ? environment.https_proxy : environment.http_proxy;
  if (url.empty()) return std::nullopt;
  return proxy_from_url(url, environment.no_proxy);
}

bool bypasses(const proxy_config& proxy, std::string_view host) {
  const std::string wanted = lower_case(host);
  return std::ranges::any_of(proxy.bypass, [&](const std::string& each) {
    std::string name = lower_case(each);
    if (name == "*") return true;
    if (name.starts_with("*.")) name.erase(0, 1);
    while (name.starts_with('.')) name.erase(0, 1);
    if (name.empty()) return false;
    return wanted == name || wanted.ends_with("." + name);
  });
}

}  // namespace hassle::client
