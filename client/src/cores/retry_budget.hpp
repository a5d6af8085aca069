#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <cstdint>

namespace hassle::client {

/// How many retries the client as a whole may make: a token bucket that every call fills by
/// retry_percent of a retry and time by retries_per_second, up to retry_burst, where it starts
/// (Finagle's retry budget, reconnect-policies §2; the burst stands in for its 10 s expiry). Calls
/// count when they are sent, not when they end, or a stall would stop the filling. Over any span:
/// retries <= retry_burst + calls · retry_percent / 100 + seconds · retries_per_second. Pure;
/// integers only; `now` must not go backwards.
class retry_budget {
 public:
  retry_budget(const admission_config& settings, net::time_point now) noexcept;

  /// A call (not a retry) is sent.
  void on_call(net::time_point now) noexcept;

  /// Takes one retry, if there is one.
  [[nodiscard]] bool try_spend(net::time_point now) noexcept;

  /// Whole retries left.
  [[nodiscard]] unsigned left(net::time_point now) const noexcept;

  bool operator==(const retry_budget&) const = default;

 private:
  [[nodiscard]] std::int64_t filled(net::time_point now) const noexcept;
  void advance(net::time_point now) noexcept;

  std::int64_t per_call_;  ///< In billionths of a retry, as all of these.
  std::int64_t per_nano_;  ///< retries_per_second: a billionth of a retry each nanosecond.
  std::int64_t most_;
  std::int64_t balance_;
  net::time_point as_of_;
};

}  // namespace hassle::client
