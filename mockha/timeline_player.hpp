#pragma once

#include "mockha/timeline.hpp"

#include <hassle/net/time.hpp>

#include <functional>
#include <vector>

namespace hassle::mockha {

/// Plays a timeline on a clock: the shell of `timeline`. `perform` is called for each step, from
/// the clock or from inside the functions below; it must not call them.
///
/// The clock must outlive it. Thread-safety: single-threaded.
class timeline_player {
 public:
  using performer = std::function<void(const timeline_step&)>;

  /// Plays from now on. For `length` see `timeline`.
  timeline_player(net::time_source& time, const std::vector<scenario::planned_fault>& occurrences,
                  net::duration length, performer perform);

  void pause();
  void resume();
  void step();
  void restart();
  /// Nothing happens any more.
  void stop() noexcept { timer_.cancel(); }

  [[nodiscard]] const timeline& tape() const noexcept { return tape_; }
  [[nodiscard]] net::duration position() const { return tape_.position(time_.now()); }

 private:
  void play(const std::vector<timeline_step>& steps);
  void arm();

  net::time_source& time_;
  timeline tape_;
  performer perform_;
  net::timer timer_;
};

}  // namespace hassle::mockha
