#pragma once

#include "mockha/http_view.hpp"

#include <hassle/net/http.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace hassle::mockha {

struct http_api_settings {
  /// Addresses whose X-Forwarded-For is believed; from all others it makes every request a 400.
  std::vector<std::string> trusted_proxies;
};

/// Home Assistant's side of HTTP: which address leads where, who may go there, and what is
/// answered. Does no I/O and reads no clock. Thread-safety: single-threaded.
class http_api {
 public:
  /// All of them must outlive it. `random` is for the ids of logins that are under way.
  http_api(surroundings& around, ip_ban& bans, http_backend& server, net::random_stream random,
           http_api_settings settings = {});

  /// What becomes of a request that came from `peer`, an address without a port.
  [[nodiscard]] http_outcome answer(const net::http_request& asked, std::string_view peer,
                                    net::time_point now, wall_time wall);

  /// The answer to a service call that has run, its changes collected (`watch::states`).
  [[nodiscard]] static net::http_response service_answer(const run_service& asked,
                                                         const home::outcome& done);

 private:
  struct route;

  [[nodiscard]] std::optional<std::string> address_of(const net::http_request& asked,
                                                      std::string_view peer) const;
  [[nodiscard]] http_outcome visit(const route& to, http_visit& v);
  void log_in(http_visit& v) const;

  surroundings& around_;
  ip_ban& bans_;
  http_backend& server_;
  login_flows flows_;
  http_api_settings settings_;
};

}  // namespace hassle::mockha
