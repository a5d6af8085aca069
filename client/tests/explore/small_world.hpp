#pragma once

#include "cores/breaker_core.hpp"
#include "cores/connection_choice.hpp"
#include "cores/link_core.hpp"
#include "cores/token_keeper.hpp"
#include "draws.hpp"

#include <hassle/client/config.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::client::explore {

/// A hundred nanoseconds: every setting of a small world is a whole number of them, so that
/// percentages of one come out even.
inline constexpr duration tick{100};

inline constexpr std::size_t slot_count = 2;
inline constexpr std::size_t call_count = 2;

/// The rules that are explored together. A test replaces one of them by a broken one.
template <class Link = link_core, class Breaker = breaker_core, class Keeper = token_keeper>
struct rules {
  using link = Link;
  using breaker = Breaker;
  using keeper = Keeper;
};

/// What may happen next. `slot` is a slot or a call.
enum class happening : std::uint8_t {
  wanted,
  timer_due,       ///< A slot's wait is over.
  token_look_due,  ///< A slot that waits for a token looks again.
  refresh_due,     ///< The token is refreshed early.
  dialled,
  auth_ok,
  running,
  refreshed,
  call_begins,
  call_answered,
  time_passes,
  // From here on: faults, of which a world has only so many.
  dial_failed,
  dial_overloaded,  ///< With a Retry-After.
  dial_unwelcome,
  auth_invalid,
  lost,
  token_late,
  refresh_failed,
  refresh_refused,
  refresh_cancelled,
  call_failed,
  call_cancelled,
  call_never_returns,
  thawed,
  retried,
  retried_with_token,
  stopped,
};
inline constexpr std::size_t happening_count = static_cast<std::size_t>(happening::stopped) + 1;
[[nodiscard]] std::string_view name_of(happening what) noexcept;
[[nodiscard]] constexpr bool is_fault(happening what) noexcept {
  return what >= happening::dial_failed;
}
/// Whether what comes of it depends on a draw.
[[nodiscard]] constexpr bool draws(happening what) noexcept {
  return what == happening::call_begins ||
         (is_fault(what) && what != happening::refresh_refused &&
          what != happening::refresh_cancelled && what < happening::call_cancelled);
}

struct event {
  happening what{};
  std::size_t slot = 0;
  bool operator==(const event&) const = default;
};

/// What the shell of a slot is doing.
enum class doing : std::uint8_t {
  nothing,
  sleeping,
  waiting_for_token,
  waiting_to_dial,  ///< One dial at a time per endpoint (`jitter`).
  dialling,
  authenticating,
  asking_running,
  serving,
  parked,
};

enum class token_state : std::uint8_t { idle, refreshing, waiting, refused };
[[nodiscard]] std::string_view name_of(token_state state) noexcept;

/// A client of two slots and two calls as its cores see it: everything that the shells do, and
/// nothing that takes time. A value: exploring copies it.
template <class Rules>
class small_world {
 public:
  small_world(const config& settings, unsigned faults)
      : settings_(&settings),
        slots_{slot(settings), slot(settings)},
        keeper_(settings.token.value_or(token_config{}), true, net::time_point{}),
        breaker_(settings.breaker ? std::optional<typename Rules::breaker>(breaker_of(settings))
                                  : std::nullopt),
        faults_left_(faults) {}

  bool operator==(const small_world&) const = default;

  /// Everything that may happen in this state before the horizon.
  [[nodiscard]] std::vector<event> possible(net::time_point horizon) const;
  /// REQUIRES: it is possible. Each draw is as `random` gives its first.
  void happen(event what, const net::random_stream& random);

  /// Slots are alike, and so are calls: of the states that differ by their order only, one stands
  /// for all.
  void put_in_order();

  /// What is wrong with this state; empty = nothing. Sticky: what was wrong once stays wrong.
  [[nodiscard]] std::string_view violation() const;

  /// The environment is healthy from here on, users retry what was refused. How long until all
  /// slots serve and a call is answered with the breaker closed; empty = never. It ends the world.
  [[nodiscard]] std::optional<duration> heal(const net::random_stream& random);

  [[nodiscard]] bool is_stopped() const noexcept { return stopped_; }
  /// A wait beyond those that the linter adds up: after 4xx, or with Retry-After.
  [[nodiscard]] bool was_told_to_wait() const noexcept { return told_to_wait_; }
  [[nodiscard]] link_core::phase phase_of(std::size_t which) const {
    return slots_[which].core.now();
  }
  [[nodiscard]] std::optional<breaker_state> breaker() const {
    return breaker_ ? std::optional(breaker_->state()) : std::nullopt;
  }
  [[nodiscard]] token_state token() const;
  [[nodiscard]] std::uint64_t hash() const noexcept;

 private:
  struct slot {
    explicit slot(const config& settings) : core(settings) {}
    typename Rules::link core;
    doing what = doing::nothing;
    bool socket = false;
    net::time_point due = net::never;  ///< Of sleeping and waiting_for_token.
    std::uint32_t token = 0;           ///< Authenticated with.
    net::time_point last_used{};       ///< One instant of two: before or after the other's.
    bool operator==(const slot&) const = default;
  };
  enum class call_state : std::uint8_t { none, waiting, sent, gone };
  struct call {
    call_state state = call_state::none;
    std::optional<breaker_core::permit> permit;
    std::size_t slot = 0;  ///< Of sent.
    bool operator==(const call&) const = default;
  };

  static breaker_config breaker_of(const config& settings) {
    return settings.admission ? *settings.breaker : without_admission(*settings.breaker);
  }

  [[nodiscard]] net::time_point next_instant() const;
  [[nodiscard]] bool is_due(happening what, std::size_t which) const;
  [[nodiscard]] std::optional<event> next_good() const;
  void add_slot_events(std::vector<event>& out, std::size_t which) const;
  void add_call_events(std::vector<event>& out) const;
  void add_client_events(std::vector<event>& out) const;

  void on_slot_event(event what, const net::random_stream& random);
  void on_refresh_event(happening what, const net::random_stream& random);
  void on_call_event(event what, const net::random_stream& random);
  void retry(bool new_token);
  void stop();

  void react(std::size_t which, link_core::step step);
  void ask_token(std::size_t which);
  void begin_refresh();
  void tell_token_waiters();
  void dial(std::size_t which);
  void end_dial(std::size_t which);
  void place(call& mine);
  void end_call(call& mine, std::optional<breaker_core::result> how,
                const net::random_stream& random);
  void lose_calls(std::size_t which, const net::random_stream& random);
  [[nodiscard]] bool call_through(const net::random_stream& random);
  [[nodiscard]] std::string_view slot_violation(const slot& each) const;
  [[nodiscard]] std::string_view breaker_violation() const;
  void wrong(std::string_view what) {
    if (wrong_.empty()) wrong_ = what;
  }

  const config* settings_;
  net::time_point now_{};
  std::array<slot, slot_count> slots_;
  typename Rules::keeper keeper_;
  std::optional<typename Rules::breaker> breaker_;
  std::array<call, call_count> calls_;
  unsigned faults_left_;
  bool refresh_out_ = false;
  bool stopped_ = false;
  bool told_to_wait_ = false;
  /// Our own book about the token, to judge the keeper by.
  std::uint32_t fresh_token_ = 0;  ///< The last that a refresh brought…
  bool accepted_ = false;          ///< …and whether Home Assistant took it.
  bool refused_for_good_ = false;
  std::string_view wrong_;
};

}  // namespace hassle::client::explore

#include "small_world_impl.hpp"
