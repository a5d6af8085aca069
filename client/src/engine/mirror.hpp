#pragma once

#include "context.hpp"
#include "subscriber.hpp"

#include <hassle/client/command.hpp>
#include <hassle/client/subscription.hpp>
#include <hassle/net/gate.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace hassle::client {

class state_history;
class state_mirror;

/// The layer `mirror`: one subscribe_entities, applied to a `state_mirror`; reads that fail are
/// answered from it.
///
/// It heals itself: a snapshot replaces it after every loss, and it asks for one where an event
/// does not fit what it knows (at most once in mirror_config::quiet_limit). A snapshot that has
/// lost nearly everything is not believed (`state_mirror::doubt`): another is asked for every
/// mirror_config::retry_cap and when Home Assistant is RUNNING.
class mirror {
 public:
  /// Begins to want its subscription at once.
  mirror(engine_context& shared, subscriber& subscriptions);
  mirror(const mirror&) = delete;
  mirror& operator=(const mirror&) = delete;
  ~mirror();

  void hear(mirror_listener* hears) noexcept;
  void on_home(bool running, bool recovery_mode);
  /// No timer is armed after it.
  void stop() noexcept;

  [[nodiscard]] const state_mirror& states() const noexcept;
  /// What its last changes replaced.
  [[nodiscard]] const state_history& history() const noexcept;

  /// Until when the states are known to be true: while live, when its connection was last heard of.
  /// Empty = no snapshot ever.
  [[nodiscard]] std::optional<net::time_point> true_at() const noexcept;

  /// The answer to a read from the states, `stale` with their age; empty if this command is no read
  /// that the states can answer, or they are not known, or are older than age_max. The one such
  /// command is get_states, and only a mirror of all entities answers it. The result is shared by
  /// all answers until the next change. Tells mirror_used.
  [[nodiscard]] std::optional<outcome> answer(const command& read, net::time_point now) const;

  /// Whether it has an answer.
  [[nodiscard]] bool knows(const command& read, net::time_point now) const;

  /// Waits until something is different: an entity, or whether the states are live.
  [[nodiscard]] asio::awaitable<net::wait_end> changed(net::time_point until);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
