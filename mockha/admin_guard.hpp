#pragma once

#include <hassle/net/http.hpp>
#include <hassle/net/world.hpp>

#include <optional>
#include <string>

namespace hassle::mockha {

/// Who may use the admin API.
struct admin_rules {
  std::string token;  ///< Secret. Empty: whoever reaches the port.
  net::endpoint at;   ///< Where it listens.
};

/// The refusal of a request, or nothing if it may pass.
///
/// Without a token, only requests to this machine by its own names pass: a web page that has its
/// name point at 127.0.0.1 reaches the port, but cannot hide which name it used. With a token,
/// every request must show it. A page of elsewhere (Origin) may never ask for anything.
/// `open` is for what holds no secrets and changes nothing: it needs no token.
[[nodiscard]] std::optional<net::http_response> refuse_admin(const admin_rules& rules,
                                                             const net::http_request& request,
                                                             bool open);

}  // namespace hassle::mockha
