#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>

namespace hassle::net {

namespace asio = boost::asio;
using boost::system::error_code;
using duration = std::chrono::nanoseconds;

/// The clock of a world. Steady, starts at zero when the world begins. Never read directly: every
/// `time_point` comes from a `time_source`.
struct world_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<world_clock>;
  static constexpr bool is_steady = true;
};
using time_point = world_clock::time_point;

/// Stands for "no limit". Never armed as a timer.
inline constexpr time_point never = time_point::max();

/// The only way for the client and the mock server to know the time or to wait.
///
/// Callbacks run on the world's executor, never from inside `call_at`, in the order of their
/// deadlines, and of their creation where deadlines are equal.
/// Thread-safety: single-threaded, like the world that it belongs to.
class time_source {
 public:
  using timer_id = std::uint64_t;  ///< 0 is never given out.

  virtual ~time_source() = default;

  [[nodiscard]] virtual time_point now() const = 0;

  /// Wall-clock time, for showing and for token expiry. May jump in either direction.
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_now() const = 0;

  /// Runs `action` once at `at` (at once, but not inline, if that has passed).
  virtual timer_id call_at(time_point at, std::move_only_function<void()> action) = 0;

  /// Forgets a timer, destroying its action. No effect if it has fired or is unknown.
  virtual void cancel(timer_id timer) noexcept = 0;
};

/// A timer that cancels itself when it goes out of scope. The source must outlive it.
class timer {
 public:
  explicit timer(time_source& source) noexcept : source_(&source) {}
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  ~timer() { cancel(); }

  /// Replaces whatever was armed. `never` only cancels.
  void call_at(time_point at, std::move_only_function<void()> action);
  void cancel() noexcept;
  [[nodiscard]] bool armed() const noexcept { return id_ != 0; }

 private:
  time_source* source_;
  time_source::timer_id id_ = 0;
  std::move_only_function<void()> action_;
};

/// Completes at `at` with success, or with `operation_aborted` when the caller is cancelled first.
/// `never` waits for the cancellation alone.
[[nodiscard]] asio::awaitable<error_code> sleep_until(time_source& time, time_point at);

}  // namespace hassle::net
