#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <cstdint>
#include <string_view>

namespace hassle::client {

enum class circuit_state : std::uint8_t { closed, open, half_open };
[[nodiscard]] std::string_view name_of(circuit_state state) noexcept;

/// Stops commands to a Home Assistant that keeps failing (LEE §3, its flaws included).
///
///   closed    -- failures_to_open failures in a row --> open
///   open      -- open_for since the last failure, next try_acquire --> half_open
///   half_open -- success --> closed;  failure --> open
///
/// Half-open lets any number of trials through, and a failure of a command from before it opened
/// prolongs the open time: both as in the report. Pure; `now` must not go backwards.
class circuit_breaker {
 public:
  explicit circuit_breaker(const breaker_config& settings) noexcept;

  /// Whether a command may pass.
  [[nodiscard]] bool try_acquire(net::time_point now) noexcept;
  void on_success() noexcept;
  void on_failure(net::time_point now) noexcept;

  [[nodiscard]] circuit_state state() const noexcept { return state_; }

 private:
  breaker_config settings_;
  circuit_state state_ = circuit_state::closed;
  unsigned failures_ = 0;
  net::time_point last_failure_{};
};

}  // namespace hassle::client
