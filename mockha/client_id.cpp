// Who may ask for tokens: client ids and addresses. What they get is in tokens.cpp.
#include "mockha/tokens.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ranges>
#include <system_error>
#include <utility>

namespace hassle::mockha {

namespace {

namespace ip = boost::asio::ip;

bool is_local(const ip::address& address) {
  if (address.is_v6()) {
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return is_local(ip::make_address_v4(ip::v4_mapped, v6));
    const bool is_unique_local = (v6.to_bytes()[0] & 0xFEU) == 0xFCU;
    return v6.is_loopback() || v6.is_link_local() || is_unique_local;
  }
  const auto v4 = address.to_v4();
  if (v4.is_loopback()) return true;
  static constexpr std::array<std::pair<unsigned, unsigned>, 4> networks{
      {{0x0A000000U, 8}, {0xAC100000U, 12}, {0xC0A80000U, 16}, {0xA9FE0000U, 16}}};
  return std::ranges::any_of(networks, [&](const auto& n) {
    return (v4.to_uint() >> (32 - n.second)) == (n.first >> (32 - n.second));
  });
}

bool is_port(std::string_view text) {
  std::uint16_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, number);
  return text.empty() || (problem == std::errc() && stopped == end);
}

bool has_dot_segments(std::string_view path) {
  for (const auto part : std::views::split(path, '/')) {
    const std::string_view segment(part.begin(), part.end());
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

}  // namespace

bool is_ip_address(std::string_view text) {
  boost::system::error_code ec;
  (void)ip::make_address(text, ec);
  return !ec;
}

bool is_local_address(std::string_view address) {
  if (address.empty()) return true;
  boost::system::error_code ec;
  const auto parsed = ip::make_address(address, ec);
  return !ec && is_local(parsed);
}

bool is_client_id(std::string_view text) {
  constexpr std::size_t bytes_max = 2048;
  if (text.size() > bytes_max) return false;
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return false;
  const boost::urls::url_view& url = *parsed;
  using boost::urls::host_type;
  using boost::urls::scheme;
  if (url.scheme_id() != scheme::http && url.scheme_id() != scheme::https) return false;
  if (url.encoded_host().empty() || url.has_userinfo() || url.has_fragment()) return false;
  if (url.has_port() && !is_port(url.port())) return false;
  if (has_dot_segments(url.encoded_path())) return false;
  switch (url.host_type()) {
    case host_type::name:
      return true;
    case host_type::ipv4:
    case host_type::ipv6:
      return is_local_address(url.host_address());
    case host_type::ipvfuture:
    case host_type::none:
      return false;
  }
  return false;
}

std::optional<std::string> refuse_user(const user& who, std::string_view peer) {
  if (!who.is_active) return "User is not active";
  if (who.local_only && !is_local_address(peer)) return "User cannot authenticate remotely";
  return std::nullopt;
}

}  // namespace hassle::mockha
