#pragma once

#include <hassle/net/world.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// "127.0.0.1:8123", "[::1]:8123"; ":8123" is every address of IPv4.
[[nodiscard]] std::optional<net::endpoint> parse_endpoint(std::string_view text);
/// As parse_endpoint reads it.
[[nodiscard]] std::string endpoint_text(const net::endpoint& at);
/// Only programs on this machine reach it.
[[nodiscard]] bool is_loopback(const net::endpoint& at);

}  // namespace hassle::mockha
