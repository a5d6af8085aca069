#pragma once

#include <hassle/client/config.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::client {

// Texts that people write, made into settings. Pure; the error is a sentence for people and never
// repeats the text, which may hold a password.

/// The endpoint that a URL names: `http://home.local:8123`, `https://example.org/prefix`,
/// `ws://[fe80::1]:8123/api/websocket`… `https` and `wss` set `tls` to the system's trust, the
/// others leave it absent. Without a port: 80, or 443 with TLS, as for every URL (8123 is to be
/// written). "/api/websocket" is appended to the path unless it ends so (reference §1.1); a
/// trailing slash is not doubled. Refused: other schemes, a user or password, a query, a fragment,
/// no host.
[[nodiscard]] std::expected<endpoint_config, std::string> endpoint_from_url(std::string_view url);

/// What the header Host says of an endpoint (RFC 9110 §7.2): IPv6 addresses in brackets and without
/// their zone, the port unless it is the scheme's own.
[[nodiscard]] std::string host_header(const endpoint_config& endpoint);

/// What a proxy is asked to connect to: the same, always with its port.
[[nodiscard]] std::string authority_of(const net::endpoint& server);

/// The path of Home Assistant's token service beside an endpoint's target:
/// "/prefix/api/websocket" -> "/prefix/auth/token". For a target that does not end in
/// "/api/websocket": "/auth/token".
[[nodiscard]] std::string token_target(std::string_view websocket_target);

/// The proxy that `http://user:password@host:port` names; without a scheme `http` is meant, the
/// only one that is spoken; the port must be there. User and password may be percent-encoded.
/// `no_proxy`: what bypasses it, separated by commas, as in the environment variable NO_PROXY.
[[nodiscard]] std::expected<proxy_config, std::string> proxy_from_url(std::string_view url,
                                                                      std::string_view no_proxy);

/// The values of the environment variables of these names, or of their lower-case forms; empty =
/// not set. Reading the environment is the caller's: a library should not.
struct proxy_environment {
  std::string https_proxy;
  std::string http_proxy;
  std::string no_proxy;
};

/// The proxy that an environment names for connections with (`secure`) or without TLS; nothing
/// where it names none. Errors: as of proxy_from_url.
[[nodiscard]] std::expected<std::optional<proxy_config>, std::string> proxy_from_environment(
    const proxy_environment& environment, bool secure);

/// Whether this host is dialled directly: named by `proxy.bypass`, case-insensitively; ".lan",
/// "*.lan" and "lan" name "lan" and everything below it, "*" everything.
[[nodiscard]] bool bypasses(const proxy_config& proxy, std::string_view host);

}  // namespace hassle::client
