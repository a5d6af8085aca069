#include "url_text.hpp"

#include <fmt/format.h>

namespace hassle::client {

std::string url_text(const net::endpoint& server, std::string_view target, bool tls) {
  constexpr std::string_view api_path = "/api/websocket";
  if (target.ends_with(api_path)) target.remove_suffix(api_path.size());
  const bool is_v6 = server.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}", tls ? "https" : "http", is_v6 ? "[" : "", server.host,
                     is_v6 ? "]" : "", server.port, target);
}

}  // namespace hassle::client
