#pragma once

#include <hassle/net/world.hpp>

#include <string>
#include <string_view>

namespace hassle::client {

/// The URL that `endpoint_from_url` reads as this: "https://[fe80::1]:8123/prefix". The port is
/// always there; "/api/websocket" is not.
[[nodiscard]] std::string url_text(const net::endpoint& server, std::string_view target, bool tls);

}  // namespace hassle::client
