#pragma once

#include "backoff_schedule.hpp"

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace hassle::client {

/// The life of one supervised connection slot: what it does next.
///
///   idle           -- wanted                               --> token
///   token          -- token came                           --> dialling
///                  -- refused for good                     --> refused
///                  -- none in time                         --> waiting
///   dialling       -- upgraded                             --> authenticating
///                  -- failed                               --> waiting
///   authenticating -- auth_ok                              --> starting (`admission`) or ready
///                  -- auth_invalid, another token may do   --> token, else refused
///                  -- lost, too slow                       --> waiting
///   starting       -- RUNNING, or waited long enough       --> ready
///   starting/ready -- lost                                 --> waiting
///   waiting        -- delay over, or retry()               --> token
///                  -- a command waits, and the last attempt is not too recent  --> token
///   refused, spent -- retry()                              --> token
///   any            -- stop()                               --> stopped
///
/// Delays are those of `backoff_schedule`; they are set back by a connection that stayed up, not by
/// one that was made. Without `reconnect` there is one attempt; after it the slot is `spent`. There
/// is one attempt at a time: a new one begins only after the end of the last was reported.
/// Reports of what cannot happen in a phase are assertion failures, but for `stopped`, where all
/// are ignored. Pure; copyable; `now` must not go backwards.
class link_core {
 public:
  explicit link_core(const config& settings);

  enum class phase : std::uint8_t {
    idle,
    waiting,
    token,
    dialling,
    authenticating,
    starting,
    ready,
    refused,
    spent,
    stopped,
  };

  enum class todo : std::uint8_t {
    nothing,       ///< What is under way goes on.
    wait,          ///< Call on_timer at `at`.
    get_token,     ///< Report on_token, on_token_refused or on_token_late.
    dial,          ///< Report on_dialled or on_dial_failed.
    authenticate,  ///< Report on_auth_ok, on_auth_invalid or on_lost.
    ask_running,   ///< Find out whether Home Assistant is RUNNING: on_running or on_lost.
    serve,         ///< Commands may use it. Report on_lost.
    park,          ///< There is nothing to do until retry().
  };
  struct step {
    todo what{};
    net::time_point at = net::never;  ///< Of `wait`.
    bool operator==(const step&) const = default;
  };

  /// Somebody needs a connection; only the first time counts.
  [[nodiscard]] step on_wanted();
  /// The delay is over, or this came early: then it waits on.
  [[nodiscard]] step on_timer(net::time_point now);

  [[nodiscard]] step on_token();
  [[nodiscard]] step on_token_refused();
  [[nodiscard]] step on_token_late(net::time_point now, net::random_stream& random);

  [[nodiscard]] step on_dialled();
  /// Also while authenticating, where of several dials some go on.
  [[nodiscard]] step on_dial_failed(dial_failure why, std::optional<duration> retry_after,
                                    net::time_point now, net::random_stream& random);

  [[nodiscard]] step on_auth_ok(net::time_point now);
  /// `again`: another attempt makes sense. With the layer `token` the first one follows at once,
  /// because it has another token; else it comes after a delay.
  [[nodiscard]] step on_auth_invalid(bool again, net::time_point now, net::random_stream& random);

  /// Home Assistant is RUNNING, or there is no sense in waiting for it any longer.
  [[nodiscard]] step on_running();
  /// The connection is gone, whoever ended it. `how` counts for one that was authenticated.
  [[nodiscard]] step on_lost(net::time_point now, net::random_stream& random,
                             ready_end how = ready_end::lost);

  /// A command waits for a connection: there is more to win than while nobody does. `get_token`
  /// from demand_at() on, which is 5 to 15 backoff_base after the last attempt (drawn where there
  /// is `jitter`: a herd must not return together), and at once after a stable connection; else
  /// `nothing`. Not after an answer that asks for time (429, 403, Retry-After). The delays go on
  /// growing.
  [[nodiscard]] step on_demand(net::time_point now);
  /// When on_demand would begin an attempt; `never` = not before something else happens.
  [[nodiscard]] net::time_point demand_at() const noexcept {
    return phase_ == phase::waiting ? demand_at_ : net::never;
  }

  /// Somebody knows that it is worth a try now. `nothing` where an attempt is under way or not
  /// needed.
  [[nodiscard]] step retry();
  void stop() noexcept { phase_ = phase::stopped; }

  [[nodiscard]] phase now() const noexcept { return phase_; }
  /// Of `waiting`.
  [[nodiscard]] net::time_point next() const noexcept { return next_; }
  /// Attempts in a row that led to no stable connection.
  [[nodiscard]] unsigned failures() const noexcept { return failures_; }

  bool operator==(const link_core&) const = default;

 private:
  step begin() noexcept;
  /// `asked_for_time`: the delay is the server's wish, not only our caution.
  step wait_for(duration delay, net::time_point now, net::random_stream& random,
                bool asked_for_time = false);

  bool reconnects_;
  bool refreshes_;
  bool asks_running_;
  bool spreads_;
  duration demand_rest_;
  backoff_schedule backoff_;
  phase phase_ = phase::idle;
  net::time_point next_ = net::never;
  net::time_point demand_at_ = net::never;
  unsigned failures_ = 0;
  bool second_token_ = false;  ///< Tried after a refusal, and not accepted yet.
};

[[nodiscard]] std::string_view name_of(link_core::phase phase) noexcept;

}  // namespace hassle::client
