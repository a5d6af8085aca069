#pragma once

#include <hassle/client/config.hpp>
#include <hassle/net/time.hpp>
#include <hassle/net/world.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hassle::client {

enum class breaker_state : std::uint8_t { closed, open, half_open };
[[nodiscard]] std::string_view name_of(breaker_state state) noexcept;

/// The same settings where the `admission` layer is off: half-open lets everything through, and the
/// open time neither grows nor varies.
[[nodiscard]] breaker_config without_admission(breaker_config settings) noexcept;

/// Stops calls to a Home Assistant that keeps failing, in the form that `best` uses.
///
///   closed    -- too many failures or slow calls in the window --> open
///   open      -- open time over, next try_acquire --> half_open
///   half_open -- half_open_permits trials succeeded --> closed
///             -- one trial failed, or none came back for trial_limit --> open, for longer
///
/// Every call that was let through holds a permit and brings it back exactly once, with a result or
/// cancelled. A permit knows the state that gave it: one from before a transition changes nothing
/// any more (resilience4j and Polly learnt that the hard way, reconnect-policies §2).
/// Open time: open_for · open_growth^k, k = openings since it was last closed, ±
/// open_jitter_percent, then cut at open_max. Pure; copyable; `now` must not go backwards. Never
/// allocates after its construction.
class breaker_core {
 public:
  explicit breaker_core(const breaker_config& settings);

  /// A call that was let through.
  struct permit {
    std::uint32_t generation = 0;
    bool trial = false;  ///< Given in half-open.
    bool operator==(const permit&) const = default;
  };
  enum class result : std::uint8_t { success, failure };

  /// Empty = refused.
  [[nodiscard]] std::optional<permit> try_acquire(net::time_point now, net::random_stream& random);

  /// The call ended after `took`. Whether an outcome is a failure is the caller's to say: errors of
  /// the connection and timeouts are, Home Assistant's refusals ("not_found") are not.
  void on_result(permit given, result how, duration took, net::time_point now,
                 net::random_stream& random);

  /// The call was given up for a reason that says nothing about Home Assistant: a trial's permit
  /// can be had again.
  void on_cancelled(permit given) noexcept;

  /// The cause may be gone (a new connection is ready): an open circuit lets its trials through
  /// from now on. How long it opens when they fail grows all the same.
  void try_now(net::time_point now) noexcept;

  [[nodiscard]] breaker_state state() const noexcept { return state_; }
  /// When a call may be let through: a time in the past while closed.
  [[nodiscard]] net::time_point retry_at() const noexcept;
  /// Counts transitions.
  [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }
  /// Trials that are out.
  [[nodiscard]] unsigned trials() const noexcept { return trials_out_; }

  /// The longest open time that these settings can give.
  [[nodiscard]] static duration worst_open(const breaker_config& settings) noexcept;

  bool operator==(const breaker_core&) const = default;

 private:
  static constexpr std::size_t slices = 10;
  struct tally {
    std::uint32_t calls = 0;
    std::uint32_t failures = 0;
    std::uint32_t slow = 0;
    bool operator==(const tally&) const = default;
  };

  void enter(breaker_state state) noexcept;
  void open(net::time_point now, net::random_stream& random);
  void count(bool failed, bool slow, net::time_point now) noexcept;
  void advance_slices(net::time_point now) noexcept;
  [[nodiscard]] bool too_bad() const noexcept;

  breaker_config settings_;
  breaker_state state_ = breaker_state::closed;
  std::uint32_t generation_ = 0;

  unsigned in_a_row_ = 0;           ///< Of consecutive.
  tally sum_;                       ///< Of the window.
  std::vector<std::uint8_t> ring_;  ///< Of count: bit 0 failed, bit 1 slow.
  std::size_t ring_next_ = 0;
  std::array<tally, slices> slices_{};  ///< Of time.
  std::int64_t slice_ = 0;  ///< Number of the current slice since the clock's beginning.

  net::time_point open_until_{};
  unsigned openings_ = 0;  ///< Since it was last closed.
  unsigned trials_out_ = 0;
  unsigned trials_passed_ = 0;
  net::time_point last_trial_{};
};

}  // namespace hassle::client
