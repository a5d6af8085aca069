#include "mockha/endpoint_text.hpp"

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace hassle::mockha {

std::optional<net::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  std::uint16_t number = 0;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (problem != std::errc() || end != port.data() + port.size()) return std::nullopt;
  // [::1] is how an address with colons is written here; listening wants it without.
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host == "localhost") host = "127.0.0.1";
  if (!host.empty()) {
    boost::system::error_code bad;
    (void)boost::asio::ip::make_address(std::string(host), bad);
    if (bad) return std::nullopt;
  }
  return net::endpoint(std::string(host), number);
}

std::string endpoint_text(const net::endpoint& at) {
  const bool is_v6 = at.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", at.host, at.port) : fmt::format("{}:{}", at.host, at.port);
}

bool is_loopback(const net::endpoint& at) {
  boost::system::error_code bad;
  const auto address = boost::asio::ip::make_address(at.host, bad);
  return !bad && address.is_loopback();
}

}  // namespace hassle::mockha
