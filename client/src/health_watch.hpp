#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <cstdint>
#include <optional>

namespace hassle::client {

/// When to ping a connection, when to give it up, and whether it may be used (LEE §2). Pure.
class health_watch {
 public:
  /// A connection became ready at `now`.
  health_watch(const health_config& settings, net::time_point now) noexcept;

  enum class action : std::uint8_t { none, send_ping, give_up };

  /// To be called at `next()`, or later.
  [[nodiscard]] action on_timer(net::time_point now) noexcept;
  void on_pong(net::time_point now) noexcept;

  /// When on_timer has something to do.
  [[nodiscard]] net::time_point next() const noexcept;

  /// Whether a pong, or the beginning, is recent enough for the connection to be used.
  [[nodiscard]] bool healthy(net::time_point now) const noexcept;

 private:
  health_config settings_;
  net::time_point last_pong_;
  net::time_point next_ping_;
  std::optional<net::time_point> pong_due_;  ///< Set while a ping is out.
};

}  // namespace hassle::client
