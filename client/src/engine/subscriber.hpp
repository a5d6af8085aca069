#pragma once

#include "context.hpp"
#include "session_channel.hpp"

#include <hassle/client/subscription.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace hassle::client {

/// How long a subscription may wait for its answer where `reconnect` is off.
inline constexpr duration subscribe_answer_limit = 10s;
/// While bytes keep coming, the answer may be behind something large (a snapshot of the states on a
/// slow link): then the limit is so many times as long.
inline constexpr int busy_answer_factor = 12;

/// Wanted subscriptions, kept alive over connections as `subscription_book` decides. It uses one
/// ready session at a time, the first there is, and moves on to another when that one is lost.
///
/// What a listener hears, in this order: on_live for each round that Home Assistant takes, on_gap
/// if something was missed, the events; on_lost with the connection. Listeners may add and remove
/// from inside a call, themselves as well; `add` and `remove` call nobody. Not after `remove`, nor
/// after `stop`, is a listener called.
class subscriber final : public session_user {
 public:
  explicit subscriber(engine_context& shared);
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;
  ~subscriber();

  [[nodiscard]] std::optional<subscription_handle> add(
      subscription_request what, std::shared_ptr<subscription_listener> hears);
  void remove(subscription_handle which);
  /// Makes a live one anew without a hole: the listener has reason to doubt what it knows.
  void renew(subscription_handle which);

  void on_session_ready(const std::shared_ptr<session_channel>& which, bool running) override;
  void on_session_running(const std::shared_ptr<session_channel>& which) override;
  void on_session_lost(const std::shared_ptr<session_channel>& which) override;

  /// Whether all that are wanted live: "recovered", where "reconnected" is not enough.
  [[nodiscard]] bool all_live() const noexcept;
  /// When the session in use was last heard of; the time of its loss's last byte is told by
  /// on_lost. Empty without a session.
  [[nodiscard]] std::optional<net::time_point> last_byte() const noexcept;
  /// The number of the session in use; 0 = none.
  [[nodiscard]] std::uint32_t connection() const noexcept;

  /// No timer is armed and nothing is sent after it.
  void stop() noexcept;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
