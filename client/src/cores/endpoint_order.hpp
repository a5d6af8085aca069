#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hassle::client {

/// Which endpoint is dialled next. Number 0 is the preferred one.
///
/// `in_order`: the preferred one first; each failure moves on to the next, after the last it begins
/// anew. An endpoint that held a connection is dialled first when that connection is lost, but only
/// once: then order rules again. `race`: all, race_delay apart, in that same order.
/// While another than the preferred one is in use, the preferred one is tried again every
/// return_after. One for the client, told by all its slots. Pure; copyable; `now` must not go
/// backwards.
class endpoint_order {
 public:
  /// `settings` absent: one endpoint. Endpoints in all: 1 + others.
  explicit endpoint_order(const std::optional<failover_config>& settings);

  struct start {
    std::size_t endpoint = 0;
    duration delay{0};  ///< After the attempt's begin, unless one is ready by then.
    bool operator==(const start&) const = default;
  };
  /// What the next attempt dials: one of `in_order`, all of `race`. Never empty.
  [[nodiscard]] std::vector<start> plan() const;

  void on_failed(std::size_t endpoint) noexcept;
  void on_ready(std::size_t endpoint, net::time_point now) noexcept;
  void on_lost(std::size_t endpoint) noexcept;

  /// When the preferred endpoint should be tried beside the one in use; `never` while it is in use
  /// or nothing is.
  [[nodiscard]] net::time_point return_at() const noexcept;
  /// That try failed: the next one comes return_after later. (Success: on_ready(0), and the shell
  /// moves.)
  void on_return_failed(net::time_point now) noexcept;

  /// The endpoint that connections are up to; of several the one that got ready last.
  [[nodiscard]] std::optional<std::size_t> in_use() const noexcept;
  /// Failures in a row of one endpoint.
  [[nodiscard]] unsigned failures(std::size_t endpoint) const noexcept;

  bool operator==(const endpoint_order&) const = default;

 private:
  std::size_t count_ = 1;
  endpoint_policy policy_ = endpoint_policy::in_order;
  duration race_delay_{0};
  duration return_after_{0};
  std::size_t next_ = 0;
  std::optional<std::size_t> kept_;  ///< Its connection was lost: it is dialled first, once.
  struct health {
    unsigned failures = 0;     ///< In a row.
    unsigned connections = 0;  ///< That are up.
    bool operator==(const health&) const = default;
  };
  std::vector<health> health_;
  std::size_t newest_ = 0;  ///< The endpoint that got ready last.
  net::time_point return_at_ = net::never;
};

enum class address_family : std::uint8_t { ipv6, ipv4 };
/// Of an address as `net::world::resolve` gives it.
[[nodiscard]] address_family family_of(const net::endpoint& address) noexcept;

/// The order in which a host's addresses are tried (RFC 8305 §4): families alternate, beginning
/// with the one that worked last, else with the first address's; within a family the resolver's
/// order. At most `most` are kept. Pure.
[[nodiscard]] std::vector<net::endpoint> address_order(const std::vector<net::endpoint>& resolved,
                                                       std::optional<address_family> worked_last,
                                                       std::size_t most);

}  // namespace hassle::client
