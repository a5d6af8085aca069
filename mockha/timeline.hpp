#pragma once

#include "scenarios/plan.hpp"

#include <hassle/net/time.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

namespace hassle::mockha {

/// Something that a timeline does at an instant of its own.
struct timeline_step {
  net::duration at{};  ///< Since the timeline's beginning.
  bool begins = true;  ///< False: the occurrence ends.
  scenario::planned_fault occurrence;

  bool operator==(const timeline_step&) const = default;
};

/// The faults of a plan as a tape that can be stopped, stepped and wound back.
///
///   running -- pause, step --> paused;  paused -- resume --> running
///   running, paused -- last step performed --> finished
///   any -- restart --> running
///
/// What is answered is to be performed at once and in order: each step is answered exactly once
/// between two restarts, and a restart ends what has begun and not ended. `now` must not go
/// backwards. Pure: reads no clock. Thread-safety: single-threaded.
class timeline {
 public:
  enum class state : std::uint8_t { running, paused, finished };

  /// `occurrences` in any order; their numbers are unique. It runs from `now` on. What is armed
  /// waits until `length` at most: that is its end here, whatever becomes of it.
  timeline(const std::vector<scenario::planned_fault>& occurrences, net::duration length,
           net::time_point now);

  /// What is due now; never anything unless it is running.
  [[nodiscard]] std::vector<timeline_step> due(net::time_point now);
  /// When there is something to be done next; `never` unless it is running.
  [[nodiscard]] net::time_point deadline() const noexcept;

  void pause(net::time_point now) noexcept;
  void resume(net::time_point now) noexcept;
  /// Goes to the next step that is left, and stays there, paused. Steps of the same instant come
  /// one by one. Nothing is left where it is finished.
  [[nodiscard]] std::vector<timeline_step> step(net::time_point now);
  /// Winds back to the beginning and runs. What has begun and not ended, ends: that is the answer.
  [[nodiscard]] std::vector<timeline_step> restart(net::time_point now);

  [[nodiscard]] state where() const noexcept;
  [[nodiscard]] net::duration position(net::time_point now) const noexcept;
  /// All of them, in the order in which they happen.
  [[nodiscard]] const std::vector<timeline_step>& steps() const noexcept { return steps_; }
  /// How many of them have been performed: those in front.
  [[nodiscard]] std::size_t performed() const noexcept { return next_; }

 private:
  timeline_step take();

  std::vector<timeline_step> steps_;
  std::size_t next_ = 0;
  std::set<std::size_t> in_force_;  ///< Indices of the steps that began what has not ended.
  bool paused_ = false;
  net::duration stood_{};    ///< Position at `since_`.
  net::time_point since_{};  ///< When it began to run, or to stand still.
};

[[nodiscard]] std::string_view name_of(timeline::state where) noexcept;

}  // namespace hassle::mockha
