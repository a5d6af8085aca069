#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>

#include <optional>

namespace hassle::client {

/// How long a ping may go unanswered, seen over all connections: a watchdog that is wrong must not
/// be wrong over and over (field failure heartbeat-false-positive: healthy but slow links were
/// killed every 25 s).
///
/// An answer that took long makes the limit four times as long, and so does a second alarm within
/// two minutes: twice as long, and so that the next is at least a minute after it. Both up to a
/// minute, for five minutes. One alarm says nothing: links do die. Alarms of several connections
/// within ten seconds are one: what they share has died. Pure; copyable; `now` must not go
/// backwards.
class alarm_history {
 public:
  void on_alarm(const health_config& settings, net::time_point now) noexcept;
  /// A ping was answered after `took`.
  void on_pong(const health_config& settings, duration took, net::time_point now) noexcept;
  /// For a ping that is sent at `now`.
  [[nodiscard]] duration limit(const health_config& settings, net::time_point now) const noexcept;

 private:
  void raise(duration to, net::time_point now) noexcept;

  std::optional<net::time_point> last_alarm_;
  duration limit_{0};
  net::time_point until_{};  ///< So long `limit_` holds.
};

}  // namespace hassle::client
