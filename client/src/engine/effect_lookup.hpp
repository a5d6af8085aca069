#pragma once

#include "../cores/idempotency_rules.hpp"
#include "context.hpp"

#include <hassle/client/command.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace hassle::client {

class mirror;

/// While live states show nothing they are watched until so long after the sending: Home Assistant
/// gives a change the call's context only so long (reference §4.3).
inline constexpr duration effect_watch = 5s;
/// So long after the sending a look-up ends at the latest, however long the caller would wait.
inline constexpr duration look_up_limit = 30s;

/// What is to be kept of the moment before a command was written. Two words, nothing is read.
struct effect_mark {
  std::uint64_t changes = 0;  ///< How many the mirror had seen.
  bool known = false;         ///< Whether the mirror was live: the states before can be told.
};

/// Answers "was it carried out?" for a command whose outcome is unknown (`idempotency`, look_up).
///
/// The way of every call costs nothing but `mark`: the mirror keeps what its last changes replaced
/// (`state_history`), so that the states before the command are put together only when they are
/// needed. `no_trace` never means that it is safe to send the command again: Home Assistant works
/// on after a connection is lost (reference §4.3).
class effect_lookup {
 public:
  /// A read that is answered by Home Assistant itself, on a connection that works: never by a cache
  /// or the mirror. Ends by `until`.
  using reader =
      std::function<asio::awaitable<outcome>(boost::json::object body, net::time_point until)>;

  /// `states` may be null: then every look-up reads get_states, and only effects that do not depend
  /// on the state before (no toggle) are found. `ask` lives as long as this.
  effect_lookup(engine_context& shared, mirror* states, reader ask);
  effect_lookup(const effect_lookup&) = delete;
  effect_lookup& operator=(const effect_lookup&) = delete;
  ~effect_lookup();

  /// To be taken before a command is written for the first time.
  [[nodiscard]] effect_mark mark() const noexcept;

  /// The result of a call_service that was answered: tells which user we are, and which context is
  /// explained by that call and by no other. Cheap; anything may be handed in.
  void on_answered(const boost::json::value& result);

  /// Another access token: the user may be another.
  void forget_user() noexcept;

  /// Looks at the states idempotency_config::look_up_after after `sent_at`, and for some seconds
  /// more while they show nothing, at most until `until`. Tells effect_looked_up. Ends as
  /// `cannot_tell` when cancelled. `what` must stay as long as it runs, and so must this.
  [[nodiscard]] asio::awaitable<effect_verdict> look_up(const command& what, effect_mark before,
                                                        net::time_point sent_at,
                                                        net::time_point until);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
